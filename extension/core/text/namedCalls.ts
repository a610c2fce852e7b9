/** Finds tables with names of their own in code: bare records, `pd.DataFrame(…)`, and R's matrix, rbind, cbind, data.frame. */
import { msg } from "../messages.js";
import { type Entry, entriesOf, isObject, keyAt } from "./object.js";
import { listOf, type NamedOptions, readColumns, readRecords, startsRecord } from "./named.js";
import { notAnArray, trailingCode, unclosed } from "./refusals.js";
import { Refusal } from "./selection.js";
import { isOpening, skipElement, skipSpace, trimEnd } from "./skip.js";
import type { Table } from "./table.js";

interface Named {
  readonly table: Table;
  /** Behind it. */
  readonly end: number;
}

const frame = /^(?:(?:pd|pandas|pl|polars)\.)?DataFrame(?:\.from_records|\.from_dict)?\s*\(\s*(?:data\s*=\s*)?/;
const rCall = /^(matrix|rbind|cbind|data\.frame|tibble)\s*\(\s*(?=(?:[\w.]+\s*=\s*)?c\s*\()/;

/** The table that starts at `at`, or null where none does. Throws a Refusal. */
export function readNamed(text: string, at: number, limit: number, options: NamedOptions): Named | null {
  const head = text.slice(at, at + 200);
  const named = frame.exec(head);
  if (named !== null) return readFrame(text, at, at + named[0].length, { limit, options });
  const call = rCall.exec(head);
  if (call !== null) return readRCall(text, at, { name: call[1] ?? "", open: text.indexOf("(", at), limit, options });
  return readBare(text, at, limit, options);
}

/** `[{…}, {…}]`, the same below keys of its own, or `{…}` line by line. */
function readBare(text: string, from: number, limit: number, options: NamedOptions): Named | null {
  const { comments } = options;
  const code = text.charCodeAt(from);
  if (code === 91) {
    const inner = skipSpace(text, from + 1, limit, comments);
    if (!startsRecord(text, inner, limit, comments)) return null;
    const { table, end } = readRecords(text, inner, limit, options);
    if (end >= limit) throw unclosed({ text, start: from, end: from + 1 }, 93);
    if (text.charCodeAt(end) !== 93) throw notAnArray({ text, start: end, end: end + 1 });
    return { table, end: end + 1 };
  }
  if (code !== 123) return null;
  if (startsRecord(text, from, limit, comments)) {
    // One object alone may be anything; records are several.
    const { close } = entriesOf(text, from, limit, comments);
    const next = skipSpace(text, close, limit, comments);
    return startsRecord(text, next, limit, comments) ? readRecords(text, from, limit, options) : null;
  }
  return below(text, from, limit, options);
}

/** `{"data": [{…}]}` with that one entry. */
function below(text: string, from: number, limit: number, options: NamedOptions): Named | null {
  const entry = isObject(text, from, limit, options.comments) ? keyAt(text, from + 1, limit, options.comments) : null;
  if (entry === null || text.charCodeAt(entry.value) !== 91) return null;
  const inner = skipSpace(text, entry.value + 1, limit, options.comments);
  if (!startsRecord(text, inner, limit, options.comments)) return null;
  const found = readBare(text, entry.value, limit, options);
  const close = found === null ? limit : skipSpace(text, found.end, limit, options.comments);
  if (found === null || text.charCodeAt(close) !== 125) return null;
  const note = msg("Read from the entry “{key}”.", { key: entry.key });
  return { table: { ...found.table, notes: [note, ...found.table.notes] }, end: close + 1 };
}

interface Call {
  readonly limit: number;
  readonly options: NamedOptions;
}

function readFrame(text: string, start: number, from: number, { limit, options }: Call): Named | null {
  const { comments } = options;
  let table: Table;
  let end: number;
  if (text.charCodeAt(from) === 123) {
    const { entries, close } = entriesOf(text, from, limit, comments);
    if (entries.length === 0) throw notAnArray({ text, start: from, end: close });
    table = readColumns(text, entries, { text, start: from, end: close }, options);
    end = close;
  } else {
    const found = readBare(text, from, limit, options);
    if (found === null) return null;
    ({ table, end } = found);
  }
  const rest = argumentsOf(text, end, limit, options);
  const changing = rest.entries.find(({ key, start: at, end: to }) => key === "columns" || (key === "" && to > at));
  if (changing !== undefined) throw trailingCode({ text, start: changing.start, end: changing.end });
  return rest.close < 0 ? failUnclosed(text, start) : { table, end: rest.close };
}

function failUnclosed(text: string, start: number): never {
  const open = text.indexOf("(", start);
  throw unclosed({ text, start: open, end: open + 1 }, 41);
}

/** The arguments from `from` on, each with its name or "", and where the call ends; -1: it does not. */
function argumentsOf(text: string, from: number, limit: number, { comments }: NamedOptions): { entries: Entry[]; close: number } {
  const entries: Entry[] = [];
  let at = from;
  for (;;) {
    const start = skipSpace(text, at, limit, comments);
    const end = skipElement(text, start, limit, comments);
    const name = /^[A-Za-z_.][\w.]*\s*=(?!=)\s*/.exec(text.slice(start, Math.min(end, start + 200)))?.[0] ?? "";
    if (end > start)
      entries.push({ key: name.replace(/\s*=\s*$/, ""), start: start + name.length, end: trimEnd(text, start + name.length, end) });
    if (end >= limit) return { entries, close: -1 };
    if (text.charCodeAt(end) !== 44) return { entries, close: end + 1 };
    at = end + 1;
  }
}

function readRCall(
  text: string,
  start: number,
  { name, open, limit, options }: Call & { readonly name: string; readonly open: number },
): Named {
  const { entries, close } = argumentsOf(text, open + 1, limit, options);
  if (close < 0) return failUnclosed(text, start);
  const whole = { text, start, end: close };
  const lists = entries.filter(({ start: at }) => isOpening(text.charCodeAt(at)) || /^c\s*\(/.test(text.slice(at, at + 20)));
  if (name === "matrix") return { table: readMatrix(text, entries, whole, options), end: close };
  const other = entries.find((entry) => !lists.includes(entry) && !/^(?:stringsAsFactors|check\.names)$/.test(entry.key));
  if (other !== undefined) throw notAnArray({ text, start: other.start, end: Math.max(other.end, other.start + 1) });
  const table = readColumns(text, lists, whole, options);
  return { table: name === "rbind" ? turned(table) : unnamed(table, lists), end: close };
}

/** Columns without names have none. */
const unnamed = (table: Table, lists: readonly Entry[]): Table =>
  lists.every(({ key }) => key === "") ? { ...table, columns: null } : table;

/** Rows for columns. Rows have names, columns have none. */
function turned(table: Table): Table {
  const { shaped } = table;
  if (shaped === null) return table;
  return { ...table, columns: null, shaped: { ...shaped, ...transposed(shaped, shaped.shape[0] ?? 1, shaped.shape[1] ?? 1) } };
}

function transposed(source: { readonly values: Float32Array; readonly offsets: Uint32Array }, rows: number, columns: number) {
  const values = new Float32Array(rows * columns);
  const offsets = new Uint32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      values[c * rows + r] = source.values[r * columns + c] ?? 0;
      offsets[c * rows + r] = source.offsets[r * columns + c] ?? 0;
    }
  }
  return { shape: [columns, rows], values, offsets };
}

/** `matrix(c(…), nrow = 2)`: filled column by column, unless byrow says otherwise. */
function readMatrix(
  text: string,
  entries: readonly Entry[],
  whole: { text: string; start: number; end: number },
  options: NamedOptions,
): Table {
  const positions = ["data", "nrow", "ncol", "byrow"].filter((key) => !entries.some((entry) => entry.key === key));
  const named = new Map(entries.map((entry) => [entry.key === "" ? (positions.shift() ?? "") : entry.key, entry]));
  const data = named.get("data");
  if (data === undefined) throw notAnArray(whole);
  const count = listOf(text, data, options.comments).length;
  const said = (key: string): number | null => {
    const entry = named.get(key);
    if (entry === undefined) return null;
    const word = text.slice(entry.start, entry.end);
    if (!/^\d{1,9}L?$/.test(word)) throw notAnArray({ text, start: entry.start, end: entry.end });
    return parseInt(word, 10);
  };
  const [nrow, ncol] = [said("nrow"), said("ncol")];
  const rows = nrow ?? (ncol === null ? count : count / ncol);
  const columns = ncol ?? count / rows;
  if (rows * columns !== count || !Number.isInteger(rows) || !Number.isInteger(columns)) {
    const words = msg("The matrix has {count} values, which do not fill {rows} rows and {columns} columns. Correct its size.", {
      count,
      rows: nrow ?? "?",
      columns: ncol ?? "?",
    });
    throw new Refusal("ragged", words, whole.start, whole.end);
  }
  const byrow = named.get("byrow");
  const along = byrow !== undefined && /^T(?:RUE)?$/.test(text.slice(byrow.start, byrow.end));
  const table = readColumns(text, [data], whole, options);
  if (table.shaped === null) return table;
  const flat = along ? { shape: [rows, columns] } : transposed(table.shaped, columns, rows);
  return { ...table, columns: null, shaped: { ...table.shaped, ...flat } };
}
