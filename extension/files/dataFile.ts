/** Opens any data file by what it is: arrays that are read when they are asked for, or a text for the selection reader. */
import { failure, orThrow, UnrollError } from "../core/errors.js";
import { type ArrayFile, readBox, shapeWords, type StoredArray } from "../core/formats/arrays.js";
import { badValue } from "../core/formats/finite.js";
import { type DataFormat, formatOf, languageOfFile } from "../core/formats/format.js";
import { openNpy } from "../core/formats/npy.js";
import { openNpz } from "../core/formats/npz.js";
import { openParquet } from "../core/formats/parquet.js";
import { openSafetensors } from "../core/formats/safetensors.js";
import type { ByteSource } from "../core/formats/source.js";
import { mebibytes } from "../core/mebibytes.js";
import { SELECTION_HARD_MAX_BYTES } from "../core/model/limits.js";
import type { Message } from "../core/messages.js";
import { parseSelection } from "../core/text/parseSelection.js";
import { FileSource } from "./fileSource.js";
import { openHdf5 } from "./hdf5.js";

export interface DataArray {
  /** As written: no batch axis is added. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Within the file, or the variable of a text; "" where there is none. */
  readonly name: string;
  readonly notes: readonly Message[];
}

export interface OpenArrays extends ArrayFile {
  readonly format: DataFormat;
  close(): Promise<void>;
}

/** Arrays of a file that is no text; null: it is one. @throws UnrollError */
export async function openArrays(file: string): Promise<OpenArrays | null> {
  const source = await FileSource.open(file);
  try {
    const format = formatOf(file, await source.readAt(0, 16));
    if (format === "text") {
      await source.close();
      return null;
    }
    if (format === "hdf5") {
      const opened = orThrow(await openHdf5(file));
      await source.close();
      return { ...opened, format };
    }
    return { ...(await arraysOf(source, format)), format, close: () => source.close() };
  } catch (error) {
    await source.close().catch(() => undefined);
    throw error;
  }
}

/** @throws UnrollError */
export async function arraysOf(source: ByteSource, format: Exclude<DataFormat, "text" | "hdf5">): Promise<ArrayFile> {
  switch (format) {
    case "npy":
      return { arrays: [orThrow(await openNpy(source))], refused: [], notes: [] };
    case "npz":
      return orThrow(await openNpz(source));
    case "safetensors":
      return orThrow(await openSafetensors(source));
    case "parquet":
      return orThrow(await openParquet(source));
  }
}

/** The one that is named; without a name the only one. @throws UnrollError that names all */
export function chooseArray({ arrays, refused }: ArrayFile, name: string | null): StoredArray {
  const found = name === null ? arrays : arrays.filter((array) => array.name === name);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const bad = refused.find((one) => name === null || one.name === name);
  if (first === undefined && bad !== undefined) throw new UnrollError(bad.reason);
  if (arrays.length === 0) throw new UnrollError(failure("PARSE", "The file holds no array of numbers."));
  const names = arrays.slice(0, 20).map((array) => `${array.name} ${shapeWords(array.shape)}`);
  throw new UnrollError(
    failure("INVALID_ARGUMENT", "The file holds {count} arrays: {names}. Name the one to take behind a colon, e.g. FILE:{example}.", {
      ...{ count: arrays.length, names: names.join(", "), example: arrays[0]?.name ?? "" },
    }),
  );
}

/** All numbers, held at once. missing: NaN stays, for a person's own rule. @throws UnrollError */
export async function takeArray(array: StoredArray, limitBytes: number, missing = false): Promise<Float32Array> {
  const size = array.shape.reduce((product, d) => product * d, 1);
  if (size * 4 > limitBytes) {
    const args = { needed: mebibytes(size * 4), limit: mebibytes(limitBytes) };
    throw new UnrollError(failure("TOO_LARGE", "The array needs {needed} MiB, the limit is {limit} MiB. Take a part of it.", args));
  }
  const values = orThrow(
    await readBox(
      array,
      array.shape.map(() => 0),
      array.shape,
    ),
  );
  const bad = badValue(array, values, missing);
  if (bad !== null) throw new UnrollError(bad);
  return values;
}

/** UTF-8, or UTF-16 where its first bytes say so, as spreadsheets export it. Without those bytes, as an editor has it. */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** A text as the selection reader takes it. @throws UnrollError */
export function textArray(
  name: string,
  bytes: Uint8Array,
  ragged: "error" | "pad" = "error",
): DataArray & { readonly mask: Uint8Array | null } {
  const languageId = languageOfFile(name);
  const read = parseSelection(textOf(bytes), {
    ...(languageId !== undefined && { languageId }),
    ragged,
    maxBytes: SELECTION_HARD_MAX_BYTES,
  });
  if (!read.ok) throw new UnrollError({ code: "PARSE", message: read.message });
  return read;
}
