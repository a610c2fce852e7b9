/** "Run RNN on selection": text → numbers → a shape that fits the model → a run. */
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { Selection } from "../../core/text/parseSelection.js";
import { promote } from "../../core/text/shape.js";
import type { ReadDiagnostics } from "../diagnostics.js";
import type { ModelStore } from "../model/modelStore.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import { type Fit, fitOf, inputFor, pickFit } from "./fitPick.js";
import { pickPreset } from "./presetPick.js";
import type { RunData, RunRecord } from "./records.js";
import type { RunController } from "./runController.js";
import { type Source, takeSource } from "./source.js";

type Read = Extract<Selection, { ok: true }>;

interface Taken {
  readonly source: Source;
  readonly read: Read;
}

export class SelectionRun {
  /** What was read last, as written: the designer's Run takes it again. */
  private lastRead: Taken | null = null;

  constructor(
    private readonly reader: Reader,
    private readonly store: ModelStore,
    private readonly runs: RunController,
    private readonly diagnostics: ReadDiagnostics,
  ) {}

  /** The data that Run takes, as written and as the model would get it. */
  get data(): { readonly source: Source; readonly shape: readonly number[] } | null {
    return this.lastRead === null ? null : { source: this.lastRead.source, shape: this.lastRead.read.shape };
  }

  /** The command. */
  async onSelection(): Promise<RunRecord | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      void vscode.window.showInformationMessage(word(msg("Open a file with numbers and select some, then run this command again.")));
      return undefined;
    }
    if (!(await trusted())) return undefined;
    const taken = await this.take(editor);
    return taken === null ? undefined : this.go(taken.source, taken.read);
  }

  /** The designer's Run: the same data again, or what is selected now. */
  async again(): Promise<RunRecord | undefined> {
    if (this.lastRead === null) return this.onSelection();
    if (!(await trusted())) return undefined;
    return this.go(this.lastRead.source, this.lastRead.read);
  }

  /** Live mode: what is selected now, else what was read last, where it fits the model as it is. Says and asks nothing; null: not run. */
  async live(): Promise<RunRecord | null> {
    const { model, document } = this.store;
    if (!vscode.workspace.isTrusted || model === null || document.problem !== null) return null;
    const taken = (await this.selectedNow()) ?? this.lastRead;
    const fit = taken === null ? null : fitOf(model, taken.read.shape);
    if (taken === null || fit === null || this.isLast(model, taken)) return null;
    this.lastRead = taken;
    return (await this.runs.run({ model, data: dataOf(taken, fit), live: true })) ?? null;
  }

  /** Selected numbers; null: nothing is selected, or no numbers. */
  private async selectedNow(): Promise<Taken | null> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || editor.selections.every((one) => one.isEmpty)) return null;
    const source = takeSource(editor, () => undefined);
    if (!/\d/.test(source.text)) return null;
    const { selectionMaxBytes } = readSettings(source.uri);
    const read = await this.reader.read(source.text, source.languageId, "error", selectionMaxBytes).catch(() => null);
    return read?.ok === true && read.values.length > 1 ? { source, read } : null;
  }

  /** What ran last is not run again. */
  private isLast(model: ModelSpec, { read }: Taken): boolean {
    const { order } = this.runs;
    if (order === null || order.model !== model || order.data.values.length !== read.values.length) return false;
    return order.data.written.join() === read.shape.join() && order.data.values.every((value, i) => Object.is(value, read.values[i]));
  }

  /** Reads the selection that there is and remembers it; says what is wrong at its place. */
  private async take(editor: vscode.TextEditor): Promise<Taken | null> {
    const source = await this.source(editor);
    this.diagnostics.clear(source.uri);
    let read = await this.read(source, "error");
    if (read !== null && !read.ok && read.kind === "ragged" && (await this.sayWrong(source, read, word(msg("Pad with zeros and mask"))))) {
      read = await this.read(source, "pad");
    } else if (read !== null && !read.ok && read.kind !== "ragged") {
      void this.sayWrong(source, read);
    }
    return read !== null && read.ok ? { source, read } : null;
  }

  private async source(editor: vscode.TextEditor): Promise<Source> {
    const { document, selection } = editor;
    let around: { start: number; end: number } | undefined;
    if (editor.selections.every((one) => one.isEmpty)) {
      try {
        around = await this.reader.enclosing(document.getText(), document.offsetAt(selection.active), document.languageId);
      } catch {
        around = undefined;
      }
    }
    return takeSource(editor, () => around);
  }

  private async read(source: Source, ragged: "error" | "pad"): Promise<Selection | null> {
    try {
      return await this.reader.read(source.text, source.languageId, ragged, readSettings(source.uri).selectionMaxBytes);
    } catch (error) {
      const text = error instanceof UnrollError ? word(error.failure.message) : String(error);
      void vscode.window.showErrorMessage(text);
      return null;
    }
  }

  /** A diagnostic at the exact place and one notification. Returns whether the offered action was taken. */
  private async sayWrong(source: Source, read: Extract<Selection, { ok: false }>, offer?: string): Promise<boolean> {
    const range = rangeOf(source, read.start, read.end);
    const text = word(read.message);
    this.diagnostics.show(source.uri, range, text, read.kind);
    const show = word(msg("Show"));
    const picked = await vscode.window.showErrorMessage(text, ...(offer === undefined ? [show] : [offer, show]));
    if (picked === show) await vscode.window.showTextDocument(source.uri, { selection: range });
    return picked !== undefined && picked === offer;
  }

  private async go(source: Source, read: Read): Promise<RunRecord | undefined> {
    this.lastRead = { source, read };
    if (this.refused()) return undefined;
    const model = this.store.model ?? (await pickPreset(inputFor(promote(read.shape, 3)?.shape ?? read.shape)));
    if (model === undefined) return undefined;
    const fit = await pickFit(model, read.shape);
    if (fit === undefined) return undefined;
    if (fit.model !== this.store.model) await this.store.change(fit.model);
    return this.runs.run({ model: fit.model, data: dataOf({ source, read }, fit) });
  }

  /** A text that cannot be read is not run as it was before. */
  private refused(): boolean {
    const { name, problem } = this.store.document;
    if (problem === null) return false;
    const args = { file: name, line: problem.line, reason: word(problem.message) };
    void vscode.window.showErrorMessage(word(msg("{file}, line {line}: {reason}", args)));
    return true;
  }
}

