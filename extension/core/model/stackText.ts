/** A stack in one line, as calls: "SimpleRNN(3) → Bidirectional(LSTM(8))". */
import type { LayerSpec, ModelSpec } from "./spec.js";

export function stackText(model: ModelSpec): string {
  return model.layers.map(callText).join(" → ");
}

export function callText(layer: LayerSpec): string {
  switch (layer.className) {
    case "RNN":
      return `RNN(${layer.cells.map((cell) => `${cell.className}Cell(${cell.units})`).join(", ")})`;
    case "Bidirectional":
      return `Bidirectional(${layer.layer.className}(${layer.layer.units}))`;
    case "Dense":
      return layer.timeDistributed ? `TimeDistributed(Dense(${layer.units}))` : `Dense(${layer.units})`;
    case "Embedding":
      return `Embedding(${layer.inputDim}, ${layer.outputDim})`;
    case "RepeatVector":
      return `RepeatVector(${layer.n})`;
    case "Activation":
      return `Activation(${layer.activation})`;
    case "Dropout":
      return `Dropout(${layer.rate})`;
    case "Reshape":
      return `Reshape(${layer.targetShape.join(", ")})`;
    case "Flatten":
    case "Masking":
      return layer.className;
    default:
      return `${layer.className}(${layer.units})`;
  }
}
