/** Behind the results panel: its state from the newest run, slices of its tensors, and what each of its intents does. */
import * as vscode from "vscode";
import type { Target } from "../core/code/write/code.js";
import type { BandValues } from "../core/band.js";
import type { Difference } from "../core/difference.js";
import type { Box } from "../core/boxes.js";
import { UnrollError } from "../core/errors.js";
import { summaryText } from "../core/model/summary.js";
import type { CompareState, MeasureRequested } from "../core/protocol/compare.js";
import type { RunState } from "../core/protocol/designer.js";
import type { Answer, Question } from "../core/protocol/questions.js";
import { valuesGone } from "../core/protocol/gone.js";
import type { ExportFormat, ResultsFromView, ResultsState, RunView } from "../core/protocol/results.js";
import type { Actions } from "./actions.js";
import { exportCode } from "./exportCode.js";
import { pickExport, saveExport } from "./exportResults.js";
import type { CompareDesk } from "./compareDesk.js";
import type { ResultsHost } from "./panels/resultsPanel.js";
import type { Reader } from "./reader.js";
import type { Checks } from "./run/checks.js";
import type { AskControls, Questions } from "./run/questions.js";
import type { Gates, StepTensor } from "./run/gates.js";
import { inputBand, inputSlice, type RunRecord, runView } from "./run/records.js";
import type { RunController } from "./run/runController.js";
import type { SourceLight } from "./sourceLight.js";
import type { RunStore } from "./run/runStore.js";
import type { RunValues } from "./run/runValues.js";
import { revealSource } from "./run/source.js";
import { saveTensor } from "./saveTensor.js";
import { word } from "./words.js";

type Intent = Parameters<ResultsHost["receive"]>[0];
type Band = Extract<ResultsFromView, { type: "bandRequested" | "differenceBandRequested" }>;
type Slice = Extract<ResultsFromView, { type: "sliceRequested" }>;

export interface ResultsParts {
  readonly runs: RunController;
  readonly kept: RunStore;
  readonly values: RunValues;
  readonly checks: Checks;
  readonly compare: CompareDesk;
  readonly gates: Gates;
  readonly actions: Actions;
  readonly questions: Questions;
  readonly light: SourceLight;
  readonly codeReader: Reader;
  readonly askExport: (format: ExportFormat) => void;
}

export class ResultsDesk implements ResultsHost {
  /** The view of a record is made once. */
  private cached: { readonly record: RunRecord; readonly steps: readonly StepTensor[]; readonly view: RunView } | null = null;

  constructor(private readonly parts: ResultsParts) {}

  state(): ResultsState {
    const { runs, checks, gates, values } = this.parts;
    const { record, state } = runs;
    const run = record === null ? null : this.viewOf(record);
    const note = record === null ? null : values.noteOf(record.id);
    return { type: "state", run, activity: activityOf(state), check: checks.state, gates: gates.state, note };
  }

  async readSlice({ runId, tensor, start, count }: Slice): Promise<Float32Array> {
    const { compare } = this.parts;
    if (compare.has(runId)) return compare.slice(runId, { tensor, start, count });
    const record = this.shown(runId);
    if (tensor === 0) return inputSlice(record.data, start, count);
    const { values } = this.parts;
    return this.at(record, tensor, (resultId, index) => values.slice(resultId, { tensor: index, start, count }));
  }

  async readBand(request: Band): Promise<BandValues> {
    const { compare } = this.parts;
    if (request.type === "differenceBandRequested") return compare.differenceBand(request);
    const { runId, tensor, box } = request;
    if (compare.has(runId)) return compare.band(runId, tensor, box);
    const record = this.shown(runId);
    if (tensor === 0) return inputBand(record.data, box);
    return this.at(record, tensor, (resultId, index) => this.parts.values.band(resultId, index, box));
  }

  /** @throws UnrollError where another run is shown by now */
  private shown(runId: string): RunRecord {
    const { record } = this.parts.runs;
    if (record === null || record.id !== runId) throw new UnrollError(valuesGone());
    return record;
  }

  private viewOf(record: RunRecord): RunView {
    const steps = this.parts.gates.of(record);
    const { cached } = this;
    if (cached?.record === record && cached.steps === steps) return cached.view;
    const tensors = steps.map(({ tensor }) => tensor);
    const view = runView(record, tensors);
    this.cached = { record, steps, view };
    return view;
  }

