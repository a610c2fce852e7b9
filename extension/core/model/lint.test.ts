import * as assert from "node:assert/strict";
import { dense, dropout, embedding, recurrent, repeatVector } from "./defaults.js";
import { applyEdit } from "./edit.js";
import { lint } from "./lint.js";
import { flowOf } from "./shapes.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "./spec.js";

const model = (layers: readonly LayerSpec[], input: SymbolicShape | null = [null, 4, 5]): ModelSpec => ({
  name: "m",
  kerasVersion: 3,
  input,
  layers,
  seed: null,
});
const troubled = (of: ModelSpec): boolean[] => lint(of, flowOf(of)).map((trouble) => trouble !== null);

describe("lint", () => {
  it("has one entry a layer, and the trouble stands at the layer that gets the wrong shape", () => {
    assert.deepEqual(troubled(model([recurrent("LSTM", 8), dropout(0.1), recurrent("GRU", 4), dense(1)])), [false, false, true, false]);
    assert.deepEqual(troubled(model([])), []);
    assert.deepEqual(troubled(model([recurrent("LSTM", 8), recurrent("GRU", 4)], null)), [false, true]);
  });

  it("offers fixes that mend", () => {
    const broken = [
      model([recurrent("LSTM", 8), dropout(0.1), recurrent("GRU", 4)]),
      model([recurrent("LSTM", 8, { returnState: true }), dense(1)]),
      model([recurrent("LSTM", 8, { returnSequences: true }), repeatVector(3)]),
      model([embedding(10, 4), recurrent("GRU", 4)], [null, 4, 5]),
    ];
    for (const one of broken) {
      const [first] = lint(one, flowOf(one)).filter((trouble) => trouble !== null);
      assert.ok(first !== undefined && first.fixes.length > 0);
      for (const { edit } of first.fixes) {
        const next = applyEdit(one, edit);
        assert.ok(next.ok);
        assert.deepEqual(
          troubled(next.value),
          one.layers.map(() => false),
          JSON.stringify(edit),
        );
      }
    }
  });
});
