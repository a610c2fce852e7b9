/** "Run RNN on file…": a file on disk, one of its arrays, then the way of a selection. */
import * as path from "node:path";
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { type Message, msg } from "../../core/messages.js";
import type { FileArray, FileContent } from "../../core/protocol/reader.js";
import { shapeText } from "../../core/model/shapes.js";
import { usualAxes } from "../../core/reading/fit.js";
import { plainReading, type Reading } from "../../core/reading/reading.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import type { ReadingMemory } from "./readingMemory.js";
import type { RunRecord } from "./records.js";
import type { SelectionRun } from "./selectionRun.js";
import type { Taken } from "./selectionText.js";
import { fileSource } from "./source.js";

/** Endings that the dialog and the explorer's menu offer (package.json has the same). */
export const dataEndings = ["csv", "tsv", "txt", "json", "npy", "npz", "parquet", "safetensors", "h5", "hdf5"];

export class FileRun {
  constructor(
    private readonly reader: Reader,
    private readonly memory: ReadingMemory,
    private readonly selection: SelectionRun,
  ) {}

  /** The command. @param uri of the explorer's menu; else the file of the active tab, or one that is asked for */
  async onFile(uri?: vscode.Uri): Promise<RunRecord | undefined> {
    const file = uri instanceof vscode.Uri ? uri : await askFile();
    if (file === undefined) return undefined;
    if (file.scheme !== "file") {
      tell(msg("This file is not on a disk that Unroll can read from. Save a copy of it in a folder, and run on that."));
      return undefined;
    }
    return this.selection.onData(() => this.take(file));
  }

  /** null: nothing was taken, which was said. */
  private async take(file: vscode.Uri): Promise<Taken | null> {
    try {
      const content = await this.reader.openFile(file.fsPath);
      if (!content.ok) return tell(content.error.message);
      const [first] = content.value.refused;
      if (!content.value.isText && content.value.arrays.length === 0)
        return tell(first?.message ?? msg("The file holds no array of numbers."));
      const { arrays } = content.value;
      const question = msg("The file holds {count} arrays. Which one is the data?", { count: arrays.length });
      const array = content.value.isText ? null : await pickArray(arrays, question);
      return array === undefined ? null : await this.read({ file, array: array?.name ?? null, content: content.value }, this.startOf(file));
    } catch (error) {
      return tell(error instanceof UnrollError ? error.failure.message : msg("{reason}", { reason: String(error) }));
    }
  }

  private async read(chosen: { file: vscode.Uri; array: string | null; content: FileContent }, start: Reading): Promise<Taken | null> {
    const { file, array, content } = chosen;
    const missing = start.missing === "error" ? "error" : "keep";
    // Input, output and the copies on their way are held as well.
    const maxBytes = Math.floor(readSettings(file).memoryLimitBytes / 4);
    const read = await this.reader.readFile({ path: file.fsPath, array, ragged: start.ragged, missing, maxBytes }, content.size);
    if (!read.ok) return tell(read.message);
    const rank = read.shape.length;
    const known = this.memory.of(file, rank);
    const remembered = this.memory.knows(file, rank);
    const { axes, window, columns } = remembered && known !== undefined ? known : { ...plainReading, axes: usualAxes(read) };
    return {
      source: fileSource(file, array ?? ""),
      read,
      reading: { ...start, axes, window, columns },
      remembered,
      again: (reading) => this.read(chosen, reading),
    };
  }

  /** As the file was read last, else as the settings say. */
  private startOf(file: vscode.Uri): Reading {
    const { missing, scaling, fitPercent } = readSettings(file);
    return this.memory.of(file) ?? { ...plainReading, missing, scaling, fitPercent };
  }
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const defaultUri = shown?.scheme === "file" ? shown : vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: word(msg("Run RNN on file…")),
    openLabel: word(msg("Run")),
    filters: { [word(msg("Data files"))]: dataEndings, [word(msg("All files"))]: ["*"] },
    ...(defaultUri !== undefined && { defaultUri }),
  });
  return picked?.[0];
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

function tell(message: Message): null {
  void vscode.window.showErrorMessage(word(message));
  return null;
}
