/** Model files: opened in the designer or as text, and written. */
import * as vscode from "vscode";
import { withModel } from "../../core/document/edit.js";
import { readModelDocument } from "../../core/document/read.js";
import { msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { showNew } from "../editors.js";
import { word } from "../words.js";
import { MODEL_EDITOR } from "./modelStore.js";
import { rangeIn, type TextModel } from "./textModel.js";

export async function openInDesigner(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand("vscode.openWith", uri, MODEL_EDITOR);
}

/** Beside the designer, so that both can be seen in step. */
export async function openAsText(uri: vscode.Uri, selection?: vscode.Range): Promise<void> {
  const beside = vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom;
  const viewColumn = beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  const options: vscode.TextDocumentShowOptions = { viewColumn, ...(selection !== undefined && { selection }) };
  await vscode.commands.executeCommand("vscode.openWith", uri, "default", options);
}

/** Shows what the reader stopped at. */
export async function goToProblem(model: TextModel): Promise<void> {
  const { problem } = model.content;
  if (problem !== null) await openAsText(model.uri, rangeIn(model.document, problem));
}

/** The model as its file would be, in a new untitled editor. */
export async function showAsText(model: ModelSpec): Promise<void> {
  await showNew("json", textOf(model));
}

/** Writes the model to a file and opens that. @returns the file; undefined: the person went away */
export async function saveModelAs(model: ModelSpec, target?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${model.name.replace(/[^\p{L}\p{N}._-]+/gu, "_")}.rnn.json`;
  const options = {
    filters: { [word(msg("Model file"))]: ["rnn.json"] },
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  };
  const uri = target ?? (await vscode.window.showSaveDialog(options));
  if (uri === undefined) return undefined;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(textOf(model)));
  await openInDesigner(uri);
  return uri;
}

export async function pickModelFile(): Promise<void> {
  const filters = { [word(msg("Keras model config"))]: ["json"] };
  const [uri] = (await vscode.window.showOpenDialog({ filters, canSelectMany: false })) ?? [];
  if (uri !== undefined) await openInDesigner(uri);
}

function textOf(model: ModelSpec): string {
  return withModel(readModelDocument(""), model);
}
