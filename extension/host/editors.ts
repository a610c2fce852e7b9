/** Text that no file holds, in an editor of its own. */
import * as vscode from "vscode";

export async function showNew(language: string, content: string, options?: vscode.TextDocumentShowOptions): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language, content }), options);
}

export function selectAll(editor: vscode.TextEditor): void {
  const { document } = editor;
  editor.selection = new vscode.Selection(document.positionAt(0), document.lineAt(document.lineCount - 1).range.end);
}
