/** Keras 3's constructor defaults, in one place. Source: keras.layers documentation, Keras 3. */
import type {
  ActivationSpec,
  BidirectionalSpec,
  DenseSpec,
  DropoutSpec,
  EmbeddingSpec,
  Initializer,
  LayerClass,
  LayerSpec,
  MaskingSpec,
  RecurrentClass,
  RecurrentSpec,
  RepeatVectorSpec,
  StackSpec,
} from "./spec.js";

const initializer = (className: string, config: Record<string, unknown> = {}): Initializer => ({ className, config });

export function recurrent(className: RecurrentClass, units: number, options: Partial<RecurrentSpec> = {}): RecurrentSpec {
  return {
    className,
    name: snakeCase(className),
    units,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    useBias: true,
    returnSequences: false,
    returnState: false,
    goBackwards: false,
    stateful: false,
    zeroOutputForMask: false,
    resetAfter: true,
    unitForgetBias: true,
    dropout: 0,
    recurrentDropout: 0,
    kernelInitializer: initializer("GlorotUniform"),
    recurrentInitializer: initializer("Orthogonal", { gain: 1 }),
    biasInitializer: initializer("Zeros"),
    kept: {},
    ...options,
  };
}

/** What an RNN says, beside its cells. */
export type StackFlags = Pick<RecurrentSpec, "returnSequences" | "returnState" | "goBackwards" | "stateful" | "zeroOutputForMask">;

/** Gives each cell the RNN's own arguments where they matter. */
export function stack(
  cells: readonly RecurrentSpec[],
  flags: StackFlags,
  options: Partial<Pick<StackSpec, "name" | "kept">> = {},
): StackSpec {
  const last = cells.length - 1;
  return {
    className: "RNN",
    name: "rnn",
    kept: {},
    ...options,
    cells: cells.map((cell, i) => ({
      ...cell,
      returnSequences: i < last || flags.returnSequences,
      returnState: flags.returnState,
      stateful: flags.stateful,
      goBackwards: i === 0 && flags.goBackwards,
      zeroOutputForMask: i === last && flags.zeroOutputForMask,
    })),
  };
}

export function flagsOf(layer: Pick<StackSpec, "cells">): StackFlags {
  const [first, last] = [layer.cells[0] as RecurrentSpec, layer.cells.at(-1) as RecurrentSpec];
  const { returnSequences, zeroOutputForMask } = last;
  return { returnSequences, zeroOutputForMask, returnState: first.returnState, stateful: first.stateful, goBackwards: first.goBackwards };
}

/** Wraps a layer as Keras does: the backward layer is a mirror of the forward one. */
export function bidirectional(
  layer: RecurrentSpec,
  options: Partial<Pick<BidirectionalSpec, "name" | "mergeMode">> = {},
): BidirectionalSpec {
  const wrapped = { ...layer, name: `forward_${layer.name.replace(/^forward_/, "")}` };
  return {
    className: "Bidirectional",
    name: options.name ?? "bidirectional",
    mergeMode: options.mergeMode === undefined ? "concat" : options.mergeMode,
    layer: wrapped,
    backward: mirrorOf(wrapped),
    ownBackward: false,
    kept: {},
  };
}

export function mirrorOf(layer: RecurrentSpec): RecurrentSpec {
  return { ...layer, name: layer.name.replace(/^(forward_)?/, "backward_"), goBackwards: !layer.goBackwards };
}

export function dense(units: number, options: Partial<DenseSpec> = {}): DenseSpec {
  return {
    className: "Dense",
    name: "dense",
    units,
    activation: "linear",
    useBias: true,
    kernelInitializer: initializer("GlorotUniform"),
    biasInitializer: initializer("Zeros"),
    timeDistributed: false,
    kept: {},
    ...options,
  };
}

export function embedding(inputDim: number, outputDim: number, options: Partial<EmbeddingSpec> = {}): EmbeddingSpec {
  const embeddingsInitializer = initializer("RandomUniform", { minval: -0.05, maxval: 0.05 });
  return { className: "Embedding", name: "embedding", inputDim, outputDim, maskZero: false, embeddingsInitializer, kept: {}, ...options };
}

export function dropout(rate: number, options: Partial<DropoutSpec> = {}): DropoutSpec {
  return { className: "Dropout", name: "dropout", rate, kept: {}, ...options };
}

export function repeatVector(n: number, options: Partial<RepeatVectorSpec> = {}): RepeatVectorSpec {
  return { className: "RepeatVector", name: "repeat_vector", n, kept: {}, ...options };
}

export function masking(maskValue = 0, options: Partial<MaskingSpec> = {}): MaskingSpec {
  return { className: "Masking", name: "masking", maskValue, kept: {}, ...options };
}

export function activation(name: string, options: Partial<ActivationSpec> = {}): ActivationSpec {
  return { className: "Activation", name: "activation", activation: name, kept: {}, ...options };
}

/** A layer as "Add layer" puts it in: with sizes that a reader can check in the head. */
export function newLayer(className: LayerClass, steps: number | null): LayerSpec {
  switch (className) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return recurrent(className, 3);
    case "Bidirectional":
      return bidirectional(recurrent("LSTM", 3));
    case "RNN": {
      const cell = recurrent("LSTM", 3, { name: "lstm_cell" });
      return stack([cell, { ...cell, name: "lstm_cell_1" }], cell);
    }
    case "Dense":
      return dense(1);
    case "Embedding":
      return embedding(1000, 8);
    case "Masking":
      return masking();
    case "Activation":
      return activation("tanh");
    case "Dropout":
      return dropout(0.2);
    case "RepeatVector":
      return repeatVector(steps ?? 4);
    case "Flatten":
      return { className, name: "flatten", kept: {} };
    case "Reshape":
      return { className, name: "reshape", targetShape: [-1], kept: {} };
  }
}

/** Keras's automatic names: `SimpleRNN` → `simple_rnn`, `LSTM` → `lstm`. */
export function snakeCase(className: string): string {
  return className
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The first free name after Keras's fashion: `lstm`, `lstm_1`, `lstm_2`. */
export function uniqueName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  for (let i = 1; ; i++) if (!taken.has(`${base}_${i}`)) return `${base}_${i}`;
}