  /** Asks about a tensor by its id in the view. @throws UnrollError */
  private at<T>(record: RunRecord, id: number, ask: (resultId: number, index: number) => Promise<T>): Promise<T> {
    const { values, gates } = this.parts;
    if (id <= record.tensors.length) return values.at(record, 1, ({ resultId }) => ask(resultId, id - 1));
    const step = gates.of(record)[id - 1 - record.tensors.length];
    if (step === undefined) throw new UnrollError(valuesGone());
    return values.at(record, 2, ({ resultId }) => ask(resultId, step.index));
  }

  /** Shows the run again that the panel had before a reload, unless a newer one is there. */
  async restore(runId: string): Promise<void> {
    await this.parts.kept.ready;
    if (this.parts.runs.record !== null || this.parts.kept.get(runId) === undefined) return;
    this.parts.runs.show(await this.parts.kept.record(runId));
  }

  answer(runId: string, question: Question, controls: AskControls): Promise<Answer> {
    return this.parts.questions.answer(runId, question, controls);
  }

  compare(): CompareState | null {
    return this.parts.compare.state();
  }

  measure(request: MeasureRequested): Promise<(Difference | null)[]> {
    return this.parts.compare.measure(request);
  }

  receive(intent: Intent): void {
    if (intent.type === "compareChosen") return void this.parts.compare.choose(intent.choice);
    if (intent.type === "pointedAt") return this.parts.light.show(this.parts.runs.record?.data ?? null, intent.index, intent.reveal);
    if (intent.type === "saveRequested") return this.saveTensor(intent.runId, intent.tensor);
    if (intent.type === "exported") return this.save(intent.format, intent.data);
    if (intent.type === "codeOpened") return this.openCode(intent.target);
    if (intent.type === "cancelRequested") return this.parts.runs.cancel();
    if (intent.type === "actionChosen") return this.parts.actions.take(intent.id);
    switch (intent.id) {
      case "rerun":
        return this.parts.actions.take("runAgain");
      case "newSeed":
        return this.parts.actions.take("newSeed");
      case "copySummary":
        return void vscode.env.clipboard.writeText(this.parts.runs.record === null ? "" : summaryText(this.parts.runs.record.model));
      case "showSource":
        return this.showSource();
      case "chooseDevice":
        return void vscode.commands.executeCommand("workbench.action.openSettings", "unroll.device");
      case "openDesigner":
        return void vscode.commands.executeCommand("unroll.designer.focus");
      case "runFile":
        return void vscode.commands.executeCommand("unroll.runOnFile");
      case "runSelection":
        return void vscode.commands.executeCommand("unroll.runOnSelection");
      case "doctor":
        return this.parts.actions.take("doctor");
      case "export":
        return void pickExport().then((format) => format !== undefined && this.parts.askExport(format));
      case "captureGates":
        return void this.parts.gates.capture();
      case "check":
        return this.parts.checks.start();
      case "cancelCheck":
        return this.parts.checks.cancel();
    }
  }

  reason(error: unknown): string {
    return error instanceof UnrollError ? word(error.failure.message) : String(error);
  }

  private saveTensor(runId: string, tensor: number): void {
    const { record } = this.parts.runs;
    const view = record === null || record.id !== runId ? undefined : this.viewOf(record).tensors[tensor];
    if (record === null || view === undefined) return;
    const name = tensor === 0 ? record.data.name || "x" : `${view.layerName}_${view.name}`;
    const read = (box: Box): Promise<Float32Array> => this.readSlice({ type: "sliceRequested", requestId: 0, runId, tensor, ...box });
    void saveTensor({ name, shape: view.shape, near: record.data.source.uri, read }, (error) => this.reason(error));
  }

  private save(format: ExportFormat, data: string | Uint8Array | null): void {
    const { record } = this.parts.runs;
    if (record !== null) void saveExport(data, format, { name: record.model.name, near: record.data.source.uri });
  }

  private openCode(target: Target): void {
    const { runs, codeReader } = this.parts;
    void exportCode(runs.record?.model ?? null, codeReader, { target, to: "editor" });
  }

  private showSource(): void {
    const source = this.parts.runs.record?.data.source;
    if (source !== undefined) void revealSource(source, { selection: source.range, viewColumn: vscode.ViewColumn.One });
  }
}

function activityOf(state: RunState): ResultsState["activity"] {
  if (state.phase === "running") return { phase: "running", done: state.done, total: state.total };
  if (state.phase === "failed") return { phase: "failed", message: state.message, actions: state.actions };
  return { phase: "none" };
}
