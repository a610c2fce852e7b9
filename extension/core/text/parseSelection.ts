/** Reads the numbers that somebody selected, in any of the ways in which languages, printouts and tables write them. */
import { mebibytes } from "../mebibytes.js";
import { type Message, msg } from "../messages.js";
import { SELECTION_DEFAULT_MAX_BYTES, SELECTION_HARD_MAX_BYTES } from "../model/limits.js";
import { changesEarlier, joinParts, MAX_PARTS, type Part, tooManyParts } from "./assignments.js";
import { LiteralReader } from "./literal.js";
import { MAX_RANK, type Shaped, shapeNest } from "./nest.js";
import { readNamed } from "./namedCalls.js";
import { type Prefix, readPrefix } from "./prefix.js";
import { languageOf, readPrinted } from "./printed.js";
import { notAnArray, type Place, trailingCode } from "./refusals.js";
import { Numbers, Refusal, type Selection, type SelectionNumbers, type SelectionOptions } from "./selection.js";
import { commentsOf, isOpening, skipSpace, trimEnd } from "./skip.js";
import { readTable } from "./table.js";
import { readWide } from "./wide.js";

export type { Selection, SelectionErrorKind, SelectionFailure, SelectionNumbers, SelectionOptions } from "./selection.js";
export { selectionErrorKinds } from "./selection.js";

/** Never throws; time grows with the length of the text. The shape is as written: no batch axis is added. */
export function parseSelection(text: string, options: SelectionOptions = {}): Selection {
  try {
    checkSize(text, Math.min(options.maxBytes ?? SELECTION_DEFAULT_MAX_BYTES, SELECTION_HARD_MAX_BYTES));
    return read(text, { ...options, languageId: languageOf(text, options.languageId ?? "") });
  } catch (error) {
    if (!(error instanceof Refusal))
      return refused(new Refusal("not-an-array", msg("The selection could not be read. Select only the numbers."), 0, text.length), text);
    return refused(error, text);
  }
}

function refused(error: Refusal, text: string): Selection {
  const start = Math.max(0, Math.min(error.start, text.length));
  return { ok: false, kind: error.kind, message: error.words, start, end: Math.max(start, Math.min(error.end, text.length)) };
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function checkSize(text: string, limit: number): void {
  if (text.length * 3 <= limit) return;
  const size = text.length > limit ? text.length : utf8Bytes(text);
  if (size <= limit) return;
  throw new Refusal(
    "too-large",
    msg(
      "The selection has {size} MiB of text ({bytes} bytes); the limit is {limit} MiB ({limitBytes} bytes). Select less, or raise the limit in the settings.",
      {
        size: mebibytes(size),
        bytes: size,
        limit: mebibytes(limit),
        limitBytes: limit,
      },
    ),
    0,
    text.length,
  );
}

function read(source: string, options: SelectionOptions): Selection {
  const languageId = options.languageId ?? "";
  const { text, kind } = readPrinted(source);
  const end = text.trimEnd().length;
  if (end === 0 || text.replace(/^\ufeff/, "").trimStart() === "")
    throw new Refusal("empty", msg("Nothing is selected: numbers are expected. Select an array or a table of numbers."), 0, text.length);
  const comments = commentsOf(languageId);
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const wide = readWide(text, start, end, options);
  if (wide !== null)
    return finish(wide.numbers, {
      ...(wide.shaped ?? scalar(wide.numbers)),
      columns: null,
      notes: [],
      name: echoedName(text),
      format: wide.format,
    });
  const tabular = /^(?:csv|tsv|csv \(.*)$/.test(languageId);
  const prefix = tabular && !isOpening(text.charCodeAt(start)) ? null : readPrefix(text, start, end, comments);
  const found = prefix === null || kind !== "source" ? null : readNamedTable(text, prefix, end, options);
  if (found !== null) return found;
  if (prefix !== null && kind !== "table" && (kind === "list" || isLiteral(text, prefix, end)))
    return readLiterals(text, prefix, end, options);
  if (prefix?.assigned === true && prefix.at >= end) throw notAnArray({ text, start, end });
  const named = kind === "table" && prefix?.assigned === true;
  const table = readTable(text, named ? prefix.at : start, end, options);
  return finish(table.numbers, {
    ...(table.shaped ?? scalar(table.numbers)),
    columns: table.columns,
    notes: table.notes,
    name: named ? prefix.name : "",
    format: table.format,
  });
}

/** `A` of `A =` over a printed matrix. */
const echoedName = (text: string): string => /^\s*([A-Za-z]\w*)[ \t]*=/.exec(text.slice(0, 200))?.[1] ?? "";

/** Records and columns that have names; null: there are none. Nothing may stand behind them. */
function readNamedTable(text: string, { at, name }: Prefix, end: number, options: SelectionOptions): Selection | null {
  const comments = commentsOf(options.languageId ?? "");
  const suffixes = !/^(?:python|json|jsonc|r)$/.test(options.languageId ?? "");
  const found = readNamed(text, at, end, { comments, keepMissing: options.missing === "keep", suffixes });
  if (found === null) return null;
  const { numbers, shaped, columns, notes, format } = found.table;
  const rest = skipSpace(text, found.end, end, comments);
  if (rest < end && !/^[;,]?\s*$/.test(text.slice(rest, rest + 100))) throw trailingCode({ text, start: rest, end });
  return finish(numbers, { ...(shaped ?? scalar(numbers)), columns, notes, name, format });
}

/** An array literal starts here, or ends here without its start; everything else is a table. */
function isLiteral(text: string, { at, assigned, console }: Prefix, end: number): boolean {
  const code = text.charCodeAt(at);
  if (at >= end) return false;
  if (isOpening(code) || assigned || console) return true;
  const head = text.slice(at, Math.min(at + 200, end));
  if (/^(?:[A-Za-z_$][\w.$]*\s*\(|<tf\.|<NDArray)/.test(head)) return true;
  if (!/^[-+\d.,\])}]/.test(head)) return false;
  return /[[\]{}]/.test(text.slice(at, end)) && !/^\[\d+ rows? x \d+ columns?\]$/m.test(text.slice(-200));
}

