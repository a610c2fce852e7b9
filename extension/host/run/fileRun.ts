/** "Run RNN on file…": a file on disk, one of its arrays, then the way of a selection. */
import * as path from "node:path";
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { type Message, msg } from "../../core/messages.js";
import type { FileArray, FileContent } from "../../core/protocol/reader.js";
import { shapeText } from "../../core/model/shapes.js";
import { usualAxes } from "../../core/reading/fit.js";
import { plainReading, type Reading } from "../../core/reading/reading.js";
import { TensorEditor } from "../panels/tensorEditor.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import type { ReadingMemory } from "./readingMemory.js";
import type { RunRecord } from "./records.js";
import type { SelectionRun } from "./selectionRun.js";
import type { SelectionText, Taken } from "./selectionText.js";
import { fileSource, type Source, takeSource } from "./source.js";

/** Endings that the dialog and the explorer's menu offer (package.json has the same). */
const endings = ["csv", "tsv", "txt", "json", "npy", "npz", "parquet", "safetensors", "h5", "hdf5"];

interface Chosen {
  readonly file: vscode.Uri;
  readonly array: string | null;
  readonly content: FileContent;
  /** What its runs and readings are known by. */
  readonly source: Source;
}

export class FileRun {
  constructor(
    private readonly reader: Reader,
    private readonly memory: ReadingMemory,
    private readonly text: SelectionText,
    private readonly selection: SelectionRun,
  ) {}

  /**
   * The command. @param uri of the explorer's menu; else the file in the active tensor viewer, or one that is asked for @param name of the
   * file's array; else it is asked for (menus give a list of files there)
   */
  async onFile(uri?: vscode.Uri, name?: unknown): Promise<RunRecord | undefined> {
    const file = uri instanceof vscode.Uri ? uri : await askFile();
    if (file === undefined) return undefined;
    if (file.scheme !== "file") {
      tell(msg("This file is not on a disk that Unroll can read from. Save a copy of it in a folder, and run on that."));
      return undefined;
    }
    return this.selection.onData(() => this.take(file, typeof name === "string" ? name : null));
  }

  /** null: nothing was taken, which was said. */
  private async take(file: vscode.Uri, name: string | null): Promise<Taken | null> {
    try {
      const content = await this.reader.openFile(file.fsPath);
      if (!content.ok) return tell(content.error.message);
      const [first] = content.value.refused;
      if (!content.value.isText && content.value.arrays.length === 0)
        return tell(first?.reason.message ?? msg("The file holds no array of numbers."));
      const array = content.value.isText ? null : (named(content.value.arrays, name) ?? (await pickArray(content.value.arrays)));
      if (array === undefined) return null;
      const source = fileSource(file, array?.name ?? "");
      return await this.read({ file, array: array?.name ?? null, content: content.value, source }, this.startOf(source));
    } catch (error) {
      return tell(error instanceof UnrollError ? error.failure.message : msg("{reason}", { reason: String(error) }));
    }
  }

  private async read(chosen: Chosen, start: Reading): Promise<Taken | null> {
    const { file, array, content, source } = chosen;
    this.text.clear(file);
    const missing = start.missing === "error" ? "error" : "keep";
    // Input, output and the copies on their way are held as well.
    const maxBytes = Math.floor(readSettings(file).memoryLimitBytes / 4);
    const read = await this.reader.readFile({ path: file.fsPath, array, ragged: start.ragged, missing, maxBytes }, content.size);
    if (!read.ok) {
      const next = await this.text.sayWrong(await placed(chosen), read, start);
      return next === null ? null : this.read(chosen, next);
    }
    const rank = read.shape.length;
    const known = this.memory.of(source.uri, rank);
    const remembered = this.memory.knows(source.uri, rank);
    const { axes, window, columns } = remembered && known !== undefined ? known : { ...plainReading, axes: usualAxes(read) };
    return {
      source,
      read,
      reading: { ...start, axes, window, columns },
      remembered,
      again: (reading) => this.read(chosen, reading),
    };
  }

  /** As the file was read last, else as the settings say. */
  private startOf({ uri }: Source): Reading {
    const { missing, scaling, fitPercent } = readSettings(uri);
    return this.memory.of(uri) ?? { ...plainReading, missing, scaling, fitPercent };
  }
}

/** Where a failure can be shown: in the file's text, if an editor can have it. */
async function placed({ file, content, source }: Chosen): Promise<Source> {
  const document = content.isText ? await vscode.workspace.openTextDocument(file).then(undefined, () => undefined) : undefined;
  return document === undefined ? source : takeSource({ document, selections: [] });
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  // Whoever looks at its tensors means this file.
  if (input instanceof vscode.TabInputCustom && input.viewType === TensorEditor.id) return input.uri;
  const shown = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const defaultUri = shown?.scheme === "file" ? shown : vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: word(msg("Run RNN on file…")),
    openLabel: word(msg("Run")),
    filters: { [word(msg("Data files"))]: endings, [word(msg("All files"))]: ["*"] },
    ...(defaultUri !== undefined && { defaultUri }),
  });
  return picked?.[0];
}

/** undefined: none, or several, are called so. */
function named(arrays: readonly FileArray[], name: string | null): FileArray | undefined {
  const found = arrays.filter((array) => array.name === name);
  return found.length === 1 ? found[0] : undefined;
}

/** undefined: the person went away. */
async function pickArray(arrays: readonly FileArray[]): Promise<FileArray | undefined> {
  if (arrays.length === 1) return arrays[0];
  const items = arrays.map((array) => ({
    label: path.posix.basename(array.name),
    description: `${shapeText(array.shape)} ${array.dtype}`,
    ...(array.name.includes("/") && { detail: array.name }),
    array,
  }));
  const placeHolder = word(msg("The file holds {count} arrays. Which one is the data?", { count: arrays.length }));
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.array;
}

function tell(message: Message): null {
  void vscode.window.showErrorMessage(word(message));
  return null;
}
