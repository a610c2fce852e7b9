/** createEngine: the public engine over one in this process or in a child. */
import { failure, UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { MEMORY_DEFAULT_BYTES } from "../core/model/limits.js";
import { readModel, readModelText } from "../core/model/read.js";
import type { CaptureLevel } from "../core/model/program.js";
import { summaryRows, summaryText } from "../core/model/summary.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { RunTensor, WireDevice } from "../core/protocol/engine.js";
import { gpuPrecisions } from "../core/protocol/device.js";
import type { SessionOptions } from "../engine/session.js";
import { type EngineHost, type HostedModel, type HostedRun, localHost, remoteHost } from "./engineHost.js";
import type {
  DeviceInfo,
  Engine,
  EngineOptions,
  LayerInfo,
  Model,
  NamedTensor,
  RunOptions,
  RunResult,
  SensitivityOptions,
  SensitivityResult,
  Tensor,
} from "./types.js";

const captures: Readonly<Record<string, CaptureLevel>> = { outputs: 0, layers: 1, gates: 2 };

/** Rejects with UnrollError DEVICE_UNAVAILABLE and the reason for a named device that cannot be used. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const session = sessionOptions(options);
  const host = options.isolation === "process" ? await remoteHost(session) : localHost(session);
  return new PublicEngine(host);
}

function sessionOptions(options: EngineOptions): SessionOptions {
  const device = options.device ?? "auto";
  if (!["auto", "cuda", "cpu", "js"].includes(device)) throw invalid("device", "auto, cuda, cpu or js", device);
  const threads = options.threads ?? 0;
  if (!Number.isSafeInteger(threads) || threads < 0 || threads > 1024) throw invalid("threads", "a whole number from 0 to 1024", threads);
  const { gpuPrecision = "float32" } = options;
  if (!gpuPrecisions.includes(gpuPrecision)) throw invalid("gpuPrecision", "float32 or tf32", gpuPrecision);
  const memoryLimitBytes = options.memoryLimitBytes ?? MEMORY_DEFAULT_BYTES;
  if (!(memoryLimitBytes > 0)) throw invalid("memoryLimitBytes", "a positive number", memoryLimitBytes);
  if (options.isolation !== undefined && !["process", "inProcess"].includes(options.isolation))
    throw invalid("isolation", "process or inProcess", options.isolation);
  return { device, threads, gpuPrecision, memoryLimitBytes: Math.min(memoryLimitBytes, Number.MAX_SAFE_INTEGER) };
}

function invalid(name: string, expected: string, got: unknown): UnrollError {
  return new UnrollError(failure("INVALID_ARGUMENT", "{name} has to be {expected}; got {got}.", { name, expected, got: String(got) }));
}

export function notBuilt(what: string): UnrollError {
  return new UnrollError(failure("UNSUPPORTED", "{what} is not built yet.", { what }));
}

export function deviceInfo(device: WireDevice): DeviceInfo {
  const { kind, name, available, reason } = device;
  return reason === null ? { kind, name, available } : { kind, name, available, reason: say(reason) };
}

class PublicEngine implements Engine {
  private info: { readonly of: WireDevice; readonly worded: DeviceInfo } | null = null;

  constructor(private readonly host: EngineHost) {}

  get device(): DeviceInfo {
    const { device } = this.host;
    // Worded once: it stays the same for all runs, but for a child whose GPU was lost.
    if (this.info?.of !== device) this.info = { of: device, worded: deviceInfo(device) };
    return this.info.worded;
  }

  devices(): Promise<DeviceInfo[]> {
    return Promise.resolve(this.host.devices.map(deviceInfo));
  }

  async load(model: object | string, options: { weights?: Tensor[]; seed?: number } = {}): Promise<Model> {
    const spec = typeof model === "string" ? readModelText(model) : readModel(model);
    if (!spec.ok) throw new UnrollError(spec.error);
    const seed = options.seed ?? spec.value.seed ?? 0;
    if (!Number.isSafeInteger(seed)) throw invalid("seed", "a whole number", seed);
    if (options.weights !== undefined && !Array.isArray(options.weights))
      throw invalid("weights", "a list of tensors", typeof options.weights);
    const hosted = await this.host.load(spec.value, options.weights ?? null, seed);
    return new PublicModel(spec.value, hosted, () => this.device);
  }

  open(): Promise<Model> {
    return Promise.reject(notBuilt("Opening model files of other tools"));
  }

  dispose(): Promise<void> {
    return this.host.dispose();
  }
}

class PublicModel implements Model {
  readonly layers: LayerInfo[];

  constructor(
    private readonly spec: ModelSpec,
    private readonly hosted: HostedModel,
    private readonly device: () => DeviceInfo,
  ) {
    this.layers = summaryRows(spec).map(({ name, className, outputs, params }) => ({
      name,
      className,
      outputShapes: outputs.map((shape) => [...shape]),
      params,
    }));
  }

  summary(): string {
    return summaryText(this.spec);
  }

  weights(): NamedTensor[] {
    return this.hosted.weights().map(({ name, shape, data }) => ({ name, shape: [...shape], data: data.slice() }));
  }

  run(x: Tensor, options?: RunOptions): Promise<RunResult> {
    // A tiny run takes a microsecond: what is around it is not to take several.
    const now = options === undefined && x instanceof Object ? this.runAgain(x) : null;
    return now ?? this.runWith(x, options ?? {});
  }

  private runWith(x: Tensor, options: RunOptions): Promise<RunResult> {
    const capture = captures[options.capture ?? "outputs"];
    if (capture === undefined) return Promise.reject(invalid("capture", "outputs, layers or gates", options.capture));
    if (!Array.isArray(x?.shape)) return Promise.reject(invalid("x", "a tensor {shape, data}", typeof x));
    const { mask, initialState, signal, timeoutMs, onProgress } = options;
    return this.hosted.run({ x, mask, initialState, capture }, { signal, timeoutMs, onProgress }).then((run) => this.result(run, capture));
  }

  private runAgain(x: Tensor): Promise<RunResult> | null {
    try {
      const run = this.hosted.runAgain?.(x) ?? null;
      if (run === null) return null;
      const { outputs, computeMs } = run;
      const layers = this.layers.map(({ name, className }) => ({ name, className, tensors: [] }));
      return Promise.resolve({ outputs, layers, device: this.device(), timing: { computeMs, copyMs: 0, totalMs: computeMs } });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async sensitivity(x: Tensor, options: SensitivityOptions = {}): Promise<SensitivityResult> {
    const { layer, sample = 0, mask, signal, onProgress } = options;
    // A child would only say that something does not fit the contract, not what.
    for (const [name, tensor] of [["x", x], ...(mask === undefined ? [] : [["mask", mask] as const])] as const)
      if (!isTensor(tensor)) throw invalid(name, "a tensor {shape, data}", typeof tensor);
    if (layer !== undefined && typeof layer !== "string" && !isIndex(layer)) throw invalid("layer", "an index from 0 or a name", layer);
    if (!isIndex(sample)) throw invalid("sample", "an index from 0", sample);
    const { stateNorms, inputGradient } = await this.hosted.sensitivity({ x, mask, layer, sample }, { signal, onProgress });
    return { stateNorms, inputGradient: { shape: [...inputGradient.shape], data: inputGradient.data } };
  }

  resetStates(states?: Tensor[]): Promise<void> {
    return this.hosted.resetStates(states);
  }

  async states(): Promise<NamedTensor[]> {
    return (await this.hosted.states()).map(({ name, shape, data }) => ({ name, shape: [...shape], data }));
  }

  dispose(): void {
    this.hosted.dispose();
  }

  private result(run: HostedRun, capture: CaptureLevel): RunResult {
    const outputs = run.tensors.filter((tensor) => tensor.returned).map(named);
    const layers = this.spec.layers.map(({ name, className }, index) => ({
      name,
      className,
      tensors: capture === 0 ? [] : run.tensors.filter((tensor) => tensor.layer === index).map(named),
    }));
    return { outputs, layers, device: this.device(), timing: run.timing };
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTensor(value: Partial<Tensor> | null | undefined): boolean {
  const { shape, data } = value ?? {};
  return Array.isArray(shape) && shape.every(isIndex) && (data instanceof Float32Array || data instanceof Int32Array);
}

function named(tensor: RunTensor): NamedTensor {
  return { name: tensor.name, shape: [...tensor.shape], data: tensor.data ?? new Float32Array(0) };
}
