/** Every constructor argument that has no field of its own: initialisers, and what a run does not use but a file keeps. */
import type { LayerSpec } from "./spec.js";

export type ArgumentKind = "initializer" | "regularizer" | "constraint" | "flag" | "integer" | "choice";

export interface Argument {
  /** Keras's name. */
  readonly code: string;
  /** The key of `setOption`. */
  readonly option: string;
  readonly kind: ArgumentKind;
  /** Of a choice: its values, Keras's default first. */
  readonly values?: readonly (string | boolean)[];
}

const initializer = (code: string): Argument => ({ code, option: camel(code), kind: "initializer" });
const kept = (code: string, kind: ArgumentKind, values?: Argument["values"]): Argument => ({
  code,
  option: `kept.${code}`,
  kind,
  ...(values === undefined ? {} : { values }),
});

function camel(code: string): string {
  return code.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const trainable = kept("trainable", "flag", [true]);
const regularizers = (...of: string[]): Argument[] => of.map((part) => kept(`${part}_regularizer`, "regularizer"));
const constraints = (...of: string[]): Argument[] => of.map((part) => kept(`${part}_constraint`, "constraint"));

const recurrentInitializers = ["kernel_initializer", "recurrent_initializer", "bias_initializer"].map(initializer);
const recurrentKept = [
  ...regularizers("kernel", "recurrent", "bias", "activity"),
  ...constraints("kernel", "recurrent", "bias"),
  kept("seed", "integer"),
  kept("unroll", "flag", [false]),
  trainable,
];

/** Arguments that decide random weights. */
export function initializersOf(layer: LayerSpec): readonly Argument[] {
  switch (layer.className) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return recurrentInitializers;
    case "Dense":
      return ["kernel_initializer", "bias_initializer"].map(initializer);
    case "Embedding":
      return [initializer("embeddings_initializer")];
    default:
      return [];
  }
}

/** Arguments of training and of storage: no number of a run depends on them. */
export function trainingArgumentsOf(layer: LayerSpec): readonly Argument[] {
  switch (layer.className) {
    case "SimpleRNN":
      return recurrentKept;
    case "LSTM":
    case "GRU":
      return [...recurrentKept, kept("use_cudnn", "choice", ["auto", true, false])];
    case "Dense":
      return [...regularizers("kernel", "bias", "activity"), ...constraints("kernel", "bias"), trainable];
    case "Embedding":
      return [...regularizers("embeddings"), ...constraints("embeddings"), trainable];
    case "Dropout":
      return [kept("seed", "integer")];
    case "RNN":
      return [kept("unroll", "flag", [false]), trainable];
    case "Flatten":
      return [kept("data_format", "choice", ["channels_last", "channels_first"])];
    default:
      return [trainable];
  }
}

/** Keras's initialisers that weights are drawn from here, with their numbers and Keras's defaults. */
export const initializerNumbers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  GlorotUniform: {},
  GlorotNormal: {},
  HeUniform: {},
  HeNormal: {},
  LecunUniform: {},
  LecunNormal: {},
  Orthogonal: { gain: 1 },
  RandomUniform: { minval: -0.05, maxval: 0.05 },
  RandomNormal: { mean: 0, stddev: 0.05 },
  TruncatedNormal: { mean: 0, stddev: 0.05 },
  Zeros: {},
  Ones: {},
  Constant: { value: 0 },
  Identity: { gain: 1 },
};

/** Regularisers and constraints, the same. */
export const keptNumbers: Readonly<Record<"regularizer" | "constraint", Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
  regularizer: { L1: { l1: 0.01 }, L2: { l2: 0.01 }, L1L2: { l1: 0, l2: 0 } },
  constraint: {
    MaxNorm: { max_value: 2, axis: 0 },
    MinMaxNorm: { min_value: 0, max_value: 1, rate: 1, axis: 0 },
    NonNeg: {},
    UnitNorm: { axis: 0 },
  },
};
