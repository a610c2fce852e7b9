/** "Run RNN on selection": text → numbers → a shape that fits the model → a run. */
import { freemem } from "node:os";
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import { ALWAYS_FREE_BYTES } from "../../core/model/limits.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { plannedBytes } from "../../core/pieces/planned.js";
import type { Shaped } from "../../core/reading/applyReading.js";
import { fitReading, isAmbiguous, targetOf } from "../../core/reading/fit.js";
import { shapeLine, shapeOf, type Written } from "../../core/reading/shapeOf.js";
import type { SelectionNumbers } from "../../core/text/selection.js";
import type { ModelStore } from "../model/modelStore.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import { declarable } from "./openInput.js";
import { pickPreset } from "./presetPick.js";
import type { ReadingMemory } from "./readingMemory.js";
import type { RunData, RunRecord } from "./records.js";
import type { RunController } from "./runController.js";
import { placeToRead, type SelectionText, type Taken } from "./selectionText.js";
import { pickReading } from "./shapePick.js";
import { activePlace, hasSelection, type Source, sourceText } from "./source.js";

export interface SelectionParts {
  readonly reader: Reader;
  readonly text: SelectionText;
  readonly memory: ReadingMemory;
  readonly store: ModelStore;
  readonly runs: RunController;
}

/** Numbers by what is known of them before they are read. */
export interface Unread extends Pick<Taken, "source" | "reading" | "remembered"> {
  readonly read: Pick<SelectionNumbers, "mask"> & Written;
}

/** What is taken of a run's data by the model that runs. */
interface Ready<T extends Unread = Taken> {
  readonly model: ModelSpec;
  readonly taken: T;
}

export class SelectionRun implements vscode.Disposable {
  /** What was read last, as written: the designer's Run takes it again. */
  private lastRead: Taken | null = null;
  private readonly shaped = new vscode.EventEmitter<{ taken: Taken; model: ModelSpec }>();
  /** Numbers were read for a run, so or otherwise. */
  readonly onDidShape = this.shaped.event;

  constructor(private readonly parts: SelectionParts) {}

  dispose(): void {
    this.shaped.dispose();
  }

  /** The data that Run takes, as written. */
  get data(): { readonly source: Source; readonly shape: readonly number[] } | null {
    return this.lastRead === null ? null : { source: this.lastRead.source, shape: this.lastRead.read.shape };
  }

  /** The last data as a model would get it; null: there is none, or it has no such axes. */
  shapeFor(model: ModelSpec | null): readonly number[] | null {
    if (this.lastRead === null) return null;
    const { read, reading } = this.lastRead;
    const shape = shapeOf(read, reading, targetOf(model, read.shape));
    return shape.ok ? shape.value : null;
  }

  /** Whether the last data fits a model as it is read. */
  fits(model: ModelSpec): boolean {
    return this.lastRead !== null && fitReading(model, this.lastRead.read, this.lastRead.reading).ok;
  }

  /** The command. */
  async onSelection(): Promise<RunRecord | undefined> {
    const place = await placeToRead();
    if (place === undefined || !(await trusted())) return undefined;
    const taken = await this.parts.text.take(place);
    return taken === null ? undefined : this.go(taken);
  }

  /** Data from elsewhere: taken once it is known that it may run. */
  async onData(take: () => Promise<Taken | null>): Promise<RunRecord | undefined> {
    if (!(await trusted())) return undefined;
    const taken = await take();
    return taken === null ? undefined : this.go(taken);
  }

  /** For data that are never read as a whole: the model that gets them, and how; undefined: there is none, which was said. */
  async settleUnread(data: Unread, ask: boolean): Promise<Ready<Unread> | undefined> {
    const ready = this.refused() ? undefined : await this.settle(data, ask);
    if (ready !== undefined && ready.model !== this.parts.store.model) await this.parts.store.change(ready.model);
    return ready;
  }

  /** "Read Selection Differently…": asks how, whatever fits. Of what is selected, else of what ran last. */
  async differently(): Promise<RunRecord | undefined> {
    const place = activePlace();
    const selected = place !== undefined && hasSelection(place);
    if (!selected && this.lastRead === null && place === undefined) return this.onSelection();
    if (!(await trusted())) return undefined;
    const taken = place !== undefined && (selected || this.lastRead === null) ? await this.parts.text.take(place) : this.lastRead;
    return taken === null ? undefined : this.go(taken, true);
  }

  /** The designer's Run: the same data again, or what is selected now. */
  async again(): Promise<RunRecord | undefined> {
    if (this.lastRead === null) return this.onSelection();
    if (!(await trusted())) return undefined;
    return this.go(this.lastRead);
  }

  /** Live mode: what is selected now, else what was read last, where it fits the model as it is. Says and asks nothing; null: not run. */
  async live(): Promise<RunRecord | null> {
    const { store, text, runs } = this.parts;
    const { model, document } = store;
    if (!vscode.workspace.isTrusted || model === null || document.problem !== null) return null;
    const place = activePlace();
    const taken = (place === undefined ? null : await text.quietly(place)) ?? this.lastRead;
    if (taken === null || !fitReading(model, taken.read, taken.reading).ok) return null;
    if (!taken.remembered && isAmbiguous(model, taken.read)) return null;
    const data = await this.dataOf({ model, taken }).catch(() => null);
    if (data === null || "failure" in data || this.isLast(model, data)) return null;
    this.lastRead = taken;
    this.shaped.fire({ taken, model });
    return (await runs.run({ model, data, live: true })) ?? null;
  }

