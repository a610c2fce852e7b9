/** Quick fixes of what does not fit in a model in code: certain edits of the text first; the designer mends everything else. */
import * as vscode from "vscode";
import { isShown } from "../../core/code/marks.js";
import type { CodeReading, LayerReading } from "../../core/code/readings.js";
import { msg } from "../../core/messages.js";
import { isOn } from "../settings.js";
import { word } from "../words.js";
import type { CodeModels } from "./codeModels.js";
import { lensCommands } from "./providers.js";
import { placeOf, pythonFiles, rangeIn } from "./source.js";

export class QuickFixes implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly subscription = vscode.languages.registerCodeActionsProvider(pythonFiles, this, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  });

  constructor(private readonly models: CodeModels) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    asked: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const ours = diagnostics.filter(({ source, code }) => source === "Unroll" && code === "shape");
    const found = ours.length === 0 || !isOn("diagnostics", document.uri) ? undefined : await this.models.of(document, token);
    if (found === undefined) return [];
    // A layer in two models, or made twice, is mended once.
    const actions = new Map<string, vscode.CodeAction>();
    for (const model of found.models.filter(isShown)) {
      for (const layer of model.layers) {
        const range = layer.trouble === null ? undefined : rangeIn(document, found.source, layer);
        if (range?.intersection(asked) === undefined) continue;
        for (const action of [...edits(document, layer), opening(document, model, found.source.offset)]) actions.set(action.title, action);
      }
    }
    return [...actions.values()].map((action) => Object.assign(action, { diagnostics: ours }));
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

function edits(document: vscode.TextDocument, { fixes }: LayerReading): vscode.CodeAction[] {
  return fixes.flatMap((fix) => {
    // The layer to change may stand in another cell than the one that suffers.
    const place = placeOf(document, fix);
    if (place === undefined) return [];
    const action = new vscode.CodeAction(word(fix.label), vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.replace(place.uri, place.range, fix.text);
    action.isPreferred = true;
    return [action];
  });
}

function opening({ uri }: vscode.TextDocument, { start }: CodeReading, offset: number): vscode.CodeAction {
  const title = word(msg("Open in designer"));
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { title, command: lensCommands.open, arguments: [uri, start - offset] };
  return action;
}
