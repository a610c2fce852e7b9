/** Behind the results panel: its state from the newest run, slices of its tensors, and what each of its intents does. */
import * as vscode from "vscode";
import { failure, UnrollError } from "../core/errors.js";
import { summaryText } from "../core/model/summary.js";
import type { RunState } from "../core/protocol/designer.js";
import type { Answer, Question } from "../core/protocol/questions.js";
import type { ResultsFromView, ResultsState } from "../core/protocol/results.js";
import type { Actions } from "./actions.js";
import type { Engine } from "./engine.js";
import type { ResultsHost } from "./panels/resultsPanel.js";
import type { Checks } from "./run/checks.js";
import type { AskControls, Questions } from "./run/questions.js";
import { inputSlice, type RunRecord, runView } from "./run/records.js";
import type { RunController } from "./run/runController.js";
import type { SourceLight } from "./sourceLight.js";
import { revealSource } from "./run/source.js";
import { word } from "./words.js";

type Intent = Parameters<ResultsHost["receive"]>[0];
type Slice = Extract<ResultsFromView, { type: "sliceRequested" }>;

export class ResultsDesk implements ResultsHost {
  /** The view of a record is made once. */
  private cached: { readonly record: RunRecord; readonly view: ReturnType<typeof runView> } | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly runs: RunController,
    private readonly checks: Checks,
    private readonly actions: Actions,
    private readonly questions: Questions,
    private readonly light: SourceLight,
  ) {}

  state(): ResultsState {
    const { record, state } = this.runs;
    if (record !== null && this.cached?.record !== record) this.cached = { record, view: runView(record) };
    const run = record === null ? null : (this.cached?.view ?? null);
    return { type: "state", run, activity: activityOf(state), check: this.checks.state };
  }

  async readSlice({ runId, tensor, start, count }: Slice): Promise<Float32Array> {
    const { record } = this.runs;
    if (record === null || record.id !== runId)
      throw new UnrollError(failure("INVALID_ARGUMENT", "The values of this run are no longer kept. Run it again."));
    if (tensor === 0) return inputSlice(record, start, count);
    const answer = await this.engine.ask({ type: "readSlice", resultId: record.resultId, tensor: tensor - 1, start, count });
    if (answer.type !== "slice") throw new UnrollError(failure("INTERNAL", "The engine answered with “{type}”.", { type: answer.type }));
    return answer.values;
  }

  answer(runId: string, question: Question, controls: AskControls): Promise<Answer> {
    return this.questions.answer(runId, question, controls);
  }

  receive(intent: Intent): void {
    if (intent.type === "pointedAt") return this.light.show(this.runs.record?.data ?? null, intent.index, intent.reveal);
    if (intent.type === "cancelRequested") return this.runs.cancel();
    if (intent.type === "actionChosen") return this.actions.take(intent.id);
    switch (intent.id) {
      case "rerun":
        return this.actions.take("runAgain");
      case "newSeed":
        return this.actions.take("newSeed");
      case "copySummary":
        return void vscode.env.clipboard.writeText(this.runs.record === null ? "" : summaryText(this.runs.record.model));
      case "showSource":
        return this.showSource();
      case "chooseDevice":
        return void vscode.commands.executeCommand("workbench.action.openSettings", "unroll.device");
      case "openDesigner":
        return void vscode.commands.executeCommand("unroll.designer.focus");
      case "runSelection":
        return void vscode.commands.executeCommand("unroll.runOnSelection");
      case "doctor":
        return this.actions.take("doctor");
      case "check":
        return this.checks.start();
      case "cancelCheck":
        return this.checks.cancel();
    }
  }

  reason(error: unknown): string {
    return error instanceof UnrollError ? word(error.failure.message) : String(error);
  }

  private showSource(): void {
    const source = this.runs.record?.data.source;
    if (source !== undefined) void revealSource(source, { selection: source.range, viewColumn: vscode.ViewColumn.One });
  }
}

function activityOf(state: RunState): ResultsState["activity"] {
  if (state.phase === "running") return { phase: "running", done: state.done, total: state.total };
  if (state.phase === "failed") return { phase: "failed", message: state.message, actions: state.actions };
  return { phase: "none" };
}