  /** What ran last is not run again. */
  private isLast(model: ModelSpec, data: RunData): boolean {
    const { order } = this.parts.runs;
    if (order === null || order.model !== model || order.data.values.length !== data.values.length) return false;
    if (order.data.shape.join() !== data.shape.join() || order.data.mask?.join() !== data.mask?.join()) return false;
    return order.data.values.every((value, i) => Object.is(value, data.values[i]));
  }

  /** @param ask also where the numbers fit as they are */
  private async go(first: Taken, ask = false): Promise<RunRecord | undefined> {
    const { store, runs, text } = this.parts;
    this.lastRead = first;
    if (this.refused()) return undefined;
    const ready = await this.settle(first, ask);
    if (ready === undefined) return undefined;
    let { taken } = ready;
    // Gaps were kept while another policy held: now the first of them is an error with its place.
    if (taken.reading.missing === "error" && first.reading.missing !== "error") {
      const strict = await (taken.again?.(taken.reading) ?? text.readAgain(taken.source, taken.reading));
      if (strict === null) return undefined;
      taken = { ...strict, reading: { ...taken.reading, missing: strict.reading.missing } };
    }
    this.lastRead = taken;
    const { model } = ready;
    if (taken.inPieces !== undefined && isTooLarge(model, taken)) {
      if (model !== store.model) await store.change(model);
      await taken.inPieces(model, taken.reading);
      return undefined;
    }
    const data = await this.dataOf({ model, taken }).catch((error: unknown) => ({ failure: reasonOf(error) }));
    if ("failure" in data) {
      void vscode.window.showErrorMessage(data.failure);
      return undefined;
    }
    if (model !== store.model) await store.change(model);
    this.shaped.fire({ taken, model });
    return runs.run({ model, data });
  }

  /** A model and a reading that fit each other; asks where they do not, or where the numbers may be read in several ways. */
  private async settle<T extends Unread>(taken: T, ask: boolean): Promise<Ready<T> | undefined> {
    const { read, reading, source, remembered } = taken;
    const plain = shapeOf(read, reading, "sequences");
    const model =
      this.parts.store.model ?? (await pickPreset(plain.ok ? [null, ...declarable(plain.value, read, reading).slice(1)] : null));
    if (model === undefined) return undefined;
    const open = !remembered && isAmbiguous(model, read);
    if (!ask && !open && fitReading(model, read, reading).ok) return { model, taken };
    const where = word(sourceText(source));
    const about = word(msg("{where}, about {rows} rows", { where, rows: read.shape[0] ?? 0 }));
    const chosen = await pickReading(read, { model, reading }, read.rowsAbout === true ? about : where);
    if (chosen === undefined) return undefined;
    this.parts.memory.keep(source.uri, read.shape.length, chosen.reading);
    return { model: chosen.model, taken: { ...taken, reading: chosen.reading, remembered: true } };
  }

  /** @throws UnrollError where the reader hung or died */
  private async dataOf({ model, taken }: Ready): Promise<RunData | { readonly failure: string }> {
    const { source, read, reading, remembered } = taken;
    const shaped = await this.parts.reader.shape(read, reading, targetOf(model, read.shape));
    if (!shaped.ok) return { failure: word(shaped.error.message) };
    const { shape, values, offsets, mask } = shaped.value;
    return {
      source,
      name: read.name,
      written: reading.axes === "asWritten" && reading.window === null ? read.shape : [],
      shape,
      values,
      mask,
      notes: notesOf(shaped.value, taken, remembered),
      ...(offsets !== null && { offsets }),
    };
  }

  /** A text that cannot be read is not run as it was before. */
  private refused(): boolean {
    const { name, problem } = this.parts.store.document;
    if (problem === null) return false;
    const args = { file: name, line: problem.line, reason: word(problem.message) };
    void vscode.window.showErrorMessage(word(msg("{file}, line {line}: {reason}", args)));
    return true;
  }
}

/** The same limit as the engine's: where it is sure to refuse. */
function isTooLarge(model: ModelSpec, { source, read, reading }: Taken): boolean {
  const fit = fitReading(model, read, reading);
  if (!fit.ok) return false;
  const limit = Math.min(readSettings(source.uri).memoryLimitBytes, freemem() / 2);
  return plannedBytes(model, fit.value.shape) > Math.max(limit, ALWAYS_FREE_BYTES);
}

function notesOf({ notes }: Shaped, { read }: Taken, remembered: boolean): string[] {
  const kept = msg("Read as chosen for this file; “Read Selection Differently…” changes it.");
  return [...notes, ...read.notes, ...(remembered ? [kept] : [])].map(word);
}

const reasonOf = (error: unknown): string => (error instanceof UnrollError ? word(error.failure.message) : String(error));

/** `4×5 → (1, 4, 5)` and the whole line, for the status bar; null: the model cannot get these numbers. */
export function shapeTexts({ read, reading }: Taken, model: ModelSpec | null): { short: string; line: string; fits: boolean } | null {
  const target = targetOf(model, read.shape);
  const shape = shapeOf(read, reading, target);
  if (!shape.ok) return null;
  const fit = fitReading(model, read, reading);
  const line = word(shapeLine(read.shape, shape.value, target)) + (fit.ok ? "" : `\n${word(fit.error.message)}`);
  return { short: `${read.shape.join("×")} → (${shape.value.join(", ")})`, line, fits: fit.ok };
}

/** Runs wait for trust; the command says so again. */
async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = word(msg("Manage workspace trust"));
  const picked = await vscode.window.showWarningMessage(word(msg("Runs are off in Restricted Mode: trust this workspace first.")), manage);
  if (picked === manage) await vscode.commands.executeCommand("workbench.trust.manage");
  return vscode.workspace.isTrusted;
}
