/** The Python text that a document belongs to: itself, or all code cells of its notebook. */
import * as vscode from "vscode";
import type { Range } from "../../core/code/python/syntax.js";

export interface PythonSource {
  readonly text: string;
  /** Changes with each edit of any part. */
  readonly version: string;
  /** Where the document stands in the text. */
  readonly offset: number;
  readonly length: number;
}

export const pythonFiles: vscode.DocumentSelector = { language: "python" };

/** Cells are read together: a later one adds layers to the model of an earlier one. */
export function sourceOf(document: vscode.TextDocument): PythonSource {
  const cells = cellsOf(document);
  let text = "";
  let offset = 0;
  for (const cell of cells) {
    if (cell === document) offset = text.length;
    text += `${cell.getText()}\n`;
  }
  // The newline behind a file is none of its own; that of a cell keeps it from the next.
  return { text, version: versionOf(document), offset, length: document.getText().length };
}

/** Without taking the text, which may be large. */
export function versionOf(document: vscode.TextDocument): string {
  return cellsOf(document)
    .map((cell) => `${cell.uri.fragment}:${cell.version}`)
    .join(" ");
}

function cellsOf(document: vscode.TextDocument): readonly vscode.TextDocument[] {
  const notebook = notebookOf(document);
  if (notebook === undefined) return [document];
  const cells = notebook.getCells().map((cell) => cell.document);
  return cells.filter(({ languageId }) => languageId === "python");
}

export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== "vscode-notebook-cell") return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.getCells().some((cell) => cell.document === document));
}

/** What was read is one for all cells. */
export function keyOf(document: vscode.TextDocument): string {
  return (notebookOf(document)?.uri ?? document.uri).toString();
}

/** A range of the text in the document; undefined where it begins in another cell. */
export function rangeIn(document: vscode.TextDocument, source: PythonSource, { start, end }: Range): vscode.Range | undefined {
  const from = start - source.offset;
  if (from < 0 || from > source.length) return undefined;
  const to = Math.min(end - source.offset, source.length);
  return new vscode.Range(document.positionAt(from), document.positionAt(to));
}

/** Where a range of the text stands, in whatever cell; undefined where it reaches over several. */
export function placeOf(document: vscode.TextDocument, { start, end }: Range): vscode.Location | undefined {
  let offset = 0;
  for (const cell of cellsOf(document)) {
    const { length } = cell.getText();
    if (start >= offset && end <= offset + length) {
      return new vscode.Location(cell.uri, new vscode.Range(cell.positionAt(start - offset), cell.positionAt(end - offset)));
    }
    offset += length + 1;
  }
  return undefined;
}
