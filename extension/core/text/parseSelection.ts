/** Reads the numbers that somebody selected, in any of the ways in which languages, printouts and tables write them. */
import { type Message, msg } from "../messages.js";
import { SELECTION_DEFAULT_MAX_BYTES } from "../model/limits.js";
import { LiteralReader } from "./literal.js";
import { type Shaped, shapeNest } from "./nest.js";
import { type Prefix, readPrefix } from "./prefix.js";
import { notAnArray } from "./refusals.js";
import { type Numbers, Refusal, type Selection, type SelectionOptions } from "./selection.js";
import { commentsOf, isOpening } from "./skip.js";
import { readTable } from "./table.js";

export type { Selection, SelectionErrorKind, SelectionFailure, SelectionNumbers, SelectionOptions } from "./selection.js";
export { selectionErrorKinds } from "./selection.js";

/** Never throws; time grows with the length of the text. The shape is as written: no batch axis is added. */
export function parseSelection(text: string, options: SelectionOptions = {}): Selection {
  try {
    return read(text, options);
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
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).replace(/\.0$/, "");
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

function read(text: string, options: SelectionOptions): Selection {
  checkSize(text, options.maxBytes ?? SELECTION_DEFAULT_MAX_BYTES);
  const languageId = options.languageId ?? "";
  const end = text.trimEnd().length;
  if (end === 0 || text.replace(/^\ufeff/, "").trimStart() === "")
    throw new Refusal("empty", msg("Nothing is selected: numbers are expected. Select an array or a table of numbers."), 0, text.length);
  const comments = commentsOf(languageId);
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const tabular = /^(?:csv|tsv|csv \(.*)$/.test(languageId);
  const prefix = tabular && !isOpening(text.charCodeAt(start)) ? null : readPrefix(text, start, end, comments);
  if (prefix !== null && isLiteral(text, prefix, end)) return readLiteral(text, prefix, end, options);
  if (prefix?.assigned === true && prefix.at >= end) throw notAnArray({ text, start, end });
  const table = readTable(text, start, end, options);
  return finish(table.numbers, {
    ...(table.shaped ?? scalar(table.numbers)),
    columns: table.columns,
    notes: table.notes,
    name: "",
    format: table.format,
  });
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
  if (!text.includes(";")) return false;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 91) depth++;
    else if (code === 93) depth--;
    else if (code === 59) return depth > 0;
    else if (isOpening(code) && depth === 0 && code === 123) return false;
  }
  return false;
}

function readLiteral(text: string, prefix: Prefix, end: number, options: SelectionOptions): Selection {
  const languageId = options.languageId ?? "";
  const matrix = isMatrix(text, prefix.at, end, languageId);
  let from = prefix.at;
  let limit = end;
  if (/^<(?:tf\.|NDArray)/.test(text.slice(from, from + 8))) {
    const numpy = text.indexOf("numpy=", from);
    from = numpy < 0 ? from : numpy + 6;
    limit = text.charCodeAt(end - 1) === 62 ? end - 1 : end;
  }
  const reader = new LiteralReader(text, from, limit, { comments: commentsOf(languageId), languageId, matrix, console: prefix.console });
  const nest = reader.read();
  const shaped = nest === null ? scalar(reader.numbers) : shapeNest(nest, reader.numbers, text, options);
  return finish(reader.numbers, {
    ...shaped,
    columns: null,
    notes: reader.notes,
    name: prefix.name,
    format: matrix ? "matrix" : reader.format,
  });
}

function scalar(numbers: Numbers): Shaped {
  return { shape: [], values: numbers.values.slice(0, 1), offsets: numbers.offsets.slice(0, 1), mask: null, maskShape: null };
}

function finish(numbers: Numbers, found: Omit<Extract<Selection, { ok: true }>, "ok">): Selection {
  const notes: Message[] = [...found.notes];
  if (numbers.rounded !== null) notes.push(msg("Large integers are rounded to float32: {from} becomes {to}.", numbers.rounded));
  return { ok: true, ...found, notes };
}
