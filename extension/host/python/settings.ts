/** What of the models is shown in Python files; each can be switched off. */
import * as vscode from "vscode";

export type PythonFeature = "inlayHints" | "hover" | "codeLens" | "diagnostics";

export function isOn(feature: PythonFeature, scope: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration("unroll", scope).get<unknown>(`${feature}.enabled`) !== false;
}
