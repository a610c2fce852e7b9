/** The extension's engine: one supervised child, started with the first run, following the settings. */
import * as vscode from "vscode";
import { EngineClient, type Greeting, isRead } from "../client/engineClient.js";
import { gpuRefused } from "../client/gpuLoss.js";
import type { SupervisorState } from "../client/supervisor.js";
import { failure, UnrollError } from "../core/errors.js";
import type { DeviceKind, DeviceView } from "../core/protocol/device.js";
import type { Diagnosis } from "../core/protocol/diagnosis.js";
import type { EngineAnswer, WireDevice } from "../core/protocol/engine.js";
import { readSettings } from "./settings.js";
import { word } from "./words.js";
import { type Message, msg } from "../core/messages.js";

export class Engine implements vscode.Disposable {
  private readonly client: EngineClient;
  private greeting: Greeting | null = null;
  private readonly changed = new vscode.EventEmitter<void>();
  /** The device or the process is another one. */
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(
    extension: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const { device, threads, gpuPrecision, memoryLimitBytes } = readSettings();
    this.client = new EngineClient({
      file: vscode.Uri.joinPath(extension, "dist", "engine.js").fsPath,
      device,
      threads,
      gpuPrecision,
      memoryLimitBytes,
      log: (line) => this.log.warn(`engine: ${line}`),
      onState: (state) => this.follow(state),
      onGpuLost: ({ lostAt }) => this.lose(lostAt.length),
    });
    this.subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!["device", "threads", "gpuPrecision", "memoryLimitMB"].some((key) => event.affectsConfiguration(`unroll.${key}`))) return;
      const { device, threads, gpuPrecision, memoryLimitBytes } = readSettings();
      this.greeting = null;
      this.client.configure({ device, threads, gpuPrecision, memoryLimitBytes });
      this.changed.fire();
    });
  }

  /** Starts the child where there is none. @throws UnrollError NOT_TRUSTED in a restricted workspace */
  async greet(): Promise<Greeting> {
    if (!vscode.workspace.isTrusted) {
      throw new UnrollError(failure("NOT_TRUSTED", "Runs are off in Restricted Mode: trust this workspace first."));
    }
    const greeting = await this.client.greet();
    if (this.greeting !== greeting) {
      this.greeting = greeting;
      this.log.info(`device ${greeting.device.kind}: ${greeting.device.name}`);
      this.changed.fire();
    }
    return greeting;
  }

  async ask(...args: Parameters<EngineClient["ask"]>): Promise<EngineAnswer> {
    // A process that lost its GPU still gives the values that it holds: a greeting would replace it.
    if (!isRead(args[0].type) || this.client.pid === undefined) await this.greet();
    return this.client.ask(...args);
  }

  /** For the doctor. @throws UnrollError where the engine does not start */
  async diagnose(): Promise<Diagnosis> {
    await this.greet().catch((error: unknown) => {
      if (this.client.pid === undefined) throw error;
    });
    return this.client.diagnose();
  }

  /** When the GPU was lost, until the engine is restarted. */
  get lostAt(): readonly number[] {
    return this.client.gpuLoss.lostAt;
  }

  async load(...args: Parameters<EngineClient["load"]>): Promise<void> {
    await this.greet();
    return this.client.load(...args);
  }

  unload(modelId: number): void {
    this.client.unload(modelId).catch((error: unknown) => this.log.debug(String(error)));
  }

  restart(): void {
    this.greeting = null;
    this.client.restart();
    this.changed.fire();
  }

  get pid(): number | undefined {
    return this.client.pid;
  }

  /** What people see of the devices now. @param kind of a run that was taken to this device instead of the chosen one */
  device(kind?: DeviceKind): DeviceView {
    const chosen = readSettings().device;
    const { greeting } = this;
    if (greeting === null) {
      const name = chosen === "auto" ? word(msg("Automatic")) : shortName(chosen, "");
      const refused = gpuRefused(this.client.gpuLoss, chosen);
      return { chosen, used: null, name, ...worded(refused ?? { reason: null, brief: null }), options: [] };
    }
    const options = greeting.devices.map((option) => ({
      kind: option.kind,
      name: option.name,
      available: option.available,
      ...worded(option),
    }));
    const taken = kind === undefined ? undefined : greeting.devices.find((option) => option.kind === kind);
    const used = taken ?? greeting.device;
    return { chosen: kind ?? chosen, used: used.kind, name: shortName(used.kind, used.name), ...worded(used), options };
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
    void this.client.dispose();
  }

  /** Until the next run nobody knows what it will be computed on. */
  private lose(times: number): void {
    this.log.warn(`the GPU was lost, ${times === 1 ? "for the first time" : `${times} times by now`}`);
    this.greeting = null;
    this.changed.fire();
  }

  private follow(state: SupervisorState): void {
    this.log.debug(`engine is ${state.phase}`);
    if (state.phase === "dead" || state.phase === "idle") this.changed.fire();
  }
}

function worded({ reason, brief }: { reason: Message | null; brief: Message | null }): { reason: string | null; brief: string | null } {
  return { reason: reason === null ? null : word(reason), brief: brief === null ? null : word(brief) };
}

/** "CPU · AVX-512" of "Intel Xeon (avx512, 2 threads)"; the GPU by its own name. */
export function shortName(kind: WireDevice["kind"], name: string): string {
  if (kind === "js") return "JavaScript";
  if (kind === "cuda") return name === "" ? "GPU" : name;
  const target = /\((avx512|avx2|neon|scalar)/.exec(name)?.[1];
  const shown = { avx512: "AVX-512", avx2: "AVX2", neon: "NEON", scalar: "scalar" }[target ?? ""];
  return shown === undefined ? "CPU" : `CPU · ${shown}`;
}
