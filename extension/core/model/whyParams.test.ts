/** Every constructor argument has a field, and "why so many parameters" adds up. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { argumentName } from "../code/keras/signatures.js";
import { initializersOf, trainingArgumentsOf } from "./arguments.js";
import { bidirectional, dense, embedding, newLayer, recurrent, stack } from "./defaults.js";
import { parameterCount } from "./params.js";
import type { LayerClass, LayerSpec, RecurrentSpec } from "./spec.js";
import { whyParameters } from "./whyParams.js";

const cell = fc
  .record({
    className: fc.constantFrom("SimpleRNN" as const, "LSTM" as const, "GRU" as const),
    units: fc.integer({ min: 1, max: 99 }),
    useBias: fc.boolean(),
    resetAfter: fc.boolean(),
  })
  .map(({ className, units, ...options }): RecurrentSpec => recurrent(className, units, options));
const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
  cell,
  cell.map((own) => bidirectional(own)),
  fc.tuple(cell, cell).map(([own, backward]) => ({ ...bidirectional(own), backward, ownBackward: true })),
  fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => stack(cells, recurrent("LSTM", 1))),
  fc.record({ units: fc.integer({ min: 1, max: 9 }), useBias: fc.boolean() }).map(({ units, useBias }) => dense(units, { useBias })),
  fc.constant(embedding(100, 8)),
);

describe("why so many parameters", () => {
  it("has sums that add up to the count, for any layer", () => {
    fc.assert(
      fc.property(layer, fc.integer({ min: 1, max: 99 }), (own, features) => {
        const { rows, twice } = whyParameters(own, features);
        const value = (sum: string): number => sum.split(" × ").reduce((product, factor) => product * Number(factor), 1);
        const total = rows.reduce((all, row) => all + value(row.sum), 0) * (twice ? 2 : 1);
        assert.equal(total, parameterCount(own, features));
      }),
      { numRuns: 300 },
    );
  });

  it("writes D where the features are not known, and has nothing to say of layers without weights", () => {
    assert.equal(whyParameters(recurrent("LSTM", 8), null).rows[0]?.sum, "D × 8 × 4");
    assert.deepEqual(whyParameters(newLayer("Flatten", 4), 3).rows, []);
  });
});

describe("the arguments of a layer", () => {
  /** What the card has a field of its own for, or what its toggles and its type say. */
  const own = new Set(
    "units activation recurrent_activation use_bias unit_forget_bias dropout recurrent_dropout cell return_sequences return_state go_backwards stateful input_dim output_dim mask_zero input_length mask_value rate noise_shape n target_shape".split(
      " ",
    ),
  );

  it("are all to be set in the designer", () => {
    const classes: LayerClass[] = ["SimpleRNN", "LSTM", "GRU", "RNN", "Dense", "Embedding", "Masking", "Activation", "Dropout"];
    for (const className of [...classes, "RepeatVector", "Flatten", "Reshape"] as const) {
      const spec = newLayer(className, 4);
      const offered = new Set([...initializersOf(spec), ...trainingArgumentsOf(spec)].map((argument) => argument.code));
      for (let i = 0, name; (name = argumentName(className, i)) !== undefined; i++) {
        assert.ok(own.has(name) || offered.has(name), `${className}(${name}=…)`);
      }
    }
  });

  it("lead to options that exist", () => {
    for (const className of ["SimpleRNN", "LSTM", "Dense", "Embedding"] as const) {
      const spec = newLayer(className, 4) as unknown as Record<string, unknown>;
      for (const { option } of initializersOf(newLayer(className, 4))) assert.ok(spec[option] !== undefined, option);
    }
  });
});
