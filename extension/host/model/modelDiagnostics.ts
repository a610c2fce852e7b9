/** What does not fit in a model document, and what cannot be read in it, marked at its place in the text, with fixes that are edits. */
import * as vscode from "vscode";
import { smallestEdit, withModel } from "../../core/document/edit.js";
import { type PlacedTrouble, troublesIn } from "../../core/document/read.js";
import { repairsOf } from "../../core/document/repairs.js";
import { applyEdit } from "../../core/model/edit.js";
import { Debounce } from "../debounce.js";
import { diagnostic } from "../diagnostics.js";
import { isOn } from "../settings.js";
import { word } from "../words.js";
import type { ModelTexts } from "./modelTexts.js";
import { rangeIn, type TextModel, workspaceEdit } from "./textModel.js";

/** After the last key. */
const DEBOUNCE_MS = 150;

export class ModelDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  private readonly collection = vscode.languages.createDiagnosticCollection("unroll-model");
  private readonly waiting = new Debounce<TextModel>(DEBOUNCE_MS);
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly texts: ModelTexts) {
    const selector = [{ language: "json" }, { language: "jsonc" }];
    const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.subscriptions = vscode.Disposable.from(
      this.waiting,
      this.collection,
      texts.onDidChange((model) => this.later(model)),
      texts.onDidClose((model) => this.forget(model)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("unroll.diagnostics")) for (const model of texts.all) this.later(model);
      }),
      vscode.languages.registerCodeActionsProvider(selector, this, metadata),
    );
    for (const model of texts.all) this.later(model);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): vscode.CodeAction[] {
    const model = this.texts.get(document.uri);
    if (model === undefined || !isOn("diagnostics", document.uri)) return [];
    const { content } = model;
    const { problem } = content;
    if (problem !== null) {
      const at = rangeIn(document, problem);
      if (at.intersection(range) === undefined) return [];
      return repairsOf(content).map(({ label, edit }, i) => action(word(label), workspaceEdit(document, [edit]), at, context, i === 0));
    }
    return troublesIn(content)
      .filter((trouble) => rangeIn(document, trouble).intersection(range) !== undefined)
      .flatMap((trouble) => fixesOf(model, trouble, context));
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private later(model: TextModel): void {
    this.waiting.later(model, () => this.show(model));
  }

  private forget(model: TextModel): void {
    this.waiting.forget(model);
    this.collection.delete(model.uri);
  }

  private show(model: TextModel): void {
    this.collection.set(model.uri, isOn("diagnostics", model.uri) ? diagnosticsOf(model) : []);
  }
}

function diagnosticsOf(model: TextModel): vscode.Diagnostic[] {
  const { problem } = model.content;
  if (problem !== null) {
    const { code, message } = problem.failure;
    return [diagnostic(rangeIn(model.document, problem), word(message), vscode.DiagnosticSeverity.Error, code)];
  }
  return troublesIn(model.content).map((trouble) => {
    const range = rangeIn(model.document, trouble);
    return diagnostic(range, word(trouble.message), vscode.DiagnosticSeverity.Warning, "SHAPE_MISMATCH");
  });
}

function fixesOf(model: TextModel, trouble: PlacedTrouble, context: vscode.CodeActionContext): vscode.CodeAction[] {
  const { content, document } = model;
  return trouble.fixes.flatMap(({ label, edit }, i) => {
    const next = content.model === null ? undefined : applyEdit(content.model, edit);
    const change = next?.ok === true ? smallestEdit(content.text, withModel(content, next.value)) : null;
    if (change === null) return [];
    return [action(word(label), workspaceEdit(document, [change]), rangeIn(document, trouble), context, i === 0)];
  });
}

function action(
  title: string,
  edit: vscode.WorkspaceEdit,
  at: vscode.Range,
  context: vscode.CodeActionContext,
  preferred: boolean,
): vscode.CodeAction {
  const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  made.edit = edit;
  made.isPreferred = preferred;
  made.diagnostics = context.diagnostics.filter((one) => one.source === "Unroll" && one.range.isEqual(at));
  return made;
}
