/** The engine's side of the host ⇄ engine contract: requests in, exactly one terminal answer each. */
import { comparable, type Difference, differenceOf } from "../core/difference.js";
import { type Failure, failure, UnrollError } from "../core/errors.js";
import { readModel } from "../core/model/read.js";
import { decodeEngineRequest, type EngineAnswer, type EngineRequest, type RunTensor, type WireTensor } from "../core/protocol/engine.js";
import type { CheckReport } from "../core/protocol/check.js";
import { bandOf, type BandValues } from "../core/band.js";
import { differenceBandOf } from "../core/differenceBand.js";
import { healthOf } from "../core/health.js";
import { valuesGone } from "../core/protocol/gone.js";
import type { Trace } from "../core/trace/trace.js";
import { sliceOf, statsOf } from "../core/slice.js";
import type { FileOutcome, FileStage } from "../core/protocol/fileRun.js";
import { findDevices } from "./devices.js";
import { diagnose } from "./diagnose.js";
import { runFile } from "./fileRun.js";
import type { LoadedModel, OutputTensor } from "./loadedModel.js";
import { nativeSurvey } from "./nativeSurvey.js";
import type { SensitivityOutcome } from "./sensitivity.js";
import { Session } from "./session.js";
import { Tracer } from "./tracer.js";

/** Tensors of kept runs, in bytes; the least recently read go first. */
const KEPT_LIMIT_BYTES = 1024 ** 3;

type Request<T extends EngineRequest["type"]> = Extract<EngineRequest, { type: T }>;

interface WatchedControls {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, stage?: FileStage) => void;
}

/** Made of what it was asked with: a negative size, numbers of another type. */
function unreadable(): Failure {
  return failure(
    "INVALID_ARGUMENT",
    "The engine cannot take this: a shape is a list of sizes, and data are a Float32Array or an Int32Array.",
  );
}

export class EngineService {
  private session: Session | null = null;
  private readonly models = new Map<number, LoadedModel>();
  /** Insertion order is the order of last use. */
  private readonly results = new Map<number, readonly OutputTensor[]>();
  private readonly running = new Map<number, AbortController>();
  private readonly tracer = new Tracer();

  constructor(
    private readonly send: (answer: EngineAnswer) => void,
    private readonly log: (line: string) => void,
  ) {}

  receive(raw: unknown): void {
    const request = decodeEngineRequest(raw);
    if (request === undefined) {
      this.log("a message that is none of the engine's was dropped");
      // Who asked would else wait until the engine is taken for dead.
      const { id } = (raw ?? {}) as { readonly id?: unknown };
      if (typeof id === "number" && Number.isSafeInteger(id)) this.send({ type: "failed", id, failure: unreadable() });
      return;
    }
    if (request.type === "cancel") {
      this.running.get(request.target)?.abort();
      return;
    }
    this.answer(request).then(
      (answer) => this.send(answer),
      (error: unknown) => this.send({ type: "failed", id: request.id, failure: failureOf(error) }),
    );
  }

  async dispose(): Promise<void> {
    await this.session?.dispose();
  }

