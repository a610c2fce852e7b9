/** What does not fit in a model in code, as warnings, and what was not understood of it, as hints. */
import * as vscode from "vscode";
import { isShown } from "../../core/code/marks.js";
import { Debounce } from "../debounce.js";
import { diagnostic } from "../diagnostics.js";
import { isOn } from "../settings.js";
import { word } from "../words.js";
import type { CodeModels, Found } from "./codeModels.js";
import { notebookOf, rangeIn } from "./source.js";

/** After the last key; the shapes are there before. */
const DEBOUNCE_MS = 400;

export class CodeDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("unroll.code");
  private readonly waiting = new Debounce<string>(DEBOUNCE_MS);
  private readonly subscription: vscode.Disposable;

  constructor(private readonly models: CodeModels) {
    const { window, workspace } = vscode;
    this.subscription = vscode.Disposable.from(
      this.waiting,
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
    this.subscription.dispose();
  }

  private visible(): void {
    for (const editor of vscode.window.visibleTextEditors) this.later(editor.document);
  }

  private later(document: vscode.TextDocument): void {
    if (document.languageId !== "python") return;
    this.waiting.later(document.uri.toString(), () => void this.show(document));
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    if (!isOn("diagnostics", document.uri)) return this.collection.delete(document.uri);
    // undefined: the text has changed meanwhile, and its own turn comes.
    const found = await this.models.of(document);
    if (found !== undefined) this.collection.set(document.uri, diagnosticsOf(document, found));
  }

  private forget(document: vscode.TextDocument): void {
    this.waiting.forget(document.uri.toString());
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
    // A layer in a loop suffers once for the reader.
    out.set(`${range.start.line}:${range.start.character} ${message}`, diagnostic(range, message, severity, code));
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
