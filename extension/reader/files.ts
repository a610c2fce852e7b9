/** Data files for the host: what one holds, and the numbers of one of its arrays. */
import { readFile, stat } from "node:fs/promises";
import { failure, UnrollError } from "../core/errors.js";
import { readBox, sizeOf, statsOfArray, type StoredArray } from "../core/formats/arrays.js";
import { readDelimited } from "../core/formats/delimited.js";
import { languageOfFile } from "../core/formats/format.js";
import { guarded } from "../core/formats/source.js";
import { msg } from "../core/messages.js";
import { SELECTION_HARD_MAX_BYTES } from "../core/model/limits.js";
import type { TensorStats } from "../core/protocol/engine.js";
import type { FileContent, ReaderRequest } from "../core/protocol/reader.js";
import type { Result } from "../core/result.js";
import { parseSelection, type Selection, type SelectionNumbers } from "../core/text/parseSelection.js";
import { chooseArray, openArrays, type OpenArrays, orThrow, takeArray, textOf } from "../files/dataFile.js";
import { FileSource, unreadable } from "../files/fileSource.js";

/** Most numbers that are looked through for their extremes without being asked twice: some seconds. */
const MOST_STATS = 2 ** 28;
/** A file that is looked at stays open: a packed one would be unpacked anew for each box. */
const HELD_MS = 20_000;

let held: { readonly path: string; readonly opened: Promise<OpenArrays | null>; timer: NodeJS.Timeout } | null = null;

function letGo(): void {
  const last = held;
  held = null;
  if (last === null) return;
  clearTimeout(last.timer);
  last.opened.then((opened) => opened?.close()).catch(() => undefined);
}

/** @throws UnrollError */
async function heldArray(path: string, name: string): Promise<StoredArray> {
  if (held?.path !== path) {
    letGo();
    held = { path, opened: openArrays(path), timer: setTimeout(letGo, HELD_MS) };
  }
  clearTimeout(held.timer);
  held.timer = setTimeout(letGo, HELD_MS);
  const opened = await held.opened.catch((error: unknown) => {
    letGo();
    throw error;
  });
  if (opened === null) throw new UnrollError(failure("PARSE", "The file holds no array of numbers."));
  return chooseArray(opened, name);
}

export function boxOf({ path, array, start, count }: Extract<ReaderRequest, { type: "readBox" }>): Promise<Result<Float32Array>> {
  return guarded(async () => orThrow(await readBox(await heldArray(path, array), start, count)));
}

export function statsOf({ path, array }: Extract<ReaderRequest, { type: "stats" }>): Promise<Result<TensorStats>> {
  return guarded(async () => {
    const stored = await heldArray(path, array);
    const size = sizeOf(stored.shape);
    if (size > MOST_STATS)
      throw new UnrollError(failure("TOO_LARGE", "{size} numbers are too many to look through: at most {limit}.", { size, limit: MOST_STATS }));
    return orThrow(await statsOfArray(stored));
  });
}

/** The file is closed again: nothing of it is held between two questions. */
export function contentOf(path: string): Promise<Result<FileContent>> {
  return guarded(async () => {
    const opened = await openArrays(path);
    const { size } = await stat(path);
    if (opened === null) return { isText: true, size, arrays: [], refused: [] };
    const { arrays, refused } = opened;
    await opened.close();
    const about = arrays.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    return { isText: false, size, arrays: about, refused: refused.map(({ reason }) => reason) };
  });
}

type Request = Extract<ReaderRequest, { type: "readFile" }>;

/** A failure has no place in a file that is no text. */
export async function numbersOf(request: Request): Promise<Selection> {
  const read = await guarded(() => take(request));
  return read.ok ? read.value : { ok: false, kind: "not-an-array", message: read.error.message, start: 0, end: 0 };
}

async function take({ path, array, ragged, missing, maxBytes }: Request): Promise<Selection> {
  const opened = await openArrays(path);
  if (opened === null) return takeText(path, { ragged, missing, maxBytes });
  try {
    const chosen = chooseArray(opened, array);
    const values = await takeArray(chosen, maxBytes, missing === "keep");
    const notes = [...opened.notes, ...(chosen.rounds ? [msg("{dtype} was rounded to float32.", { dtype: chosen.dtype })] : [])];
    return numbers(chosen, values, notes);
  } finally {
    await opened.close();
  }
}

function numbers(
  { shape, columns, name }: Pick<StoredArray, "shape" | "columns" | "name">,
  values: Float32Array,
  notes: SelectionNumbers["notes"],
): SelectionNumbers {
  const offsets = new Uint32Array(values.length);
  return { ok: true, shape: [...shape], values, columns, notes, offsets, mask: null, maskShape: null, name, format: "file" };
}

async function takeText(path: string, { ragged, missing, maxBytes }: Pick<Request, "ragged" | "missing" | "maxBytes">): Promise<Selection> {
  const { size } = await stat(path);
  if (size > SELECTION_HARD_MAX_BYTES) return takeTable(path, maxBytes);
  const bytes = await readFile(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
  const languageId = languageOfFile(path);
  return parseSelection(textOf(bytes), {
    ...(languageId !== undefined && { languageId }),
    ragged,
    missing,
    maxBytes: SELECTION_HARD_MAX_BYTES,
  });
}

/** A table that is too long to be held as text: only its numbers are. */
async function takeTable(path: string, maxBytes: number): Promise<Selection> {
  const source = await FileSource.open(path);
  try {
    let values = new Float32Array(2 ** 16);
    let length = 0;
    const rows = readDelimited(source);
    for (;;) {
      const next = await rows.next();
      if (next.done === true) {
        const { value: table } = next;
        if (!table.ok) return { ...table, start: 0, end: 0 };
        const { shape, columns, notes } = table;
        return numbers({ shape, columns, name: "" }, values.slice(0, length), notes);
      }
      const more = next.value.values;
      if (4 * (length + more.length) > maxBytes) throw tooLarge(maxBytes);
      if (length + more.length > values.length) values = grown(values, length + more.length);
      values.set(more, length);
      length += more.length;
    }
  } finally {
    await source.close();
  }
}

function grown(values: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(Math.max(length, 2 * values.length));
  out.set(values);
  return out;
}

function tooLarge(maxBytes: number): UnrollError {
  const args = { limit: (maxBytes / 2 ** 20).toFixed(0) };
  return new UnrollError(
    failure(
      "TOO_LARGE",
      "The table has more numbers than the {limit} MiB that are held at once. Run a part of it, or raise the memory limit.",
      args,
    ),
  );
}
