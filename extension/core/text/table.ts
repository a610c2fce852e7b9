/** Reads tables: delimited, aligned with spaces, Markdown, printed data frames; text columns are set aside. */
import { type Message, msg } from "../messages.js";
import { type CellMeaning, readCell } from "./cell.js";
import { type Head, headOf } from "./head.js";
import { type Layout, layoutOf, Row, sampleLines } from "./layout.js";
import { type Nest, type Shaped, shapeNest } from "./nest.js";
import { isGap, NumberReader } from "./number.js";
import { missingValue, nonFinite, notNumeric, tooLargeForFloat, truncated } from "./refusals.js";
import { FLOAT_MAX } from "./frame.js";
import { Numbers, quote, Refusal, type SelectionOptions } from "./selection.js";

export interface Table {
  readonly numbers: Numbers;
  /** null: one plain number. */
  readonly shaped: Shaped | null;
  readonly columns: readonly string[] | null;
  readonly notes: readonly Message[];
  readonly format: string;
}

/** What pandas and psql print under their tables. */
const footer = /(?:\s*\n)?\s*(?:\(\d+ rows?\)|\[\d+ rows? x \d+ columns?\]|(?:Name: [^\n]*|Freq: [^\n]*|Length: [^\n]*)?\bdtype: \w+)\s*$/;

/** Throws a Refusal. */
export function readTable(text: string, from: number, end: number, options: SelectionOptions): Table {
  const tail = Math.max(from, end - 300);
  const foot = footer.exec(text.slice(tail, end));
  const limit = foot === null ? end : tail + foot.index;
  const layout = layoutOf(sampleLines(text, from, limit));
  const reader = new TableReader(text, limit, layout, options.missing === "keep");
  const head = headOf(text, from, limit, layout, foot !== null);
  reader.read(head);
  const top = reader.whole(head, from);
  const notes = [...head.notes];
  if (layout.decimalComma) notes.push(msg("Commas were read as decimal signs."));
  const shaped = top === null ? null : shapeNest(top, reader.numbers, text, options);
  const width = shaped?.shape[shaped.shape.length - 1] ?? 0;
  return {
    numbers: reader.numbers,
    shaped,
    // rows that are longer than the header, where the short ones are padded
    columns: head.columns && Array.from({ length: width }, (_, i) => head.columns?.[i] ?? String(i + 1)),
    notes,
    format: layout.kind,
  };
}

/** Where a piece of a longer text begins in it, and the text that the head was read from. */
export interface Piece {
  readonly base: number;
  readonly headText: string;
}

export class TableReader {
  readonly numbers = new Numbers();
  readonly rows: Nest[] = [];
  private readonly number: NumberReader;
  private readonly row = new Row();

  constructor(
    private readonly text: string,
    private readonly limit: number,
    private readonly layout: Layout,
    private readonly keepMissing: boolean,
    private readonly piece: Piece = { base: 0, headText: text },
  ) {
    this.number = new NumberReader(text);
  }

  /** Reads the rows that end before `until`. Returns where the next one starts. Throws a Refusal. */
  read(head: Head, from = head.dataStart, until = Infinity): number {
    const { text, limit, layout, row, number } = this;
    let at = from;
    while (row.read(text, at, limit, layout) && row.next <= until) {
      at = row.next;
      const nest: Nest = { start: row.start, end: row.end, items: [], first: this.numbers.length, count: 0 };
      let count = row.count;
      if (head.dropLast && count > 0 && row.starts[count - 1] === row.ends[count - 1]) count--;
      for (let column = 0; column < count; column++) {
        const start = row.starts[column] ?? 0;
        const end = row.ends[column] ?? 0;
        if (head.aside.has(column)) {
          if (column === 0) this.checkEllipsis(start, end);
          const first = head.texts.get(column);
          if (first !== undefined) this.checkText(start, end, first);
          continue;
        }
        const code = text.charCodeAt(start);
        const fast =
          start < end &&
          !layout.decimalComma &&
          code < 58 &&
          code > 42 &&
          code !== 44 &&
          code !== 47 &&
          number.read(start, end) &&
          number.end === end;
        this.add(fast ? number.value : this.slowly(start, end), start, end);
        nest.count++;
      }
      this.rows.push(nest);
    }
    return at;
  }

  private add(value: number, start: number, end: number): void {
    if (value > FLOAT_MAX || value < -FLOAT_MAX) throw tooLargeForFloat({ text: this.text, start, end });
    this.numbers.push(value, start);
  }

  private checkEllipsis(start: number, end: number): void {
    if (end - start <= 3 && /^(?:\.{2,3}|…|⋮)$/.test(this.text.slice(start, end))) throw truncated({ text: this.text, start, end });
  }

  /** A column that the first rows took for text, and that holds numbers further down, is data with mistakes. */
  private checkText(start: number, end: number, first: { start: number; end: number }): void {
    const { text, number, layout } = this;
    if (text.charCodeAt(start) > 57 || start >= end || readCell(text, start, end, number, layout.decimalComma).kind !== "number") return;
    const { base, headText } = this.piece;
    const cell = readCell(headText, first.start, first.end, new NumberReader(headText), layout.decimalComma);
    const at = { text: headText, start: first.start, end: first.end };
    const refusal = cell.kind === "empty" ? missingValue(at) : refusalOf(cell, headText, first.start, first.end, this.row);
    throw new Refusal(refusal.kind, refusal.words, refusal.start - base, refusal.end - base);
  }

  private slowly(start: number, end: number): number {
    const { text } = this;
    const cell = readCell(text, start, end, this.number, this.layout.decimalComma);
    if (cell.kind === "number") return cell.value;
    if (this.keepMissing && (cell.kind === "empty" || isGap(text.slice(start, end).trim()))) return NaN;
    throw refusalOf(cell, text, start, end, this.row);
  }

  /** A column or row without a header is a plain list of numbers, as numpy.loadtxt reads it. */
  whole(head: Head, from: number): Nest | null {
    const [first] = this.rows;
    const top: Nest = { start: from, end: this.limit, items: this.rows, first: 0, count: 0 };
    if (head.columns !== null || first === undefined) return top;
    if (this.rows.length === 1) return this.numbers.length === 1 && !head.dropLast ? null : first;
    if (this.rows.every((row) => row.count === 1)) return { ...top, items: [], count: this.rows.length };
    return top;
  }
}

function refusalOf(cell: CellMeaning, text: string, start: number, end: number, row: Row): Refusal {
  const at = { text, start, end };
  if (cell.kind === "empty") {
    const next = end < row.end ? end + 1 : end;
    const from = next > end || start === 0 ? start : start - 1;
    return new Refusal(
      "missing-value",
      msg("A value is missing in the row “{row}”: a number is expected in every column. Fill it in, or leave the row out.", {
        row: quote(text, row.start, row.end),
      }),
      from,
      next,
    );
  }
  if (cell.kind === "missing") return missingValue(at);
  if (cell.kind === "non-finite") return nonFinite(at);
  if (cell.kind === "truncated") return truncated(at);
  return notNumeric(at);
}
