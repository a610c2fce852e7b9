/** How the lines of a table are cut into cells: by which sign, which lines are rules or remarks, where decimals have a comma. */
import { isSpace } from "./skip.js";

export interface Layout {
  readonly kind: "csv" | "tsv" | "semicolon" | "whitespace" | "markdown";
  /** Code of the sign between cells; 32 for any run of spaces. */
  readonly delimiter: number;
  readonly decimalComma: boolean;
}

/** Characters within which a quoted cell has to end. */
export const LONGEST_CELL = 65_536;

/** Lines that are looked at before a layout is chosen. */
export const SAMPLE_LINES = 200;

/** Lines of ruled tables, such as `|---|:--:|` and `+----+`. */
export function isRule(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (first !== 124 && first !== 43 && first !== 45 && first !== 61 && first !== 58 && first < 0x2500) return false;
  const line = text.slice(start, Math.min(end, start + 2000));
  return /^[-+|:=\s\u2500-\u257f]+$/.test(line) && /[-=\u2500-\u257f]{2}|\|\s*:?-/.test(line);
}

/** Not blank, not a remark and not a rule; trimmed. */
export function isData(text: string, start: number, end: number): boolean {
  return (
    start < end &&
    text.charCodeAt(start) !== 35 &&
    text.charCodeAt(start) !== 37 &&
    !text.startsWith("//", start) &&
    !isRule(text, start, end)
  );
}

export function sampleLines(text: string, from: number, limit: number): string[] {
  const lines: string[] = [];
  let at = from;
  while (at < limit && lines.length < SAMPLE_LINES) {
    const end = lineEnd(text, at, limit);
    const line = text.slice(at, Math.min(end, at + 20_000));
    if (isData(line.trim(), 0, line.trim().length)) lines.push(line);
    at = end + 1;
  }
  return lines;
}

/** The end of a line, or of the row that a quoted cell goes on with in the next lines. */
function lineEnd(text: string, from: number, limit: number): number {
  for (let at = from, starts = true; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) return at;
    if (starts && code === 34) {
      const close = closingQuote(text, at, limit);
      // Open to the end: it is no quote.
      if (close >= 0) at = close;
    }
    starts = code === 44 || code === 59 || code === 9 || (starts && code === 32);
  }
  return limit;
}

/** Of a quoted cell, in which `""` stands for one; −1: there is none within what a cell may hold. */
function closingQuote(text: string, open: number, limit: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || at >= limit || at - open > LONGEST_CELL) return -1;
    if (text.charCodeAt(at + 1) !== 34) return at;
  }
}

