import assert from "node:assert/strict";
import { say } from "../../extension/core/messages.js";
import { dense, embedding, recurrent, repeatVector } from "../../extension/core/model/defaults.js";
import { applyEdit } from "../../extension/core/model/edit.js";
import { flowOf } from "../../extension/core/model/shapes.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "../../extension/core/model/spec.js";
import type { DataView } from "../../extension/core/protocol/designer.js";
import { countTroubles, type Trouble, troublesOf } from "./troubles.js";

const model = (layers: readonly LayerSpec[], input: SymbolicShape | null = [null, 4, 5]): ModelSpec => ({
  name: "m",
  kerasVersion: 3,
  input,
  layers,
  seed: null,
});
const data = (...tensor: number[]): DataView => ({ label: "", shape: tensor.slice(1), tensor });
const find = (of: ModelSpec, selected: DataView | null = null): readonly (Trouble | null)[] => troublesOf(of, flowOf(of), selected);

/** The model after the first fix of its first trouble. */
function mended(of: ModelSpec, selected: DataView | null = null): ModelSpec {
  const fix = find(of, selected).find((trouble) => trouble !== null)?.fixes[0];
  assert.ok(fix !== undefined);
  const next = applyEdit(of, fix.edit);
  assert.ok(next.ok);
  return next.value;
}

describe("troubles of the edges", () => {
  it("puts a layer's trouble on the edge above it", () => {
    const broken = model([recurrent("SimpleRNN", 3), recurrent("GRU", 4), dense(1)]);
    const troubles = find(broken);
    assert.deepEqual(
      troubles.map((trouble) => trouble !== null),
      [false, true, false, false],
    );
    assert.equal(countTroubles(find(mended(broken))), 0);
  });

  it("compares the data with the input, axis by axis", () => {
    const sound = model([recurrent("LSTM", 8)]);
    assert.equal(countTroubles(find(sound, data(1, 4, 5))), 0);
    const wide = find(sound, data(1, 4, 12))[0];
    assert.ok(wide);
    assert.equal(say(wide.message), "The selection has 12 features, the model expects 5.");
    assert.deepEqual(mended(sound, data(1, 4, 12)).input, [null, 4, 12]);
    const long = find(sound, data(1, 9, 5))[0];
    assert.ok(long);
    assert.deepEqual(
      long.fixes.map((fix) => say(fix.label)),
      ["Set time to 9", "Accept any number of steps"],
    );
    assert.equal(countTroubles(find(mended(sound, data(1, 9, 5)), data(1, 9, 5))), 0);
    assert.equal(find(sound, data(5, 2, 3, 4))[0]?.fixes.length, 0);
  });

  it("does not compare data with a model that has troubles of its own, or no layers", () => {
    const broken = model([recurrent("GRU", 4)], [null, 5]);
    assert.match(say(find(broken, data(1, 4, 12))[0]?.message ?? { text: "" }), /needs a sequence/);
    assert.deepEqual(find(model([]), data(1, 4, 5)), [null]);
  });

  it("offers to change the rank of the input that the first layer reads", () => {
    for (const first of [embedding(10, 8), repeatVector(4)]) assert.equal(countTroubles(find(mended(model([first])))), 0);
    const fixes = find(model([recurrent("GRU", 4)], [null, 5]))[0]?.fixes ?? [];
    assert.deepEqual(
      fixes.map((fix) => fix.edit.op),
      ["add", "setInput"],
    );
    for (const fix of fixes) {
      const next = applyEdit(model([recurrent("GRU", 4)], [null, 5]), fix.edit);
      assert.ok(next.ok);
      assert.equal(countTroubles(find(next.value)), 0);
    }
  });
});