/** `;` within square brackets separates the rows of a matrix. */
function isMatrix(text: string, from: number, end: number, languageId: string): boolean {
  if (/^(?:matlab|octave|julia)$/.test(languageId)) return true;
  let depth = 0;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 91) depth++;
    else if (code === 93) depth--;
    else if (code === 59) return depth > 0;
    else if (code === 10 && depth === 0 && at > from) return false;
    else if (isOpening(code) && depth === 0 && code === 123) return false;
  }
  return false;
}

/** Every value of the selection: mostly one, or assignments and JSON objects one after the other. */
function readLiterals(text: string, first: Prefix, end: number, options: SelectionOptions): Selection {
  const comments = commentsOf(options.languageId ?? "");
  const parts: Part[] = [];
  const each = { ...options, numbers: new Numbers() };
  const names = new Set<string>();
  let start = first.at;
  let prefix = first;
  for (;;) {
    const { found, rest } = readOne(text, prefix, end, each, parts.length > 0 ? start : -1);
    parts.push({ found, start, end: trimEnd(text, start, rest < 0 ? end : rest) });
    if (rest < 0) return joinParts(parts);
    if (found.name !== "") names.add(found.name);
    start = rest;
    prefix = readPrefix(text, start, end, comments);
    if (parts.length >= MAX_PARTS) throw tooManyParts({ text, start, end });
    if (changesEarlier(text, start, prefix.name, names)) throw trailingCode({ text, start, end });
  }
}

interface LiteralOf extends SelectionOptions {
  readonly numbers: Numbers;
}

/** later: start of a statement behind the first, or -1. What is no array there is code that follows the first. */
function readOne(text: string, prefix: Prefix, end: number, options: LiteralOf, later: number): { found: SelectionNumbers; rest: number } {
  try {
    return readLiteral(text, prefix, end, options);
  } catch (error) {
    if (later < 0 || !(error instanceof Refusal) || error.kind !== "not-an-array") throw error;
    throw trailingCode({ text, start: later, end });
  }
}

function readLiteral(text: string, prefix: Prefix, end: number, options: LiteralOf): { found: SelectionNumbers; rest: number } {
  const languageId = options.languageId ?? "";
  const matrix = isMatrix(text, prefix.at, end, languageId);
  let from = prefix.at;
  let limit = end;
  if (/^<(?:tf\.|NDArray)/.test(text.slice(from, from + 8))) {
    const numpy = text.indexOf("numpy=", from);
    from = numpy < 0 ? from : numpy + 6;
    limit = text.charCodeAt(end - 1) === 62 ? end - 1 : end;
  }
  const reader = new LiteralReader(text, from, limit, {
    comments: commentsOf(languageId),
    languageId,
    matrix,
    console: prefix.console,
    numbers: options.numbers,
    keepMissing: options.missing === "keep",
  });
  const nest = reader.read();
  const shaped = nest === null ? scalar(reader.numbers) : shapeNest(nest, reader.numbers, text, options);
  const found = finish(reader.numbers, {
    ...(reader.declared === null
      ? shaped
      : declaredShape(shaped, reader.declared, { text, start: from, end: reader.rest < 0 ? limit : reader.rest })),
    columns: null,
    notes: reader.notes,
    name: prefix.name,
    format: matrix ? "matrix" : reader.format,
  });
  return { found, rest: reader.rest };
}

/** A list in the shape that its call declares. Throws a Refusal where that has room for others. */
function declaredShape(shaped: Shaped, shape: number[], { start, end }: Place): Shaped {
  const size = shape.reduce((product, n) => product * n, 1);
  const same = shaped.shape.length === 1 || shaped.shape.join() === shape.join();
  if (size === shaped.values.length && same && shape.length <= MAX_RANK) return { ...shaped, shape };
  const args = { count: shaped.values.length, shape: shape.join(" × ") };
  throw new Refusal(
    shape.length > MAX_RANK ? "rank" : "ragged",
    msg("{count} values do not fill the shape {shape}. Correct one of them.", args),
    start,
    end,
  );
}

function scalar(numbers: Numbers): Shaped {
  return { shape: [], values: numbers.values.slice(0, 1), offsets: numbers.offsets.slice(0, 1), mask: null, maskShape: null };
}

function finish(numbers: Numbers, found: Omit<SelectionNumbers, "ok">): SelectionNumbers {
  const notes: Message[] = [...found.notes];
  if (numbers.rounded !== null) notes.push(msg("Large integers are rounded to float32: {from} becomes {to}.", numbers.rounded));
  return { ok: true, ...found, notes };
}
