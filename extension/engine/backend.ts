/** What a device offers: the addon and the plain TypeScript backend serve the same interface. */
import type { Message } from "../core/messages.js";
import type { CaptureLevel, ProgramLayer } from "../core/model/program.js";
import type { DeviceKind } from "../core/protocol/device.js";
import type { SensitivityPlan, SensitivityTask } from "../core/reference/sensitivity.js";

export interface Device {
  readonly kind: DeviceKind;
  /** What a person would call it: "Intel Xeon (avx512, 2 threads)". */
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available, and what helps. */
  readonly reason: Message | null;
  /** The reason in a few words, where it has some. */
  readonly brief: Message | null;
}

export interface BackendPlan {
  readonly bytes: number;
  /** What of it lies in this process's memory, and counts against its limit; the device's own memory is the device's to check. */
  readonly hostBytes: number;
  /** Time steps of all layers, for progress. */
  readonly steps: number;
  /** Multiply-adds. */
  readonly work: number;
}

export interface BackendRun {
  readonly shape: readonly number[];
  readonly x: Float32Array | Int32Array;
  readonly mask: Uint8Array | null;
  readonly initialStates: readonly (Float32Array | null)[];
  readonly capture: CaptureLevel;
  /** As `tensorPlan` lists them. Every number is written; what they hold before is anybody's. */
  readonly outputs: readonly Float32Array[];
}

/** A long run, as the caller sees it from outside. */
export interface RunHandle {
  /** Settles when nothing is written any more. Rejects with an UnrollError. */
  readonly finished: Promise<void>;
  cancel(): void;
  /** Time steps done. */
  progress(): number;
}

/** A tiny run whose buffers stay: fill `x`, call `run`, read `outputs` (as `tensorPlan` lists them). */
export interface BoundRun {
  readonly x: Float32Array | Int32Array;
  readonly outputs: readonly Float32Array[];
  /** The milliseconds that it took. @throws UnrollError */
  run(): number;
}

export interface BackendModel {
  /** Checks the shape and counts, before anything is allocated. @throws UnrollError */
  plan(shape: readonly number[], capture: CaptureLevel): BackendPlan;
  /** Computes in the call; for runs that are tiny on this device. @throws UnrollError */
  runNow(run: BackendRun): void;
  /** For runs of one shape again and again, without mask and states; the one before is no longer to be called. */
  bind?(shape: readonly number[], capture: CaptureLevel, sizes: readonly number[], ids: boolean): BoundRun;
  start(run: BackendRun): RunHandle;
  dispose(): void;
}

export interface HorizonTask extends SensitivityTask {
  readonly weights: readonly Float32Array[];
}

export interface Horizon {
  /** [T] in the order in which the layer takes its steps. */
  readonly stateNorms: Float64Array;
  /** In x's own order. */
  readonly inputGradient: Float32Array;
}

/** A memory horizon that is being computed. */
export interface HorizonHandle {
  /** Rejects with an UnrollError. */
  readonly finished: Promise<Horizon>;
  cancel(): void;
  /** Multiply-adds done. */
  progress(): number;
}

/** Back through time, always in float64 and in this process's memory. */
export interface HorizonBackend {
  /** Multiply-adds of which a core takes about half an hour. */
  readonly maxWork: number;
  /** Nothing is allocated. @throws UnrollError */
  plan(task: HorizonTask): SensitivityPlan;
  /** @param mask [1, T], or null. */
  start(task: HorizonTask, x: Float32Array, mask: Uint8Array | null): HorizonHandle;
}

export interface Backend {
  readonly device: Device;
  /** Runs of at most so many multiply-adds are tiny: some tens of microseconds. −1: none is, and `runNow` and `bind` are never called. */
  readonly tinyWork: number;
  readonly horizon: HorizonBackend;
  /** @param weights of each layer in turn, in Keras's get_weights() order. @throws UnrollError */
  createModel(program: readonly ProgramLayer[], features: number, weights: readonly Float32Array[]): BackendModel;
}