const outsideQuotes = (line: string): string => (line.includes('"') ? line.replace(/"[^"]*"/g, "q") : line);

/** `"1,5","2,25"`: commas in quotes that are no thousands, and no points beside them. */
function quotedCommas(lines: readonly string[]): boolean {
  const grouped = /"[-+]?\d{1,3}(?:\.\d{3})+,\d+"/g;
  const plain = lines.map((line) => line.replace(grouped, '"1,5"'));
  const quoted = plain.flatMap((line) => line.match(/"[-+]?\d*,\d+"/g) ?? []);
  const points = plain.some((line) => /(?:^|[,"])[-+]?\d*\.\d/.test(line));
  return !points && quoted.some((cell) => !/^"[-+]?\d{1,3},\d{3}"$/.test(cell));
}

export function layoutOf(lines: readonly string[]): Layout {
  const plain = lines.map((line) => outsideQuotes(line).trim());
  const most = (sign: string): boolean => plain.filter((line) => line.includes(sign)).length * 2 > plain.length;
  const decimalComma = (cut: RegExp): boolean => {
    const cells = plain.flatMap((line) => line.split(cut));
    return (
      cells.some((cell) => /^\s*[-+]?(?:\d*|\d{1,3}(?:\.\d{3})+),\d+(?:e[-+]?\d+)?\s*$/i.test(cell)) &&
      !cells.some((cell) => /^\s*[-+]?\d*\.\d+\s*$/.test(cell) && !/^\s*[-+]?\d{1,3}\.\d{3}\s*$/.test(cell))
    );
  };
  if (plain.length > 0 && plain.every((line) => /^[|│].*[|│]$/.test(line) || /^[^|]+(?:\|[^|]+)+$/.test(line)))
    return { kind: "markdown", delimiter: 124, decimalComma: decimalComma(/[|│]/) };
  if (most("\t")) return { kind: "tsv", delimiter: 9, decimalComma: decimalComma(/\t/) };
  if (most(";")) return { kind: "semicolon", delimiter: 59, decimalComma: decimalComma(/;/) };
  const spaced = plain.length > 0 && plain.every((line) => /^[-+]?\d+,\d+(?: +[-+]?\d+,\d+)+$/.test(line));
  if (spaced) return { kind: "whitespace", delimiter: 32, decimalComma: true };
  if (most(",")) return { kind: "csv", delimiter: 44, decimalComma: quotedCommas(lines) };
  return { kind: "whitespace", delimiter: 32, decimalComma: false };
}

/** The cells of one row: reused arrays, `count` of them filled. */
export class Row {
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  count = 0;
  /** Trimmed range of the line, and where the next one starts. */
  start = 0;
  end = 0;
  next = 0;

  private put(start: number, end: number): void {
    if (this.count === this.starts.length) {
      const starts = new Int32Array(this.count * 2);
      starts.set(this.starts);
      this.starts = starts;
      const ends = new Int32Array(this.count * 2);
      ends.set(this.ends);
      this.ends = ends;
    }
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /** Reads the next row that holds data; false at the end. */
  read(text: string, from: number, limit: number, layout: Layout): boolean {
    let at = from;
    while (at < limit) {
      const found = text.indexOf("\n", at);
      const lineEnd = found < 0 || found > limit ? limit : found;
      let start = at;
      while (start < lineEnd && isSpace(text.charCodeAt(start)) && text.charCodeAt(start) !== layout.delimiter) start++;
      let end = lineEnd;
      while (end > start && isSpace(text.charCodeAt(end - 1)) && (text.charCodeAt(end - 1) !== layout.delimiter || layout.delimiter === 32))
        end--;
      this.start = layout.delimiter === 32 ? this.trimmed(text, start, end) : start;
      if (isData(text, this.start, end)) {
        this.end = end;
        this.next = lineEnd + 1;
        this.count = 0;
        if (layout.delimiter === 32) this.cutSpaces(text);
        else this.cut(text, limit, layout.delimiter);
        return true;
      }
      at = lineEnd + 1;
    }
    return false;
  }

  private trimmed(text: string, start: number, end: number): number {
    let at = start;
    while (at < end && isSpace(text.charCodeAt(at))) at++;
    return at;
  }

  private cutSpaces(text: string): void {
    let at = this.start;
    while (at < this.end) {
      const start = at;
      if (text.charCodeAt(at) === 34) {
        const close = text.indexOf('"', at + 1);
        at = close > 0 && close < this.end ? close + 1 : at;
      }
      while (at < this.end && !isSpace(text.charCodeAt(at))) at++;
      this.put(start, at);
      while (at < this.end && isSpace(text.charCodeAt(at))) at++;
    }
  }

  private cut(text: string, limit: number, delimiter: number): void {
    let at = this.start;
    if (delimiter === 124) {
      if (/[|│]/.test(text.charAt(at))) at++;
      if (this.end > at && /[|│]/.test(text.charAt(this.end - 1))) this.end--;
    }
    for (;;) {
      let start = at;
      while (start < this.end && isSpace(text.charCodeAt(start)) && text.charCodeAt(start) !== delimiter) start++;
      if (text.charCodeAt(start) === 34 && start < this.end) at = this.quoted(text, start, limit);
      else at = start;
      while (at < this.end && text.charCodeAt(at) !== delimiter && !(delimiter === 124 && text.charCodeAt(at) === 0x2502)) at++;
      let end = Math.min(at, this.end);
      while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
      // emphasis and code marks of Markdown
      while (delimiter === 124 && end - start > 2 && /[*`_]/.test(text.charAt(start)) && text.charAt(start) === text.charAt(end - 1)) {
        start++;
        end--;
      }
      if (end - start >= 2 && text.charCodeAt(start) === 34 && text.charCodeAt(end - 1) === 34) this.put(start + 1, end - 1);
      else this.put(start, end);
      if (at >= this.end) return;
      at++;
    }
  }

  /** The end of a quoted cell; one that goes on in the next lines takes the row with it, an open one ends with its line. */
  private quoted(text: string, start: number, limit: number): number {
    const close = closingQuote(text, start, limit);
    if (close < 0) return this.end;
    if (close >= this.end) {
      const found = text.indexOf("\n", close);
      this.end = found < 0 || found > limit ? limit : found;
      this.next = this.end + 1;
      while (this.end > close + 1 && isSpace(text.charCodeAt(this.end - 1))) this.end--;
    }
    return close + 1;
  }
}
