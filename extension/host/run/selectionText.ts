/** From the editor to numbers: takes the text, has it read as this file is read, says at the exact place what is wrong. */
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { type Message, msg } from "../../core/messages.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { usualAxes } from "../../core/reading/fit.js";
import { plainReading, type Reading } from "../../core/reading/reading.js";
import type { Selection, SelectionFailure, SelectionNumbers } from "../../core/text/parseSelection.js";
import type { ReadDiagnostics } from "../diagnostics.js";
import { back } from "../quickSteps.js";
import type { Reader } from "../reader.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import type { ReadingMemory } from "./readingMemory.js";
import { askMissing } from "./readingPicks.js";
import { activePlace, hasSelection, type Place, rangeIn, revealSource, selectedLength, type Source, takeSource } from "./source.js";

/** Numbers as written, and how they are to be read. */
export interface Taken {
  readonly source: Source;
  readonly read: SelectionNumbers;
  readonly reading: Reading;
  /** The reading was chosen for this file before. */
  readonly remembered: boolean;
  /** Reads a file once more; left out: the source's text is read again. */
  readonly again?: (reading: Reading) => Promise<Taken | null>;
  /** Of a file: the way to run where memory holds the data, and not what the model makes of them. */
  readonly inPieces?: (model: ModelSpec, reading: Reading) => Promise<void>;
}

export class SelectionText {
  constructor(
    private readonly reader: Reader,
    private readonly diagnostics: ReadDiagnostics,
    private readonly memory: ReadingMemory,
  ) {}

  /** What is selected, or else what is around the cursor. null: it could not be read, which was said. */
  async take(place: Place): Promise<Taken | null> {
    const source = takeSource(place, hasSelection(place) ? undefined : await this.around(place));
    // A long text takes a while to be had, and as long to be handed on: others get a turn between.
    await new Promise((resolve) => setImmediate(resolve));
    return this.readAgain(source, this.startOf(source));
  }

  /** A text once more, with other rules for missing values or uneven rows. */
  async readAgain(source: Source, start: Reading): Promise<Taken | null> {
    let reading = start;
    for (;;) {
      const read = await this.read(source, reading);
      if (read === null) return null;
      this.clear(source.uri);
      if (read.ok) return this.taken(source, read, reading);
      const next = await this.sayWrong(source, read, reading);
      if (next === null) return null;
      reading = next;
    }
  }

  /** What was wrong is no longer said. */
  clear(uri: vscode.Uri): void {
    this.diagnostics.clear(uri);
  }

  /** Numbers that are selected now, read in silence; null: there are none. */
  async quietly(place: Place, maxLength = Infinity): Promise<Taken | null> {
    if (!hasSelection(place) || selectedLength(place) > maxLength) return null;
    const source = takeSource(place);
    if (!/\d/.test(source.text)) return null;
    const reading = this.startOf(source);
    const read = await this.ask(source, reading).catch(() => null);
    return read?.ok === true && read.values.length > 1 ? this.taken(source, read, reading) : null;
  }

  /** As the file was read last, else as the settings say. */
  private startOf({ uri }: Source): Reading {
    const { missing, scaling, fitPercent } = readSettings(uri);
    return this.memory.of(uri) ?? { ...plainReading, missing, scaling, fitPercent };
  }

  private taken(source: Source, read: SelectionNumbers, reading: Reading): Taken {
    const rank = read.shape.length;
    const known = this.memory.of(source.uri, rank);
    const remembered = this.memory.knows(source.uri, rank);
    const { axes, window, columns } = remembered && known !== undefined ? known : { ...plainReading, axes: usualAxes(read) };
    return { source, read, reading: { ...reading, axes, window, columns }, remembered };
  }

  private async around({ document, selections }: Place): Promise<{ start: number; end: number } | undefined> {
    try {
      const offset = document.offsetAt(selections[0]?.active ?? new vscode.Position(0, 0));
      return await this.reader.enclosing(document.getText(), offset, document.languageId);
    } catch {
      return undefined;
    }
  }

  private ask({ uri, text, languageId, several, pieces }: Source, { ragged, missing }: Reading): Promise<Selection> {
    const starts = several === true ? (pieces ?? []).map(({ at }) => at) : [];
    const maxBytes = readSettings(uri).selectionMaxBytes;
    return this.reader.read({ text, languageId, starts, ragged, missing: missing === "error" ? "error" : "keep", maxBytes });
  }

  private async read(source: Source, reading: Reading): Promise<Selection | null> {
    try {
      return await this.ask(source, reading);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof UnrollError ? word(error.failure.message) : String(error));
      return null;
    }
  }

  /** A diagnostic at the exact place, where there is a text, and one notification. Resolves to the reading that the person chose instead, or null. */
  async sayWrong(source: Source, failure: SelectionFailure, reading: Reading): Promise<Reading | null> {
    const range = rangeIn(source, failure.start, failure.end);
    const text = word(failure.message);
    const hasText = source.text !== "";
    if (hasText) this.diagnostics.show(source.uri, range, text, failure.kind);
    const remedy = remedyFor(failure, source);
    const show = word(msg("Show"));
    const said = vscode.window.showErrorMessage(text, ...(remedy === null ? [] : [word(remedy)]), ...(hasText ? [show] : []));
    if (remedy === null) {
      // Nothing waits for an answer that changes nothing.
      void said.then((picked) => (picked === show ? revealSource(source, { selection: range }) : undefined));
      return null;
    }
    const picked = await said;
    if (picked === show) await revealSource(source, { selection: range });
    if (picked !== word(remedy)) return null;
    if (failure.kind === "ragged") return this.kept(source, { ...reading, ragged: "pad" });
    const chosen = await askMissing({ ...reading, missing: "mask" }, false);
    return chosen === undefined || chosen === back ? null : this.kept(source, chosen);
  }

  /** What concerns no axis is kept for the file; its axes are as they were. */
  private kept({ uri }: Source, reading: Reading): Reading {
    this.memory.amend(uri, reading);
    return reading;
  }
}

function remedyFor({ kind, start, end }: SelectionFailure, { text }: Source): Message | null {
  if (kind === "ragged") return msg("Pad with zeros and mask");
  const gap = kind === "missing-value" || (kind === "non-finite" && /nan/i.test(text.slice(start, end)));
  return gap ? msg("Missing values…") : null;
}

/** The editor to read from; undefined: there is none, and it was said why. */
export async function placeToRead(): Promise<Place | undefined> {
  const place = activePlace();
  if (place !== undefined) return place;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputText)) {
    void vscode.window.showInformationMessage(word(msg("Open a file with numbers and select some, then run this command again.")));
    return undefined;
  }
  const words = word(
    msg("VS Code does not hand documents of more than 50 MB to extensions. “Run RNN on file…” reads such a file itself, piece by piece."),
  );
  const onFile = word(msg("Run RNN on file…"));
  const known = (await vscode.commands.getCommands(true)).includes("unroll.runOnFile");
  void vscode.window.showInformationMessage(words, ...(known ? [onFile] : [])).then((picked) => {
    if (picked === onFile) void vscode.commands.executeCommand("unroll.runOnFile", input.uri);
  });
  return undefined;
}