  // One await-free path a request: what is synchronous below runs in the order of the messages.
  private async answer(request: Exclude<EngineRequest, { type: "cancel" }>): Promise<EngineAnswer> {
    const { id } = request;
    switch (request.type) {
      case "hello":
        return this.hello(request);
      case "load":
        this.load(request);
        return { type: "done", id };
      case "run":
        return this.run(request);
      case "runFile":
        return { type: "fileRan", id, outcome: await this.runFile(request) };
      case "hold":
        this.keep(request.resultId, request.tensors.map(heldTensor));
        return { type: "done", id };
      case "readSlice":
        return { type: "slice", id, values: this.readSlice(request) };
      case "readBand":
        return { type: "band", id, ...this.readBand(request) };
      case "readDifferenceBand":
        return { type: "band", id, ...this.readDifferenceBand(request) };
      case "difference":
        return { type: "difference", id, parts: this.difference(request) };
      case "release":
        this.results.delete(request.resultId);
        return { type: "done", id };
      case "unload":
        this.unload(request.modelId);
        return { type: "done", id };
      case "weights":
        return { type: "tensors", id, tensors: [...this.model(request.modelId).weights()] };
      case "states": {
        const model = this.model(request.modelId);
        const tensors = await this.open().inOrder(() => Promise.resolve(model.states()));
        return { type: "tensors", id, tensors };
      }
      case "resetStates": {
        const model = this.model(request.modelId);
        await this.open().inOrder(async () => model.resetStates(request.states ?? undefined));
        return { type: "done", id };
      }
      case "check":
        return { type: "checked", id, report: await this.check(request) };
      case "sensitivity":
        return { type: "horizon", id, ...(await this.sensitivity(request)) };
      case "trace":
        return { type: "traced", id, trace: await this.trace(request) };
      case "diagnose": {
        const { threads } = request;
        return { type: "diagnosis", id, diagnosis: diagnose(this.session?.devices ?? findDevices({ threads }), threads) };
      }
      case "ping":
        return { type: "pong", id };
    }
  }

  private async hello(request: Request<"hello">): Promise<EngineAnswer> {
    // Models of another device go; the client loads them again when they are next run.
    const old = this.session;
    this.session = null;
    this.models.clear();
    await old?.dispose();
    const { device, threads, gpuPrecision, memoryLimitBytes, noGpu } = request;
    this.session = new Session({ device, threads, gpuPrecision, memoryLimitBytes, noGpu });
    return { type: "welcome", id: request.id, device: this.session.device, devices: this.session.devices.list };
  }

  private load(request: Request<"load">): void {
    const spec = readModel(request.model);
    if (!spec.ok) throw new UnrollError(spec.error);
    this.unload(request.modelId);
    this.models.set(request.modelId, this.open().load(spec.value, request.weights, request.seed, request.device ?? undefined));
  }

  private unload(modelId: number): void {
    const model = this.models.get(modelId);
    if (model !== undefined) this.session?.unload(model);
    this.models.delete(modelId);
  }

  private async run(request: Request<"run">): Promise<EngineAnswer> {
    const { id, x, capture, timeoutMs } = request;
    const model = this.model(request.modelId);
    const order = { x, capture, mask: request.mask ?? undefined, initialState: request.initialState ?? undefined };
    const outcome = await this.watched(id, ({ signal, onProgress }) =>
      this.open().run(model, order, { signal, timeoutMs, onProgress: request.progress ? onProgress : undefined }),
    );
    if (request.keep) this.keep(request.resultId, outcome.tensors);
    const returned = new Set(model.returned(outcome.tensors));
    const tensors = outcome.tensors.map((tensor): RunTensor => {
      const { layer, name, role, shape, data } = tensor;
      const about = { layer, name, role, shape, returned: returned.has(tensor) };
      if (!request.keep) return { ...about, stats: null, health: null, data };
      const states = model.keepsState(layer) && !name.includes("gates/");
      return { ...about, stats: statsOf(data), health: states ? healthOf(data, shape) : null, data: null };
    });
    return { type: "ran", id, tensors, timing: outcome.timing };
  }

  private runFile({ id, modelId, file, timeoutMs }: Request<"runFile">): Promise<FileOutcome> {
    return this.watched(id, ({ signal, onProgress }) => runFile(this.open(), this.model(modelId), file, { signal, timeoutMs, onProgress }));
  }

  private check({ id, modelId, x, mask, initialState }: Request<"check">): Promise<CheckReport> {
    const order = { x, mask: mask ?? undefined, initialState: initialState ?? undefined };
    return this.watched(id, (controls) => this.open().check(this.model(modelId), order, controls));
  }

  private sensitivity({ id, modelId, x, mask, layer, backward, sample }: Request<"sensitivity">): Promise<SensitivityOutcome> {
    const order = { x, mask: mask ?? undefined, layer: layer ?? undefined, backward, sample };
    return this.watched(id, (controls) => this.open().sensitivity(this.model(modelId), order, controls));
  }

