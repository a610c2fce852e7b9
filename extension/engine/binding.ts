/** The whole surface of the native addon, as one type. `native/binding/addon.cc` exports exactly these names. */

/** Raised when either side of the contract changes its meaning. */
export const ABI_VERSION = 1;

export type NativeCell = "simple_rnn" | "lstm" | "gru";

/** One recurrent layer in one direction. All activation names are those of Keras 3, and `hard_sigmoid_keras2`. */
export interface NativeRecurrent {
  readonly kind: NativeCell;
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

export type NativeLayer =
  | NativeRecurrent
  /** Both see the same input; the backward sequence is flipped before it merges. null: two outputs, one after the other. */
  | {
      readonly kind: "bidirectional";
      readonly mergeMode: "concat" | "sum" | "mul" | "ave" | null;
      readonly forward: NativeRecurrent;
      readonly backward: NativeRecurrent;
    }
  /** On the last axis, of whatever rank. */
  | { readonly kind: "dense"; readonly units: number; readonly activation: string; readonly useBias: boolean }
  /** x: [B, T] int32 ids → [B, T, units]; maskZero: id 0 is masked. An id outside the table is INVALID_ARGUMENT. */
  | { readonly kind: "embedding"; readonly vocabulary: number; readonly units: number; readonly maskZero: boolean }
  /** Masks the steps whose features all equal maskValue, and sets them to 0. */
  | { readonly kind: "masking"; readonly maskValue: number }
  | { readonly kind: "activation"; readonly activation: string }
  /** [B, D] → [B, times, D] */
  | { readonly kind: "repeat_vector"; readonly times: number }
  /** The same numbers in another shape; `target` is without the batch, all known, one −1 allowed. Flatten is [−1]. Ends the mask. */
  | { readonly kind: "reshape"; readonly target: readonly number[] };

/** 0 outputs, 1 also each layer's output, 2 also gates and states at every step. */
export type CaptureLevel = 0 | 1 | 2;

export interface NativePlan {
  /** Scratch and outputs together. */
  readonly bytes: number;
  /** What a run counts in its progress: the time steps of all layers. */
  readonly steps: number;
  /** Multiply-adds, to tell a tiny run from one that needs a thread. */
  readonly work: number;
  /**
   * Elements of each output, in this order: for each layer in turn, where it is wanted (the last layer, or capture ≥ 1), its outputs
   * ([output], or forward and backward with mergeMode null); where it is recurrent, its final states, always (h; h, c; forward, then
   * backward), which cost next to nothing; with capture 2 per direction states/h, [states/c], and gates i f candidate o (LSTM) or
   * z r candidate (GRU), each [B, T, H] in the order in which the steps are taken.
   */
  readonly outputs: readonly number[];
}

export interface NativeRunArgs {
  /** [B, T, D], [B, D], or [B, T] for an embedding. */
  readonly shape: readonly number[];
  readonly x: Float32Array | Int32Array;
  /** [B, T], 1: the step counts. */
  readonly mask: Uint8Array | null;
  /** One entry a state of the model in layer order (h; h, c; forward, then backward), [B, units]; null is zero. Empty: all zero. */
  readonly initialStates: readonly (Float32Array | null)[];
  readonly capture: CaptureLevel;
  /** The plan's outputs, allocated by the caller; none may alias another or an input. */
  readonly outputs: readonly Float32Array[];
}

export interface NativeCancelToken {
  cancel(): void;
  /** Steps done so far; written by the run, read by anyone. */
  readonly progress: number;
}

export interface NativeModel {
  /** Checks the shape against the model and the limits, before any allocation. Throws a NativeError. */
  plan(shape: readonly number[], capture: CaptureLevel): NativePlan;
  /** On a thread of our own. Rejects with a NativeError; CANCELLED after `token.cancel()`. */
  run(args: NativeRunArgs, token: NativeCancelToken): Promise<void>;
  /** In the call: for tiny runs. Throws a NativeError. */
  runSync(args: NativeRunArgs): void;
  dispose(): void;
}

/** What the addon throws and rejects with: `code` is a name of the table in core/errors.ts. */
export interface NativeError extends Error {
  readonly code: string;
}

export interface NativeCapabilities {
  /** The CPU target that is used: "scalar", "avx2", "avx512", "neon". */
  readonly cpuTarget: string;
  readonly cpuTargets: readonly string[];
  readonly cpuName: string;
  readonly physicalCores: number;
  /** "off": built without CUDA; "unavailable": the reason says why; "ready". */
  readonly cuda: { readonly state: "off" | "unavailable" | "ready"; readonly name: string; readonly reason: string };
}

export interface NativeAddon {
  readonly abiVersion: number;
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
  capabilities(): NativeCapabilities;
  /**
   * weights: of each layer in turn, in Keras's get_weights() order; copied. Throws a NativeError.
   * threads 0: physical cores.
   */
  createModel(
    layers: readonly NativeLayer[],
    inputFeatures: number,
    weights: readonly Float32Array[],
    options: { readonly device: "cpu" | "cuda"; readonly threads: number },
  ): NativeModel;
  createCancelToken(): NativeCancelToken;
  /** Bytes that models and runs hold now: 0 when all is disposed. */
  debugLiveBytes(): number;
}

export const nativeAddonKeys = [
  "abiVersion",
  "errorCodes",
  "limits",
  "capabilities",
  "createModel",
  "createCancelToken",
  "debugLiveBytes",
] as const satisfies readonly (keyof NativeAddon)[];
