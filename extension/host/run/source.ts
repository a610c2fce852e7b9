/** Where a run's numbers stand in the editor. */
import * as path from "node:path";
import * as vscode from "vscode";
import type { Message } from "../../core/messages.js";
import { msg } from "../../core/messages.js";
import { boxLines } from "../../core/text/several.js";
import { word } from "../words.js";

/** A stretch of `text` and where it stands in the document. */
export interface Piece {
  readonly at: number;
  readonly offset: number;
}

export interface Source {
  readonly uri: vscode.Uri;
  readonly languageId: string;
  readonly text: string;
  /** Where `text` starts in the document; -1: it is made of several pieces. */
  readonly offset: number;
  readonly range: vscode.Range;
  /** Of several selections, in their order; left out: the text stands in one piece. */
  readonly pieces?: readonly Piece[];
  /** Each piece is an array of its own; left out or false: together they are one table. */
  readonly several?: boolean;
  /** Number of the notebook's cell that the text stands in, from 1. */
  readonly cell?: number;
}

/** What of a text editor matters here. */
export type Place = Pick<vscode.TextEditor, "document" | "selections">;

/** A whole file that no editor need show, or one of its arrays: it has no text, so that it has no lines either. */
export function fileSource(uri: vscode.Uri, array: string): Source {
  const inFile = array === "" ? uri : uri.with({ fragment: array });
  return { uri: inFile, languageId: "", text: "", offset: 0, range: new vscode.Range(0, 0, 0, 0) };
}

function fileOf({ uri, cell }: Source): string {
  const file = path.posix.basename(uri.path) + (uri.fragment === "" || cell !== undefined ? "" : `:${uri.fragment}`);
  return cell === undefined ? file : word(msg("{file}, cell {cell}", { file, cell }));
}

/** "tutorial.py:4–7", as a link shows it. */
export function sourceLabel(source: Source): string {
  if (source.text === "") return fileOf(source);
  const [first, last] = [source.range.start.line + 1, source.range.end.line + 1];
  return `${fileOf(source)}:${first}${last > first ? `–${last}` : ""}`;
}

/** "tutorial.py, lines 4–7", as the designer says it. */
export function sourceText(source: Source): Message {
  if (source.text === "") return msg("{file}", { file: fileOf(source) });
  const [first, last] = [source.range.start.line + 1, source.range.end.line + 1];
  const file = fileOf(source);
  return last > first ? msg("{file}, lines {first}–{last}", { file, first, last }) : msg("{file}, line {first}", { file, first });
}

/** An offset of the text as one of the document. */
export function documentOffset({ offset, pieces }: Source, at: number): number {
  if (pieces === undefined) return offset + at;
  const behind = pieces.findIndex((one) => one.at > at);
  const piece = pieces[behind < 0 ? pieces.length - 1 : Math.max(0, behind - 1)];
  return piece === undefined ? at : piece.offset + at - piece.at;
}

/** A stretch of the text in its document, never empty; all of the text where the document is gone. */
export function rangeIn(source: Source, start: number, end: number): vscode.Range {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === source.uri.toString());
  if (document === undefined) return source.range;
  const last = Math.max(start, Math.min(end, source.text.length) - 1);
  const from = documentOffset(source, start);
  return new vscode.Range(document.positionAt(from), document.positionAt(Math.max(from, documentOffset(source, last)) + 1));
}

/** Brings the text into view; a cell with its notebook. */
export async function revealSource(source: Source, options: vscode.TextDocumentShowOptions): Promise<void> {
  if (source.text === "") {
    await vscode.commands.executeCommand("vscode.open", source.uri.with({ fragment: "" }), options);
    return;
  }
  const notebook = cellOf(source.uri)?.notebook;
  if (notebook !== undefined)
    await vscode.window.showNotebookDocument(notebook, options.viewColumn === undefined ? {} : { viewColumn: options.viewColumn });
  try {
    await vscode.window.showTextDocument(source.uri, options);
  } catch (error) {
    // Of a cell, VS Code opens the notebook and then has no text editor to answer with.
    if (notebook === undefined) throw error;
  }
}

function cellOf(uri: vscode.Uri): vscode.NotebookCell | undefined {
  if (uri.scheme !== "vscode-notebook-cell") return undefined;
  for (const notebook of vscode.workspace.notebookDocuments) {
    const found = notebook.getCells().find(({ document }) => document.uri.toString() === uri.toString());
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The active text editor; of a notebook the cell that is selected, whether or not its text is being edited. */
export function activePlace(): Place | undefined {
  const { activeTextEditor, activeNotebookEditor } = vscode.window;
  if (activeNotebookEditor === undefined) return activeTextEditor;
  const { notebook, selection } = activeNotebookEditor;
  const inNotebook = activeTextEditor === undefined || cellOf(activeTextEditor.document.uri)?.notebook === notebook;
  if (!inNotebook || selection.start >= notebook.cellCount) return activeTextEditor;
  const { document } = notebook.cellAt(selection.start);
  return activeTextEditor?.document === document ? activeTextEditor : { document, selections: [new vscode.Selection(0, 0, 0, 0)] };
}

/** A box: one stretch on each of some lines, from the same column on. */
function isBox(selections: readonly vscode.Selection[]): boolean {
  const [first] = selections;
  return selections.every(
    ({ start, end }, i) =>
      start.line === end.line && start.line === (first?.start.line ?? 0) + i && start.character === first?.start.character,
  );
}

/** Whether anything but cursors is there. */
export const hasSelection = ({ selections }: Place): boolean => selections.some((one) => !one.isEmpty);

/** Characters that are selected, without taking them. */
export function selectedLength({ document, selections }: Place): number {
  return selections.reduce((sum, { start, end }) => sum + document.offsetAt(end) - document.offsetAt(start), 0);
}

/** The selected text; a box as one table, other selections one below the other. With none, what is `around` the cursor, or all. */
export function takeSource(place: Place, around?: { start: number; end: number }): Source {
  const { document, selections } = place;
  const cell = cellOf(document.uri);
  const common = { uri: document.uri, languageId: document.languageId, ...(cell !== undefined && { cell: cell.index + 1 }) };
  const chosen = selections.filter((selection) => !selection.isEmpty).sort((a, b) => a.start.compareTo(b.start));
  const [first] = chosen;
  if (first === undefined) {
    const whole = document.getText();
    const { start, end } = around ?? { start: 0, end: whole.length };
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    return { ...common, text: whole.slice(start, end), offset: start, range };
  }
  if (chosen.length === 1) return { ...common, text: document.getText(first), offset: document.offsetAt(first.start), range: first };
  const texts = chosen.map((selection) => document.getText(selection));
  const box = isBox(chosen);
  let at = 0;
  const pieces = chosen.map(({ start }, i) => {
    const piece = { at, offset: document.offsetAt(start) };
    at += (texts[i]?.length ?? 0) + 1;
    return piece;
  });
  const range = new vscode.Range(first.start, chosen[chosen.length - 1]?.end ?? first.end);
  return { ...common, text: (box ? boxLines(texts) : texts).join("\n"), offset: -1, range, pieces, several: !box };
}
