/** What a device is given to run: layers without names or Keras's conveniences, in the order of their weights. */

export type ProgramCell = "simple_rnn" | "lstm" | "gru";

/** One recurrent layer in one direction. Activation names are canonical (`activations.ts`). */
export interface ProgramRecurrent {
  readonly kind: ProgramCell;
  readonly units: number;
  readonly activation: string;
  /** Of the gates; not read for simple_rnn. */
  readonly recurrentActivation: string;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  /** A masked step's output is zero instead of the previous output. */
  readonly zeroOutputForMask: boolean;
  /** Only read for gru. */
  readonly resetAfter: boolean;
}

export interface ProgramBidirectional {
  readonly kind: "bidirectional";
  readonly mergeMode: "concat" | "sum" | "mul" | "ave" | null;
  readonly forward: ProgramRecurrent;
  readonly backward: ProgramRecurrent;
}

/** Each cell reads what the one before it gives, step by step; all but the last return sequences, only the first may go backwards. */
export interface ProgramStack {
  readonly kind: "stack";
  readonly cells: readonly ProgramRecurrent[];
}

export type ProgramLayer =
  | ProgramRecurrent
  | ProgramStack
  /** Both see the same input; the backward sequence is flipped before it merges. null: two outputs, one after the other. */
  | ProgramBidirectional
  /** On the last axis, of whatever rank. */
  | { readonly kind: "dense"; readonly units: number; readonly activation: string; readonly useBias: boolean }
  /** x: [B, T] int32 ids → [B, T, units]; maskZero: id 0 is masked. An id outside the table is INVALID_ARGUMENT. */
  | { readonly kind: "embedding"; readonly vocabulary: number; readonly units: number; readonly maskZero: boolean }
  /** Masks the steps whose features all equal maskValue, and sets them to 0. */
  | { readonly kind: "masking"; readonly maskValue: number }
  | { readonly kind: "activation"; readonly activation: string }
  /** [B, D] → [B, times, D] */
  | { readonly kind: "repeat_vector"; readonly times: number }
  /** The same numbers in another shape; `target` is without the batch, one −1 allowed. Flatten is [−1]. Ends the mask. */
  | { readonly kind: "reshape"; readonly target: readonly number[] };

/** 0 outputs, 1 also each layer's output, 2 also gates and states at every step. */
export type CaptureLevel = 0 | 1 | 2;

export function isProgramRecurrent(layer: ProgramLayer): layer is ProgramRecurrent {
  return layer.kind === "simple_rnn" || layer.kind === "lstm" || layer.kind === "gru";
}

/** Forward, then backward; of a stack its cells; none where the layer is not recurrent. */
export function programDirections(layer: ProgramLayer): readonly ProgramRecurrent[] {
  if (layer.kind === "stack") return layer.cells;
  if (layer.kind === "bidirectional") return [layer.forward, layer.backward];
  return isProgramRecurrent(layer) ? [layer] : [];
}

export function programGates(kind: ProgramCell): 1 | 3 | 4 {
  return kind === "lstm" ? 4 : kind === "gru" ? 3 : 1;
}

export function programStates(kind: ProgramCell): readonly ("h" | "c")[] {
  return kind === "lstm" ? ["h", "c"] : ["h"];
}

/** Before the names of a direction's, or a cell's, tensors. */
export function programPrefix(layer: ProgramLayer, index: number): string {
  if (layer.kind === "stack") return `cells/${index}/`;
  return layer.kind === "bidirectional" ? (index === 0 ? "forward/" : "backward/") : "";
}
