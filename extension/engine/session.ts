/** The engine itself, without a process around it: devices, models, runs in the order of their calls. */
import * as os from "node:os";
import { failure, runCancelled, UnrollError } from "../core/errors.js";
import { ALWAYS_FREE_BYTES, MEMORY_DEFAULT_BYTES } from "../core/model/limits.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { CheckReport } from "../core/protocol/check.js";
import type { DeviceChoice, DeviceKind, GpuPrecision, GpuWords } from "../core/protocol/device.js";
import { findAddon } from "./addon.js";
import type { Backend, Device } from "./backend.js";
import { checkDevices, type CheckOrder } from "./check.js";
import { chooseBackend, type Devices, findDevices } from "./devices.js";
import { type InputTensor, LoadedModel, type OutputTensor, type PreparedRun, type RunRequest } from "./loadedModel.js";
import { computeSensitivity, type SensitivityOutcome, type SensitivityRequest } from "./sensitivity.js";

/** How often a run's progress and deadline are looked at. */
const POLL_MS = 20;

export interface SessionOptions {
  readonly device: DeviceChoice;
  readonly threads: number;
  /** "float32" unless said. */
  readonly gpuPrecision?: GpuPrecision;
  readonly memoryLimitBytes: number;
  /** Why the GPU is not to be used, whatever it says. */
  readonly noGpu?: GpuWords | null;
}

export interface RunControls {
  readonly signal?: AbortSignal | undefined;
  /** 0: none. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface RunOutcome {
  readonly tensors: readonly OutputTensor[];
  readonly timing: { readonly computeMs: number; readonly copyMs: number; readonly totalMs: number };
}

export const defaultOptions: SessionOptions = { device: "auto", threads: 0, memoryLimitBytes: MEMORY_DEFAULT_BYTES };

export class Session {
  readonly devices: Devices;
  readonly backend: Backend;
  /** What computes; its reason is why it is not a better one. */
  readonly device: Device;
  private readonly models = new Set<LoadedModel>();
  private readonly memoryLimitBytes: number;
  /** Runs that are not over; 0: the next may be computed at once. */
  private pending = 0;
  private tail: Promise<unknown> = Promise.resolve();
  private checks: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();

  /** @throws UnrollError DEVICE_UNAVAILABLE for a named device that cannot be used. */
  constructor(options: SessionOptions = defaultOptions, devices: Devices = findDevices(options, findAddon(), options.noGpu)) {
    this.devices = devices;
    const { backend, device } = chooseBackend(this.devices, options.device);
    this.backend = backend;
    this.device = device;
    this.memoryLimitBytes = options.memoryLimitBytes;
  }

  /** @param kind a device for this model alone, instead of the session's. @throws UnrollError */
  load(spec: ModelSpec, weights: readonly InputTensor[] | null, seed: number, kind?: DeviceKind): LoadedModel {
    this.orClosed();
    const model = new LoadedModel(spec, weights, seed, kind === undefined ? this.backend : this.devices.backend(kind));
    this.models.add(model);
    return model;
  }

  unload(model: LoadedModel): void {
    if (!this.models.delete(model)) return;
    // A run may still hold it.
    if (this.pending === 0) model.dispose();
    else void this.inOrder(() => Promise.resolve(model.dispose()));
  }

  /** A tiny run of the shape of the one before, when nothing is queued; null: it takes the common way. @throws UnrollError */
  runAgain(model: LoadedModel, x: InputTensor): ReturnType<LoadedModel["runAgain"]> {
    return this.pending > 0 || this.closing.signal.aborted ? null : model.runAgain(x);
  }

