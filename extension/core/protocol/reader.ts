/** Messages between the host and the worker that reads text. Every request is answered exactly once. */
import type { CodeReading } from "../code/readings.js";
import type { Target } from "../code/write/code.js";
import type { Message, MessageArgs } from "../messages.js";
import type { Result } from "../result.js";
import { type Selection, selectionErrorKinds } from "../text/selection.js";
import { readings, target, written } from "./code.js";
import { anyObject, array, boolean, type Decoder, literal, natural, nullable, object, string, union } from "./decode.js";

export type ReaderRequest =
  | {
      readonly type: "read";
      readonly id: number;
      readonly text: string;
      readonly languageId: string;
      readonly ragged: "error" | "pad";
      readonly maxBytes: number;
    }
  | { readonly type: "enclosing"; readonly id: number; readonly text: string; readonly offset: number; readonly languageId: string }
  /** The models in a Python source. */
  | { readonly type: "models"; readonly id: number; readonly text: string; readonly languageId: string }
  /** A Keras Sequential config as code. */
  | { readonly type: "write"; readonly id: number; readonly model: Readonly<Record<string, unknown>>; readonly target: Target };

export type ReaderAnswer =
  | { readonly type: "selection"; readonly id: number; readonly selection: Selection }
  | { readonly type: "range"; readonly id: number; readonly start: number; readonly end: number }
  | { readonly type: "none"; readonly id: number }
  | { readonly type: "models"; readonly id: number; readonly models: readonly CodeReading[] }
  | { readonly type: "code"; readonly id: number; readonly code: Result<string> };

export const decodeReaderRequest: Decoder<ReaderRequest> = union<ReaderRequest>("type", {
  read: object({
    type: literal("read"),
    id: natural,
    text: string,
    languageId: string,
    ragged: literal("error", "pad"),
    maxBytes: natural,
  }),
  enclosing: object({ type: literal("enclosing"), id: natural, text: string, offset: natural, languageId: string }),
  models: object({ type: literal("models"), id: natural, text: string, languageId: string }),
  write: object({ type: literal("write"), id: natural, model: anyObject, target }),
});

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

const numbers: Decoder<Selection> = (value) => {
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
  if (found === undefined) return undefined;
  const size = found.shape.reduce((product, n) => product * n, 1);
  return found.values.length === size && found.offsets.length === size ? { ...found, shape: [...found.shape] } : undefined;
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

export const decodeReaderAnswer: Decoder<ReaderAnswer> = union<ReaderAnswer>("type", {
  selection: object({ type: literal("selection"), id: natural, selection }),
  range: object({ type: literal("range"), id: natural, start: natural, end: natural }),
  none: object({ type: literal("none"), id: natural }),
  models: object({ type: literal("models"), id: natural, models: readings }),
  code: object({ type: literal("code"), id: natural, code: written }),
});

/** Buffers of an answer that are moved instead of copied. */
export function buffersOf(answer: ReaderAnswer): ArrayBufferLike[] {
  if (answer.type !== "selection" || !answer.selection.ok) return [];
  const { values, offsets, mask } = answer.selection;
  return [...new Set([values.buffer, offsets.buffer, ...(mask === null ? [] : [mask.buffer])])];
}
