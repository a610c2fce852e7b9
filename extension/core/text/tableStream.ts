/** A table of any length, read piece by piece, as `parseSelection` reads it whole. What consoles print under tables is not looked for. */
import { type Message, msg } from "../messages.js";
import { type Head, headOf } from "./head.js";
import { type Layout, layoutOf, LONGEST_CELL, Row, SAMPLE_LINES, sampleLines } from "./layout.js";
import { noNumbers, raggedWords } from "./nest.js";
import { Refusal, type SelectionErrorKind, type SelectionFailure } from "./selection.js";
import { isOpening } from "./skip.js";
import { type Piece, TableReader } from "./table.js";

/** A quoted cell is looked for its end over so many characters; a row is read once all of them are there. */
const AHEAD = LONGEST_CELL + 8;
/** Text that is held while the first rows, or one row, are not complete. */
const MAX_HELD = 64 * 1024 * 1024;

export interface TableEnd {
  readonly ok: true;
  /** As `parseSelection` says it: of one row or one column without a header a single axis. */
  readonly shape: readonly number[];
  readonly columns: readonly string[] | null;
  readonly notes: readonly Message[];
  readonly format: string;
}

interface Begun {
  readonly layout: Layout;
  readonly head: Head;
  readonly piece: string;
}

/** A cell of a table: its row of data, from 1, and the name of its column. */
export interface CellPlace {
  readonly row: number;
  readonly column: string;
}

export class TableStream {
  /** The cell that the failure is about, where it is about one. */
  badCell: CellPlace | null = null;
  /** Not read yet. */
  private held = "";
  /** Where it starts in the whole text. */
  private base = 0;
  private begun: Begun | null = null;
  private rows = 0;
  private width = -1;
  /** The first row, in the whole text. */
  private first = { start: 0, end: 0 };
  private rounded: { from: number; to: number } | null = null;
  private failure: SelectionFailure | null = null;
  /** The first row of another length: what is wrong in a cell goes before it. */
  private ragged: SelectionFailure | null = null;
  private tryAt = 0;

  /** @param keepMissing cells without a number become NaN, else the first of them is the failure */
  constructor(private readonly keepMissing = false) {}

  /** Names of the columns, and how many there are, once the first rows are known. */
  get columns(): readonly string[] | null {
    return this.begun?.head.columns ?? null;
  }

  /** Takes the next text. Returns the numbers of the rows that are complete, one row after the other. */
  push(text: string): Float32Array {
    if (this.failure !== null) return new Float32Array(0);
    this.held += text;
    return this.attempt(() => {
      const until = this.settled();
      if (this.held.length > MAX_HELD) throw tooLong();
      if (this.begun === null && (until < this.tryAt || !this.begin(until))) return new Float32Array(0);
      return this.take(this.held.length, this.settled());
    });
  }

  /** The rest, and what the table was. */
  end(): { readonly values: Float32Array; readonly table: TableEnd | SelectionFailure } {
    const values = this.attempt(() => {
      if (this.begun === null) this.begin(Infinity);
      const limit = this.base + this.held.trimEnd().length;
      const values = this.take(limit - this.base, Infinity);
      if (this.width === 0) this.refuseEmpty(limit);
      return values;
    });
    const failure = this.failure ?? this.ragged;
    if (failure !== null) return { values: new Float32Array(0), table: failure };
    const { head, layout } = this.begun as Begun;
    const { columns } = head;
    const notes = [...head.notes];
    if (layout.decimalComma) notes.push(msg("Commas were read as decimal signs."));
    if (this.rounded !== null) notes.push(msg("Large integers are rounded to float32: {from} becomes {to}.", this.rounded));
    return { values, table: { ok: true, shape: this.shape(), columns, notes, format: layout.kind } };
  }

  /** Up to where more text changes nothing. Spaces at the end of the whole text do not count, so they wait for what follows. */
  private settled(): number {
    return this.held.trimEnd().length - AHEAD;
  }

  private shape(): number[] {
    const head = this.begun?.head;
    if (head?.columns != null) return [this.rows, this.width];
    if (this.rows === 1) return this.width === 1 && head?.dropLast !== true ? [] : [this.width];
    return this.width === 1 ? [this.rows] : [this.rows, this.width];
  }

