/** Tables whose columns have names of their own: records `[{"t": 0, "x": 1}, …]`, `DataFrame({"a": […]})`, R's `cbind(a = c(…))`. */
import { type Message, msg } from "../messages.js";
import { FLOAT_MAX } from "./frame.js";
import type { Shaped } from "./nest.js";
import { isGap, meaningOf, NumberReader } from "./number.js";
import { type Entry, entriesOf, isObject, keyAt } from "./object.js";
import { missingValue, nonFinite, notAnArray, notNumeric, type Place, tooLargeForFloat } from "./refusals.js";
import { Numbers, quote, Refusal } from "./selection.js";
import { type Comments, isOpening, isQuote, skipElement, skipSpace, tokenEnd } from "./skip.js";
import type { Table } from "./table.js";

/** What a reader of named cells must know of the text. */
export interface NamedOptions {
  readonly comments: Comments;
  readonly keepMissing: boolean;
  readonly suffixes: boolean;
}

interface Column {
  readonly name: string;
  /** Cells that hold text, and the first of them. */
  texts: number;
  text: Place | null;
  /** The first cell without a value. */
  gap: Place | null;
}

/** Cells row by row; a column that holds only text is set aside, one that holds some is refused. */
class Cells {
  readonly columns: Column[] = [];
  readonly numbers = new Numbers();
  rows = 0;
  private readonly number: NumberReader;

  constructor(
    private readonly source: string,
    suffixes: boolean,
  ) {
    this.number = new NumberReader(source, suffixes);
  }

  column(name: string): void {
    this.columns.push({ name, texts: 0, text: null, gap: null });
  }

  /** Throws a Refusal where a value is no single cell. */
  add(column: Column, start: number, end: number): void {
    const at = { text: this.source, start, end };
    const code = this.source.charCodeAt(start);
    const signed = code === 45 || code === 43;
    if (isOpening(code)) throw notAnArray(at);
    if (((code >= 48 && code <= 57) || code === 46 || signed) && this.number.read(start, end) && this.number.end === end) {
      if (Math.abs(this.number.value) > FLOAT_MAX) throw tooLargeForFloat(at);
      this.numbers.push(this.number.value, start);
      return;
    }
    const word = this.source.slice(start, Math.min(end, start + 40));
    const meaning = meaningOf(word);
    if (meaning?.kind === "number") {
      this.numbers.push(meaning.value, start);
      return;
    }
    if (meaning?.kind === "non-finite" && !isGap(word)) throw nonFinite(at);
    if (start >= end || isGap(word)) column.gap ??= at;
    else {
      // A number in quotes is data with a mistake, not a name.
      if (!isQuote(code) || /^.[-+]?[$€£¥₩]?\d[\d.,]*\s?%?.$/.test(word)) throw notNumeric(at);
      column.text ??= at;
      column.texts++;
    }
    this.numbers.push(NaN, start);
  }

  /** A record has no such field. */
  skip(column: Column, at: Place): void {
    column.gap ??= at;
    this.numbers.push(NaN, at.start);
  }

  table(format: string, whole: Place, keepMissing: boolean): Table {
    const kept = this.columns.flatMap((column, i) => (column.texts < this.rows ? [i] : []));
    const notes: Message[] = this.columns
      .filter(({ texts }) => texts >= this.rows)
      .map(({ name }) => msg("Column “{column}” holds no numbers and was set aside.", { column: name }));
    const wrong = kept.flatMap((i) => {
      const { text, gap } = this.columns[i] as Column;
      return [...(text === null ? [] : [notNumeric(text)]), ...(gap === null || keepMissing ? [] : [missingValue(gap)])];
    });
    const [first] = wrong.sort((a, b) => a.start - b.start);
    if (first !== undefined) throw first;
    if (kept.length === 0 || this.rows === 0) throw notAnArray(whole);
    return { numbers: this.numbers, shaped: this.shaped(kept), columns: kept.map((i) => this.columns[i]?.name ?? ""), notes, format };
  }

  private shaped(kept: readonly number[]): Shaped {
    const values = new Float32Array(this.rows * kept.length);
    const offsets = new Uint32Array(values.length);
    for (let row = 0, to = 0; row < this.rows; row++) {
      for (const i of kept) {
        values[to] = this.numbers.values[row * this.columns.length + i] ?? NaN;
        offsets[to++] = this.numbers.offsets[row * this.columns.length + i] ?? 0;
      }
    }
    return { shape: [this.rows, kept.length], values, offsets, mask: null, maskShape: null };
  }
}

/** Whether an object with single values, as a record is, starts at `at`. */
export function startsRecord(text: string, at: number, limit: number, comments: Comments): boolean {
  if (text.charCodeAt(at) !== 123 || !isObject(text, at, limit, comments)) return false;
  const value = text.charCodeAt(keyAt(text, at + 1, limit, comments)?.value ?? limit);
  return !isOpening(value);
}

const MOST_FIELDS = 65_536;

