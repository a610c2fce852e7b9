/** What does not fit in a model in code, as warnings, and what was not understood of it, as hints. */
import * as vscode from "vscode";
import { isShown } from "../../core/code/marks.js";
import { word } from "../words.js";
import type { CodeModels, Found } from "./codeModels.js";
import { isOn } from "./settings.js";
import { notebookOf, rangeIn } from "./source.js";

/** After the last key; the shapes are there before. */
const DEBOUNCE_MS = 400;

export class CodeDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("unroll.code");
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly models: CodeModels) {
    const { window, workspace } = vscode;
    this.subscription = vscode.Disposable.from(
      this.collection,
      workspace.onDidChangeTextDocument(({ document }) => {
        for (const one of [document, ...others(document)]) this.later(one);
      }),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
      window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of editors) this.later(editor.document);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("unroll.diagnostics")) this.visible();
      }),
    );
    this.visible();
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.subscription.dispose();
  }

  private visible(): void {
    for (const editor of vscode.window.visibleTextEditors) this.later(editor.document);
  }

  private later(document: vscode.TextDocument): void {
    if (document.languageId !== "python") return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        void this.show(document);
      }, DEBOUNCE_MS),
    );
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    if (!isOn("diagnostics", document.uri)) return this.collection.delete(document.uri);
    // undefined: the text has changed meanwhile, and its own turn comes.
    const found = await this.models.of(document);
    if (found !== undefined) this.collection.set(document.uri, diagnosticsOf(document, found));
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.collection.delete(document.uri);
  }
}

/** The other cells of a notebook: models go on in them. */
function others(document: vscode.TextDocument): readonly vscode.TextDocument[] {
  const cells = notebookOf(document)?.getCells() ?? [];
  return cells.map((cell) => cell.document).filter((one) => one !== document);
}

function diagnosticsOf(document: vscode.TextDocument, { source, models }: Found): vscode.Diagnostic[] {
  const out = new Map<string, vscode.Diagnostic>();
  const add = (range: vscode.Range | undefined, message: string, severity: vscode.DiagnosticSeverity, code: string): void => {
    if (range === undefined) return;
    const diagnostic = new vscode.Diagnostic(range, message, severity);
    diagnostic.source = "Unroll";
    diagnostic.code = code;
    // A layer in a loop suffers once for the reader.
    out.set(`${range.start.line}:${range.start.character} ${message}`, diagnostic);
  };
  for (const { layers, problems } of models.filter(isShown)) {
    for (const { trouble, ...layer } of layers) {
      if (trouble !== null) add(rangeIn(document, source, layer), word(trouble), vscode.DiagnosticSeverity.Warning, "shape");
    }
    for (const { message, ...problem } of problems)
      add(rangeIn(document, source, problem), word(message), vscode.DiagnosticSeverity.Hint, "not-understood");
  }
  return [...out.values()];
}
