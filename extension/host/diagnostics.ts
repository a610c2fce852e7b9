/** Marks in texts: how all of them look, and the exact place of what could not be read of a selection. */
import * as vscode from "vscode";

export function diagnostic(range: vscode.Range, message: string, severity: vscode.DiagnosticSeverity, code: string): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = "Unroll";
  made.code = code;
  return made;
}

/** Gone when the text or the selection's reading changes. */
export class ReadDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("unroll");
  private readonly subscription = vscode.workspace.onDidChangeTextDocument(({ document }) => this.clear(document.uri));

  show(uri: vscode.Uri, range: vscode.Range, message: string, kind: string): void {
    this.collection.set(uri, [diagnostic(range, message, vscode.DiagnosticSeverity.Error, kind)]);
  }

  clear(uri: vscode.Uri): void {
    this.collection.delete(uri);
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }
}
