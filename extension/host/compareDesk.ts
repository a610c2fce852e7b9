/** Behind the tab Compare: the shown run and another beside it, both with all their steps, and how far they are apart. */
import * as vscode from "vscode";
import { expected } from "../client/expected.js";
import { comparable, type Compared, type Difference, differenceOf } from "../core/difference.js";
import { UnrollError } from "../core/errors.js";
import { msg } from "../core/messages.js";
import { withInput } from "../core/model/input.js";
import { lower } from "../core/model/lower.js";
import type { CaptureLevel } from "../core/model/program.js";
import { sizeOf, tensorPlan } from "../core/model/tensors.js";
import type { CompareChoice, CompareState, MeasuredPart, MeasureRequested, RunChoice, Side } from "../core/protocol/compare.js";
import { valuesGone } from "../core/protocol/gone.js";
import { applyFlip, type Flip, flipsOf } from "../core/runs/whatIf.js";
import type { Engine } from "./engine.js";
import { inputSlice, type RunRecord, runView } from "./run/records.js";
import type { RunController } from "./run/runController.js";
import type { RunStore } from "./run/runStore.js";
import type { Box, RunValues } from "./run/runValues.js";
import { agoText, runTitle } from "./run/runWords.js";
import { word } from "./words.js";

/** Steps and gates of a run that are computed for a comparison; of a larger one only what its layers return is compared. */
const MOST_TRACED_BYTES = 256 * 2 ** 20;

interface Placed {
  readonly record: RunRecord;
  readonly capture: CaptureLevel;
  readonly side: Side;
}

