/** All that Python files show of their models, and the commands behind it. */
import * as vscode from "vscode";
import type { CodeCommands } from "./codeCommands.js";
import { CodeDiagnostics } from "./codeDiagnostics.js";
import type { CodeModels } from "./codeModels.js";
import { lensCommands, PythonProviders } from "./providers.js";
import { QuickFixes } from "./quickFixes.js";

export function codeFeatures(models: CodeModels, code: CodeCommands): vscode.Disposable[] {
  const { registerCommand } = vscode.commands;
  return [
    models,
    code,
    new PythonProviders(models, code.onDidLeave),
    new QuickFixes(models),
    new CodeDiagnostics(models),
    registerCommand(lensCommands.run, (uri: vscode.Uri, start: number) => code.run(uri, start).then((record) => record?.id)),
    registerCommand(lensCommands.open, (uri: vscode.Uri, start: number) => code.open(uri, start)),
  ];
}
