/** A small run for the unit tests: SimpleRNN(3) → Bidirectional(LSTM(2)) on 1 × 4 × 5. */
import type { Axis, RunView, TensorView } from "../../extension/core/protocol/results.js";

const sequence: readonly Axis[] = ["batch", "time", "units"];
const state: readonly Axis[] = ["batch", "units"];

function tensor(id: number, layer: number, name: string, shape: readonly number[], axes: readonly Axis[], returned = false): TensorView {
  const [layerName, className] =
    layer < 0 ? ["x", "InputLayer"] : layer === 0 ? ["simple_rnn", "SimpleRNN"] : ["bidirectional", "Bidirectional"];
  return {
    id,
    layer,
    layerName,
    className,
    name,
    returned,
    shape,
    axes,
    dtype: "float32",
    bytes: 4 * shape.reduce((a, b) => a * b, 1),
    min: -1,
    mean: 0,
    max: 1,
    nanCount: 0,
    health: null,
  };
}

const cell = (name: string, units: number): object => ({
  module: "keras.layers",
  class_name: name,
  config: { units, return_sequences: true },
});

export const model = {
  module: "keras",
  class_name: "Sequential",
  config: {
    name: "deep_bilstm",
    layers: [
      { module: "keras.layers", class_name: "InputLayer", config: { batch_shape: [null, 4, 5] } },
      cell("SimpleRNN", 3),
      { module: "keras.layers", class_name: "Bidirectional", config: { layer: cell("LSTM", 2), merge_mode: "concat" } },
    ],
  },
};

export const testRun: RunView = {
  id: "run-1",
  model,
  modelName: "deep_bilstm",
  summary: "",
  seed: 7,
  parameters: 123,
  device: { chosen: "auto", used: "cpu", name: "CPU", reason: null, brief: null, options: [] },
  ms: 1,
  source: "",
  sourceName: "train_X",
  sourceShape: [4, 5],
  notes: [],
  tensors: [
    tensor(0, -1, "x", [1, 4, 5], ["batch", "time", "features"]),
    tensor(1, 0, "output", [1, 4, 3], sequence),
    tensor(2, 0, "h", [1, 3], state),
    tensor(3, 0, "states/h", [1, 4, 3], sequence),
    tensor(4, 1, "output", [1, 4, 4], sequence, true),
    tensor(5, 1, "forward/h", [1, 2], state),
    tensor(6, 1, "backward/h", [1, 2], state),
    tensor(7, 1, "forward/states/h", [1, 4, 2], sequence),
    tensor(8, 1, "backward/states/h", [1, 4, 2], sequence),
  ],
};