function dataOf({ source, read }: Taken, fit: Fit): RunData {
  const { shape } = fit;
  const masked = read.mask !== null && shape.length === 3 && read.mask.length === (shape[0] as number) * (shape[1] as number);
  return {
    source,
    name: read.name,
    written: read.shape,
    shape,
    values: read.values,
    mask: masked ? read.mask : null,
    ...(source.offset >= 0 && read.offsets.length === read.values.length && { offsets: read.offsets }),
    notes: [...(fit.note === null ? [] : [fit.note]), ...read.notes.map(word)],
  };
}

/** Runs wait for trust; the command says so again. */
async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = word(msg("Manage workspace trust"));
  const picked = await vscode.window.showWarningMessage(word(msg("Runs are off in Restricted Mode: trust this workspace first.")), manage);
  if (picked === manage) await vscode.commands.executeCommand("workbench.trust.manage");
  return vscode.workspace.isTrusted;
}

/** Offsets of the text → a range of the document; of several selections, all of them. */
function rangeOf(source: Source, start: number, end: number): vscode.Range {
  if (source.offset < 0) return source.range;
  const before = source.text.slice(0, start);
  const at = positionAfter(source.range.start, before);
  return new vscode.Range(at, positionAfter(at, source.text.slice(start, Math.max(end, start + 1))));
}

function positionAfter(from: vscode.Position, text: string): vscode.Position {
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.at(-1) as string;
  return lines.length === 1 ? from.translate(0, last.length) : new vscode.Position(from.line + lines.length - 1, last.length);
}
