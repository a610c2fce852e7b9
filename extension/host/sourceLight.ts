/** Lights up in the editor the number that the results view points at, as long as its text is still there. */
import * as vscode from "vscode";
import type { RunData } from "./run/records.js";
import { documentOffset } from "./run/source.js";

/** Longest text of one number. */
const LONGEST = 64;

export class SourceLight implements vscode.Disposable {
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.findMatchHighlightBackground"),
    // In high contrast there is no ground to see.
    border: "1px solid",
    borderColor: new vscode.ThemeColor("contrastActiveBorder"),
    borderRadius: "2px",
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.findMatchForeground"),
  });
  private lit: vscode.TextEditor | null = null;

  /** @param index of the number among the run's values; null: none. @param reveal also brings it into view */
  show(data: RunData | null, index: number | null, reveal: boolean): void {
    this.lit?.setDecorations(this.decoration, []);
    this.lit = null;
    if (data === null || index === null) return;
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === data.source.uri.toString());
    const range = editor === undefined ? null : rangeOf(data, index, editor.document);
    if (editor === undefined || range === null) return;
    editor.setDecorations(this.decoration, [range]);
    if (reveal) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.lit = editor;
  }

  dispose(): void {
    this.decoration.dispose();
  }
}

/** The run's number under the cursor of an editor that shows its text; null: none, or the text is another one by now. */
export function numberAt(data: RunData, editor: vscode.TextEditor): number | null {
  const { source, offsets } = data;
  const { document, selection } = editor;
  if (offsets === undefined || document.uri.toString() !== source.uri.toString() || !source.range.contains(selection.active)) return null;
  const at = document.offsetAt(selection.active);
  // Offsets need not rise: axes may have been swapped. The nearest that begins before the cursor is the one.
  let [best, index] = [-1, -1];
  for (let i = 0; i < offsets.length; i++) {
    const start = offsets[i] as number;
    if (start > best && documentOffset(source, start) <= at) [best, index] = [start, i];
  }
  const range = index < 0 ? null : rangeOf(data, index, document);
  return range?.contains(selection.active) === true ? index : null;
}

/** null where the text is another one by now, or the number does not stand in one piece of it. */
function rangeOf({ source, offsets }: RunData, index: number, document: vscode.TextDocument): vscode.Range | null {
  const offset = offsets?.[index];
  if (offset === undefined) return null;
  const text = /^[^\s,;|()[\]{}]+/.exec(source.text.slice(offset, offset + LONGEST))?.[0] ?? "";
  const start = documentOffset(source, offset);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + text.length));
  return text !== "" && document.getText(range) === text ? range : null;
}
