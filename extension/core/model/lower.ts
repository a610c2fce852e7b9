/** Model → program: resolves what Keras decides by itself, e.g. a Bidirectional's zero_output_for_mask. */
import type { ProgramCell, ProgramLayer, ProgramRecurrent } from "./program.js";
import type { LayerSpec, ModelSpec, RecurrentClass, RecurrentSpec } from "./spec.js";

const kinds: Readonly<Record<RecurrentClass, ProgramCell>> = { SimpleRNN: "simple_rnn", LSTM: "lstm", GRU: "gru" };

/** One program layer a model layer, in order. The model must be sound: see `flowOf`. */
export function lower(model: ModelSpec): ProgramLayer[] {
  return model.layers.map(lowerLayer);
}

function lowerLayer(layer: LayerSpec): ProgramLayer {
  switch (layer.className) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return direction(layer);
    case "Bidirectional": {
      // Keras forces zero_output_for_mask on both directions of a Bidirectional that returns sequences, and turns it off otherwise.
      const zeroOutputForMask = layer.layer.returnSequences;
      return {
        kind: "bidirectional",
        mergeMode: layer.mergeMode,
        forward: { ...direction(layer.layer), zeroOutputForMask },
        backward: { ...direction(layer.backward), zeroOutputForMask },
      };
    }
    case "RNN": {
      const cells = layer.cells.map(direction);
      return cells.length === 1 ? (cells[0] as ProgramRecurrent) : { kind: "stack", cells };
    }
    case "Dense":
      return { kind: "dense", units: layer.units, activation: layer.activation, useBias: layer.useBias };
    case "Embedding":
      return { kind: "embedding", vocabulary: layer.inputDim, units: layer.outputDim, maskZero: layer.maskZero };
    case "Masking":
      return { kind: "masking", maskValue: layer.maskValue };
    case "Activation":
      return { kind: "activation", activation: layer.activation };
    case "Dropout":
      // Identity in inference.
      return { kind: "activation", activation: "linear" };
    case "RepeatVector":
      return { kind: "repeat_vector", times: layer.n };
    case "Flatten":
      return { kind: "reshape", target: [-1] };
    case "Reshape":
      return { kind: "reshape", target: layer.targetShape };
  }
}

function direction(layer: RecurrentSpec): ProgramRecurrent {
  return {
    kind: kinds[layer.className],
    units: layer.units,
    activation: layer.activation,
    recurrentActivation: layer.recurrentActivation,
    useBias: layer.useBias,
    returnSequences: layer.returnSequences,
    goBackwards: layer.goBackwards,
    zeroOutputForMask: layer.zeroOutputForMask,
    resetAfter: layer.resetAfter,
  };
}
