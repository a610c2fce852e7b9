/** The pages of a Parquet column, looked at before the library reads them: each header has to say how long its page is. */
import type { FileMetaData } from "hyparquet";
import { failure, UnrollError } from "../errors.js";
import type { ByteSource } from "./source.js";

type RowGroup = FileMetaData["row_groups"][number];

/** Headers of columns of numbers are far shorter; longer ones are read once more, whole. */
const HEADER_BYTES = 4096;

/**
 * The library adds what a header says to its place in the file: without a number there it would begin again and again and never end.
 * What else is wrong with a page is left to the library.
 * @throws UnrollError PARSE
 */
export async function checkPages(source: ByteSource, group: RowGroup, columns: readonly string[]): Promise<void> {
  const { parquetHeader } = await import(/* webpackChunkName: "parquet" */ "hyparquet/src/column.js");
  for (const { meta_data: column } of group.columns) {
    const name = column?.path_in_schema[0];
    if (column === undefined || name === undefined || !columns.includes(name)) continue;
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    const end = Math.min(source.size, start + Number(column.total_compressed_size));
    for (let at = start; at >= 0 && at < end - 1;) {
      const page = (await headerAt(HEADER_BYTES)) ?? (await headerAt(end - at));
      if (page === null) break;
      if (!Number.isSafeInteger(page.size) || page.size < 0)
        throw new UnrollError(
          failure("PARSE", "A page of the column “{column}” does not say how long it is. Write it again.", { column: name }),
        );
      at += page.length + page.size;

      /** null: it cannot be read, or not within so many bytes. */
      async function headerAt(most: number): Promise<{ length: number; size: number } | null> {
        const bytes = await source.readAt(at, Math.min(most, end - at));
        const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
        try {
          const { compressed_page_size: size } = parquetHeader(reader);
          return { length: reader.offset, size };
        } catch {
          return null;
        }
      }
    }
  }
}
