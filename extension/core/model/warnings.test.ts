/** What is said without stopping a run: reversed time, what PyTorch cannot say, memory. */
import * as assert from "node:assert/strict";
import { torchTroubles } from "../code/write/exportLint.js";
import { writeCode } from "../code/write/writeModelCode.js";
import { costOf, runBytes } from "./cost.js";
import { bidirectional, dense, embedding, recurrent } from "./defaults.js";
import { applyEdit } from "./edit.js";
import type { Trouble } from "./lint.js";
import { firstProblem } from "./shapes.js";
import type { LayerSpec, ModelSpec } from "./spec.js";
import { warningsOf } from "./warnings.js";
import { writeModel } from "./write.js";

const model = (...layers: LayerSpec[]): ModelSpec => ({
  name: "m",
  kerasVersion: 3,
  input: layers[0]?.className === "Embedding" ? [null, 4] : [null, 4, 5],
  layers: layers.map((layer, i) => ({ ...layer, name: `l${i}` })),
  seed: null,
});

/** Applies first fixes until nothing is found. */
function mended(spec: ModelSpec, find: (spec: ModelSpec) => (Trouble | null)[]): ModelSpec {
  for (let turn = 0; turn < 12; turn++) {
    const found = find(spec).find((trouble) => trouble !== null);
    if (found === undefined) return spec;
    const edit = found?.fixes[0]?.edit;
    assert.ok(edit !== undefined, found?.message.text);
    const next = applyEdit(spec, edit);
    assert.ok(next.ok);
    spec = next.value;
  }
  return assert.fail("the fixes do not come to an end");
}

const back = { goBackwards: true, returnSequences: true };

describe("reversed time", () => {
  it("is said where somebody reads it or merges it, and the fix takes it away", () => {
    const cases: [ModelSpec, number[]][] = [
      [model(recurrent("LSTM", 3, back), recurrent("GRU", 2)), [0]],
      [model(bidirectional(recurrent("LSTM", 3, back)), dense(1)), [0]],
      [model(recurrent("LSTM", 3, { goBackwards: true }), dense(1)), []],
      [model(bidirectional(recurrent("LSTM", 3, { returnSequences: true })), dense(1)), []],
    ];
    for (const [spec, at] of cases) {
      assert.deepEqual(
        warningsOf(spec).flatMap((warning, i) => (warning === null ? [] : [i])),
        at,
      );
      assert.equal(firstProblem(spec), null, "it stops no run");
      assert.ok(mended(spec, warningsOf).layers.length > 0);
    }
  });
});

describe("what PyTorch cannot say", () => {
  const stubborn = recurrent("GRU", 4, {
    activation: "relu",
    recurrentActivation: "hard_sigmoid",
    resetAfter: false,
    recurrentDropout: 0.2,
  });
  const cases: readonly ModelSpec[] = [
    model(stubborn),
    model(bidirectional(recurrent("LSTM", 3, { goBackwards: true }), { mergeMode: null })),
    model({ ...bidirectional(recurrent("LSTM", 3)), backward: recurrent("LSTM", 5, { goBackwards: true }), ownBackward: true }),
    model(embedding(10, 4, { maskZero: true }), recurrent("LSTM", 3, { stateful: true })),
    model(recurrent("LSTM", 3), dense(1, { activation: "sparsemax" })),
  ];

  it("is found before anybody exports, and its fixes lead to code", () => {
    for (const spec of cases) {
      assert.equal(writeCode(writeModel(spec), "pytorch").ok, false);
      assert.ok(torchTroubles(spec).some((trouble) => trouble !== null));
      assert.ok(writeCode(writeModel(mended(spec, torchTroubles)), "pytorch").ok);
    }
  });

  it("is nothing for what PyTorch can say", () => {
    const spec = model(bidirectional(recurrent("LSTM", 3)), dense(1, { activation: "relu" }));
    assert.deepEqual(torchTroubles(spec), [null, null]);
    assert.ok(writeCode(writeModel(spec), "pytorch").ok);
  });
});

describe("the memory of a run", () => {
  it("is the weights once and the outputs of each sequence", () => {
    const spec = model(recurrent("LSTM", 8), dense(1));
    const { weightBytes, outputBytes } = costOf(spec);
    assert.equal(runBytes(spec, [100, 4, 5]), (weightBytes ?? 0) + 100 * (outputBytes ?? 0));
    const steps = { ...model(recurrent("LSTM", 8, { returnSequences: true })), input: [null, null, 5] };
    assert.equal(costOf(steps).outputBytes, null);
    assert.equal(runBytes(steps, [2, 1000, 5]), 4 * (5 * 32 + 8 * 32 + 32) + 2 * 4 * 8000);
  });
});
