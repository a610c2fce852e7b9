import assert from "node:assert/strict";
import type { RunView } from "../../../extension/core/protocol/results.js";
import { outputsOf } from "../outputs.js";
import { testRun } from "../testRun.test.js";
import { inputStep, pairsOf } from "./pairs.js";

const other = (change: (run: RunView) => Partial<RunView>): RunView => ({ ...testRun, id: "other", ...change(testRun) });

describe("the pairs of two runs", () => {
  it("are all tensors of two alike runs, those with time steps first", () => {
    const pairs = pairsOf(outputsOf(testRun), outputsOf(other(() => ({}))));
    assert.ok(pairs.length > 2);
    for (const pair of pairs) {
      assert.ok(pair.part !== null, pair.key);
      assert.equal(pair.part.a, pair.part.b);
      assert.equal(pair.part.mirrored, false);
    }
    const timed = pairs.map((pair) => pair.a?.strip !== null);
    assert.deepEqual(
      timed,
      [...timed].sort((a, b) => Number(b) - Number(a)),
    );
  });

  it("take the backward direction's steps from the last", () => {
    const pairs = pairsOf(outputsOf(testRun), outputsOf(other(() => ({}))));
    const backward = pairs.find((pair) => pair.a?.strip?.direction === "backward");
    assert.ok(backward?.a?.strip?.reversed);
    const { a, part } = backward;
    const total = a.tensor.shape[1] as number;
    const first = part?.descending === true ? total - 1 : 0;
    assert.equal(inputStep(a, first), total - 1, "the first step that it takes is the input's last");
  });

  it("name what does not match, and what only one run has", () => {
    const wider = other((run) => ({
      tensors: run.tensors.map((tensor) => (tensor.layer === -1 ? { ...tensor, shape: [...tensor.shape.slice(0, -1), 9] } : tensor)),
    }));
    const pairs = pairsOf(outputsOf(testRun), outputsOf(wider));
    assert.equal(pairs[0]?.part, null);
    assert.ok(pairs[0]?.b);
    const shorter = other((run) => ({ tensors: run.tensors.filter((tensor) => tensor.layer < 1) }));
    assert.ok(pairsOf(outputsOf(testRun), outputsOf(shorter)).some((pair) => pair.b === null));
    assert.ok(pairsOf(outputsOf(shorter), outputsOf(testRun)).some((pair) => pair.a === null && pair.key.startsWith("b ")));
  });

  it("find a layer by its name before its place", () => {
    const renamed = other((run) => ({ tensors: run.tensors.map((tensor) => ({ ...tensor, layerName: `my_${tensor.layerName}` })) }));
    const pairs = pairsOf(outputsOf(testRun), outputsOf(renamed));
    assert.ok(pairs.every((pair) => pair.part !== null));
  });
});
