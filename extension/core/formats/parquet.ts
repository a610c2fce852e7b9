/** Parquet tables: the columns of numbers as one array, row group by row group; other columns are set aside. */
import { gunzipSync } from "fflate";
import type { Compressors, DecodedArray, FileMetaData, SchemaElement } from "hyparquet";
import { failure, UnrollError } from "../errors.js";
import { type Message, msg } from "../messages.js";
import type { Result } from "../result.js";
import type { ArrayFile, StoredArray } from "./arrays.js";
import { checkPages } from "./parquetPages.js";
import { type ByteSource, guarded } from "./source.js";

/** Numbers of a row group, and bytes of an unpacked page, that are held at most. */
const MAX_GROUP = 2 ** 26;
const MAX_PAGE = 2 ** 28;

type Library = typeof import("hyparquet");

/** Its schema says which columns hold numbers; a missing value among them is a NaN. */
export function openParquet(source: ByteSource): Promise<Result<ArrayFile>> {
  return guarded(async () => {
    const library = await import(/* webpackChunkName: "parquet" */ "hyparquet");
    const metadata = await library.parquetMetadataAsync(bufferOf(source));
    const { numeric, aside } = columnsOf(library, metadata);
    const notes: Message[] = aside.map((column) => msg("Column “{column}” holds no numbers and was set aside.", { column }));
    if (numeric.length === 0)
      throw new UnrollError(
        failure("PARSE", "The table has no column of numbers. Its columns are {columns}.", { columns: aside.slice(0, 10).join(", ") }),
      );
    return { arrays: [new Table(library, source, metadata, numeric).stored()], refused: [], notes };
  });
}

