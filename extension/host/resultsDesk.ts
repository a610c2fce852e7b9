/** Behind the results panel: its state from the newest run, slices of its tensors, and what each of its intents does. */
import * as vscode from "vscode";
import type { Difference } from "../core/difference.js";
import { UnrollError } from "../core/errors.js";
import { summaryText } from "../core/model/summary.js";
import type { CompareState, MeasureRequested } from "../core/protocol/compare.js";
import type { RunState } from "../core/protocol/designer.js";
import { valuesGone } from "../core/protocol/gone.js";
import type { ResultsFromView, ResultsState } from "../core/protocol/results.js";
import type { Actions } from "./actions.js";
import type { CompareDesk } from "./compareDesk.js";
import type { ResultsHost } from "./panels/resultsPanel.js";
import type { Checks } from "./run/checks.js";
import { inputSlice, type RunRecord, runView } from "./run/records.js";
import type { RunController } from "./run/runController.js";
import type { RunStore } from "./run/runStore.js";
import type { RunValues } from "./run/runValues.js";
import { word } from "./words.js";

type Intent = Parameters<ResultsHost["receive"]>[0];
type Slice = Extract<ResultsFromView, { type: "sliceRequested" }>;

export class ResultsDesk implements ResultsHost {
  /** The view of a record is made once. */
  private cached: { readonly record: RunRecord; readonly view: ReturnType<typeof runView> } | null = null;

  constructor(
    private readonly runs: RunController,
    private readonly kept: RunStore,
    private readonly values: RunValues,
    private readonly checks: Checks,
    private readonly compareDesk: CompareDesk,
    private readonly actions: Actions,
  ) {}

  state(): ResultsState {
    const { record, state } = this.runs;
    if (record !== null && this.cached?.record !== record) this.cached = { record, view: runView(record) };
    const run = record === null ? null : (this.cached?.view ?? null);
    const note = record === null ? null : this.values.noteOf(record.id);
    return { type: "state", run, activity: activityOf(state), check: this.checks.state, note };
  }

  async readSlice({ runId, tensor, start, count }: Slice): Promise<Float32Array> {
    const side = this.compareDesk.read(runId, { tensor, start, count });
    if (side !== undefined) return side;
    const { record } = this.runs;
    if (record === null || record.id !== runId) throw new UnrollError(valuesGone());
    return tensor === 0 ? inputSlice(record, start, count) : this.values.read(record, { tensor: tensor - 1, start, count });
  }

  /** Shows the run again that the panel had before a reload, unless a newer one is there. */
  async restore(runId: string): Promise<void> {
    await this.kept.ready;
    if (this.runs.record !== null || this.kept.get(runId) === undefined) return;
    this.runs.show(await this.kept.record(runId));
  }

  compare(): CompareState | null {
    return this.compareDesk.state();
  }

  measure(request: MeasureRequested): Promise<(Difference | null)[]> {
    return this.compareDesk.measure(request);
  }

  receive(intent: Intent): void {
    if (intent.type === "compareChosen") return void this.compareDesk.choose(intent.choice);
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
    if (source !== undefined)
      void vscode.window.showTextDocument(source.uri, { selection: source.range, viewColumn: vscode.ViewColumn.One });
  }
}

function activityOf(state: RunState): ResultsState["activity"] {
  if (state.phase === "running") return { phase: "running", done: state.done, total: state.total };
  if (state.phase === "failed") return { phase: "failed", message: state.message, actions: state.actions };
  return { phase: "none" };
}
