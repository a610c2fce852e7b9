/** Data files for the host: what one holds, and the numbers of one of its arrays. */
import { readFile, stat } from "node:fs/promises";
import { type Failure, failure, UnrollError } from "../core/errors.js";
import type { StoredArray } from "../core/formats/arrays.js";
import { readLongText } from "../core/formats/longText.js";
import { badValue } from "../core/formats/finite.js";
import { languageOfFile } from "../core/formats/format.js";
import { guarded } from "../core/formats/source.js";
import { mebibytes } from "../core/mebibytes.js";
import { msg } from "../core/messages.js";
import { SELECTION_HARD_MAX_BYTES } from "../core/model/limits.js";
import { type FileContent, MOST_ARRAYS, type ReaderRequest } from "../core/protocol/reader.js";
import type { Result } from "../core/result.js";
import { parseSelection, type Selection, type SelectionErrorKind, type SelectionNumbers } from "../core/text/parseSelection.js";
import { chooseArray, openArrays, takeArray, textOf } from "../files/dataFile.js";
import { FileSource, unreadable } from "../files/fileSource.js";
import { sampleTable } from "../files/longTable.js";

/** Shorter texts are read as a whole, whatever the memory limit. */
const LONG_TEXT = 4 * 1024 * 1024;

/** The file is closed again: nothing of it is held between two questions. */
export function contentOf(path: string): Promise<Result<FileContent>> {
  return guarded(async () => {
    const opened = await openArrays(path);
    const { size } = await stat(path);
    if (opened === null) return { isText: true, size, arrays: [], refused: [], table: size < LONG_TEXT ? null : await sampleTable(path) };
    const { arrays, refused } = opened;
    await opened.close();
    const got = Math.max(arrays.length, refused.length);
    if (got > MOST_ARRAYS)
      throw new UnrollError(failure("TOO_LARGE", "The file holds {got} arrays; the limit is {limit}.", { got, limit: MOST_ARRAYS }));
    const about = arrays.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes }));
    return { isText: false, size, arrays: about, refused: [...refused], table: null };
  });
}

type Request = Extract<ReaderRequest, { type: "readFile" }>;

/** A failure has no place in a file that is no text. */
export async function numbersOf(request: Request): Promise<Selection> {
  const read = await guarded(() => take(request));
  return read.ok ? read.value : nowhere("not-an-array", read.error);
}

const nowhere = (kind: SelectionErrorKind, { message }: Failure): Selection => ({ ok: false, kind, message, start: 0, end: 0 });

async function take({ path, array, ragged, missing, maxBytes }: Request): Promise<Selection> {
  const opened = await openArrays(path);
  if (opened === null) return takeText(path, { ragged, missing, maxBytes });
  try {
    const chosen = chooseArray(opened, array);
    const values = await takeArray(chosen, maxBytes, true);
    const gap = missing === "keep" ? null : badValue(chosen, values, false);
    if (gap !== null) return nowhere("missing-value", gap);
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
    const rows = readLongText(source, { languageId: languageOfFile(path) });
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
  const args = { limit: mebibytes(maxBytes) };
  return new UnrollError(
    failure(
      "TOO_LARGE",
      "The table has more numbers than the {limit} MiB that are held at once. Run a part of it, or raise the memory limit.",
      args,
    ),
  );
}
