/** Messages between the host and the worker that reads text. Every request is answered exactly once; `progress` may come before it. */
import type { CodeReading } from "../code/readings.js";
import type { Target as CodeTarget } from "../code/write/code.js";
import { type Failure, isErrorCode } from "../errors.js";
import type { ArrayStats } from "../formats/arrayStats.js";
import type { Numbers } from "../formats/dtype.js";
import type { Message, MessageArgs } from "../messages.js";
import { err, ok, type Result } from "../result.js";
import type { Shaped } from "../reading/applyReading.js";
import { decodeReading, type Reading, type Target, targets } from "../reading/reading.js";
import { type Selection, selectionErrorKinds, type SelectionNumbers } from "../text/selection.js";
import { readings, target, written } from "./code.js";
import {
  anyObject,
  array,
  boolean,
  type Decoder,
  literal,
  natural,
  nullable,
  numbers as anyNumbers,
  object,
  string,
  union,
} from "./decode.js";

export type ReaderRequest =
  | {
      readonly type: "read";
      readonly id: number;
      readonly text: string;
      readonly languageId: string;
      /** Where each of several selections starts in the text; empty: it is one. */
      readonly starts: readonly number[];
      readonly ragged: "error" | "pad";
      readonly missing: "error" | "keep";
      readonly maxBytes: number;
    }
  /** Numbers that were read, as the tensor that a person's reading makes of them. */
  | { readonly type: "shape"; readonly id: number; readonly numbers: SelectionNumbers; readonly reading: Reading; readonly target: Target }
  /** What arrays a file on disk holds. */
  | { readonly type: "openFile"; readonly id: number; readonly path: string }
  /** The numbers of a file: of the array of that name, or of a text. Answered as `read`. */
  | {
      readonly type: "readFile";
      readonly id: number;
      readonly path: string;
      readonly array: string | null;
      readonly ragged: "error" | "pad";
      readonly missing: "error" | "keep";
      readonly maxBytes: number;
    }
  /** A box of one of a file's arrays, by its index among those that `openFile` names, with all digits. */
  | {
      readonly type: "readBox";
      readonly id: number;
      readonly path: string;
      readonly array: number;
      readonly start: readonly number[];
      readonly count: readonly number[];
    }
  /** What all numbers of one of a file's arrays are like. */
  | { readonly type: "stats"; readonly id: number; readonly path: string; readonly array: number }
  /** Ends the `stats` of that id with CANCELLED; has no answer of its own. */
  | { readonly type: "cancel"; readonly id: number; readonly target: number }
  | { readonly type: "enclosing"; readonly id: number; readonly text: string; readonly offset: number; readonly languageId: string }
  /** The models in a Python source. */
  | { readonly type: "models"; readonly id: number; readonly text: string; readonly languageId: string }
  /** A Keras Sequential config as code. */
  | { readonly type: "write"; readonly id: number; readonly model: Readonly<Record<string, unknown>>; readonly target: CodeTarget };

/** An array in a file, as a person chooses one. */
export interface FileArray {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In the file, unpacked. */
  readonly bytes: number;
}

/** A table as its first rows say: about so many rows. */
export interface TableSample {
  readonly shape: readonly number[];
  readonly columns: readonly string[] | null;
}

/** What a file holds; of a text no arrays. */
export interface FileContent {
  readonly isText: boolean;
  readonly size: number;
  readonly arrays: readonly FileArray[];
  /** Why what else it holds cannot be read. */
  readonly refused: readonly RefusedArray[];
  /** Of a text so long that it may have to be run in pieces; null: it is short, or no table. */
  readonly table: TableSample | null;
}

export interface RefusedArray {
  readonly name: string;
  readonly reason: Failure;
}

export type ReaderAnswer =
  | { readonly type: "file"; readonly id: number; readonly file: Result<FileContent> }
  | { readonly type: "box"; readonly id: number; readonly values: Result<Numbers> }
  | { readonly type: "progress"; readonly id: number; readonly done: number; readonly total: number }
  | { readonly type: "stats"; readonly id: number; readonly stats: Result<ArrayStats> }
  | { readonly type: "selection"; readonly id: number; readonly selection: Selection }
  | { readonly type: "shaped"; readonly id: number; readonly shaped: Result<Shaped> }
  | { readonly type: "range"; readonly id: number; readonly start: number; readonly end: number }
  | { readonly type: "none"; readonly id: number }
  | { readonly type: "models"; readonly id: number; readonly models: readonly CodeReading[] }
  | { readonly type: "code"; readonly id: number; readonly code: Result<string> };

const isScalar = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";

const message: Decoder<Message> = (value) => {
  const raw = anyObject(value);
  const text = string(raw?.["text"]);
  if (raw === undefined || text === undefined) return undefined;
  if (raw["args"] === undefined) return { text };
  const args = anyObject(raw["args"]);
  return args === undefined || !Object.values(args).every(isScalar) ? undefined : { text, args: args as MessageArgs };
};

const floats: Decoder<Float32Array> = (value) => (value instanceof Float32Array ? value : undefined);
const places: Decoder<Uint32Array> = (value) => (value instanceof Uint32Array ? value : undefined);
const bits: Decoder<Uint8Array> = (value) => (value instanceof Uint8Array ? value : undefined);
const pair: Decoder<[number, number]> = (value) => {
  const [a, b] = array(natural, 2)(value) ?? [];
  return a === undefined || b === undefined ? undefined : [a, b];
};

const sized = ({ shape, values, offsets }: { shape: readonly number[]; values: Float32Array; offsets: Uint32Array | null }): boolean => {
  const size = shape.reduce((product, n) => product * n, 1);
  return values.length === size && (offsets === null || offsets.length === size);
};