/** Records from `from` on, with commas or only spaces between them, up to what is no record. Throws a Refusal. */
export function readRecords(text: string, from: number, limit: number, options: NamedOptions): { table: Table; end: number } {
  const { comments } = options;
  const cells = new Cells(text, options.suffixes);
  const index = new Map<string, number>();
  let at = from;
  let end = from;
  while (at < limit && text.charCodeAt(at) === 123) {
    const { entries, close } = entriesOf(text, at, limit, comments);
    if (entries.length > MOST_FIELDS) throw notAnArray({ text, start: at, end: at + 1 });
    if (cells.rows === 0) for (const { key } of entries) if (!index.has(key)) cells.column(fieldOf(key, index));
    readRecord(cells, entries, index, { text, start: at, end: close });
    cells.rows++;
    end = close;
    at = skipSpace(text, close, limit, comments);
    if (text.charCodeAt(at) === 44) at = skipSpace(text, at + 1, limit, comments);
  }
  return {
    table: cells.table("records", { text, start: from, end: Math.min(end, from + 200) }, options.keepMissing),
    end: at,
  };
}

function fieldOf(key: string, index: Map<string, number>): string {
  index.set(key, index.size);
  return key;
}

function readRecord(cells: Cells, entries: readonly Entry[], index: ReadonlyMap<string, number>, record: Place): void {
  const inOrder = entries.length === cells.columns.length && entries.every(({ key }, i) => cells.columns[i]?.name === key);
  const byColumn = inOrder ? entries : arranged(cells, entries, index, record);
  cells.columns.forEach((column, i) => {
    const entry = byColumn[i];
    if (entry === undefined) cells.skip(column, record);
    else cells.add(column, entry.start, entry.end);
  });
}

function arranged(cells: Cells, entries: readonly Entry[], index: ReadonlyMap<string, number>, record: Place): (Entry | undefined)[] {
  const byColumn: (Entry | undefined)[] = cells.columns.map(() => undefined);
  for (const entry of entries) {
    const column = index.get(entry.key);
    if (column !== undefined) byColumn[column] = entry;
    else {
      const words = msg("Record {row} has a field “{key}” that record 1 lacks. Give every record the same fields.", {
        row: cells.rows + 1,
        key: quote(entry.key, 0, entry.key.length),
      });
      throw new Refusal("ragged", words, Math.min(entry.start, record.end), entry.end);
    }
  }
  return byColumn;
}

/** Columns, each a list of its own: `{"a": [1, 2], "b": [3, 4]}` of a DataFrame, `cbind(a = c(1, 2), c(3, 4))`. Throws a Refusal. */
export function readColumns(text: string, entries: readonly Entry[], whole: Place, options: NamedOptions): Table {
  const lists = entries.map((entry) => listOf(text, entry, options.comments));
  const rows = lists[0]?.length ?? 0;
  const odd = lists.findIndex((list) => list.length !== rows);
  if (odd >= 0) throw unevenColumn(entries, lists, odd);
  const cells = new Cells(text, options.suffixes);
  for (const [i, { key }] of entries.entries()) cells.column(key === "" ? String(i + 1) : key);
  for (; cells.rows < rows; cells.rows++) {
    cells.columns.forEach((column, i) => {
      const cell = lists[i]?.[cells.rows];
      if (cell !== undefined) cells.add(column, cell.start, cell.end);
    });
  }
  return cells.table("columns", whole, options.keepMissing);
}

function unevenColumn(entries: readonly Entry[], lists: readonly (readonly unknown[])[], odd: number): Refusal {
  const words = msg("Column “{column}” has {count} values; column “{first}” has {expected}. Give every column the same number of values.", {
    column: entries[odd]?.key || odd + 1,
    count: lists[odd]?.length ?? 0,
    first: entries[0]?.key || 1,
    expected: lists[0]?.length ?? 0,
  });
  return new Refusal("ragged", words, entries[odd]?.start ?? 0, entries[odd]?.end ?? 0);
}

/** The elements of `[…]`, `c(…)` or `np.array([…])`. Throws a Refusal. */
export function listOf(text: string, { start, end }: Pick<Entry, "start" | "end">, comments: Comments): { start: number; end: number }[] {
  const head =
    /^(?:(?:(?:np|numpy|pd|pandas)\.)?(?:array|asarray|Series|list|tuple)\s*\(\s*|c\s*(?=\())?/.exec(text.slice(start, start + 60))?.[0] ??
    "";
  const open = start + head.length;
  if (!isOpening(text.charCodeAt(open)) || text.charCodeAt(open) === 123) throw notAnArray({ text, start, end: Math.max(end, start + 1) });
  const cells: { start: number; end: number }[] = [];
  let at = open + 1;
  for (;;) {
    const from = skipSpace(text, at, end, comments);
    const to = skipElement(text, from, end, comments);
    const last = text.charCodeAt(to) !== 44 || to >= end;
    if (!last || to > from) cells.push({ start: from, end: Math.max(from, trimmed(text, from, to)) });
    if (last) return cells;
    at = to + 1;
  }
}

/** A cell ends before the spaces and remarks behind it. */
function trimmed(text: string, from: number, to: number): number {
  if (isQuote(text.charCodeAt(from))) return to;
  return from < to ? Math.min(to, tokenEnd(text, from, to)) : to;
}
