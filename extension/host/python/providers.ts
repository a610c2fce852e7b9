/** Shapes, summaries and commands in Python files: inlay hints, hovers and CodeLens. */
import * as vscode from "vscode";
import { layerHover, modelHover } from "../../core/code/hoverText.js";
import { isShown, type LayerMark, layerMarks } from "../../core/code/marks.js";
import { msg } from "../../core/messages.js";
import { type EditorFeature, isOn } from "../settings.js";
import { word } from "../words.js";
import type { CodeModels, Found } from "./codeModels.js";
import { pythonFiles, rangeIn } from "./source.js";

/** Of the commands behind the lenses; their arguments are a document's URI and a model's start. */
export const lensCommands = { run: "unroll.runModelInCode", open: "unroll.openModelInCode" } as const;

export class PythonProviders implements vscode.InlayHintsProvider, vscode.HoverProvider, vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly lenses = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changed.event;
  readonly onDidChangeCodeLenses = this.lenses.event;
  private readonly marks = new WeakMap<vscode.InlayHint, LayerMark>();
  private readonly subscription: vscode.Disposable;

  /**
   * @param left  The focus left the code. VS Code then drops what it still wanted to ask about lenses (another extension that starts makes it
   *   ask anew): they would stay there and lead nowhere until the editor has the focus again.
   */
  constructor(
    private readonly models: CodeModels,
    left: vscode.Event<void>,
  ) {
    const { languages, workspace } = vscode;
    this.subscription = vscode.Disposable.from(
      this.changed,
      this.lenses,
      this.changed.event(() => this.lenses.fire()),
      left(() => this.lenses.fire()),
      languages.registerInlayHintsProvider(pythonFiles, this),
      languages.registerHoverProvider(pythonFiles, this),
      languages.registerCodeLensProvider(pythonFiles, this),
      workspace.onDidChangeConfiguration((event) => {
        if (["inlayHints", "codeLens"].some((feature) => event.affectsConfiguration(`unroll.${feature}`))) this.changed.fire();
      }),
      // Another cell may have changed the model that goes on in this one.
      workspace.onDidChangeNotebookDocument(() => this.changed.fire()),
    );
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    visible: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    const found = await this.found("inlayHints", document, token);
    if (found === undefined) return [];
    return layerMarks(found.models).flatMap((mark) => {
      const range = rangeIn(document, found.source, mark);
      if (range === undefined || !visible.contains(range.end)) return [];
      const hint = new vscode.InlayHint(range.end, mark.text, vscode.InlayHintKind.Type);
      hint.paddingLeft = true;
      this.marks.set(hint, mark);
      return [hint];
    });
  }

  /** Only the hint that somebody rests on is explained. */
  resolveInlayHint(hint: vscode.InlayHint): vscode.InlayHint {
    const mark = this.marks.get(hint);
    if (mark !== undefined) hint.tooltip = markdown(layerHover(mark, word));
    return hint;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const found = await this.found("hover", document, token);
    if (found === undefined) return undefined;
    const at = found.source.offset + document.offsetAt(position);
    const marks = layerMarks(found.models).filter(({ start, end }) => start <= at && at <= end);
    // The innermost: a model's constructor may hold others.
    const mark = marks.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const around = found.models.filter((model) => isShown(model) && model.layers.length > 0);
    if (mark !== undefined) {
      const range = rangeIn(document, found.source, mark);
      const owners = around.filter(({ layers }) => layers.some(({ start, end }) => start === mark.start && end === mark.end));
      const texts = [layerHover(mark, word), ...owners.slice(0, 2).map((model) => modelHover(model, word))];
      return new vscode.Hover(texts.map(markdown), range);
    }
    const model = around.find((candidate) => rangeIn(document, found.source, candidate)?.start.line === position.line);
    return model === undefined ? undefined : new vscode.Hover(markdown(modelHover(model, word)));
  }

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    const found = await this.found("codeLens", document, token);
    if (found === undefined) return [];
    return found.models.filter(isShown).flatMap((model) => {
      const range = rangeIn(document, found.source, model);
      if (range === undefined) return [];
      const place = [document.uri, model.start - found.source.offset];
      return [
        new vscode.CodeLens(range, { title: `$(play) ${word(msg("Run RNN"))}`, command: lensCommands.run, arguments: place }),
        new vscode.CodeLens(range, { title: word(msg("Open in designer")), command: lensCommands.open, arguments: place }),
      ];
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async found(feature: EditorFeature, document: vscode.TextDocument, token: vscode.CancellationToken): Promise<Found | undefined> {
    return isOn(feature, document.uri) ? this.models.of(document, token) : undefined;
  }
}

function markdown(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString(text, true);
}
