/** "Run RNN on file…": a file on disk, one of its arrays, then the way of a selection; or piece by piece, where memory does not hold it. */
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { type Message, msg } from "../../core/messages.js";
import type { FileArray, FileContent } from "../../core/protocol/reader.js";
import { usualAxes } from "../../core/reading/fit.js";
import { MAX_NUMBERS } from "../../core/reading/grid.js";
import { type AxisReading, plainReading, type Reading } from "../../core/reading/reading.js";
import type { SelectionNumbers } from "../../core/text/selection.js";
import { activeFile, askDataFile, openDataFile, pickArray } from "../dataFiles.js";
import { TensorEditor } from "../panels/tensorEditor.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import type { FileInPieces, LongData } from "./fileInPieces.js";
import type { ReadingMemory } from "./readingMemory.js";
import type { RunRecord } from "./records.js";
import type { SelectionRun } from "./selectionRun.js";
import type { SelectionText, Taken } from "./selectionText.js";
import { fileSource, type Source, takeSource } from "./source.js";

interface Chosen {
  readonly file: vscode.Uri;
  readonly array: string | null;
  readonly content: FileContent;
  /** What its runs and readings are known by. */
  readonly source: Source;
}

export interface FileParts {
  readonly reader: Reader;
  readonly memory: ReadingMemory;
  readonly text: SelectionText;
  readonly selection: SelectionRun;
  readonly pieces: FileInPieces;
}

export class FileRun {
  constructor(private readonly parts: FileParts) {}

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
    let long: LongData | null = null;
    const record = await this.parts.selection.onData(async () => {
      const taken = await this.take(file, typeof name === "string" ? name : null);
      if (taken === null || "read" in taken) return taken;
      long = taken;
      return null;
    });
    // Narrowed by what the callback assigned, which TypeScript does not follow.
    if (long !== null) await this.parts.pieces.run(long as LongData);
    return record;
  }

  /** null: nothing was taken, which was said. */
  private async take(file: vscode.Uri, name: string | null): Promise<Taken | LongData | null> {
    try {
      const content = await openDataFile(this.parts.reader, file);
      const { arrays } = content;
      const question = msg("The file holds {count} arrays. Which one is the data?", { count: arrays.length });
      const array = content.isText ? null : (named(arrays, name) ?? (await pickArray(arrays, question)));
      if (array === undefined) return null;
      const source = fileSource(file, array?.name ?? "");
      const long = longData(file, content, array);
      if (long !== null) return { ...long, source, ...this.usualReading(source, long, this.startOf(source)) };
      return await this.read({ file, array: array?.name ?? null, content, source }, this.startOf(source));
    } catch (error) {
      return tell(error instanceof UnrollError ? error.failure.message : msg("{reason}", { reason: String(error) }));
    }
  }

  private async read(chosen: Chosen, start: Reading): Promise<Taken | null> {
    const { file, array, content, source } = chosen;
    this.parts.text.clear(file);
    const missing = start.missing === "error" ? "error" : "keep";
    const maxBytes = heldBytes(file);
    const read = await this.parts.reader.readFile({ path: file.fsPath, array, ragged: start.ragged, missing, maxBytes }, content.size);
    if (!read.ok) {
      const next = await this.parts.text.sayWrong(await placed(chosen), read, start);
      return next === null ? null : this.read(chosen, next);
    }
    return {
      source,
      read,
      ...this.usualReading(source, { shape: read.shape, usual: usualAxes(read) }, start),
      again: (reading) => this.read(chosen, reading),
      // What is no table has to be read as a whole.
      ...((!content.isText || content.table !== null) && { inPieces: this.inPieces(chosen, read) }),
    };
  }

  private inPieces({ file, array, content, source }: Chosen, { shape, columns }: SelectionNumbers): NonNullable<Taken["inPieces"]> {
    const data = { file, source, array, shape, columns, size: content.size, remembered: true };
    return (model, reading) => this.parts.pieces.start({ ...data, reading }, model);
  }

  /** The axes as they were read last, else as such numbers usually are. */
  private usualReading(
    { uri }: Source,
    { shape, usual = "asWritten" }: { readonly shape: readonly number[]; readonly usual?: AxisReading },
    start: Reading,
  ): { reading: Reading; remembered: boolean } {
    const known = this.parts.memory.of(uri, shape.length);
    const remembered = this.parts.memory.knows(uri, shape.length);
    const { axes, window, columns } = remembered && known !== undefined ? known : { ...plainReading, axes: usual };
    return { reading: { ...start, axes, window, columns }, remembered };
  }

  /** As the file was read last, else as the settings say. */
  private startOf({ uri }: Source): Reading {
    const { missing, scaling, fitPercent } = readSettings(uri);
    return this.parts.memory.of(uri) ?? { ...plainReading, missing, scaling, fitPercent };
  }
}

/** Where a failure can be shown: in the file's text, if an editor can have it. */
async function placed({ file, content, source }: Chosen): Promise<Source> {
  const document = content.isText ? await vscode.workspace.openTextDocument(file).then(undefined, () => undefined) : undefined;
  return document === undefined ? source : takeSource({ document, selections: [] });
}

/** Input, output and the copies on their way are held as well. */
function heldBytes(file: vscode.Uri): number {
  return Math.floor(readSettings(file).memoryLimitBytes / 4);
}

/** null: it is read as a whole. @param array of a text null */
function longData(
  file: vscode.Uri,
  { table, size }: FileContent,
  array: FileArray | null,
): Omit<LongData, "source" | "reading" | "remembered"> | null {
  const about = array ?? table;
  if (about === null) return null;
  const numbers = about.shape.reduce((product, d) => product * d, 1);
  if (numbers <= Math.min(MAX_NUMBERS, heldBytes(file) / 4)) return null;
  return { file, array: array?.name ?? null, shape: about.shape, columns: array === null ? (table?.columns ?? null) : null, size };
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  // Whoever looks at its tensors means this file.
  if (input instanceof vscode.TabInputCustom && input.viewType === TensorEditor.id) return input.uri;
  return askDataFile(msg("Run RNN on file…"), msg("Run"), activeFile());
}

/** undefined: none, or several, are called so. */
function named(arrays: readonly FileArray[], name: string | null): FileArray | undefined {
  const found = arrays.filter((array) => array.name === name);
  return found.length === 1 ? found[0] : undefined;
}

function tell(message: Message): null {
  void vscode.window.showErrorMessage(word(message));
  return null;
}
