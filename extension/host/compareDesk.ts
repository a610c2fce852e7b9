/** Behind the tab Compare: the shown run and another beside it, both with all their steps, and how far they are apart. */
import * as path from "node:path";
import * as vscode from "vscode";
import { expected } from "../client/expected.js";
import type { BandBox, BandValues } from "../core/band.js";
import { comparable, type Difference, differenceOf } from "../core/difference.js";
import { differenceBandOf } from "../core/differenceBand.js";
import { UnrollError } from "../core/errors.js";
import { msg } from "../core/messages.js";
import { shapeText } from "../core/model/shapes.js";
import type {
  CompareChoice,
  CompareState,
  DifferenceBandRequested,
  MeasuredPart,
  MeasureRequested,
  RunChoice,
} from "../core/protocol/compare.js";
import { valuesGone } from "../core/protocol/gone.js";
import { applyFlip, type Flip, flipsOf } from "../core/runs/whatIf.js";
import { askComparedFile, fileTitle, openComparedFile } from "./compareFiles.js";
import type { CompareMemory, KnownFile } from "./compareMemory.js";
import { placeFile, type Placed, placeRun } from "./compareSides.js";
import type { Engine } from "./engine.js";
import type { Reader } from "./reader.js";
import { inputBand, inputSlice, type RunRecord } from "./run/records.js";
import type { RunController } from "./run/runController.js";
import type { RunStore } from "./run/runStore.js";
import type { Box, RunValues } from "./run/runValues.js";
import { agoText, runTitle } from "./run/runWords.js";
import { word } from "./words.js";

export interface CompareParts {
  readonly engine: Engine;
  readonly runs: RunController;
  readonly kept: RunStore;
  readonly values: RunValues;
  /** The run or file beside the shown one, and the files there were. */
  readonly memory: CompareMemory;
  /** Of files. */
  readonly reader: Reader;
}

