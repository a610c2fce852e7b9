/** Tables in texts of any length: what the first rows say of one, and its numbers in a file of their own. */
import { failure, runCancelled, UnrollError } from "../core/errors.js";
import { languageOfFile } from "../core/formats/format.js";
import { readLongText, type TableRefusal } from "../core/formats/longText.js";
import { type ByteSource, partOf } from "../core/formats/source.js";
import type { Message } from "../core/messages.js";
import type { TableSample } from "../core/protocol/reader.js";
import { ListStream } from "../core/text/listStream.js";
import type { TableEnd } from "../core/text/tableStream.js";
import { FileSource } from "./fileSource.js";
import { NpyWriter } from "./npyWriter.js";

/** Text that is read between two looks at whether to go on: so long a cancel waits. */
const CHUNK_BYTES = 256 * 1024;
/** So much of a text says which columns it has, and about how long a row is. */
const SAMPLE_BYTES = 1024 * 1024;

/** null: it is neither a table of rows nor an array of elements. @throws UnrollError where the file cannot be read */
export async function sampleTable(file: string): Promise<TableSample | null> {
  const source = await FileSource.open(file);
  try {
    const bytes = await source.readAt(0, SAMPLE_BYTES);
    const list = bytes.length < source.size ? sampleList(bytes, languageOfFile(file)) : null;
    return list === null ? await sampleLines(source) : about(list.table, list.read / source.size);
  } finally {
    await source.close();
  }
}

async function sampleLines(source: ByteSource): Promise<TableSample | null> {
  const size = await wholeLines(source);
  if (size === 0) return null;
  const reading = readLongText(partOf(source, 0, size), { keepMissing: true });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return next.value.ok ? about(next.value, size / source.size) : null;
  }
}

/** The elements that are whole, and the bytes that they take; null: no array, or none of it is whole. */
function sampleList(bytes: Uint8Array, languageId: string | undefined): { table: TableSample; read: number } | null {
  const text = new TextDecoder().decode(bytes);
  if (!text.trimStart().startsWith("[")) return null;
  const stream = new ListStream({ languageId, keepMissing: true, atOnce: 0 });
  stream.push(text);
  const { soFar } = stream;
  return soFar === null ? null : { table: soFar, read: (soFar.length * bytes.length) / text.length };
}

/** Of a table of which only the first rows were read: about as many rows as go into all of it. */
function about({ shape: [first = 0, ...width], columns }: TableSample, share: number): TableSample {
  return { shape: [share === 1 ? first : Number((first / share).toPrecision(3)), ...width], columns };
}

/** Up to where the last line of the sample ends; 0: no two lines are that short, nor is the file an array. */
async function wholeLines(source: ByteSource): Promise<number> {
  const bytes = await source.readAt(0, SAMPLE_BYTES);
  const end = bytes.lastIndexOf(10) + 1;
  return bytes.indexOf(10) + 1 === end ? 0 : end;
}

export interface SpoolControls {
  readonly cancelled: () => boolean;
  /** Bytes of the text. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface Spooled {
  readonly columns: readonly string[] | null;
  readonly notes: readonly Message[];
}

/**
 * Reads the whole table once, by the rules of a selection, and writes its numbers to `target`: after that any part of it is a read away, and
 * no mistake in it can come up in the middle of a run. @throws UnrollError that names row and column of what cannot be read
 */
export async function spoolTable(file: string, target: string, keepMissing: boolean, controls: SpoolControls): Promise<Spooled> {
  const source = await FileSource.open(file);
  try {
    await orUtf8(source);
    const writer = await NpyWriter.open(target, []);
    try {
      const { shape, columns, notes } = await copied(source, writer, keepMissing, controls);
      await writer.finish(shape);
      return { columns, notes };
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  } finally {
    await source.close();
  }
}

async function copied(source: FileSource, writer: NpyWriter, keepMissing: boolean, controls: SpoolControls): Promise<TableEnd> {
  let length = 0;
  const rows = readLongText(source, { keepMissing, chunk: CHUNK_BYTES, languageId: languageOfFile(source.file) });
  for (;;) {
    if (controls.cancelled()) throw runCancelled();
    const next = await rows.next();
    if (next.done === true) {
      if (!next.value.ok) throw refused(next.value);
      return next.value;
    }
    const { values, done } = next.value;
    await writer.write(length, values);
    length += values.length;
    controls.onProgress(done, source.size);
  }
}

/** A place in a text that nobody can open: by row and column, not by an offset. */
function refused({ kind, message, cell }: TableRefusal): UnrollError {
  if (cell === null) return new UnrollError({ code: "PARSE", message });
  const found = message.args?.["found"];
  const args = { row: cell.row, column: cell.column };
  if (kind === "missing-value")
    return new UnrollError(
      failure("PARSE", "Row {row}, column “{column}”: the value is missing. Fill it in, or choose what stands for missing values.", args),
    );
  if (found === undefined) return new UnrollError({ code: "PARSE", message });
  return new UnrollError(
    failure("PARSE", "Row {row}, column “{column}”: “{found}” is no finite number that float32 has. Replace it in the file.", {
      ...args,
      found,
    }),
  );
}

/** Spreadsheets export UTF-16, too; a text of that size is read as UTF-8 only. @throws UnrollError */
async function orUtf8(source: ByteSource): Promise<void> {
  const [first, second] = await source.readAt(0, 2);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new UnrollError(failure("UNSUPPORTED", "A table of this length is read as UTF-8; this one is UTF-16. Save it as UTF-8."));
}
