/** Where a run's numbers stand in the editor. */
import * as path from "node:path";
import * as vscode from "vscode";
import type { Message } from "../../core/messages.js";
import { msg } from "../../core/messages.js";

export interface Source {
  readonly uri: vscode.Uri;
  readonly languageId: string;
  readonly text: string;
  /** Where `text` starts in the document. */
  readonly offset: number;
  readonly range: vscode.Range;
}

/** "tutorial.py:4–7", as a link shows it. */
export function sourceLabel(source: Source): string {
  const [first, last] = [source.range.start.line + 1, source.range.end.line + 1];
  return `${path.posix.basename(source.uri.path)}:${first}${last > first ? `–${last}` : ""}`;
}

/** "tutorial.py, lines 4–7", as the designer says it. */
export function sourceText(source: Source): Message {
  const [first, last] = [source.range.start.line + 1, source.range.end.line + 1];
  const file = path.posix.basename(source.uri.path);
  return last > first ? msg("{file}, lines {first}–{last}", { file, first, last }) : msg("{file}, line {first}", { file, first });
}

/** The selected text; several selections, as a box selection makes them, line by line. With none, what `enclosing` finds, or all. */
export function takeSource(
  editor: vscode.TextEditor,
  enclosing: (text: string, offset: number, languageId: string) => { start: number; end: number } | undefined,
): Source {
  const { document, selections } = editor;
  const languageId = document.languageId;
  const chosen = selections.filter((selection) => !selection.isEmpty);
  const first = chosen[0];
  if (first !== undefined && chosen.length === 1) {
    return { uri: document.uri, languageId, text: document.getText(first), offset: document.offsetAt(first.start), range: first };
  }
  if (first !== undefined) {
    const ordered = [...chosen].sort((a, b) => a.start.compareTo(b.start));
    const range = new vscode.Range((ordered[0] as vscode.Selection).start, (ordered.at(-1) as vscode.Selection).end);
    const text = ordered.map((selection) => document.getText(selection)).join("\n");
    return { uri: document.uri, languageId, text, offset: -1, range };
  }
  const whole = document.getText();
  const found = enclosing(whole, document.offsetAt(editor.selection.active), languageId) ?? { start: 0, end: whole.length };
  const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
  return { uri: document.uri, languageId, text: whole.slice(found.start, found.end), offset: found.start, range };
}
