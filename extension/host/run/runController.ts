/** From data and a model to a result: one run at a time, the newest request waits, the previous result stays until the next is there. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { failure, UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { RunState } from "../../core/protocol/designer.js";
import type { DeviceKind } from "../../core/protocol/device.js";
import type { Engine } from "../engine.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import { runOnEngine } from "./engineRun.js";
import { type ModelStates, withStateNote } from "./modelStates.js";
import { outputShape, type RunData, type RunRecord } from "./records.js";

/** Runs shorter than this show no progress at all. */
const QUIET_MS = 300;

export interface RunOrder {
  readonly model: ModelSpec;
  readonly data: RunData;
  /** Overrides model and setting, for "New seed". */
  readonly seed?: number;
  /** Overrides the setting for this run alone. */
  readonly device?: DeviceKind;
  /** Nobody asked for this run: it brings up no view. */
  readonly live?: true;
}

export class RunController implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** State or record are others. */
  readonly onDidChange = this.changed.event;
  private readonly started = new vscode.EventEmitter<void>();
  /** A run begins to compute; whether it is shown is another matter. */
  readonly onDidStart = this.started.event;
  private readonly completed = new vscode.EventEmitter<RunRecord>();
  readonly onDidComplete = this.completed.event;
  private readonly shown = new vscode.EventEmitter<RunRecord>();
  /** A kept run is shown again. */
  readonly onDidShow = this.shown.event;
  private runState: RunState = { phase: "idle" };
  private last: RunRecord | null = null;
  private lastOrder: RunOrder | null = null;
  private current: { readonly abort: AbortController; readonly finished: Promise<void> } | null = null;
  private waitingOrder: symbol | null = null;
  private ids = 0;

  constructor(
    private readonly engine: Engine,
    private readonly log: vscode.LogOutputChannel,
    private readonly states?: ModelStates,
  ) {}

  get state(): RunState {
    return this.runState;
  }

  /** The newest result, or a kept one that is shown again; stays while another run is computed or fails. */
  get record(): RunRecord | null {
    return this.last;
  }

  get order(): RunOrder | null {
    return this.lastOrder;
  }

  /** Runs, after whatever runs now; an order that a newer one overtook is dropped. Resolves when the run is over, never rejects. */
  async run(order: RunOrder): Promise<RunRecord | undefined> {
    const ticket = Symbol();
    this.waitingOrder = ticket;
    while (this.current !== null) {
      await this.current.finished;
      if (this.waitingOrder !== ticket) return undefined;
    }
    const abort = new AbortController();
    const work = this.compute(order, abort);
    this.current = { abort, finished: work.then(() => undefined) };
    try {
      return await work;
    } finally {
      this.current = null;
      void vscode.commands.executeCommand("setContext", "unroll.running", false);
    }
  }

  /** A kept run takes the place of the newest: it is shown, and "Run again" means it. */
  show(record: RunRecord): void {
    const { model, data, seed, asked } = record;
    this.last = record;
    this.lastOrder = { model, data, seed, ...(asked !== undefined && { device: asked }) };
    this.shown.fire(record);
    this.setState(this.current === null ? { phase: "idle" } : this.runState);
  }

  cancel(): void {
    this.waitingOrder = null;
    this.current?.abort.abort();
  }

  dispose(): void {
    this.cancel();
    this.changed.dispose();
    this.started.dispose();
    this.completed.dispose();
    this.shown.dispose();
  }

  /** Never throws: a failure becomes the state. */
  private async compute(order: RunOrder, abort: AbortController): Promise<RunRecord | undefined> {
    this.lastOrder = order;
    this.started.fire();
    const quiet = setTimeout(() => this.showProgress(abort), QUIET_MS);
    let progressShown = 0;
    const onProgress = (done: number, total: number): void => {
      const layers = order.model.layers.length;
      // Layers take turns; steps are counted over all of them.
      const layer = Math.min(layers, 1 + Math.floor((done / Math.max(1, total)) * layers));
      const running: RunState = { phase: "running", done, total, layer, layers };
      if (performance.now() - progressShown > 100 && this.runState.phase === "running") {
        progressShown = performance.now();
        this.setState(running);
      }
    };
    try {
      const record = await this.ask(order, abort.signal, onProgress);
      this.last = record;
      const warning = record.device.chosen === "auto" && record.device.used === "js" ? record.device.reason : null;
      const actions = [{ id: "showResults", label: word(msg("Show results")) }];
      this.setState({ phase: "done", outputShape: outputShape(record), ms: record.timing.totalMs, warning, actions });
      this.completed.fire(record);
      return record;
    } catch (error) {
      this.fail(error, order.device ?? this.engine.device().used);
      return undefined;
    } finally {
      clearTimeout(quiet);
    }
  }

  private async ask(order: RunOrder, signal: AbortSignal, onProgress: (done: number, total: number) => void): Promise<RunRecord> {
    const settings = readSettings(order.data.source.uri);
    const { model, data } = order;
    const seed = order.seed ?? model.seed ?? settings.seed;
    const resultId = ++this.ids;
    const begin = this.states?.begin(model, seed);
    const run = {
      resultId,
      model,
      data,
      seed,
      device: order.device,
      states: begin?.states,
      capture: 1,
      timeoutMs: settings.timeoutMs,
    } as const;
    const { tensors, timing, states } = await runOnEngine(this.engine, run, { signal, onProgress });
    if (states !== undefined) this.states?.keep(model, seed, states);
    const about = { id: randomUUID(), resultId, model, seed, asked: order.device, startStates: begin?.states };
    return { ...about, data: withStateNote(data, begin), tensors, timing, device: this.engine.device(order.device) };
  }

  private showProgress(abort: AbortController): void {
    this.setState({ phase: "running", done: 0, total: 0, layer: 1, layers: this.lastOrder?.model.layers.length ?? 1 });
    void vscode.commands.executeCommand("setContext", "unroll.running", true);
    const finished = this.current?.finished;
    const options = { location: vscode.ProgressLocation.Notification, title: word(msg("Running the model")), cancellable: true };
    void vscode.window.withProgress(options, async (_, token) => {
      token.onCancellationRequested(() => abort.abort());
      await finished;
    });
  }

  /** @param device that the run was on, as far as it came */
  private fail(error: unknown, device: DeviceKind | null): void {
    const known = error instanceof UnrollError ? error : new UnrollError(failure("INTERNAL", "{reason}", { reason: String(error) }));
    if (known.code === "CANCELLED") {
      this.log.info("run cancelled");
      this.setState({ phase: "idle" });
      return;
    }
    this.log.error(`${known.code}: ${known.message}`);
    const actions = actionsFor(known.code, device);
    this.setState({ phase: "failed", message: word(known.failure.message), actions });
  }

  private setState(state: RunState): void {
    this.runState = state;
    this.changed.fire();
  }
}

function actionsFor(code: UnrollError["code"], device: DeviceKind | null): { id: string; label: string }[] {
  const again = { id: "runAgain", label: word(msg("Run again")) };
  const onCpu = { id: "runOnceOnCpu", label: word(msg("Run again on CPU")) };
  const settings = { id: "settings", label: word(msg("Open settings")) };
  switch (code) {
    case "ENGINE_CRASHED":
      return [again, { id: "restartEngine", label: word(msg("Restart engine")) }];
    case "DEVICE_LOST":
      return [onCpu, { id: "doctor", label: word(msg("Doctor report")) }];
    case "DEVICE_UNAVAILABLE":
      return [{ id: "runOnCpu", label: word(msg("Run on CPU")) }];
    case "NOT_TRUSTED":
      return [{ id: "trust", label: word(msg("Manage workspace trust")) }];
    case "OUT_OF_MEMORY":
      return device === "cuda" ? [onCpu] : [];
    case "TOO_LARGE":
    case "TIMEOUT":
      return device === "cuda" && code === "TOO_LARGE" ? [onCpu, settings] : [settings];
    case "INTERNAL":
      return [again, { id: "showLog", label: word(msg("Show log")) }];
    default:
      return [];
  }
}
