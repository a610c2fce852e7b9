import assert from "node:assert/strict";
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { shownShape } from "../results/convention.js";
import { planeOf } from "../results/matrix.js";
import { outputsOf } from "../results/outputs.js";
import { fitting, initialChoices } from "../results/state.js";
import { tensorWord } from "../results/words.js";
import { runOf } from "./run.js";

const file: TensorFile = {
  type: "file",
  name: "weights.npz",
  bytes: 1234,
  arrays: [
    { name: "kernel", dtype: "float64", shape: [2, 3, 4, 5] },
    { name: "scalar", dtype: "int64", shape: [] },
  ],
  refused: [],
  problem: null,
};

describe("a file's arrays as tensors", () => {
  const run = runOf(file, new Map());
  const [kernel, scalar] = run.tensors;
  assert.ok(kernel !== undefined && scalar !== undefined);

  it("have their names and shapes, and axes without names", () => {
    assert.deepEqual(run.tensors.map(tensorWord), ["kernel", "scalar"]);
    assert.equal(shownShape(kernel, null, "keras"), "(2, 3, 4, 5)");
    assert.deepEqual(planeOf(kernel, [1, 2]).start, [1, 2, 0, 0]);
    assert.deepEqual([planeOf(scalar, []).rows, planeOf(scalar, []).columns], [1, 1]);
  });

  it("are chosen as the tensors of a run are; statistics change nothing of that", () => {
    const before = fitting(run, { ...initialChoices, tensor: 1 }, initialChoices);
    assert.equal(before.tensor, 1);
    const known = runOf(file, new Map([[0, { min: 0, mean: 1, max: 2, nanCount: 3 }]]));
    assert.equal(fitting(known, before, before).tensor, 1);
    assert.equal(known.tensors[0]?.max, 2);
    assert.equal(outputsOf(known).layers.length, 0);
  });
});
