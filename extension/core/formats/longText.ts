/** Tables and arrays in text files, read in chunks: bytes to text to rows of numbers, whatever the file's size. */
import { DecodeUTF8 } from "fflate";
import { type ListOptions, ListStream } from "../text/listStream.js";
import type { SelectionFailure } from "../text/selection.js";
import { type CellPlace, type TableEnd, TableStream } from "../text/tableStream.js";
import { type ByteSource, readExactly } from "./source.js";

const CHUNK = 1024 * 1024;

export interface Rows {
  /** Whole rows, one after the other. */
  readonly values: Float32Array;
  /** Bytes of the file that were read so far. */
  readonly done: number;
}

export interface LongTextOptions extends ListOptions {
  readonly chunk?: number;
}

/** Of a failure: the cell that it is about, where it is about one. */
export type TableRefusal = SelectionFailure & { readonly cell: CellPlace | null };

/** Yields rows as they are complete; returns what the table was, or why it is none. @throws UnrollError where the file cannot be read */
export async function* readLongText(
  source: ByteSource,
  { chunk = CHUNK, ...options }: LongTextOptions = {},
): AsyncGenerator<Rows, TableEnd | TableRefusal> {
  const stream = new AnyStream(options);
  let text = "";
  const decoder = new DecodeUTF8((part) => (text += part));
  for (let at = 0; at < source.size;) {
    const bytes = await readExactly(source, at, Math.min(chunk, source.size - at));
    at += bytes.length;
    decoder.push(bytes);
    const values = stream.push(text);
    text = "";
    if (values.length > 0) yield { values, done: at };
  }
  finish(decoder);
  const first = stream.push(text);
  if (first.length > 0) yield { values: first, done: source.size };
  const { values, table } = stream.end();
  if (values.length > 0 && table.ok) yield { values, done: source.size };
  return table.ok ? table : { ...table, cell: stream.badCell };
}

/** An array in brackets, or a table: its first character tells. */
class AnyStream {
  private stream: ListStream | TableStream | null = null;
  private blanks = "";

  constructor(private readonly options: ListOptions) {}

  get badCell(): CellPlace | null {
    return this.stream?.badCell ?? null;
  }

  push(text: string): Float32Array {
    if (this.stream !== null) return this.stream.push(text);
    this.blanks += text;
    const first = this.blanks.search(/[^\s\ufeff]/);
    return first < 0 && this.blanks.length < CHUNK ? new Float32Array(0) : this.begun(first).push(this.blanks);
  }

  end(): ReturnType<TableStream["end"]> {
    if (this.stream !== null) return this.stream.end();
    const stream = this.begun(-1);
    stream.push(this.blanks);
    return stream.end();
  }

  private begun(first: number): ListStream | TableStream {
    return (this.stream = this.blanks[first] === "[" ? new ListStream(this.options) : new TableStream(this.options.keepMissing));
  }
}

/** A letter that is cut off at the end of the file is no reason to lose the table. */
function finish(decoder: DecodeUTF8): void {
  try {
    decoder.push(new Uint8Array(0), true);
  } catch {
    // What stands there is no number; the reader of the table says what it makes of it.
  }
}
