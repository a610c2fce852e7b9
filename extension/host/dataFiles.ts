/** Data files as a person chooses them: the dialog, what the file holds, and which of its arrays is meant. */
import * as path from "node:path";
import * as vscode from "vscode";
import { failure, UnrollError } from "../core/errors.js";
import { type Message, msg } from "../core/messages.js";
import { shapeText } from "../core/model/shapes.js";
import type { FileArray, FileContent } from "../core/protocol/reader.js";
import type { Reader } from "./reader.js";
import { word } from "./words.js";

/** Endings that the dialog and the explorer's menu offer (package.json has the same). */
const dataEndings = ["csv", "tsv", "txt", "json", "npy", "npz", "parquet", "safetensors", "h5", "hdf5"];

/** The file in the active tab, whatever editor shows it. */
export function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
}

/** @param start  a file or folder that the dialog begins with. Gives undefined where the person went away. */
export async function askDataFile(title: Message, open: Message, start: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const defaultUri = start?.scheme === "file" ? start : vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: word(title),
    openLabel: word(open),
    filters: { [word(msg("Data files"))]: dataEndings, [word(msg("All files"))]: ["*"] },
    ...(defaultUri !== undefined && { defaultUri }),
  });
  return picked?.[0];
}

/** A text, or at least one array of numbers. @throws UnrollError */
export async function openDataFile(reader: Reader, uri: vscode.Uri): Promise<FileContent> {
  const content = await reader.openFile(uri.fsPath);
  if (!content.ok) throw new UnrollError(content.error);
  const { isText, arrays, refused } = content.value;
  if (isText || arrays.length > 0) return content.value;
  throw new UnrollError(refused[0]?.reason ?? failure("PARSE", "The file holds no array of numbers."));
}

/** undefined: the person went away. */
export async function pickArray(arrays: readonly FileArray[], question: Message): Promise<FileArray | undefined> {
  if (arrays.length === 1) return arrays[0];
  const items = arrays.map((array) => ({
    label: path.posix.basename(array.name),
    description: `${shapeText(array.shape)} ${array.dtype}`,
    ...(array.name.includes("/") && { detail: array.name }),
    array,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: word(question), matchOnDescription: true, matchOnDetail: true }))?.array;
}
