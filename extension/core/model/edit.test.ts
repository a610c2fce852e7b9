/** The designer's edits: layers that are switched off, options inside options, cells. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { bidirectional, dense, newLayer, recurrent } from "./defaults.js";
import { applyEdit, type ModelEdit } from "./edit.js";
import { designerPresets, presetById } from "./presets.js";
import { readModel, readModelText } from "./read.js";
import { firstProblem, flowOf } from "./shapes.js";
import type { LayerClass, LayerSpec, ModelSpec, RecurrentSpec, StackSpec } from "./spec.js";
import { positionOf, slotsOf } from "./stack.js";
import { writeModel } from "./write.js";

const model = (...layers: LayerSpec[]): ModelSpec => ({ name: "m", kerasVersion: 3, input: [null, 4, 5], layers, seed: null });
const three = model(recurrent("LSTM", 8, { returnSequences: true }), recurrent("GRU", 4), dense(1));

function edited(from: ModelSpec, ...edits: ModelEdit[]): ModelSpec {
  return edits.reduce((spec, edit) => {
    const next = applyEdit(spec, edit);
    assert.ok(next.ok, JSON.stringify(edit));
    return next.value;
  }, from);
}
const names = (spec: ModelSpec): string[] => slotsOf(spec).map(({ layer, disabled }) => (disabled ? `(${layer.name})` : layer.name));
const reread = (spec: ModelSpec): ModelSpec => {
  const read = readModelText(JSON.stringify(writeModel(spec)));
  assert.ok(read.ok);
  return read.value;
};

describe("a layer that is switched off", () => {
  const off = edited(three, { op: "setDisabled", index: 1, disabled: true });

  it("stays in the document, in its place, and is no layer for anybody else", () => {
    assert.deepEqual(names(off), ["lstm", "(gru)", "dense"]);
    assert.deepEqual(names(reread(off)), names(off));
    const { layers } = writeModel(off)["config"] as { layers: { class_name: string }[] };
    assert.deepEqual(
      layers.map((layer) => layer.class_name),
      ["InputLayer", "LSTM", "Dense"],
    );
    assert.deepEqual(flowOf(off).at(-1)?.outputs, [[null, 4, 1]]);
  });

  it("comes back as it was", () => {
    const changed = edited(off, { op: "setOption", index: 1, key: "units", value: 6 }, { op: "setDisabled", index: 1, disabled: false });
    assert.deepEqual(changed, edited(three, { op: "setOption", index: 1, key: "units", value: 6 }));
  });

  it("is counted by edits and by fixes", () => {
    assert.deepEqual(names(edited(off, { op: "move", from: 1, to: 0 })), ["(gru)", "lstm", "dense"]);
    assert.deepEqual(names(edited(off, { op: "duplicate", index: 1 })), ["lstm", "(gru)", "(gru_1)", "dense"]);
    assert.deepEqual(names(edited(off, { op: "remove", index: 1 })), ["lstm", "dense"]);
    assert.deepEqual(names(edited(off, { op: "add", index: 0, className: "GRU" })), ["gru_1", "lstm", "(gru)", "dense"]);
    const broken = edited(
      model(recurrent("LSTM", 8), dense(2), recurrent("GRU", 4)),
      { op: "setDisabled", index: 1, disabled: true },
      { op: "duplicate", index: 1 },
    );
    const fix = flowOf(broken)[1]?.fixes[0];
    assert.deepEqual(fix?.edit, { op: "setOption", index: 0, key: "returnSequences", value: true });
    assert.equal(firstProblem(edited(broken, fix.edit)), null);
    assert.deepEqual([positionOf(broken, 0), positionOf(broken, 1)], [0, 3]);
  });

  it("is refused where it cannot be read, and takes the end where it has no place", () => {
    const config = writeModel(three);
    const layer = { class_name: "Dense", config: { units: 2, name: "spare" } };
    for (const position of [99, -1, "x", undefined]) {
      const read = readModel({ ...config, unroll: { disabled: [{ position, layer }] } });
      assert.ok(read.ok);
      assert.deepEqual(names(read.value), ["lstm", "gru", "dense", "(spare)"]);
    }
    assert.equal(readModel({ ...config, unroll: { disabled: [{ position: 0, layer: { class_name: "Conv9D", config: {} } }] } }).ok, false);
    assert.ok(readModel({ ...config, unroll: { disabled: "yes", seed: "x" } }).ok);
  });
});

describe("the presets", () => {
  it("fit, whatever the input is, and have names of their own", () => {
    const classes = (id: string): string[] =>
      presetById(id)
        ?.build(null)
        .layers.map((layer) => layer.className) ?? [];
    for (const preset of designerPresets) {
      for (const input of [null, [null, 7, 2], [3, null, 1], [null, 6]]) {
        const spec = preset.build(input);
        assert.equal(firstProblem(spec), null, `${preset.id} on ${JSON.stringify(input)}`);
        assert.equal(new Set(names(spec)).size, spec.layers.length);
        assert.deepEqual(reread(spec), spec);
      }
    }
    assert.equal(designerPresets.length, 7);
    assert.deepEqual(classes("deep_bidirectional_2"), ["Bidirectional", "Bidirectional"]);
    assert.deepEqual(classes("encoder"), ["Embedding", "LSTM"]);
  });
});

describe("edits of any stack", () => {
  const classes: readonly LayerClass[] = ["SimpleRNN", "LSTM", "GRU", "Bidirectional", "RNN", "Dense", "Embedding", "Dropout", "Reshape"];
  const index = fc.nat({ max: 6 });
  const edit: fc.Arbitrary<ModelEdit> = fc.oneof(
    fc.record({ op: fc.constant("setDisabled" as const), index, disabled: fc.boolean() }),
    fc.record({ op: fc.constant("add" as const), index, className: fc.constantFrom(...classes) }),
    fc.record({ op: fc.constantFrom("remove" as const, "duplicate" as const, "wrap" as const, "addCell" as const), index }),
    fc.record({ op: fc.constant("removeCell" as const), index, cell: fc.nat({ max: 3 }) }),
    fc.record({ op: fc.constant("move" as const), from: index, to: index }),
    fc.record({ op: fc.constant("setType" as const), index, className: fc.constantFrom(...classes) }),
    fc.record({
      op: fc.constant("setOption" as const),
      index,
      key: fc.constantFrom("units", "ownBackward", "backward.units", "cells.0.units", "cells.1.className", "kernelInitializer", "kernelInitializer.gain", "kept.seed", "kept.kernel_regularizer", "kept.kernel_regularizer.l2", "targetShape"), // prettier-ignore
      value: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.boolean(), fc.constantFrom("L2", "HeNormal", "GRU"), fc.constant(null)),
    }),
  );

  it("survive JSON: the same slots, the same names, all of them once", () => {
    fc.assert(
      fc.property(fc.constantFrom(...designerPresets), fc.array(edit, { maxLength: 14 }), (preset, edits) => {
        let spec = preset.build(null);
        for (const one of edits) {
          const next = applyEdit(spec, one);
          if (next.ok) spec = next.value;
        }
        const all = slotsOf(spec).map(({ layer }) => layer.name);
        assert.equal(new Set(all).size, all.length);
        assert.deepEqual(reread(spec), reread(reread(spec)));
        assert.deepEqual(names(reread(spec)), names(spec));
        assert.deepEqual(writeModel(reread(spec)), writeModel(spec));
        assert.deepEqual(flowOf(reread(spec)), flowOf(spec));
      }),
      { numRuns: 400 },
    );
  });
});

describe("options inside options", () => {
  const lstm = (spec: ModelSpec): RecurrentSpec => spec.layers[0] as RecurrentSpec;

  it("reach initialisers and what only training knows", () => {
    const to = (key: string, value: string | number | null): ModelEdit => ({ op: "setOption", index: 0, key, value });
    const spec = edited(
      model(recurrent("LSTM", 8)),
      to("recurrentInitializer.gain", 2),
      to("kernelInitializer", "HeNormal"),
      to("kept.kernel_regularizer", "L2"),
      to("kept.kernel_regularizer.l2", 0.5),
      to("kept.seed", 7),
    );
    const own = lstm(reread(spec));
    assert.deepEqual(own.recurrentInitializer.config, { gain: 2 });
    assert.equal(own.kernelInitializer.className, "HeNormal");
    const regularizer = { module: "keras.regularizers", class_name: "L2", config: { l2: 0.5 }, registered_name: null };
    assert.deepEqual(own.kept, { kernel_regularizer: regularizer, seed: 7 });
    assert.deepEqual(lstm(edited(spec, to("kept.kernel_regularizer", null), to("kept.seed", null))).kept, {});
  });

  it("give a Bidirectional a backward layer of its own, and take it away", () => {
    const both = edited(model(bidirectional(recurrent("LSTM", 8))), { op: "setOption", index: 0, key: "ownBackward", value: true });
    const uneven = edited(both, { op: "setOption", index: 0, key: "backward.units", value: 3 });
    assert.deepEqual(flowOf(reread(uneven))[0]?.outputs, [[null, 11]]);
    const summed = edited(uneven, { op: "setOption", index: 0, key: "mergeMode", value: "sum" });
    const problem = flowOf(summed)[0];
    assert.equal(problem?.problem?.code, "SHAPE_MISMATCH");
    for (const { edit } of problem.fixes) assert.equal(firstProblem(edited(summed, edit)), null);
    const mirrored = edited(uneven, { op: "setOption", index: 0, key: "ownBackward", value: false });
    assert.deepEqual(flowOf(mirrored)[0]?.outputs, [[null, 16]]);
  });

  it("reach each cell of an RNN; cells come and go", () => {
    const rnn = edited(
      model(newLayer("RNN", 4)),
      { op: "addCell", index: 0 },
      { op: "setOption", index: 0, key: "cells.2.units", value: 7 },
      { op: "setOption", index: 0, key: "cells.1.className", value: "GRU" },
      { op: "removeCell", index: 0, cell: 0 },
    );
    const [layer] = reread(rnn).layers;
    assert.ok(layer?.className === "RNN");
    assert.deepEqual(
      layer.cells.map((cell) => [cell.className, cell.units, cell.returnSequences]),
      [
        ["GRU", 3, true],
        ["LSTM", 7, false],
      ],
    );
    const one = edited(rnn, { op: "removeCell", index: 0, cell: 0 }, { op: "removeCell", index: 0, cell: 0 });
    assert.equal((one.layers[0] as StackSpec).cells.length, 1, "the last cell stays");
    assert.equal(edited(one, { op: "setType", index: 0, className: "LSTM" }).layers[0]?.className, "LSTM");
  });

  it("are refused where the config would not open again", () => {
    for (const [key, value] of [
      ["units", 0],
      ["activation", "nonsense"],
      ["backward.units", 0],
    ] as const) {
      const own = edited(model(bidirectional(recurrent("LSTM", 8))), { op: "setOption", index: 0, key: "ownBackward", value: true });
      assert.equal(applyEdit(own, { op: "setOption", index: 0, key, value }).ok, false, key);
    }
    const simple = presetById("simple_rnn")?.build(null) as ModelSpec;
    for (const key of ["className", "nothing", "cells.0.units", "units.deep"]) {
      assert.deepEqual(edited(simple, { op: "setOption", index: 0, key, value: "x" }), simple, key);
    }
  });
});