export class CompareDesk implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** Nobody has looked yet: nothing is computed. */
  private open = false;
  private a: Placed | null = null;
  private b: Placed | null = null;
  private activity: CompareState["activity"] = { phase: "none" };
  private revealing = false;
  /** Of which run the sides are being computed. */
  private preparing: RunRecord | null = null;
  private turn = 0;

  constructor(private readonly parts: CompareParts) {}

  /** null: the tab was never opened. */
  state(): CompareState | null {
    const { record } = this.parts.runs;
    if (record === null || !this.open) return null;
    return {
      type: "compare",
      runs: this.parts.kept.runs.filter((run) => run.id !== record.id).map((run) => this.choiceOf(run.id)),
      files: this.parts.memory.files.map((file) => fileChoice(file)),
      devices: this.parts.engine
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

  /** Is this one of the sides? */
  has(id: string): boolean {
    return this.find(id) !== undefined;
  }

  /** A box of a side's tensor. @throws UnrollError */
  async slice(id: string, { tensor, start, count }: Box): Promise<Float32Array> {
    const { input, at } = this.placed(id);
    return tensor === 0 && input !== null
      ? inputSlice(input, start, count)
      : at(({ resultId }) => this.parts.values.slice(resultId, { tensor: tensor - 1, start, count }));
  }

  /** @throws UnrollError */
  async band(id: string, tensor: number, box: BandBox): Promise<BandValues> {
    const { input, at } = this.placed(id);
    return tensor === 0 && input !== null ? inputBand(input, box) : at(({ resultId }) => this.parts.values.band(resultId, tensor - 1, box));
  }

  /** @throws UnrollError */
  async differenceBand({ a, b, part, box }: DifferenceBandRequested): Promise<BandValues> {
    const [left, right] = [this.placed(a), this.placed(b)];
    if (part.a > 0 && part.b > 0) return both(left, right, (idA, idB) => this.parts.values.differenceBand(idA, idB, inEngine(part), box));
    const [inputA, inputB] = [comparedInput(left), comparedInput(right)];
    if (inputA === null || inputB === null) throw new UnrollError(valuesGone());
    const band = differenceBandOf(inputA, inputB, part, box);
    if (!band.ok) throw new UnrollError(band.error);
    return band.value;
  }

  /** @throws UnrollError */
  async measure({ a, b, tolerance, parts }: MeasureRequested): Promise<(Difference | null)[]> {
    const [left, right] = [this.placed(a), this.placed(b)];
    const asked = parts.filter((part) => part.a > 0 && part.b > 0);
    const answers = asked.length === 0 ? [] : await this.ask(left, right, { tolerance, parts: asked.map(inEngine) });
    return parts.map((part) => {
      const at = asked.indexOf(part);
      return at >= 0 ? (answers[at] ?? null) : inputDifference(left, right, part, tolerance);
    });
  }

  dispose(): void {
    this.changed.dispose();
  }

  /** Never throws: a failure becomes the state. */
  private async prepare(choice: CompareChoice | null): Promise<void> {
    const { record } = this.parts.runs;
    if (record === null) return;
    this.open = true;
    const known = this.activity.phase === "computing" ? this.preparing?.id : this.a?.side.choice;
    if (choice === null && known === record.id && this.activity.phase !== "failed") return this.changed.fire();
    const turn = ++this.turn;
    this.preparing = record;
    if (choice?.kind === "run") this.parts.memory.other = choice.id;
    const other = (choice ?? this.choiceBefore(record))?.kind === "file" ? "file" : "run";
    this.show({ phase: "computing", other });
    try {
      const { a, b } = await this.sides(record, choice);
      if (turn !== this.turn) return b?.release();
      this.b?.release();
      [this.a, this.b] = [a, b];
      if (b !== null) this.parts.memory.other = b.side.choice;
      this.show({ phase: "none" });
    } catch (error) {
      if (turn !== this.turn) return;
      const known = error instanceof UnrollError ? error : null;
      if (known?.code === "CANCELLED") this.show({ phase: "none" });
      else this.show({ phase: "failed", message: known === null ? String(error) : word(known.failure.message) });
    }
  }

  private ask(a: Placed, b: Placed, asked: Pick<MeasureRequested, "tolerance" | "parts">): Promise<readonly (Difference | null)[]> {
    return both(a, b, async (resultA, resultB) => {
      const answer = await this.parts.engine.ask({ type: "difference", resultA, resultB, ...asked });
      return expected("difference", answer).parts;
    });
  }

  private async sides(record: RunRecord, choice: CompareChoice | null): Promise<{ a: Placed; b: Placed | null }> {
    await this.parts.kept.ready;
    const a = await placeRun(this.parts.values, record, this.choiceOf(record.id));
    const wanted = choice ?? this.choiceBefore(record);
    if (wanted === null) return { a, b: null };
    if (wanted.kind === "file") return this.besideFile(record, a, wanted.id);
    const id = await this.otherOf(record, wanted);
    return { a, b: await placeRun(this.parts.values, await this.parts.kept.record(id), this.choiceOf(id)) };
  }

  /** What was beside a run last, else the newest other run. */
  private choiceBefore(record: RunRecord): CompareChoice | null {
    const { other, files } = this.parts.memory;
    if (other !== null && files.some((file) => file.id === other)) return { kind: "file", id: other };
    const before = other !== record.id ? this.parts.kept.get(other ?? "") : undefined;
    const run = before ?? this.parts.kept.runs.find(({ id }) => id !== record.id);
    return run === undefined ? null : { kind: "run", id: run.id };
  }

  /** @param id of a file that was there before; null: the person is asked */
  private async besideFile(record: RunRecord, run: Placed, id: string | null): Promise<{ a: Placed; b: Placed }> {
    const known = this.parts.memory.files.find((file) => file.id === id);
    const uri = known === undefined ? await askComparedFile(record.data.source.uri) : vscode.Uri.parse(known.uri);
    const tensors = await run.at((place) => Promise.resolve(place.tensors));
    const opened = await openComparedFile(this.parts.reader, { uri, array: known?.array ?? null }, tensors);
    const choice = fileChoice(this.parts.memory.keep(uri.toString(), opened.array), opened.tensor.shape);
    const { run: a, file: b } = await placeFile(this.parts.values, run, opened, choice);
    return { a, b };
  }

  /** The id of the run to put beside it, which is computed first where it is the same one with a change. */
  private async otherOf(record: RunRecord, choice: Exclude<CompareChoice, { kind: "file" }>): Promise<string> {
    switch (choice.kind) {
      case "run":
        return choice.id;
      case "device": {
        const name = this.parts.engine.device(choice.device).name;
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
    const other = await this.parts.values.beside(record, changes);
    await this.parts.kept.add(other, { title });
    return other.id;
  }

  private find(id: string): Placed | undefined {
    return [this.a, this.b].find((placed) => placed?.side.id === id) ?? undefined;
  }

  /** @throws UnrollError */
  private placed(id: string): Placed {
    const placed = this.find(id);
    if (placed === undefined) throw new UnrollError(valuesGone());
    return placed;
  }

  private flips({ model, data }: RunRecord): Flip[] {
    return flipsOf(model, data.shape);
  }

  private choiceOf(id: string): RunChoice {
    const run = this.parts.kept.get(id);
    if (run === undefined) return { id, title: word(msg("The shown run")), detail: "", pinned: false };
    return { id, title: runTitle(run), detail: `${agoText(run.when, Date.now())} · ${run.device.name}`, pinned: run.pinned };
  }

  private show(activity: CompareState["activity"]): void {
    this.activity = activity;
    this.changed.fire();
  }
}

/** Of what is in the engine, as the engine counts. */
function inEngine(part: MeasuredPart): MeasuredPart {
  return { ...part, a: part.a - 1, b: part.b - 1 };
}

/** Asks about both; each of the two is computed again where the engine has dropped it. */
function both<T>(a: Placed, b: Placed, ask: (resultA: number, resultB: number) => Promise<T>): Promise<T> {
  return a.at((left) => b.at((right) => ask(left.resultId, right.resultId)));
}

function comparedInput({ input }: Placed): { readonly data: Float32Array; readonly shape: readonly number[] } | null {
  return input === null ? null : { data: input.values, shape: input.shape };
}

/** @param shape of what is compared; left out: in which folder the file lies */
function fileChoice(file: KnownFile, shape?: readonly number[]): RunChoice {
  const folder = path.dirname(vscode.workspace.asRelativePath(vscode.Uri.parse(file.uri)));
  const detail = shape !== undefined ? shapeText(shape) : folder === "." ? "" : folder;
  return { id: file.id, title: fileTitle(file), detail, pinned: false };
}

/** The input is the host's own. */
function inputDifference(left: Placed, right: Placed, part: MeasuredPart, tolerance: number): Difference | null {
  const [a, b] = [comparedInput(left), comparedInput(right)];
  if (a === null || b === null) return null;
  return part.a === 0 && part.b === 0 && comparable(a.shape, b.shape, part) ? differenceOf(a, b, part, tolerance) : null;
}