  /** Takes its place in the order of calls; a tiny run with nothing before it is over when this returns. */
  run(model: LoadedModel, request: RunRequest, controls: RunControls = {}): Promise<RunOutcome> {
    if (this.pending > 0) return this.inOrder(() => this.execute(model, request, controls));
    try {
      this.orClosed();
      const started = performance.now();
      const prepared = this.prepare(model, request, controls);
      if (prepared.plan.work <= model.backend.tinyWork) return Promise.resolve(runNow(model, prepared, started, controls));
      return this.inOrder(() => this.compute(model, prepared, started, controls));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Beside the runs, which do not wait for it: the model on every device, or on `only` one, against the reference. @throws UnrollError */
  check(model: LoadedModel, request: CheckOrder["request"], controls: RunControls = {}, only?: DeviceKind): Promise<CheckReport> {
    const signal = this.ended(controls.signal);
    const { onProgress } = controls;
    const order = { ...model.source(), request };
    const report = checkDevices(this.devices, order, { signal, onProgress, limitBytes: (bytes) => this.limitBytes(bytes) }, only);
    this.checks = Promise.allSettled([this.checks, report]);
    return report;
  }

  /** The memory horizon, in the order of calls. @throws UnrollError */
  sensitivity(model: LoadedModel, request: SensitivityRequest, controls: Omit<RunControls, "timeoutMs"> = {}): Promise<SensitivityOutcome> {
    const { onProgress } = controls;
    const signal = this.ended(controls.signal);
    return this.inOrder(async () => {
      this.orClosed();
      if (signal.aborted) throw runCancelled();
      return computeSensitivity(
        model.sensitivity(request, (bytes) => this.limitBytes(bytes)),
        { signal, onProgress },
      );
    });
  }

  /** Does something to a model's states in the order of calls. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    this.pending++;
    const result = this.tail.then(work);
    this.tail = result.then(
      () => this.pending--,
      () => this.pending--,
    );
    return result;
  }

  /** Cancels what runs, waits for it, frees all. */
  async dispose(): Promise<void> {
    this.closing.abort();
    await this.tail;
    await this.checks;
    for (const model of this.models) model.dispose();
    this.models.clear();
  }

  private async execute(model: LoadedModel, request: RunRequest, controls: RunControls): Promise<RunOutcome> {
    this.orClosed();
    const started = performance.now();
    const prepared = this.prepare(model, request, controls);
    if (prepared.plan.work <= model.backend.tinyWork) return runNow(model, prepared, started, controls);
    return this.compute(model, prepared, started, controls);
  }

  private prepare(model: LoadedModel, request: RunRequest, controls: RunControls): PreparedRun {
    if (controls.signal?.aborted === true) throw runCancelled();
    return model.prepare(request, (bytes) => this.limitBytes(bytes));
  }

  private async compute(model: LoadedModel, prepared: PreparedRun, started: number, controls: RunControls): Promise<RunOutcome> {
    // While it waited for its turn: a signal that was given before somebody listens is not heard.
    this.orClosed();
    if (controls.signal?.aborted === true) throw runCancelled();
    const before = performance.now();
    const handle = prepared.backendModel.start(prepared.run);
    let timedOut = false;
    const cancel = (): void => handle.cancel();
    controls.signal?.addEventListener("abort", cancel, { once: true });
    this.closing.signal.addEventListener("abort", cancel, { once: true });
    const limit = controls.timeoutMs ?? 0;
    const watched = controls.onProgress !== undefined || limit > 0;
    const timer = !watched
      ? undefined
      : setInterval(() => {
          controls.onProgress?.(handle.progress(), prepared.plan.steps);
          if (limit > 0 && performance.now() - started > limit) {
            timedOut = true;
            handle.cancel();
          }
        }, POLL_MS);
    try {
      await handle.finished;
    } catch (error) {
      if (timedOut && error instanceof UnrollError && error.code === "CANCELLED") {
        throw new UnrollError(failure("TIMEOUT", "The run took longer than {limit} ms and was ended.", { limit }));
      }
      throw error;
    } finally {
      clearInterval(timer);
      controls.signal?.removeEventListener("abort", cancel);
      this.closing.signal.removeEventListener("abort", cancel);
    }
    const computeMs = performance.now() - before;
    controls.onProgress?.(prepared.plan.steps, prepared.plan.steps);
    return outcome(model, prepared, started, computeMs);
  }

  /** Half of what is free now, but never more than the setting. What fits anyway is not worth asking the system: that takes longer than a tiny run. */
  limitBytes(bytes: number): number {
    if (bytes <= ALWAYS_FREE_BYTES) return Math.min(this.memoryLimitBytes, ALWAYS_FREE_BYTES);
    return Math.min(this.memoryLimitBytes, Math.max(os.freemem() / 2, ALWAYS_FREE_BYTES));
  }

  /** Aborted with the caller's signal, or when the session closes. */
  private ended(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.closing.signal, ...(signal === undefined ? [] : [signal])]);
  }

  private orClosed(): void {
    if (this.closing.signal.aborted) throw new UnrollError(failure("CANCELLED", "The engine was disposed."));
  }
}

function runNow(model: LoadedModel, prepared: PreparedRun, started: number, controls: RunControls): RunOutcome {
  const before = performance.now();
  prepared.backendModel.runNow(prepared.run);
  const computeMs = performance.now() - before;
  model.repeat(prepared);
  controls.onProgress?.(prepared.plan.steps, prepared.plan.steps);
  return outcome(model, prepared, started, computeMs);
}

function outcome(model: LoadedModel, prepared: PreparedRun, started: number, computeMs: number): RunOutcome {
  const tensors = model.finish(prepared);
  const totalMs = performance.now() - started;
  return { tensors, timing: { computeMs, copyMs: Math.max(0, totalMs - computeMs), totalMs } };
}