export class CompareDesk implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** Nobody has looked yet: nothing is computed. */
  private open = false;
  /** The run beside the shown one; null: the newest other. */
  private wanted: string | null = null;
  private a: Placed | null = null;
  private b: Placed | null = null;
  private activity: CompareState["activity"] = { phase: "none" };
  private revealing = false;
  /** Of which run the sides are being computed. */
  private preparing: RunRecord | null = null;
  private turn = 0;

  constructor(
    private readonly engine: Engine,
    private readonly runs: RunController,
    private readonly kept: RunStore,
    private readonly values: RunValues,
  ) {}

  /** null: the tab was never opened. */
  state(): CompareState | null {
    const { record } = this.runs;
    if (record === null || !this.open) return null;
    return {
      type: "compare",
      runs: this.kept.runs.filter((run) => run.id !== record.id).map((run) => this.choiceOf(run.id)),
      devices: this.engine
        .device()
        .options.filter(({ kind, available }) => available && kind !== record.device.used)
        .map(({ kind, name }) => ({ kind, name })),
      flips: this.flips(record),
      a: this.a?.side ?? null,
      b: this.b?.side ?? null,
      activity: this.activity,
      reveal: this.revealing,
    };
  }

  /** Somebody outside of the panel wants to see this run beside the shown one. */
  reveal(id: string): void {
    this.revealing = true;
    void this.prepare({ kind: "run", id });
  }

  /** The view's wish. @param choice null: the tab is there, with whatever was chosen before */
  choose(choice: CompareChoice | null): Promise<void> {
    this.revealing = false;
    return this.prepare(choice);
  }

  /** A box of one of the sides; undefined: that is no side. */
  read(id: string, { tensor, start, count }: Box): Promise<Float32Array> | undefined {
    const placed = this.placed(id);
    if (placed === undefined) return undefined;
    const { record, capture } = placed;
    if (tensor === 0) return Promise.resolve(inputSlice(record, start, count));
    return this.values.at(record, capture, ({ resultId }) => this.values.slice(resultId, { tensor: tensor - 1, start, count }));
  }

  /** @throws UnrollError */
  async measure({ a, b, tolerance, parts }: MeasureRequested): Promise<(Difference | null)[]> {
    const [left, right] = [this.placed(a), this.placed(b)];
    if (left === undefined || right === undefined) throw new UnrollError(valuesGone());
    const inEngine = parts.filter((part) => part.a > 0 && part.b > 0);
    const answers = inEngine.length === 0 ? [] : await this.ask(left, right, { tolerance, parts: inEngine });
    return parts.map((part) => {
      const at = inEngine.indexOf(part);
      return at >= 0 ? (answers[at] ?? null) : inputDifference(left.record, right.record, part, tolerance);
    });
  }

  dispose(): void {
    this.changed.dispose();
  }

  /** Never throws: a failure becomes the state. */
  private async prepare(choice: CompareChoice | null): Promise<void> {
    const { record } = this.runs;
    if (record === null) return;
    this.open = true;
    const known = this.activity.phase === "computing" ? this.preparing : this.a?.record;
    if (choice === null && known === record && this.activity.phase !== "failed") return this.changed.fire();
    const turn = ++this.turn;
    this.preparing = record;
    if (choice?.kind === "run") this.wanted = choice.id;
    this.show({ phase: "computing" });
    try {
      const id = await this.otherOf(record, choice);
      const a = await this.place(record);
      const b = id === null ? null : await this.place(await this.kept.record(id));
      if (turn !== this.turn) return;
      [this.a, this.b, this.wanted] = [a, b, id];
      this.show({ phase: "none" });
    } catch (error) {
      if (turn !== this.turn) return;
      const known = error instanceof UnrollError ? error : null;
      if (known?.code === "CANCELLED") this.show({ phase: "none" });
      else this.show({ phase: "failed", message: known === null ? String(error) : word(known.failure.message) });
    }
  }

  private ask(a: Placed, b: Placed, asked: Pick<MeasureRequested, "tolerance" | "parts">): Promise<readonly (Difference | null)[]> {
    const parts = asked.parts.map((part) => ({ ...part, a: part.a - 1, b: part.b - 1 }));
    const { tolerance } = asked;
    // Each of the two is computed again where the engine has dropped it.
    return this.values.at(a.record, a.capture, (left) =>
      this.values.at(b.record, b.capture, async (right) => {
        const request = { type: "difference", resultA: left.resultId, resultB: right.resultId, tolerance, parts } as const;
        return expected("difference", await this.engine.ask(request)).parts;
      }),
    );
  }

  /** The id of the run to put beside it, which is computed first where it is the same one with a change. */
  private async otherOf(record: RunRecord, choice: CompareChoice | null): Promise<string | null> {
    switch (choice?.kind) {
      case undefined: {
        const before = this.wanted !== null && this.wanted !== record.id && this.kept.get(this.wanted) !== undefined ? this.wanted : null;
        return before ?? this.kept.runs.find((run) => run.id !== record.id)?.id ?? null;
      }
      case "run":
        return choice.id;
      case "device": {
        const name = this.engine.device(choice.device).name;
        return this.beside(record, { device: choice.device }, `${this.choiceOf(record.id).title} · ${name}`);
      }
      case "flip": {
        const model = applyFlip(record.model, choice, record.data.shape);
        if (!model.ok) throw new UnrollError(model.error);
        const text = this.flips(record).find((flip) => flip.layer === choice.layer && flip.key === choice.key)?.text ?? choice.key;
        return this.beside(record, { model: model.value }, text);
      }
    }
  }

  private async beside(record: RunRecord, changes: Parameters<RunValues["beside"]>[1], title: string): Promise<string> {
    const other = await this.values.beside(record, changes);
    await this.kept.add(other, { title });
    return other.id;
  }

  private async place(record: RunRecord): Promise<Placed> {
    const capture = tracedBytes(record) <= MOST_TRACED_BYTES ? 2 : 1;
    const tensors = await this.values.at(record, capture, (place) => Promise.resolve(place.tensors));
    const run = { ...runView({ ...record, tensors }), id: `compare ${record.id}` };
    return { record, capture, side: { ...this.choiceOf(record.id), id: run.id, run } };
  }

  private placed(id: string): Placed | undefined {
    return [this.a, this.b].find((placed) => placed?.side.id === id) ?? undefined;
  }

  private flips({ model, data }: RunRecord): Flip[] {
    return flipsOf(model, data.shape);
  }

  private choiceOf(id: string): RunChoice {
    const run = this.kept.get(id);
    if (run === undefined) return { id, title: word(msg("The shown run")), detail: "", pinned: false };
    return { id, title: runTitle(run), detail: `${agoText(run.when, Date.now())} · ${run.device.name}`, pinned: run.pinned };
  }

  private show(activity: CompareState["activity"]): void {
    this.activity = activity;
    this.changed.fire();
  }
}

/** The input is the host's own. */
function inputDifference(left: RunRecord, right: RunRecord, part: MeasuredPart, tolerance: number): Difference | null {
  const values = ({ data }: RunRecord): Compared => ({ data: data.values, shape: data.shape });
  const [a, b] = [values(left), values(right)];
  return part.a === 0 && part.b === 0 && comparable(a.shape, b.shape, part) ? differenceOf(a, b, part, tolerance) : null;
}

function tracedBytes({ model, data }: RunRecord): number {
  const program = lower(withInput(model, data.shape));
  return tensorPlan(program, data.shape, 2).reduce((sum, tensor) => sum + 4 * sizeOf(tensor.shape), 0);
}