  /** Decides how the lines are cut and which columns hold numbers, from as many rows as `parseSelection` looks at. */
  private begin(until: number): boolean {
    const text = this.held;
    const last = until === Infinity;
    const limit = last ? text.trimEnd().length : text.length;
    const from = bomOf(text);
    if (limit <= from)
      throw new Refusal("empty", msg("Nothing is selected: numbers are expected. Select an array or a table of numbers."), 0, text.length);
    if (isOpening(text.charCodeAt(from))) throw noTable(text.length);
    const whole = last ? limit : text.lastIndexOf("\n", until);
    const lines = sampleLines(text, from, Math.max(from, whole));
    const layout = layoutOf(lines);
    if (!last && (lines.length < SAMPLE_LINES || rowsEnd(text, from, layout) > until)) {
      // Twice as much before the next look: looking at every piece anew would take the square of the text's length.
      this.tryAt = 2 * Math.max(until, AHEAD);
      return false;
    }
    this.begun = { layout, head: headOf(text, from, limit, layout, false), piece: text };
    this.base = 0;
    this.drop(this.begun.head.dataStart);
    return true;
  }

  /** The rows of what is held that end before `until`. */
  private take(limit: number, until: number): Float32Array {
    const { layout, head, piece } = this.begun as Begun;
    const origin: Piece = { base: this.base, headText: piece };
    const reader = new TableReader(this.held, limit, layout, this.keepMissing, origin);
    const end = this.read(reader, head, until);
    for (const row of reader.rows) {
      if (this.width < 0) {
        this.width = row.count;
        this.first = { start: this.base + row.start, end: this.base + row.end };
      }
      this.rows++;
      if (row.count === this.width || this.ragged !== null) continue;
      const message = raggedWords({ row: this.rows, count: row.count, expected: this.width });
      this.ragged = { ok: false, kind: "ragged", message, start: this.base + row.start, end: this.base + row.end };
    }
    this.rounded ??= reader.numbers.rounded;
    this.drop(Math.min(end, this.held.length));
    return this.ragged === null ? reader.numbers.values.slice(0, reader.numbers.length) : new Float32Array(0);
  }

  /** Every column was set aside, and no row has one more. @param limit where the whole text ends */
  private refuseEmpty(limit: number): void {
    const { piece } = this.begun as Begun;
    const { kind, words, start, end } =
      this.rows === 1 ? noNumbers(piece, this.first.start, this.first.end) : noNumbers(piece, bomOf(piece), limit);
    this.failure = { ok: false, kind, message: words, start, end };
  }

  /** Notes the cell that cannot be read: rows of a long table cannot be found by an offset. */
  private read(reader: TableReader, head: Head, until: number): number {
    try {
      return reader.read(head, 0, until);
    } catch (error) {
      const before = reader.rows.reduce((sum, { count }) => sum + count, 0);
      const column = reader.numbers.length - before;
      this.badCell = { row: this.rows + reader.rows.length + 1, column: head.columns?.[column] ?? String(column + 1) };
      throw error;
    }
  }

  private drop(length: number): void {
    this.held = this.held.slice(length);
    this.base += length;
  }

  private attempt(work: () => Float32Array): Float32Array {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { kind, words, start, end } = error;
      this.failure = { ok: false, kind, message: words, start: this.base + start, end: this.base + end };
      this.held = "";
      return new Float32Array(0);
    }
  }
}

/** Where a text begins that may have a byte order mark. */
const bomOf = (text: string): number => (text.charCodeAt(0) === 0xfeff ? 1 : 0);

/** Where the last of the rows ends that the head is read from; Infinity where there are not as many. */
function rowsEnd(text: string, from: number, layout: Layout): number {
  const row = new Row();
  let at = from;
  for (let i = 0; i < SAMPLE_LINES; i++) {
    if (!row.read(text, at, text.length, layout)) return Infinity;
    at = row.next;
  }
  return at;
}

const refused = (kind: SelectionErrorKind, words: Message, end: number): Refusal => new Refusal(kind, words, 0, end);

function tooLong(): Refusal {
  const args = { limit: MAX_HELD / 2 ** 20 };
  return refused(
    "too-large",
    msg("The first rows, or one row, have more than {limit} MiB: a table has a line for each row. Split it into lines.", args),
    0,
  );
}

function noTable(end: number): Refusal {
  return refused(
    "too-large",
    msg(
      "An array in brackets is read as a whole, which is too large for this one. Save it as .npy, or as a table with a line for each row.",
    ),
    end,
  );
}
