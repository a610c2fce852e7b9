/** Marks the exact place of what could not be read; gone when the text or the selection's reading changes. */
import * as vscode from "vscode";

export class ReadDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("unroll");
  private readonly subscription = vscode.workspace.onDidChangeTextDocument(({ document }) => this.clear(document.uri));

  show(uri: vscode.Uri, range: vscode.Range, message: string, kind: string): void {
    const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
    diagnostic.source = "Unroll";
    diagnostic.code = kind;
    this.collection.set(uri, [diagnostic]);
  }

  clear(uri: vscode.Uri): void {
    this.collection.delete(uri);
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }
}
