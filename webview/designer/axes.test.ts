import assert from "node:assert/strict";
import { bidirectional, dense, embedding, recurrent, repeatVector } from "../../extension/core/model/defaults.js";
import { flowOf, shapeText } from "../../extension/core/model/shapes.js";
import type { LayerSpec, ModelSpec, SymbolicShape } from "../../extension/core/model/spec.js";
import { type Convention, inputTuple, ordered, outputTuple } from "./axes.js";

const model = (layers: readonly LayerSpec[], input: SymbolicShape | null = [null, 4, 5]): ModelSpec => ({
  name: "m",
  kerasVersion: 3,
  input,
  layers,
  seed: null,
});

/** "(None, 4, 16) batch time units" of a layer's output in one convention. */
function said(layer: LayerSpec, convention: Convention, input: SymbolicShape = [null, 4, 5]): string {
  const output = flowOf(model([layer], input))[0]?.outputs[0] ?? [];
  const { dims, axes } = ordered(outputTuple(layer, output), convention, layer);
  return `${shapeText(dims)} ${axes.join(" ")}`;
}

describe("shapes in three conventions", () => {
  const all = { returnSequences: true };

  it("orders a sequence as Keras, PyTorch and ONNX do", () => {
    const layer = recurrent("LSTM", 8, all);
    assert.equal(said(layer, "keras"), "(None, 4, 8) batch time units");
    assert.equal(said(layer, "torch"), "(4, None, 8) time batch units");
    assert.equal(said(layer, "onnx"), "(4, 1, None, 8) time directions batch units");
  });

  it("keeps the directions of ONNX apart, whatever the merge mode", () => {
    for (const mergeMode of ["concat", "sum", null] as const) {
      assert.equal(said(bidirectional(recurrent("LSTM", 8, all), { mergeMode }), "onnx"), "(4, 2, None, 8) time directions batch units");
    }
    assert.equal(said(bidirectional(recurrent("GRU", 8)), "onnx"), "(2, None, 8) directions batch units");
    assert.equal(said(bidirectional(recurrent("GRU", 8)), "keras"), "(None, 16) batch units");
  });

  it("leaves vectors as they are in PyTorch, and other layers' features by name", () => {
    assert.equal(said(recurrent("SimpleRNN", 3), "torch"), "(None, 3) batch units");
    assert.equal(said(dense(1), "onnx"), "(4, None, 1) time batch units");
    assert.equal(said(repeatVector(6), "keras", [null, 5]), "(None, 6, 5) batch time features");
  });

  it("names the axes of the input by what the first layer reads", () => {
    assert.deepEqual(inputTuple(model([recurrent("GRU", 3)], null)), { dims: [null, null, null], axes: ["batch", "time", "features"] });
    assert.deepEqual(inputTuple(model([embedding(10, 8)], [null, null])).axes, ["batch", "time"]);
    assert.deepEqual(inputTuple(model([repeatVector(3)], [2, 5])).axes, ["batch", "features"]);
    assert.deepEqual(inputTuple(model([dense(3)], [null, 2, 3, 4])).axes, ["batch", "axis", "axis", "features"]);
  });
});
