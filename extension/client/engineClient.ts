/** The engine's client: starts the child when it is first needed, answers every request exactly once, and replaces a dead child. */
import { type ChildProcess, fork } from "node:child_process";
import { type Failure, failure, runCancelled, UnrollError } from "../core/errors.js";
import { decodeEngineAnswer, type EngineAnswer, type EngineRequest, type WireDevice, type WireTensor } from "../core/protocol/engine.js";
import type { DeviceChoice, DeviceKind, GpuPrecision } from "../core/protocol/device.js";
import type { FileStage } from "../core/protocol/fileRun.js";
import type { Diagnosis } from "../core/protocol/diagnosis.js";
import { valuesGone } from "../core/protocol/gone.js";
import { expected } from "./expected.js";
import { type GpuLoss, gpuRefused, lostFailure, nextLoss, noLoss } from "./gpuLoss.js";
import { Watch } from "./watch.js";
import { defaultPolicy, initialState, next, type Policy, type SupervisorEvent, type SupervisorState } from "./supervisor.js";

export interface EngineClientOptions {
  /** The engine's bundle. */
  readonly file: string;
  readonly device: DeviceChoice;
  readonly threads: number;
  /** "float32" unless said. */
  readonly gpuPrecision?: GpuPrecision;
  readonly memoryLimitBytes: number;
  readonly policy?: Policy;
  readonly log?: (line: string) => void;
  /** Told of every change of phase. */
  readonly onState?: (state: SupervisorState) => void;
  /** Told when the GPU was lost, before who waits for it. */
  readonly onGpuLost?: (loss: GpuLoss) => void;
}

type Unsent<T> = T extends EngineRequest ? Omit<T, "id"> : never;
export type RequestBody = Unsent<EngineRequest>;

interface Waiting {
  readonly request: EngineRequest;
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: UnrollError) => void;
  readonly onProgress: ToldProgress | undefined;
}

/** stage: of a file. */
type ToldProgress = (done: number, total: number, stage: FileStage | null) => void;

interface StoredModel {
  readonly model: Readonly<Record<string, unknown>>;
  readonly weights: readonly WireTensor[] | null;
  readonly seed: number;
  /** For this model alone, instead of the client's. */
  readonly device?: DeviceKind;
}

export interface Greeting {
  readonly device: WireDevice;
  readonly devices: readonly WireDevice[];
}

export class EngineClient {
  private child: ChildProcess | null = null;
  private greeting: Promise<Greeting> | null = null;
  private state: SupervisorState = initialState;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  /** What each child has loaded, so that a new one gets it again. */
  private readonly models = new Map<number, StoredModel>();
  private readonly loaded = new Set<number>();
  private readonly policy: Policy;
  private disposed = false;
  /** Kills of our own: a cancel that was not heard. */
  private killed: Failure | null = null;
  private readonly watch: Watch;
  /** Results that the child holds for us: without it they would have to be computed again. */
  private readonly held = new Set<number>();
  private idle: NodeJS.Timeout | null = null;
  private loss: GpuLoss = noLoss;
  /** The child lost its GPU for good: it still has the results that people look at, and is replaced before the next run. */
  private spent = false;
  private greeted: Greeting | null = null;

  constructor(private options: EngineClientOptions) {
    this.policy = options.policy ?? defaultPolicy;
    this.watch = new Watch(this.policy, {
      waiting: () => [...this.waiting.values()].map(({ request }) => request.type),
      ping: () => this.child?.send({ type: "ping", id: this.nextId++ }, () => undefined),
      silent: () => this.silenced(),
    });
  }

  get phase(): SupervisorState["phase"] {
    return this.state.phase;
  }

  /** The child's process id, while there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** What the last greeting said; null before the first. */
  get known(): Greeting | null {
    return this.greeted;
  }

  get gpuLoss(): GpuLoss {
    return this.loss;
  }

  /** Starts the child if there is none. Rejects with the device's reason, or once the restart budget is spent. */
  async greet(): Promise<Greeting> {
    if (this.greeting === null) {
      const greeting = this.start();
      this.greeting = greeting;
      // One that failed is not remembered: the next request, or a restart, tries again.
      greeting.catch(() => {
        if (this.greeting === greeting) this.greeting = null;
      });
    }
    return this.greeting;
  }

  /** Another device or limit: the child is greeted anew when it is next needed. */
  configure(changes: Partial<Pick<EngineClientOptions, "device" | "threads" | "gpuPrecision" | "memoryLimitBytes">>): void {
    this.options = { ...this.options, ...changes };
    this.greeting = null;
    this.loaded.clear();
  }

  /** Remembers a model and loads it; a later child gets it again by itself. Drawing large weights takes time: `signal` cancels. */
  async load(modelId: number, stored: StoredModel, signal?: AbortSignal): Promise<void> {
    this.models.set(modelId, stored);
    this.loaded.delete(modelId);
    await this.ensureLoaded(modelId, signal);
  }