  private trace({ id, modelId, resultId, x, mask, states, question }: Request<"trace">): Promise<Trace> {
    const order = { model: this.model(modelId), resultId, kept: this.kept(resultId), x, mask, states, question };
    return this.watched(id, (controls) => this.tracer.trace(this.open(), order, controls));
  }

  /** Work that a `cancel` reaches while it lasts, and that tells how far it is. */
  private async watched<T>(id: number, work: (controls: WatchedControls) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      return await work({
        signal: controller.signal,
        onProgress: (done, total, stage) => this.send({ type: "progress", id, done, total, ...(stage !== undefined && { stage }) }),
      });
    } finally {
      this.running.delete(id);
    }
  }

  private keep(resultId: number, tensors: readonly OutputTensor[]): void {
    this.results.set(resultId, tensors);
    let bytes = 0;
    for (const [id, kept] of [...this.results].reverse()) {
      bytes += kept.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
      if (bytes > KEPT_LIMIT_BYTES && id !== resultId) this.results.delete(id);
    }
  }

  private readBand({ resultId, tensor: index, box }: Request<"readBand">): BandValues {
    const tensor = this.kept(resultId)[index];
    if (tensor === undefined) throw new UnrollError(valuesGone());
    const { addon } = this.open().devices.loaded;
    const band = bandOf(tensor.data, tensor.shape, box, addon === null ? undefined : (...args) => nativeSurvey(addon, ...args));
    if (!band.ok) throw new UnrollError(band.error);
    return band.value;
  }

  private readDifferenceBand({ resultA, resultB, part, box }: Request<"readDifferenceBand">): BandValues {
    const [a, b] = [this.kept(resultA)[part.a], this.kept(resultB)[part.b]];
    if (a === undefined || b === undefined) throw new UnrollError(valuesGone());
    const band = differenceBandOf(a, b, part, box);
    if (!band.ok) throw new UnrollError(band.error);
    return band.value;
  }

  private readSlice(request: Request<"readSlice">): Float32Array {
    const tensor = this.kept(request.resultId)[request.tensor];
    if (tensor === undefined) throw new UnrollError(valuesGone());
    const values = sliceOf(tensor.data, tensor.shape, request.start, request.count);
    if (!values.ok) throw new UnrollError(values.error);
    return values.value;
  }

  private difference({ resultA, resultB, tolerance, parts }: Request<"difference">): (Difference | null)[] {
    const [left, right] = [this.kept(resultA), this.kept(resultB)];
    return parts.map((part) => {
      const [a, b] = [left[part.a], right[part.b]];
      return a !== undefined && b !== undefined && comparable(a.shape, b.shape, part) ? differenceOf(a, b, part, tolerance) : null;
    });
  }

  /** The tensors of a result, which is now the one used last. @throws UnrollError */
  private kept(resultId: number): readonly OutputTensor[] {
    const tensors = this.results.get(resultId);
    if (tensors === undefined) throw new UnrollError(valuesGone());
    this.results.delete(resultId);
    this.results.set(resultId, tensors);
    return tensors;
  }

  private open(): Session {
    if (this.session === null) throw new UnrollError(failure("INTERNAL", "The engine was asked before it was greeted."));
    return this.session;
  }

  private model(modelId: number): LoadedModel {
    const model = this.models.get(modelId);
    if (model === undefined) throw new UnrollError(failure("INVALID_ARGUMENT", "The model was disposed."));
    return model;
  }
}

/** Of no layer: nothing that traces or checks a run asks for it. @throws UnrollError where there are not as many numbers as the shape says */
function heldTensor({ shape, data }: WireTensor, index: number): OutputTensor {
  if (shape.reduce((product, d) => product * d, 1) !== data.length) throw new UnrollError(unreadable());
  return { layer: -1, name: String(index), role: "output", shape, data: Float32Array.from(data) };
}

export function failureOf(error: unknown): Failure {
  if (error instanceof UnrollError) return error.failure;
  return failure("INTERNAL", "Something went wrong inside the engine: {reason}", { reason: (error as Error)?.message ?? String(error) });
}
