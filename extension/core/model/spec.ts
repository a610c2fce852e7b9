/** The model as the product thinks of it: a stack of layers with Keras's options, all defaults filled in. */

/** A batch shape; null is a dimension that only data can fix. */
export type SymbolicShape = readonly (number | null)[];

/** A Keras initialiser by class name, e.g. `{ className: "GlorotUniform", config: {} }`. */
export interface Initializer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Arguments that change nothing here (regularizers, constraints, `unroll` …), kept so that writing gives them back. */
export type KeptArguments = Readonly<Record<string, unknown>>;

export const recurrentClasses = ["SimpleRNN", "LSTM", "GRU"] as const;
export type RecurrentClass = (typeof recurrentClasses)[number];

export interface RecurrentSpec {
  readonly className: RecurrentClass;
  readonly name: string;
  readonly units: number;
  readonly activation: string;
  /** Of the gates; not read for SimpleRNN. */
  readonly recurrentActivation: string;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutputForMask: boolean;
  /** Only read for GRU. */
  readonly resetAfter: boolean;
  /** Only read for LSTM. */
  readonly unitForgetBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly kernelInitializer: Initializer;
  readonly recurrentInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kept: KeptArguments;
}

export const mergeModes = ["concat", "sum", "mul", "ave", null] as const;
export type MergeMode = (typeof mergeModes)[number];

export interface BidirectionalSpec {
  readonly className: "Bidirectional";
  readonly name: string;
  readonly mergeMode: MergeMode;
  readonly layer: RecurrentSpec;
  /** A mirror of `layer`, unless `ownBackward`. */
  readonly backward: RecurrentSpec;
  /** The config names a backward layer of its own. */
  readonly ownBackward: boolean;
  readonly kept: KeptArguments;
}

/** Several cells a step, one after the other: RNN([LSTMCell(8), GRUCell(4)]). With one cell it is that cell's layer. */
export interface StackSpec {
  readonly className: "RNN";
  readonly name: string;
  /**
   * At least one. Each as the layer of its class, with the RNN's own arguments where they matter: all share return_state and stateful, the
   * first has go_backwards, the last return_sequences and zero_output_for_mask; the others return sequences. See `defaults.stack`.
   */
  readonly cells: readonly RecurrentSpec[];
  readonly kept: KeptArguments;
}

export interface DenseSpec {
  readonly className: "Dense";
  readonly name: string;
  readonly units: number;
  readonly activation: string;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  /** Written as TimeDistributed(Dense), which computes the same. */
  readonly timeDistributed: boolean;
  readonly kept: KeptArguments;
}

export interface EmbeddingSpec {
  readonly className: "Embedding";
  readonly name: string;
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  readonly embeddingsInitializer: Initializer;
  readonly kept: KeptArguments;
}

export interface MaskingSpec {
  readonly className: "Masking";
  readonly name: string;
  readonly maskValue: number;
  readonly kept: KeptArguments;
}

export interface ActivationSpec {
  readonly className: "Activation";
  readonly name: string;
  readonly activation: string;
  readonly kept: KeptArguments;
}

export interface DropoutSpec {
  readonly className: "Dropout";
  readonly name: string;
  readonly rate: number;
  readonly kept: KeptArguments;
}

export interface RepeatVectorSpec {
  readonly className: "RepeatVector";
  readonly name: string;
  readonly n: number;
  readonly kept: KeptArguments;
}

export interface FlattenSpec {
  readonly className: "Flatten";
  readonly name: string;
  readonly kept: KeptArguments;
}

export interface ReshapeSpec {
  readonly className: "Reshape";
  readonly name: string;
  /** Without the batch; one −1 allowed. */
  readonly targetShape: readonly number[];
  readonly kept: KeptArguments;
}

export type LayerSpec =
  | RecurrentSpec
  | BidirectionalSpec
  | StackSpec
  | DenseSpec
  | EmbeddingSpec
  | MaskingSpec
  | ActivationSpec
  | DropoutSpec
  | RepeatVectorSpec
  | FlattenSpec
  | ReshapeSpec;

export type LayerClass = LayerSpec["className"];

export interface ModelSpec {
  readonly name: string;
  /** Of the Keras that wrote it: its `hard_sigmoid` differs. */
  readonly kerasVersion: 2 | 3;
  /** The declared batch shape; null where none is declared. */
  readonly input: SymbolicShape | null;
  readonly layers: readonly LayerSpec[];
  /** The model's own seed; it wins over the setting. */
  readonly seed: number | null;
  /** Layers that are switched off, by their place in the whole stack, ascending: kept in the document, never run. Left out: none. */
  readonly disabled?: readonly DisabledLayer[];
}

export interface DisabledLayer {
  readonly position: number;
  readonly layer: LayerSpec;
}

export function isRecurrent(layer: LayerSpec): layer is RecurrentSpec {
  return (recurrentClasses as readonly string[]).includes(layer.className);
}

/** The directions of a recurrent layer, forward first, or the cells of an RNN, first to last; none for other layers. */
export function directionsOf(layer: LayerSpec): readonly RecurrentSpec[] {
  if (layer.className === "RNN") return layer.cells;
  if (layer.className === "Bidirectional") return [layer.layer, layer.backward];
  return isRecurrent(layer) ? [layer] : [];
}

/** Gates of one cell: the factor G in the kernel's shape [D, G·H]. */
export function gatesOf(className: RecurrentClass): 1 | 3 | 4 {
  return className === "LSTM" ? 4 : className === "GRU" ? 3 : 1;
}

/** The states of one direction, in Keras's order. */
export function statesOf(className: RecurrentClass): readonly ("h" | "c")[] {
  return className === "LSTM" ? ["h", "c"] : ["h"];
}

/** What the tensors of a direction, or of a cell, have before their names: "forward/", "cells/0/", or nothing where there is one. */
export function prefixOf(layer: LayerSpec, index: number): string {
  if (layer.className === "RNN") return layer.cells.length === 1 ? "" : `cells/${index}/`;
  return layer.className === "Bidirectional" ? (index === 0 ? "forward/" : "backward/") : "";
}

/** Does the layer return every step? */
export function returnsSequences(layer: LayerSpec): boolean {
  return directionsOf(layer).at(-1)?.returnSequences ?? false;
}

/** Features that come into a direction or a cell, given those of the layer: a cell reads the one before it. */
export function featuresInto<T>(layer: LayerSpec, index: number, features: T): T | number {
  return layer.className === "RNN" && index > 0 ? (layer.cells[index - 1] as RecurrentSpec).units : features;
}
