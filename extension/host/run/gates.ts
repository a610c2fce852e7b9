/** Gates and states of every step of the shown run: computed when somebody opens them, by the same run once more. */
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import type { RunTensor } from "../../core/protocol/engine.js";
import type { GatesView } from "../../core/protocol/results.js";
import { word } from "../words.js";
import type { RunRecord } from "./records.js";
import type { RunController } from "./runController.js";
import type { RunValues } from "./runValues.js";

/** A tensor that the run itself did not keep, and where it stands among those of the run that was captured in full. */
export interface StepTensor {
  readonly index: number;
  readonly tensor: RunTensor;
}

export class Gates implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private view: GatesView = { phase: "none" };
  private steps: readonly StepTensor[] = [];
  /** The run that both are about. */
  private runId = "";

  constructor(
    private readonly runs: RunController,
    private readonly values: RunValues,
  ) {}

  get state(): GatesView {
    return this.runs.record?.id === this.runId ? this.view : { phase: "none" };
  }

  /** What was captured of a run; empty until somebody looked. */
  of(record: RunRecord): readonly StepTensor[] {
    return record.id === this.runId ? this.steps : [];
  }

  /** Never throws: a failure becomes the state. */
  async capture(): Promise<void> {
    const { record } = this.runs;
    if (record === null || this.state.phase === "running" || this.state.phase === "done") return;
    this.runId = record.id;
    this.steps = [];
    this.show({ phase: "running" });
    let next: GatesView = { phase: "done" };
    let steps: readonly StepTensor[] = [];
    try {
      const tensors = await this.values.at(record, 2, (place) => Promise.resolve(place.tensors));
      steps = tensors.map((tensor, index) => ({ tensor, index })).filter(({ tensor }) => tensor.role === "trace");
    } catch (error) {
      const known = error instanceof UnrollError ? error : null;
      const message = known === null ? String(error) : word(known.failure.message);
      next = known?.code === "CANCELLED" ? { phase: "none" } : { phase: "failed", message };
    }
    // Another run was opened meanwhile.
    if (this.runId !== record.id) return;
    this.steps = steps;
    this.show(next);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private show(view: GatesView): void {
    this.view = view;
    this.changed.fire();
  }
}