const numbers: Decoder<SelectionNumbers> = (value) => {
  const found = object({
    ok: literal(true),
    shape: array(natural, 8),
    values: floats,
    columns: nullable(array(string, 2 ** 24)),
    notes: array(message, 2 ** 16),
    offsets: places,
    mask: nullable(bits),
    maskShape: nullable(pair),
    name: string,
    format: string,
  })(value);
  return found !== undefined && sized(found) ? { ...found, shape: [...found.shape] } : undefined;
};

const refusal: Decoder<Selection> = object({
  ok: literal(false),
  kind: literal(...selectionErrorKinds),
  message,
  start: natural,
  end: natural,
});

const selection: Decoder<Selection> = (value) => {
  const ok = boolean(anyObject(value)?.["ok"]);
  return ok === undefined ? undefined : ok ? numbers(value) : refusal(value);
};

const tensor: Decoder<Shaped> = (value) => {
  const found = object({
    shape: array(natural, 8),
    values: floats,
    offsets: nullable(places),
    mask: nullable(bits),
    columns: nullable(array(string, 2 ** 24)),
    notes: array(message, 2 ** 16),
  })(value);
  return found !== undefined && sized(found) ? { ...found, shape: [...found.shape] } : undefined;
};

const resultOf =
  <T>(decode: Decoder<T>): Decoder<Result<T>> =>
  (value) => {
    const raw = anyObject(value);
    if (raw?.["ok"] === true) {
      const found = decode(raw["value"]);
      return found === undefined ? undefined : ok(found);
    }
    const error = failureOf(raw?.["error"]);
    return error === undefined ? undefined : err(error);
  };

const failureOf: Decoder<Failure> = object<Failure>({ code: (value) => (isErrorCode(value) ? value : undefined), message });

/** Most arrays of a file that are told of. */
export const MOST_ARRAYS = 2 ** 16;

const shaped = resultOf(tensor);
const fileContent = object<FileContent>({
  isText: boolean,
  size: natural,
  arrays: array(object<FileArray>({ name: string, dtype: string, shape: array(natural, 8), bytes: natural }), MOST_ARRAYS),
  refused: array(object<RefusedArray>({ name: string, reason: failureOf }), MOST_ARRAYS),
  table: nullable(object<TableSample>({ shape: array(natural, 8), columns: nullable(array(string, 2 ** 24)) })),
});

const end: Decoder<number | bigint> = (value) => (typeof value === "number" || typeof value === "bigint" ? value : undefined);
const mean: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);
export const arrayStats = object<ArrayStats>({ min: nullable(end), mean: nullable(mean), max: nullable(end), nanCount: natural });

export const decodeReaderRequest: Decoder<ReaderRequest> = union<ReaderRequest>("type", {
  read: object({
    type: literal("read"),
    id: natural,
    text: string,
    languageId: string,
    starts: array(natural, 2 ** 16),
    ragged: literal("error", "pad"),
    missing: literal("error", "keep"),
    maxBytes: natural,
  }),
  shape: object({ type: literal("shape"), id: natural, numbers, reading: decodeReading, target: literal(...targets) }),
  openFile: object({ type: literal("openFile"), id: natural, path: string }),
  readFile: object({
    type: literal("readFile"),
    id: natural,
    path: string,
    array: nullable(string),
    ragged: literal("error", "pad"),
    missing: literal("error", "keep"),
    maxBytes: natural,
  }),
  readBox: object({
    type: literal("readBox"),
    id: natural,
    path: string,
    array: natural,
    start: array(natural, 8),
    count: array(natural, 8),
  }),
  stats: object({ type: literal("stats"), id: natural, path: string, array: natural }),
  cancel: object({ type: literal("cancel"), id: natural, target: natural }),
  enclosing: object({ type: literal("enclosing"), id: natural, text: string, offset: natural, languageId: string }),
  models: object({ type: literal("models"), id: natural, text: string, languageId: string }),
  write: object({ type: literal("write"), id: natural, model: anyObject, target }),
});

export const decodeReaderAnswer: Decoder<ReaderAnswer> = union<ReaderAnswer>("type", {
  selection: object({ type: literal("selection"), id: natural, selection }),
  shaped: object({ type: literal("shaped"), id: natural, shaped }),
  file: object({ type: literal("file"), id: natural, file: resultOf(fileContent) }),
  box: object({ type: literal("box"), id: natural, values: resultOf(anyNumbers) }),
  progress: object({ type: literal("progress"), id: natural, done: natural, total: natural }),
  stats: object({ type: literal("stats"), id: natural, stats: resultOf(arrayStats) }),
  range: object({ type: literal("range"), id: natural, start: natural, end: natural }),
  none: object({ type: literal("none"), id: natural }),
  models: object({ type: literal("models"), id: natural, models: readings }),
  code: object({ type: literal("code"), id: natural, code: written }),
});

/** Buffers of an answer that are moved instead of copied. */
export function buffersOf(answer: ReaderAnswer): ArrayBufferLike[] {
  if (answer.type === "box") return answer.values.ok ? [answer.values.value.buffer] : [];
  const found = answer.type === "selection" ? answer.selection : answer.type === "shaped" && answer.shaped.ok ? answer.shaped.value : null;
  if (found === null || !("values" in found)) return [];
  const { values, offsets, mask } = found;
  return [...new Set([values.buffer, ...(offsets === null ? [] : [offsets.buffer]), ...(mask === null ? [] : [mask.buffer])])];
}