  async unload(modelId: number): Promise<void> {
    this.models.delete(modelId);
    if (this.loaded.delete(modelId) && this.child !== null) await this.send({ type: "unload", modelId });
  }

  /** A request about a model that was loaded; sent once, never again by itself. */
  async ask(
    body: RequestBody,
    controls: { onProgress?: ToldProgress | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<EngineAnswer> {
    if (controls.signal?.aborted === true) throw runCancelled();
    if ("modelId" in body) await this.ensureLoaded(body.modelId, controls.signal);
    else if (!this.spent || (!isRead(body.type) && body.type !== "release")) await this.greet();
    return this.send(body, controls);
  }

  /** For the doctor: a device that is refused is part of the answer, an engine that does not start is not. */
  async diagnose(): Promise<Diagnosis> {
    await this.greet().catch((error: unknown) => {
      if (this.child === null) throw error;
    });
    return expected("diagnosis", await this.send({ type: "diagnose", threads: this.options.threads })).diagnosis;
  }

  /** "Restart engine": forgets the deaths and the losses, and ends the child there is. */
  restart(): void {
    this.advance("restartAsked");
    this.loss = nextLoss(this.loss, "restartAsked", Date.now());
    this.kill(failure("CANCELLED", "The engine was restarted."));
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.kill(failure("CANCELLED", "The engine was disposed."));
    await Promise.resolve();
  }

  private async ensureLoaded(modelId: number, signal: AbortSignal | undefined): Promise<void> {
    await this.greet();
    if (signal?.aborted === true) throw runCancelled();
    if (this.loaded.has(modelId)) return;
    const stored = this.models.get(modelId);
    if (stored === undefined) throw new UnrollError(failure("INVALID_ARGUMENT", "The model was disposed."));
    await this.send({ type: "load", modelId, ...stored, device: stored.device ?? null }, { signal });
    this.loaded.add(modelId);
  }

  private async start(): Promise<Greeting> {
    if (this.disposed) throw new UnrollError(failure("CANCELLED", "The engine was disposed."));
    if (this.state.phase === "dead") {
      const args = { count: this.state.deaths.length };
      throw new UnrollError(
        failure("ENGINE_CRASHED", "The engine ended by itself {count} times in three minutes. Choose “Restart engine” to try again.", args),
      );
    }
    if (this.spent) this.kill(valuesGone());
    if (this.child === null) this.spawn();
    const { device, threads, gpuPrecision = "float32", memoryLimitBytes } = this.options;
    const noGpu = gpuRefused(this.loss, device);
    const timer = setTimeout(
      () => this.kill(failure("ENGINE_CRASHED", "The engine did not start in {ms} ms.", { ms: this.policy.startMs })),
      this.policy.startMs,
    );
    const answer = await this.send({ type: "hello", device, threads, gpuPrecision, memoryLimitBytes, noGpu }).finally(() =>
      clearTimeout(timer),
    );
    if (answer.type !== "welcome")
      throw new UnrollError(failure("INTERNAL", "The engine answered a greeting with “{type}”.", { type: answer.type }));
    this.advance("welcome");
    this.greeted = { device: answer.device, devices: answer.devices };
    return this.greeted;
  }

  private spawn(): void {
    this.advance("start");
    this.loaded.clear();
    const child = fork(this.options.file, [], {
      // Without execArgv the child would inherit the host's, an --inspect port among them.
      execArgv: [],
      serialization: "advanced",
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (chunk: Buffer) => this.options.log?.(chunk.toString().trimEnd()));
    child.on("message", (message) => this.receive(child, message));
    child.on("error", (error) => this.lost(child, error.message));
    child.on("exit", (code, signal) => this.lost(child, signal ?? `exit code ${code ?? "?"}`));
    this.child = child;
    // An idle engine keeps nobody's process alive.
    child.unref();
    child.channel?.unref();
    (child.stderr as { unref?: () => void } | null)?.unref?.();
  }

  private send(
    body: RequestBody,
    controls: { onProgress?: ToldProgress | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<EngineAnswer> {
    const child = this.child;
    if (child === null) return Promise.reject(new UnrollError(failure("ENGINE_CRASHED", "The engine is not running.")));
    // Progress is always asked for: a run without it for long has lost its engine.
    const request = { ...body, ...(body.type === "run" && { progress: true }), id: this.nextId++ } as EngineRequest;
    if (request.type === "run") this.advance("run");
    // While somebody waits, the process stays for the answer, or for the news that there will be none.
    child.ref();
    child.channel?.ref();
    if (this.idle !== null) clearTimeout(this.idle);
    if (request.type === "release") this.held.delete(request.resultId);
    return new Promise<EngineAnswer>((resolve, reject) => {
      const cancel = (): void => this.cancel(request.id);
      controls.signal?.addEventListener("abort", cancel, { once: true });
      const over = (): void => controls.signal?.removeEventListener("abort", cancel);
      this.waiting.set(request.id, {
        request,
        onProgress: controls.onProgress,
        resolve: (answer) => (over(), resolve(answer)),
        reject: (error) => (over(), reject(error)),
      });
      this.watch.start();
      child.send(request, (error) => {
        if (error !== null)
          this.settle({
            type: "failed",
            id: request.id,
            failure: failure("ENGINE_CRASHED", "The engine cannot be reached: {reason}", { reason: error.message }),
          });
      });
    });
  }

  private cancel(target: number): void {
    const waiting = this.waiting.get(target);
    if (waiting === undefined) return;
    this.child?.send({ type: "cancel", id: this.nextId++, target }, () => undefined);
    // A check steps aside for a run, whose weights may be drawn just now: it must not take the run along.
    if (waiting.request.type === "check") return;
    const timer = setTimeout(() => {
      if (this.waiting.has(target)) this.kill(runCancelled().failure);
    }, this.policy.cancelGraceMs);
    timer.unref();
  }

  private receive(child: ChildProcess, raw: unknown): void {
    if (child !== this.child) return;
    const answer = decodeEngineAnswer(raw);
    if (answer === undefined) {
      this.options.log?.("an answer that is none of the contract's was dropped");
      return;
    }
    this.watch.heard(answer);
    if (answer.type === "progress") this.waiting.get(answer.id)?.onProgress?.(answer.done, answer.total, answer.stage ?? null);
    else if (answer.type === "failed" && answer.failure.code === "DEVICE_LOST" && !this.spent) this.loseGpu(answer.failure);
    else this.settle(answer);
  }

  /** CUDA's error stays until the process ends. All that compute are told; results that are held can be read until the next run. */
  private loseGpu(from: Failure): void {
    this.loss = nextLoss(this.loss, "lost", Date.now());
    const reason = lostFailure(this.loss, this.options.device, from);
    this.spent = true;
    this.greeting = null;
    this.loaded.clear();
    this.options.onGpuLost?.(this.loss);
    for (const [id, { request }] of [...this.waiting]) if (!isRead(request.type)) this.settle({ type: "failed", id, failure: reason });
    if (this.held.size === 0) this.kill(reason);
  }

  private settle(answer: EngineAnswer): void {
    const waiting = this.waiting.get(answer.id);
    if (waiting === undefined) return;
    this.waiting.delete(answer.id);
    const { request } = waiting;
    if (answer.type !== "failed" && (request.type === "hold" || (request.type === "run" && request.keep))) this.held.add(request.resultId);
    if (waiting.request.type === "run" && this.child !== null) this.advance("rest");
    if (this.waiting.size === 0) {
      this.child?.unref();
      this.child?.channel?.unref();
      this.watch.stop();
      this.rest();
    }
    if (answer.type === "failed") waiting.reject(new UnrollError(answer.failure));
    else waiting.resolve(answer);
  }

  /** Ends the child; whoever waits gets `reason`. */
  private kill(reason: Failure): void {
    const child = this.child;
    if (child === null) return;
    this.killed = reason;
    this.lost(child, "killed");
    child.kill("SIGKILL");
  }

  /** Nobody waits: an engine that holds nothing of ours is stopped after a while, and starts again by itself. */
  private rest(): void {
    const stateful = [...this.loaded].some((id) => JSON.stringify(this.models.get(id)?.model ?? null).includes('"stateful":true'));
    if (this.child === null || this.held.size > 0 || stateful) return;
    this.idle = setTimeout(() => {
      if (this.waiting.size === 0) this.kill(failure("CANCELLED", "The engine was disposed."));
    }, this.policy.idleMs);
    this.idle.unref();
  }

  /** It lives and says nothing: it ends as one that died by itself. */
  private silenced(): void {
    const child = this.child;
    if (child === null) return;
    this.advance("silent");
    this.lost(
      child,
      failure("ENGINE_CRASHED", "The engine no longer answered, and was ended. Only this run was lost; the next one starts it again."),
    );
    child.kill("SIGKILL");
  }

  private lost(child: ChildProcess, how: string | Failure): void {
    if (child !== this.child) return;
    const reason = this.killed ?? (typeof how === "string" ? ended(how) : how);
    this.advance(this.killed === null ? "exit" : "kill");
    this.killed = null;
    this.spent = false;
    this.child = null;
    this.greeting = null;
    this.loaded.clear();
    this.held.clear();
    if (this.idle !== null) clearTimeout(this.idle);
    for (const id of [...this.waiting.keys()]) this.settle({ type: "failed", id, failure: reason });
  }

  private advance(event: SupervisorEvent): void {
    this.state = next(this.state, event, Date.now(), this.policy);
    this.options.onState?.(this.state);
  }
}

/** It reads what is held, and computes nothing. */
export function isRead(type: EngineRequest["type"]): boolean {
  return type === "readSlice" || type === "readBand" || type === "readDifferenceBand" || type === "difference";
}

function ended(how: string): Failure {
  return failure("ENGINE_CRASHED", "The engine ended in this request ({how}). Only this run was lost; the next one starts it again.", {
    how,
  });
}
