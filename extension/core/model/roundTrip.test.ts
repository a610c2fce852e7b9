/** What is read from a config and written again is the same model; what cannot be read is refused, never thrown. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { bidirectional, dense, dropout, recurrent, repeatVector, stack } from "./defaults.js";
import { applyEdit, type ModelEdit } from "./edit.js";
import { presetById } from "./presets.js";
import { readModel, readModelText } from "./read.js";
import { flowOf } from "./shapes.js";
import { say } from "../messages.js";
import type { LayerClass, LayerSpec, ModelSpec } from "./spec.js";
import { writeModel } from "./write.js";

const cell = fc
  .record({
    className: fc.constantFrom("SimpleRNN" as const, "LSTM" as const, "GRU" as const),
    units: fc.integer({ min: 1, max: 64 }),
    options: fc.record({
      returnSequences: fc.boolean(),
      returnState: fc.boolean(),
      goBackwards: fc.boolean(),
      useBias: fc.boolean(),
      activation: fc.constantFrom("tanh", "relu", "sigmoid", "linear"),
    }),
  })
  .map(({ className, units, options }) => recurrent(className, units, options));
const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
  cell,
  fc.tuple(cell, fc.constantFrom("concat" as const, "sum" as const, null)).map(([own, mergeMode]) => bidirectional(own, { mergeMode })),
  fc.tuple(fc.array(cell, { minLength: 1, maxLength: 3 }), cell).map(([cells, flags]) =>
    stack(
      cells.map((own, i) => ({ ...own, name: `cell_${i}` })),
      flags,
    ),
  ),
  fc.integer({ min: 1, max: 9 }).map((units) => dense(units)),
  fc.integer({ min: 1, max: 9 }).map((n) => repeatVector(n)),
  fc.constant(dropout(0.5)),
);
const base = presetById("simple_rnn")?.build([null, 4, 5]) as ModelSpec;
const model = fc
  .array(layer, { minLength: 1, maxLength: 5 })
  .map((layers): ModelSpec => ({ ...base, layers: layers.map((own, i) => ({ ...own, name: `layer_${i}` })) as LayerSpec[] }));

describe("a model's config", () => {
  it("is the same after reading and writing", () => {
    fc.assert(
      fc.property(model, (spec) => {
        const once = writeModel(spec);
        const read = readModelText(JSON.stringify(once));
        assert.ok(read.ok, read.ok ? "" : say(read.error.message));
        assert.deepEqual(writeModel(read.value), once);
      }),
      { numRuns: 300 },
    );
  });

  it("is refused, not thrown, whatever is in it", () => {
    const config = JSON.stringify(writeModel(base));
    fc.assert(
      fc.property(fc.nat({ max: config.length - 1 }), fc.string({ maxLength: 4 }), fc.nat({ max: 6 }), (at, text, drop) => {
        const read = readModelText(config.slice(0, at) + text + config.slice(at + drop));
        assert.equal(typeof read.ok, "boolean");
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.anything(), (anything) => assert.equal(typeof readModel(anything).ok, "boolean")),
      { numRuns: 1000 },
    );
  });
});

const layerClasses: readonly LayerClass[] = [
  "SimpleRNN",
  "LSTM",
  "GRU",
  "Bidirectional",
  "RNN",
  "Dense",
  "Embedding",
  "Masking",
  "Activation",
  "Dropout",
  "RepeatVector",
  "Flatten",
  "Reshape",
];

describe("edits", () => {
  const index = fc.integer({ min: -1, max: 6 });
  const edit: fc.Arbitrary<ModelEdit> = fc.oneof(
    fc.record({ op: fc.constant("add" as const), index, className: fc.constantFrom(...layerClasses) }),
    fc.record({ op: fc.constantFrom("remove" as const, "duplicate" as const, "wrap" as const, "unwrap" as const), index }),
    fc.record({ op: fc.constant("move" as const), from: index, to: index }),
    fc.record({ op: fc.constant("setType" as const), index, className: fc.constantFrom(...layerClasses) }),
    fc.record({
      op: fc.constant("setOption" as const),
      index,
      key: fc.constantFrom("units", "returnSequences", "activation", "nothing"),
      value: fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null)),
    }),
  );

  it("never make a model that cannot be written, read and walked", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        let spec = base;
        for (const one of edits) {
          const changed = applyEdit(spec, one);
          if (changed.ok) spec = changed.value;
          assert.equal(new Set(spec.layers.map((own) => own.name)).size, spec.layers.length, "names are unique");
          assert.equal(flowOf(spec).length, spec.layers.length);
          const read = readModel(writeModel(spec));
          assert.ok(read.ok, `${JSON.stringify(one)}: ${read.ok ? "" : say(read.error.message)}`);
        }
      }),
      { numRuns: 500 },
    );
  });
});
