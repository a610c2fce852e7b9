/** A model from code is to run, and no data was read yet, or none that fits: what it can run on. */
import * as vscode from "vscode";
import { exampleFor } from "../../core/code/exampleData.js";
import { msg } from "../../core/messages.js";
import { shapeText } from "../../core/model/shapes.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { selectAll, showNew } from "../editors.js";
import type { RunRecord } from "../run/records.js";
import type { SelectionRun } from "../run/selectionRun.js";
import { sourceText } from "../run/source.js";
import { word } from "../words.js";

type Item = vscode.QuickPickItem & { readonly take: () => Promise<RunRecord | undefined> };

export async function pickData(model: ModelSpec, selection: SelectionRun): Promise<RunRecord | undefined> {
  const items: Item[] = [];
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined && !editor.selection.isEmpty) {
    items.push({ label: `$(selection) ${word(msg("The selected text"))}`, take: () => selection.onSelection() });
  }
  const example = exampleFor(model);
  if (example !== null) {
    items.push({
      label: `$(symbol-array) ${word(msg("Example numbers, {shape}", { shape: shapeText(example.shape) }))}`,
      detail: word(msg("In a new editor: change them, select them, and run again.")),
      take: () => onText(`x = ${example.text}\n`, selection),
    });
  }
  const { data } = selection;
  if (data !== null) {
    items.push({
      label: `$(history) ${word(msg("The last data, {shape}", { shape: shapeText(data.shape) }))}`,
      description: word(sourceText(data.source)),
      detail: word(msg("They do not fit this model; its input can be changed for them.")),
      take: () => selection.again(),
    });
  }
  items.push({
    label: `$(folder-opened) ${word(msg("Numbers from a file…"))}`,
    detail: word(msg("CSV, JSON, Python lists or a table; all of it, or what you select.")),
    take: () => onFile(selection),
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: word(msg("Run {model} on which numbers?", { model: model.name })),
    placeHolder: word(msg("Or select numbers in an editor and run “Run RNN on selection”.")),
  });
  return picked?.take();
}

async function onText(content: string, selection: SelectionRun): Promise<RunRecord | undefined> {
  return onAll(await showNew("python", content, { preview: false }), selection);
}

async function onFile(selection: SelectionRun): Promise<RunRecord | undefined> {
  const uri = (await vscode.window.showOpenDialog({ canSelectMany: false }))?.[0];
  return uri === undefined ? undefined : onAll(await vscode.window.showTextDocument(uri, { preview: false }), selection);
}

async function onAll(editor: vscode.TextEditor, selection: SelectionRun): Promise<RunRecord | undefined> {
  selectAll(editor);
  return selection.onSelection();
}
