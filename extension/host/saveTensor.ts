/** "Save as npy…" of the results' data: a tensor piece by piece into a file, which is there only when it is whole. */
import { open, rename, rm } from "node:fs/promises";
import * as vscode from "vscode";
import { type Box, boxesOf } from "../core/boxes.js";
import { npyBytes, npyHeader } from "../core/formats/npy.js";
import { msg } from "../core/messages.js";
import { sizeOf } from "../core/model/tensors.js";
import { MAX_SLICE_ELEMENTS } from "../core/protocol/results.js";
import { askWhere, baseName } from "./saveDialog.js";
import { word } from "./words.js";

export interface TensorSource {
  /** Without its ending. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The file that the data came from. */
  readonly near: vscode.Uri;
  read(box: Box): Promise<Float32Array>;
}

export async function saveTensor(source: TensorSource, reason: (error: unknown) => string): Promise<void> {
  const { name, near } = source;
  const target = await askWhere({ name, ending: "npy", kind: "NumPy", title: word(msg("Save the tensor")), near });
  if (target === undefined) return;
  const file = baseName(target);
  const options = { location: vscode.ProgressLocation.Notification, title: word(msg("Saving {file}", { file })), cancellable: true };
  try {
    const saved = await vscode.window.withProgress(options, (progress, token) =>
      target.scheme === "file" ? intoFile(target.fsPath, source, progress, token) : intoMemory(target, source, token),
    );
    if (saved) vscode.window.setStatusBarMessage(word(msg("Saved as {file}.", { file })), 5000);
  } catch (error) {
    void vscode.window.showErrorMessage(word(msg("The file could not be written: {reason}", { reason: reason(error) })));
  }
}

type Progress = vscode.Progress<{ increment?: number }>;

/** Beside the file first, so that what was there stays until the new one is whole. */
async function intoFile(path: string, source: TensorSource, progress: Progress, token: vscode.CancellationToken): Promise<boolean> {
  const beside = `${path}.part`;
  const total = Math.max(1, sizeOf(source.shape));
  try {
    const file = await open(beside, "w");
    try {
      await file.writeFile(npyHeader(source.shape));
      for (const box of boxesOf(source.shape, MAX_SLICE_ELEMENTS)) {
        if (token.isCancellationRequested) return false;
        const values = await source.read(box);
        await file.writeFile(npyBytes(values));
        progress.report({ increment: (100 * values.length) / total });
      }
    } finally {
      await file.close();
    }
    await rename(beside, path);
    return true;
  } finally {
    await rm(beside, { force: true });
  }
}

/** Other file systems take a file as a whole. */
async function intoMemory(target: vscode.Uri, source: TensorSource, token: vscode.CancellationToken): Promise<boolean> {
  const parts: Uint8Array[] = [npyHeader(source.shape)];
  for (const box of boxesOf(source.shape, MAX_SLICE_ELEMENTS)) {
    if (token.isCancellationRequested) return false;
    parts.push(npyBytes(await source.read(box)));
  }
  await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
  return true;
}
