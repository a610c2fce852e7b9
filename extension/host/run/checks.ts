/** The newest run against the reference: small ones by themselves once they are shown, others when somebody asks. A run ends a check. */
import * as vscode from "vscode";
import { expected } from "../../client/expected.js";
import { UnrollError } from "../../core/errors.js";
import { costOf } from "../../core/model/cost.js";
import { withInput } from "../../core/model/input.js";
import { writeModel } from "../../core/model/write.js";
import type { CheckReport } from "../../core/protocol/check.js";
import type { CheckView } from "../../core/protocol/results.js";
import type { Engine } from "../engine.js";
import { word } from "../words.js";
import { inputOf, type RunRecord } from "./records.js";
import type { RunController } from "./runController.js";

/** Multiply-adds of a run that JavaScript repeats in a few ten milliseconds. */
const SMALL_WORK = 2_000_000;
/** First the result is drawn. */
const AFTER_MS = 300;
/** Progress is not shown more often. */
const SHOWN_MS = 100;
/** Ids of models that runs never use. */
const FIRST_MODEL_ID = 2 ** 40;

export class Checks implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private view: CheckView = { phase: "none" };
  private record: RunRecord | null = null;
  private abort: AbortController | null = null;
  private soon: NodeJS.Timeout | undefined;
  private ids = FIRST_MODEL_ID;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly engine: Engine,
    runs: RunController,
  ) {
    this.subscriptions = vscode.Disposable.from(
      runs.onDidStart(() => this.cancel()),
      runs.onDidComplete((record) => this.consider(record)),
      runs.onDidShow((record) => this.consider(record)),
      this.changed,
    );
  }

  get state(): CheckView {
    return this.view;
  }

  start(): void {
    clearTimeout(this.soon);
    if (this.record !== null && this.abort === null) void this.compute(this.record);
  }

  cancel(): void {
    clearTimeout(this.soon);
    this.abort?.abort();
  }

  dispose(): void {
    this.cancel();
    this.subscriptions.dispose();
  }

  private consider(record: RunRecord): void {
    this.cancel();
    this.abort = null;
    this.record = record;
    const native = record.device.options.some(({ kind, available }) => kind !== "js" && available);
    this.show({ phase: native ? "offered" : "none" });
    if (native && isSmall(record)) this.soon = setTimeout(() => this.start(), AFTER_MS);
  }

  /** Never throws: a failure becomes the state. */
  private async compute(record: RunRecord): Promise<void> {
    const abort = (this.abort = new AbortController());
    let next: CheckView = { phase: "offered" };
    try {
      this.show({ phase: "running", done: 0, total: 0 });
      next = { phase: "done", report: await this.ask(record, abort.signal) };
    } catch (error) {
      const known = error instanceof UnrollError ? error : null;
      if (known?.code !== "CANCELLED") next = { phase: "failed", message: known === null ? String(error) : word(known.failure.message) };
    }
    // Of a run that has been replaced since, nobody wants to know.
    if (this.abort !== abort) return;
    this.abort = null;
    this.show(next);
  }

  private async ask({ model, seed, data }: RunRecord, signal: AbortSignal): Promise<CheckReport> {
    const modelId = ++this.ids;
    let shown = performance.now();
    const onProgress = (done: number, total: number): void => {
      if (performance.now() - shown < SHOWN_MS || signal.aborted) return;
      shown = performance.now();
      this.show({ phase: "running", done, total });
    };
    try {
      // Its weights are what the other devices get. Not to be cancelled: that could end the engine under the run that comes next.
      await this.engine.load(modelId, { model: writeModel(model), weights: null, seed, device: "js" });
      const order = { type: "check", modelId, ...inputOf(data), initialState: null } as const;
      const answer = await this.engine.ask(order, { signal, onProgress });
      return expected("checked", answer).report;
    } finally {
      this.engine.unload(modelId);
    }
  }

  private show(view: CheckView): void {
    this.view = view;
    this.changed.fire();
  }
}

function isSmall({ model, data, tensors }: RunRecord): boolean {
  const work = costOf(withInput(model, data.shape)).multiplyAdds;
  const kept = tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, d) => product * d, 1), 0);
  return work !== null && (data.shape[0] ?? 1) * work + kept <= SMALL_WORK;
}
