import assert from "node:assert/strict";
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { shownShape } from "../results/convention.js";
import { planeOf } from "../results/matrix.js";
import { outputsOf } from "../results/outputs.js";
import { fitting, initialChoices } from "../results/state.js";
import { tensorWord } from "../results/words.js";
import { runOf, widened } from "./run.js";

const file: TensorFile = {
  type: "file",
  revision: 1,
  name: "weights.npz",
  bytes: 1234,
  arrays: [
    { name: "kernel", dtype: "float64", shape: [2, 3, 4, 5], bytes: 960 },
    { name: "scalar", dtype: "int64", shape: [], bytes: 8 },
  ],
  refused: [],
  problem: null,
};

describe("a file's arrays as tensors", () => {
  const run = runOf(file, { stats: new Map(), seen: new Map() }, 1);
  const [kernel, scalar] = run.tensors;
  assert.ok(kernel !== undefined && scalar !== undefined);

  it("have their names, types and shapes, and axes without names", () => {
    assert.deepEqual(run.tensors.map(tensorWord), ["kernel", "scalar"]);
    assert.deepEqual([kernel.dtype, scalar.dtype], ["float64", "int64"]);
    assert.equal(shownShape(kernel, null, "keras"), "(2, 3, 4, 5)");
    assert.deepEqual(planeOf(kernel, [1, 2]).start, [1, 2, 0, 0]);
    assert.deepEqual([planeOf(scalar, []).rows, planeOf(scalar, []).columns], [1, 1]);
  });

  it("are chosen as the tensors of a run are; what is learnt of them changes nothing of that", () => {
    const before = fitting(run, { ...initialChoices, tensor: 1, slice: "[]" }, { ...initialChoices, tensor: 1 });
    const stats = { phase: "done", stats: { min: "-3", mean: "1", max: "2", nanCount: 3 } } as const;
    const known = runOf(file, { stats: new Map([[0, stats]]), seen: new Map() }, 2);
    const after = fitting(known, before, before);
    assert.deepEqual([after.tensor, after.slice], [1, "[]"]);
    assert.deepEqual([known.tensors[0]?.min, known.tensors[0]?.max], [-3, 2]);
    assert.equal(outputsOf(known).layers.length, 0);
  });

  it("take their colours from what was seen until all is known", () => {
    const first = widened(undefined, BigInt64Array.of(5n, -2n));
    assert.deepEqual(first, { min: -2, max: 5 });
    assert.equal(widened(first, Float32Array.of(NaN, Infinity, 1)), first);
    assert.equal(widened(undefined, Float32Array.of(NaN)), undefined);
    assert.ok(first !== undefined);
    assert.equal(runOf(file, { stats: new Map(), seen: new Map([[0, first]]) }, 3).tensors[0]?.max, 5);
  });
});
