import * as assert from "node:assert/strict";
import { bidirectional, dense, recurrent } from "./defaults.js";
import { parameterCount } from "./params.js";
import { tutorialPresets } from "./presets.js";
import { firstProblem, flowOf, outputsOf } from "./shapes.js";
import type { LayerSpec, MergeMode, ModelSpec, SymbolicShape } from "./spec.js";
import { summaryText } from "./summary.js";

const model = (input: SymbolicShape | null, ...layers: LayerSpec[]): ModelSpec => ({
  name: "sequential",
  kerasVersion: 3,
  input,
  layers,
  seed: null,
});

describe("shapes of a layer", () => {
  const input = [8, 2, 10] as const;
  for (const className of ["SimpleRNN", "GRU", "LSTM"] as const) {
    const states = className === "LSTM" ? 2 : 1;
    for (const returnSequences of [false, true]) {
      for (const returnState of [false, true]) {
        it(`${className}, return_sequences ${returnSequences}, return_state ${returnState}`, () => {
          const layer = recurrent(className, 3, { returnSequences, returnState });
          const output = returnSequences ? [8, 2, 3] : [8, 3];
          assert.deepEqual(outputsOf(layer, input), [output, ...Array.from({ length: returnState ? states : 0 }, () => [8, 3])]);
        });
      }
    }
  }

  it("of a Bidirectional, by merge_mode", () => {
    const wrapped = recurrent("LSTM", 3, { returnSequences: true });
    const outputs = (mergeMode: MergeMode): unknown => outputsOf(bidirectional(wrapped, { mergeMode }), input);
    assert.deepEqual(outputs("concat"), [[8, 2, 6]]);
    for (const mode of ["sum", "mul", "ave"] as const) assert.deepEqual(outputs(mode), [[8, 2, 3]]);
    assert.deepEqual(outputs(null), [
      [8, 2, 3],
      [8, 2, 3],
    ]);
  });

  it("name the layer that does not fit, and the fix", () => {
    const broken = model([null, 4, 5], recurrent("SimpleRNN", 3, { name: "first" }), recurrent("GRU", 4));
    const flow = flowOf(broken);
    assert.equal(flow[0]?.problem, null);
    assert.ok(flow[1]?.problem);
    assert.ok(firstProblem(broken));
    assert.equal(firstProblem(model([null, 4, 5], recurrent("SimpleRNN", 3, { returnSequences: true }), recurrent("GRU", 4))), null);
  });
});

describe("parameters", () => {
  const counts: [string, LayerSpec, number, number][] = [
    ["SimpleRNN(3) on 10 features", recurrent("SimpleRNN", 3), 10, 42],
    ["without bias", recurrent("SimpleRNN", 3, { useBias: false }), 10, 39],
    ["LSTM(3)", recurrent("LSTM", 3), 5, 4 * (5 * 3 + 3 * 3 + 3)],
    ["GRU(3), reset_after", recurrent("GRU", 3), 5, 3 * (5 * 3 + 3 * 3 + 6)],
    ["GRU(3), not reset_after", recurrent("GRU", 3, { resetAfter: false }), 5, 3 * (5 * 3 + 3 * 3 + 3)],
    ["Bidirectional(LSTM(8))", bidirectional(recurrent("LSTM", 8)), 3, 768],
    ["Dense(4)", dense(4), 6, 28],
  ];
  for (const [name, layer, features, expected] of counts) {
    it(name, () => assert.equal(parameterCount(layer, features), expected));
  }
  it("are not known while the features are not", () => assert.equal(parameterCount(recurrent("LSTM", 3), null), null));
});

describe("summary()", () => {
  const line = "_".repeat(65);
  const table = (shape: string): string =>
    [
      'Model: "sequential"',
      line,
      "Layer (type)                 Output Shape              Param #   ",
      "=".repeat(65),
      `simple_rnn (SimpleRNN)       ${shape.padEnd(26)}42        `,
      "=".repeat(65),
      "Total params: 42",
      "Trainable params: 42",
      "Non-trainable params: 0",
      line,
    ].join("\n");

  it("reads as Keras prints it for SimpleRNN(3, batch_input_shape=(8, 2, 10))", () => {
    assert.equal(summaryText(model([8, 2, 10], recurrent("SimpleRNN", 3, { name: "simple_rnn" }))).trimEnd(), table("(8, 3)"));
    const sequences = recurrent("SimpleRNN", 3, { name: "simple_rnn", returnSequences: true });
    assert.equal(summaryText(model([8, 2, 10], sequences)).trimEnd(), table("(8, 2, 3)"));
  });
});

describe("the tutorial's presets", () => {
  for (const preset of tutorialPresets) {
    it(`${preset.id} fits the tutorial's data`, () => assert.equal(firstProblem(preset.build([null, 4, 5])), null));
  }
});
