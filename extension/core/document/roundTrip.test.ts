/** Model → text → edit of the text → model: nothing is lost, and nothing changes that was not meant. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { bidirectional, dense, dropout, embedding, recurrent, repeatVector, stack } from "../model/defaults.js";
import { applyEdit, type ModelEdit } from "../model/edit.js";
import { designerPresets, tutorialPresets } from "../model/presets.js";
import { readModel } from "../model/read.js";
import { say } from "../messages.js";
import { type LayerSpec, mergeModes, type ModelSpec } from "../model/spec.js";
import { writeModel } from "../model/write.js";
import { smallestEdit, withModel } from "./edit.js";
import { readModelDocument } from "./read.js";

const presets = [...tutorialPresets, ...designerPresets].map((preset) => preset.build(null));

function modelIn(text: string): ModelSpec {
  const { model, problem } = readModelDocument(text);
  assert.ok(model, `${problem === null ? "" : say(problem.failure.message)}\n${text}`);
  return model;
}

const flag = fc.boolean();
const cell = fc
  .record({
    className: fc.constantFrom("SimpleRNN" as const, "LSTM" as const, "GRU" as const),
    units: fc.integer({ min: 1, max: 64 }),
    options: fc.record({ returnSequences: flag, returnState: flag, goBackwards: flag, useBias: flag, dropout: fc.constantFrom(0, 0.25) }),
  })
  .map(({ className, units, options }) => recurrent(className, units, options));
const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
  cell,
  fc.tuple(cell, fc.constantFrom(...mergeModes)).map(([own, mergeMode]) => bidirectional(own, { mergeMode })),
  fc.tuple(fc.array(cell, { minLength: 1, maxLength: 3 }), cell).map(([cells, flags]) => stack(cells, flags)),
  fc.tuple(fc.integer({ min: 1, max: 9 }), flag).map(([units, timeDistributed]) => dense(units, { timeDistributed })),
  fc.constantFrom<LayerSpec>(embedding(10, 4), repeatVector(3), dropout(0.5), { className: "Flatten", name: "flatten", kept: {} }),
);
const input = fc.constantFrom(null, [null, 4, 5], [null, null, 5], [2, 4, 5]);
const randomModel = fc.tuple(fc.array(layer, { maxLength: 5 }), input, fc.option(fc.integer())).map(([layers, shape, seed]): ModelSpec => {
  const named = layers.map((own, i) => ({ ...own, name: `layer_${i}` })) as LayerSpec[];
  return { name: "random", kerasVersion: 3, input: shape, layers: named, seed };
});

const index = fc.nat({ max: 5 });
const randomEdit: fc.Arbitrary<ModelEdit> = fc.oneof(
  fc.record({
    op: fc.constant("add" as const),
    index,
    className: fc.constantFrom("LSTM" as const, "Dense" as const, "Bidirectional" as const),
  }),
  fc.record({ op: fc.constantFrom("remove" as const, "duplicate" as const, "wrap" as const, "unwrap" as const), index }),
  fc.record({ op: fc.constant("move" as const), from: index, to: index }),
  fc.record({
    op: fc.constant("setType" as const),
    index,
    className: fc.constantFrom("GRU" as const, "RNN" as const, "Embedding" as const),
  }),
  fc.record({ op: fc.constant("setOption" as const), index, key: fc.constantFrom("units", "rate", "n"), value: fc.constantFrom(1, 7) }),
  fc.record({ op: fc.constant("setOption" as const), index, key: fc.constantFrom("returnSequences", "stateful", "useBias"), value: flag }),
  fc.record({ op: fc.constant("setOption" as const), index, key: fc.constant("mergeMode"), value: fc.constantFrom(...mergeModes) }),
  fc.record({ op: fc.constant("setSeed" as const), seed: fc.constantFrom(null, 3) }),
  fc.record({ op: fc.constant("setInput" as const), shape: fc.constantFrom([null, 2, 3], [1, null]) }),
  fc.record({ op: fc.constant("rename" as const), name: fc.string() }),
  fc.record({ op: fc.constant("preset" as const), id: fc.constantFrom("deep", "encoder") }),
);

const layouts: readonly ((model: ModelSpec) => string)[] = [
  (model) => withModel(readModelDocument(""), model),
  (model) => JSON.stringify(writeModel(model)),
  (model) => JSON.stringify(writeModel(model), null, "\t").replaceAll("\n", "\r\n"),
  (model) => JSON.stringify(writeModel(model), null, 4).replaceAll(",", " , // note\n"),
];

describe("a model in its text", () => {
  it("is the same after reading and after every edit, for each preset and in every layout", () => {
    for (const preset of presets) {
      for (const layout of layouts) assert.deepEqual(modelIn(layout(preset)), modelIn(JSON.stringify(writeModel(preset))));
    }
    const from = fc.oneof(randomModel, fc.constantFrom(...presets));
    fc.assert(
      fc.property(from, fc.constantFrom(...layouts), fc.array(randomEdit, { maxLength: 6 }), (model, layout, edits) => {
        let text = layout(model);
        let spec = modelIn(text);
        for (const edit of edits) {
          const next = applyEdit(spec, edit);
          if (!next.ok) continue;
          const document = readModelDocument(text);
          const changed = withModel(document, next.value);
          const range = smallestEdit(text, changed);
          if (range !== null) assert.equal(text.slice(0, range.start) + range.text + text.slice(range.end), changed);
          text = changed;
          spec = modelIn(text);
          const wanted = readModel(writeModel(next.value));
          assert.ok(wanted.ok);
          assert.deepEqual(writeModel(spec), writeModel(wanted.value), `${JSON.stringify(edit)}\n${text}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("does not change at all where the model does not", () => {
    fc.assert(
      fc.property(randomModel, fc.constantFrom(...layouts), (model, layout) => {
        const text = layout(model);
        assert.equal(withModel(readModelDocument(text), modelIn(text)), text);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps every comment, unless the layer that has it goes", () => {
    fc.assert(
      fc.property(randomModel, fc.array(randomEdit, { maxLength: 4 }), (model, edits) => {
        let marks = 0;
        let text = JSON.stringify(writeModel({ ...model, input: [null, 4, 5] }), null, 2);
        text = text.replace(
          /"class_name": "(?!InputLayer|Sequential|Bidirectional|RNN|Stacked|TimeDistributed)/g,
          () => `/* mark ${marks++} */ "class_name": "`,
        );
        text = text.replace(/\/\* mark \d+ \*\/ (?="class_name": "(Glorot|Orthogonal|Zeros|RandomUniform|\w+Cell))/g, "");
        const marksIn = (of: string): string[] => (of.match(/mark \d+/g) ?? []).sort();
        for (const edit of edits) {
          const document = readModelDocument(text);
          const next =
            document.model === null || ["remove", "preset", "setType"].includes(edit.op) ? null : applyEdit(document.model, edit);
          if (next?.ok !== true) continue;
          const changed = withModel(document, next.value);
          for (const mark of marksIn(text)) assert.ok(marksIn(changed).includes(mark), `${mark} after ${JSON.stringify(edit)}\n${changed}`);
          text = changed;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("reads any text, or says what is wrong inside of it", () => {
    const config = JSON.stringify(writeModel(presets.at(-1) as ModelSpec), null, 2);
    const check = (text: string): void => {
      const { problem } = readModelDocument(text);
      if (problem === null) return;
      assert.ok(problem.start >= 0 && problem.start <= problem.end && problem.end <= Math.max(1, text.length), JSON.stringify(problem));
    };
    fc.assert(
      fc.property(fc.nat({ max: config.length }), fc.string({ maxLength: 5 }), fc.nat({ max: 40 }), (at, text, drop) =>
        check(config.slice(0, at) + text + config.slice(at + drop)),
      ),
      { numRuns: 1500 },
    );
    check("[".repeat(100_000));
    check(`{"config":`.repeat(50_000));
    check(" ".repeat(5 * 1024 * 1024));
  });
});
