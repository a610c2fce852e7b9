/** A file as a side of Compare: chosen in a dialog, read by the reader, held in the engine beside the tensor whose shape it has. */
import * as vscode from "vscode";
import { failure, UnrollError } from "../core/errors.js";
import { msg } from "../core/messages.js";
import { shapeText } from "../core/model/shapes.js";
import type { RunTensor, WireTensor } from "../core/protocol/engine.js";
import type { FileArray, FileContent } from "../core/protocol/reader.js";
import { comparedTensors, fitOf } from "../core/runs/fitFile.js";
import type { KnownFile } from "./compareMemory.js";
import { askDataFile, openDataFile, pickArray } from "./dataFiles.js";
import type { Reader } from "./reader.js";
import { baseName } from "./saveDialog.js";
import { readSettings } from "./settings.js";

/** More shapes, or arrays, than these are not listed in a message. */
const MOST_NAMED = 4;

export interface OpenedFile {
  readonly array: string | null;
  readonly tensor: WireTensor;
  /** The run's own that it is compared with. */
  readonly of: RunTensor;
}

/** "y.npy", "outputs.npz › y". */
export function fileTitle({ uri, array }: Pick<KnownFile, "uri" | "array">): string {
  const name = baseName(vscode.Uri.parse(uri));
  return array === null ? name : `${name} › ${array}`;
}

/** @throws UnrollError CANCELLED where the person went away */
export async function askComparedFile(near: vscode.Uri | undefined): Promise<vscode.Uri> {
  const file = await askDataFile(msg("Compare with a file"), msg("Compare"), near && vscode.Uri.joinPath(near, ".."));
  if (file === undefined) throw cancelled();
  return file;
}

/**
 * Reads the array that has the shape of one of the run's tensors; where several have, the person says which.
 * @param array the one that was chosen before; null: it is looked for. @throws UnrollError
 */
export async function openComparedFile(
  reader: Reader,
  { uri, array }: { readonly uri: vscode.Uri; readonly array: string | null },
  tensors: readonly RunTensor[],
): Promise<OpenedFile> {
  const title = fileTitle({ uri: uri.toString(), array });
  const content = await contentOf(reader, uri, title);
  const chosen = content.isText ? null : (array ?? (await arrayFor(content.arrays, tensors, title)));
  const maxBytes = Math.floor(readSettings(uri).memoryLimitBytes / 4);
  const asked = { path: uri.fsPath, array: chosen, ragged: "error", missing: "keep", maxBytes } as const;
  const read = await reader.readFile(asked, content.size);
  if (!read.ok) throw new UnrollError({ code: "PARSE", message: read.message });
  const of = fitOf(read.shape, tensors);
  if (of === undefined) throw new UnrollError(misfit(title, shapeText(read.shape), tensors));
  const named = content.arrays.length > 1 ? chosen : null;
  return { array: named, tensor: { shape: of.shape, data: read.values }, of };
}

async function contentOf(reader: Reader, uri: vscode.Uri, title: string): Promise<FileContent> {
  // What the reader would say of a file that is gone is the system's English.
  await vscode.workspace.fs.stat(uri).then(undefined, () => {
    throw new UnrollError(
      failure("INVALID_ARGUMENT", "{file} is not where it was. Put it back and try again, or choose another file.", { file: title }),
    );
  });
  if (uri.scheme !== "file")
    throw new UnrollError(
      failure("UNSUPPORTED", "This file is not on a disk that Unroll can read from. Save a copy of it in a folder, and choose that."),
    );
  return openDataFile(reader, uri);
}

async function arrayFor(arrays: readonly FileArray[], tensors: readonly RunTensor[], title: string): Promise<string> {
  const fitting = arrays.filter(({ shape }) => fitOf(shape, tensors) !== undefined);
  if (fitting.length === 0) {
    const [only] = arrays;
    const named = arrays.map(({ name, shape }) => `${name} ${shapeText(shape)}`);
    throw new UnrollError(misfit(title, arrays.length === 1 && only !== undefined ? shapeText(only.shape) : listed(named), tensors));
  }
  const question = msg("{count} arrays of the file have the shape of an output. Which one is compared?", { count: fitting.length });
  const picked = await pickArray(fitting, question);
  if (picked === undefined) throw cancelled();
  return picked.name;
}

function misfit(file: string, shape: string, tensors: readonly RunTensor[]): ReturnType<typeof failure> {
  const shapes = [...new Set(comparedTensors(tensors).map((tensor) => shapeText(tensor.shape)))];
  return failure(
    "SHAPE_MISMATCH",
    "{file} has the shape {shape}, which no output of this run has: their shapes are {outputs}. Save what the same model returns for the same input, for instance with np.save, or show the run that the file belongs to.",
    { file, shape, outputs: listed(shapes) },
  );
}

function listed(names: readonly string[]): string {
  return names.slice(0, MOST_NAMED).join(", ") + (names.length > MOST_NAMED ? " …" : "");
}

function cancelled(): UnrollError {
  return new UnrollError(failure("CANCELLED", "No file was chosen."));
}
