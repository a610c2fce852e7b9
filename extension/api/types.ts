/** The public names and shapes of the Node API. They are fixed: tools outside the project call them. */
import type { DeviceChoice, DeviceKind } from "../core/protocol/device.js";

export type { DeviceKind };

export interface DeviceInfo {
  kind: DeviceKind;
  /** What a person would call it, e.g. "NVIDIA H100" or "AMD EPYC (avx512, 2 threads)". */
  name: string;
  available: boolean;
  /** Why it is not available, or why a better one was not taken. */
  reason?: string;
}

/** A dense row-major tensor. Floating point data is float32; token ids are int32. The data of a small one may lie in a larger buffer. */
export interface Tensor {
  shape: number[];
  data: Float32Array | Int32Array;
}

/**
 * Of a model: "output", then "h", "c" (return_state); Bidirectional: "output" (or "forward/output", "backward/output" with merge_mode null),
 * "forward/h", "forward/c", "backward/h", "backward/c". Of a layer with capture "gates" also, each [B, T, H] in the order in which the steps
 * are taken, "states/h"; LSTM "states/c", "gates/i", "gates/f", "gates/candidate", "gates/o"; GRU "gates/z", "gates/r", "gates/candidate";
 * under "forward/" and "backward/" where there are two directions.
 */
export interface NamedTensor extends Tensor {
  name: string;
}

export interface EngineOptions {
  /** "auto" (default) takes the best that is available, and says so; a named device is that device or nothing. */
  device?: DeviceChoice;
  /** Compute threads of the cpu device; default: physical cores. */
  threads?: number;
  /** Of products on the GPU. "tf32": input projections and Dense layers are faster and off by about 2⁻¹⁰ of a product. Default "float32". */
  gpuPrecision?: "float32" | "tf32";
  /** A run whose plan needs more is refused with TOO_LARGE before anything is allocated. Default 4 GiB. */
  memoryLimitBytes?: number;
  /** "process": a supervised child process. "inProcess" (default): no IPC. */
  isolation?: "process" | "inProcess";
}

export interface RunOptions {
  /** [B, T] of 0 and 1, int32 or float32: which steps count. */
  mask?: Tensor;
  /** States of the first recurrent layer, in Keras's order (h; h, c; forward then backward), [B, units] each. */
  initialState?: Tensor[];
  /** "outputs" (default): what the model returns. "layers": also each layer's output. "gates": also gates and states at every step. */
  capture?: "outputs" | "layers" | "gates";
  signal?: AbortSignal;
  /** 0 or left out: none. Past it the run ends with TIMEOUT. */
  timeoutMs?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface SensitivityOptions {
  /** Index (an InputLayer is not counted) or name; default: the last recurrent one. Of a Bidirectional the forward direction is meant, of several cells the last. */
  layer?: number | string;
  /** Of the batch; default 0. */
  sample?: number;
  /** [B, T] of 0 and 1, int32 or float32: which steps count. */
  mask?: Tensor;
  signal?: AbortSignal;
  /** In multiply-adds. */
  onProgress?: (done: number, total: number) => void;
}

export interface SensitivityResult {
  /** ‖∂h_T/∂h_t‖ (Frobenius) in the order in which the layer takes its steps; the last is √units. What stands beside h_t is held: an LSTM's c_t. */
  stateNorms: Float64Array;
  /** ∂(sum of h_T)/∂x of the sample, [T, D], in x's own order, through all layers below. */
  inputGradient: Tensor;
}

export interface RunResult {
  /** What the model returns, in Keras's order: the output, then the last layer's states where return_state is set. */
  outputs: NamedTensor[];
  layers: { name: string; className: string; tensors: NamedTensor[] }[];
  device: DeviceInfo;
  timing: { computeMs: number; copyMs: number; totalMs: number };
}

export interface LayerInfo {
  name: string;
  className: string;
  /** One entry a tensor that the layer returns; null: only data can fix the dimension. */
  outputShapes: (number | null)[][];
  /** null while the features of the input are not known. */
  params: number | null;
}

export interface Model {
  /** The table that Keras 2 prints: 65 characters wide, columns from 0, 29 and 55. */
  summary(): string;
  readonly layers: LayerInfo[];
  weights(): NamedTensor[];
  /**
   * @param x of the rank that the first layer wants: [B, T, D] for a recurrent one, [B, T] token ids for an Embedding, [B, D] for a
   *   RepeatVector or Dense. One axis less: the batch axis is added in front. Runs of one engine are taken in the order of their calls.
   * @throws UnrollError SHAPE_MISMATCH, INVALID_ARGUMENT, TOO_LARGE, OUT_OF_MEMORY, CANCELLED, TIMEOUT, DEVICE_LOST …
   */
  run(x: Tensor, options?: RunOptions): Promise<RunResult>;
  /**
   * How far back the last hidden state h_T of a recurrent layer remembers; from zero states, in the order of the runs. Computed in float64 by
   * the engine's process itself, whatever the device.
   * @throws UnrollError UNSUPPORTED above an Embedding, whose token ids have no gradient; TOO_LARGE, SHAPE_MISMATCH, INVALID_ARGUMENT, CANCELLED …
   */
  sensitivity(x: Tensor, options?: SensitivityOptions): Promise<SensitivityResult>;
  /** Zeroes, or sets, the states of stateful layers. Taken in the order of calls. */
  resetStates(states?: Tensor[]): Promise<void>;
  /** The states of stateful layers now, named "LAYER/h" and so on. */
  states(): Promise<NamedTensor[]>;
  dispose(): void;
}

export interface Engine {
  /** What computes. It changes in one case: "auto" in a process of its own, whose GPU was lost twice, goes on with the CPU. */
  readonly device: DeviceInfo;
  devices(): Promise<DeviceInfo[]>;
  /**
   * @param model a Keras Sequential config, as `model.to_json()` gives it (parsed, or as text). Keras 2 and 3 spellings.
   * @param options.weights ONE flat list in `model.get_weights()` order; left out: the layers' initialisers, drawn from `seed` (default 0).
   * @throws UnrollError with a message that names the fix. A refusal never disturbs the engine.
   */
  load(model: object | string, options?: { weights?: Tensor[]; seed?: number }): Promise<Model>;
  /** Not built yet: rejects with UNSUPPORTED. */
  open(file: string, options?: { model?: object | string }): Promise<Model>;
  /** Frees all. Nothing of the engine then keeps the process alive. */
  dispose(): Promise<void>;
}

export type SelectionErrorKind =
  | "empty"
  | "no-numbers"
  | "not-numeric"
  | "missing-value"
  | "ragged"
  | "truncated"
  | "unbalanced"
  | "non-finite"
  | "rank"
  | "too-large"
  | "too-deep"
  | "not-an-array"
  | "trailing-code";

export type ParsedSelection =
  | {
      ok: true;
      tensor: Tensor;
      columns?: string[];
      notes: string[];
      /** UTF-16 offset of each number in the source. */
      offsets?: Uint32Array;
      /** [B, T], where rows were padded. */
      mask?: Tensor;
    }
  | { ok: false; error: { kind: SelectionErrorKind; message: string; start: number; end: number } };

/** Models found in source code, read without running it. `config` is a Keras Sequential config. */
export interface ModelInCode {
  name: string;
  framework: "keras" | "pytorch";
  config: object;
  start: number;
  end: number;
  layerRanges: { start: number; end: number }[];
  problems: { message: string; start: number; end: number }[];
}
