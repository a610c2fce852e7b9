/** The whole surface of the native addon, as one type. `native/binding/addon.cc` exports exactly these names. */
import type { CaptureLevel, ProgramLayer } from "../core/model/program.js";
import type { GpuPrecision } from "../core/protocol/device.js";

/** Raised when either side of the contract changes its meaning. */
export const ABI_VERSION = 5;

export type NativeLayer = ProgramLayer;

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
  /**
   * On a thread of our own. Rejects with a NativeError; CANCELLED after `token.cancel()`. A model on the GPU may say OUT_OF_MEMORY, TOO_LARGE
   * and DEVICE_LOST too; after DEVICE_LOST every later call for the GPU in this process says it.
   */
  run(args: NativeRunArgs, token: NativeCancelToken): Promise<void>;
  /** In the call: for tiny runs. Throws a NativeError; of a model on the GPU always UNSUPPORTED, as `bind`. */
  runSync(args: NativeRunArgs): void;
  /**
   * A tiny run of this shape, without mask or initial states, to be called again and again: reads x from the buffer's beginning and writes
   * the plan's outputs behind it, one after the other, all of 4 bytes a number; called with that buffer. One at a time: the one before throws from then on. Returns the
   * milliseconds that it took: a clock's reading costs less there.
   */
  bind(shape: readonly number[], capture: CaptureLevel, buffer: ArrayBuffer): (buffer: ArrayBuffer) => number;
  dispose(): void;
}

/** What a memory horizon takes is counted for. */
export interface NativeSensitivityPlanArgs {
  /** Up to the recurrent one whose h is meant, without an Embedding. */
  readonly layers: readonly NativeLayer[];
  /** Of these layers in turn, in Keras's get_weights() order; read until the promise settles. */
  readonly weights: readonly Float32Array[];
  /** Of a Bidirectional, whose h is meant: that of its backward direction. */
  readonly backward: boolean;
  /** Of one sample: [1, T, D] or [1, D]. */
  readonly shape: readonly number[];
  /** 0: physical cores. */
  readonly threads: number;
}

export interface NativeSensitivityArgs extends NativeSensitivityPlanArgs {
  readonly x: Float32Array;
  /** [1, T], 1: the step counts. */
  readonly mask: Uint8Array | null;
  /** Written: ‖∂h_T/∂h_t‖ [T] in the order in which the layer takes its steps, and ∂(Σ h_T)/∂x in x's own order. Neither aliases anything. */
  readonly stateNorms: Float64Array;
  readonly inputGradient: Float32Array;
}

/** A stretch of a tensor and its cells, as `BandBox` in core/band.ts has them. */
export interface NativeSurveyArgs {
  readonly data: Float32Array;
  /** Where the first step's units begin, and how far the next step's are from them. */
  readonly first: number;
  readonly stride: number;
  readonly steps: number;
  readonly units: number;
  readonly stepsPer: number;
  readonly unitsPer: number;
  readonly lead: number;
  /** Written, a cell each: [⌈(steps + lead) / stepsPer⌉, ⌈units / unitsPer⌉]. Neither aliases anything. */
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** What the addon throws and rejects with: `code` is a name of the table in core/errors.ts. */
export interface NativeError extends Error {
  readonly code: string;
}

export interface NativeCuda {
  /**
   * "off": built without CUDA. "no-driver", "old-driver", "no-device": what is installed. "no-image": the build has no kernels for this GPU.
   * "failed": the GPU could not be started, `reason` in CUDA's own words. "ready".
   */
  readonly state: "off" | "no-driver" | "old-driver" | "no-device" | "no-image" | "failed" | "ready";
  /** The GPU's, or empty. */
  readonly name: string;
  /** The CUDA version that the installed driver supports, "12.4"; or empty. */
  readonly driver: string;
  /** The CUDA version that this build needs: "13.0". */
  readonly needed: string;
  /** Compute capability, "8.9"; or empty. */
  readonly capability: string;
  readonly memoryBytes: number;
  readonly reason: string;
  /** A GPU that is computed on the CPU, for tests. */
  readonly emulated: boolean;
}

export interface NativeCapabilities {
  /** The CPU target that is used: "scalar", "avx2", "avx512", "neon". */
  readonly cpuTarget: string;
  readonly cpuTargets: readonly string[];
  readonly cpuName: string;
  readonly physicalCores: number;
  readonly cuda: NativeCuda;
}

export interface NativeAddon {
  readonly abiVersion: number;
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
  capabilities(): NativeCapabilities;
  /**
   * weights: of each layer in turn, in Keras's get_weights() order; copied. Throws a NativeError.
   * threads 0: physical cores. gpuPrecision: of cuda alone, and wanted there.
   */
  createModel(
    layers: readonly NativeLayer[],
    inputFeatures: number,
    weights: readonly Float32Array[],
    options: { readonly device: "cpu" | "cuda"; readonly threads: number; readonly gpuPrecision?: GpuPrecision },
  ): NativeModel;
  createCancelToken(): NativeCancelToken;
  /** Checks all but the numbers, before any allocation: multiply-adds, and bytes beside the results. Throws a NativeError. */
  planSensitivity(args: NativeSensitivityPlanArgs): { readonly work: number; readonly bytes: number };
  /** In float64, on the CPU, on our own thread; progress is in multiply-adds. Rejects with a NativeError. */
  sensitivity(args: NativeSensitivityArgs, token: NativeCancelToken): Promise<void>;
  /** In the call, at the memory's speed: each cell's least and greatest value, and the counts of `Finding` in core/band.ts. Throws a NativeError. */
  survey(args: NativeSurveyArgs): { readonly nan: number; readonly shut: number; readonly open: number; readonly beyond: number };
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
  "planSensitivity",
  "sensitivity",
  "survey",
  "debugLiveBytes",
] as const satisfies readonly (keyof NativeAddon)[];