function bufferOf(source: ByteSource): { byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> } {
  return {
    byteLength: source.size,
    slice: async (start, end = source.size) => {
      // As of an array, counted from the end where it is negative.
      const [from, to] = [start, end].map((at) => Math.max(0, Math.min(source.size, at < 0 ? source.size + at : at))) as [number, number];
      const bytes = await source.readAt(from, Math.max(0, to - from));
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

function columnsOf(library: Library, metadata: FileMetaData): { numeric: string[]; aside: string[] } {
  const [numeric, aside]: [string[], string[]] = [[], []];
  for (const { element, children } of library.parquetSchema(metadata).children) {
    (children.length === 0 && isNumeric(element) ? numeric : aside).push(element.name);
  }
  return { numeric, aside };
}

/** Dates and texts are stored as numbers and bytes too; their annotations say so. */
function isNumeric({ type, repetition_type: repetition, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  const kind = logical?.type ?? "INTEGER";
  if (repetition === "REPEATED" || !["INTEGER", "DECIMAL", "FLOAT16"].includes(kind)) return false;
  if (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY") return kind === "FLOAT16" || kind === "DECIMAL" || converted === "DECIMAL";
  return type !== "INT96" && (converted === undefined || /^(?:U?INT_\d+|DECIMAL)$/.test(converted));
}

class Table {
  /** First row of each group, and the number of rows behind the last. */
  private readonly starts: number[] = [0];
  /** The group that was read last: reading goes from row to row. */
  private held: { readonly group: number; readonly values: Promise<Float32Array> } | null = null;

  constructor(
    private readonly library: Library,
    private readonly source: ByteSource,
    private readonly metadata: FileMetaData,
    private readonly columns: readonly string[],
  ) {
    for (const { num_rows: count } of metadata.row_groups) this.starts.push((this.starts.at(-1) as number) + Number(count));
    const rows = this.starts.at(-1) as number;
    if (!Number.isSafeInteger(rows * columns.length) || this.starts.some((start, i) => i > 0 && start < (this.starts[i - 1] as number)))
      throw new UnrollError(failure("PARSE", "The table's row groups do not add up. Write it again."));
  }

  stored(): StoredArray {
    const shape = [this.starts.at(-1) as number, this.columns.length];
    return {
      ...{ name: "", dtype: "float32", shape, fortranOrder: false, columns: this.columns, rounds: false, raw: null },
      bytes: 4 * (shape[0] as number) * (shape[1] as number),
      read: (from, count) => this.read(from, count),
    };
  }

  private async read(from: number, count: number): Promise<Float32Array> {
    const width = this.columns.length;
    const out = new Float32Array(count);
    for (let at = from; at < from + count;) {
      const row = Math.floor(at / width);
      const group = this.starts.findIndex((_, i) => row < (this.starts[i + 1] ?? 0));
      if (group < 0) throw new UnrollError(failure("PARSE", "The table's row groups do not add up. Write it again."));
      const values = await this.group(group);
      const start = (this.starts[group] as number) * width;
      const end = Math.min(from + count, start + values.length);
      out.set(values.subarray(at - start, end - start), at - from);
      at = end;
    }
    return out;
  }

  private group(group: number): Promise<Float32Array> {
    if (this.held?.group !== group) this.held = { group, values: this.readGroup(group) };
    return this.held.values;
  }

  /** Its rows, row-major. */
  private async readGroup(group: number): Promise<Float32Array> {
    const [start, end] = [this.starts[group] as number, this.starts[group + 1] as number];
    const width = this.columns.length;
    const size = (end - start) * width;
    if (size > MAX_GROUP)
      throw new UnrollError(
        failure("TOO_LARGE", "A row group has {got} numbers; the limit is {limit}. Write it with a smaller row_group_size.", {
          got: size,
          limit: MAX_GROUP,
        }),
      );
    await checkPages(this.source, this.metadata.row_groups[group] as FileMetaData["row_groups"][number], this.columns);
    const out = new Float32Array(size).fill(NaN);
    let filled = 0;
    await this.library.parquetRead({
      ...{ file: bufferOf(this.source), metadata: this.metadata, columns: [...this.columns], rowStart: start, rowEnd: end },
      compressors: compressorsOf(this.library),
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = this.columns.indexOf(columnName);
        if (column >= 0) filled += put(columnData, out, { first: rowStart - start, column, width });
      },
    });
    if (filled < size)
      throw new UnrollError(
        failure("PARSE", "A row group has {got} of the {expected} values that it should. Write it again.", { got: filled, expected: size }),
      );
    return out;
  }
}

/** out: [rows, width]. @returns how many of the values are its rows' */
function put(
  data: DecodedArray,
  out: Float32Array,
  place: { readonly first: number; readonly column: number; readonly width: number },
): number {
  let taken = 0;
  for (let i = 0; i < data.length; i++) {
    const at = (place.first + i) * place.width + place.column;
    if (place.first + i < 0 || at >= out.length) continue;
    const value: unknown = data[i];
    out[at] = value === null || value === undefined ? NaN : Number(value);
    taken++;
  }
  return taken;
}

/** A page says itself how large it gets: no more than can be held is believed. */
function compressorsOf({ snappyUncompress }: Library): Compressors {
  const out = (size: number): Uint8Array => {
    if (!(size >= 0) || size > MAX_PAGE)
      throw new UnrollError(
        failure("TOO_LARGE", "A page of the table has {got} bytes; the limit is {limit}.", { got: size, limit: MAX_PAGE }),
      );
    return new Uint8Array(size);
  };
  const refuse = (name: string) => (): never => {
    throw new UnrollError(
      failure("UNSUPPORTED", 'The table is packed with {name}; snappy and gzip can be read. Write it with compression="snappy".', { name }),
    );
  };
  return {
    SNAPPY: (input, size) => {
      const page = out(size);
      snappyUncompress(input, page);
      return page;
    },
    GZIP: (input, size) => gunzipSync(input, { out: out(size) }),
    ...{ ZSTD: refuse("ZSTD"), BROTLI: refuse("Brotli"), LZ4: refuse("LZ4"), LZ4_RAW: refuse("LZ4"), LZO: refuse("LZO") },
  };
}
