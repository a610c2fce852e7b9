/** Small combinators that turn `unknown` into typed messages; what does not fit is undefined. */
import type { Numbers } from "../formats/dtype.js";
import type { Message } from "../messages.js";

export type Decoder<T> = (value: unknown) => T | undefined;

type Fields<T> = { readonly [K in keyof T]-?: Decoder<T[K]> };

export const string: Decoder<string> = (value) => (typeof value === "string" ? value : undefined);
export const boolean: Decoder<boolean> = (value) => (typeof value === "boolean" ? value : undefined);
export const finite: Decoder<number> = (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
export const integer: Decoder<number> = (value) => (Number.isSafeInteger(value) ? (value as number) : undefined);
/** A size, an index, an id. */
export const natural: Decoder<number> = (value) => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined);

export function literal<const T extends readonly (string | number | boolean | null)[]>(...values: T): Decoder<T[number]> {
  return (value) => values.find((known) => known === value);
}

/** null passes, and is told from "does not fit" by the box. */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => (value === null ? null : decode(value));
}

export function array<T>(decode: Decoder<T>, maxLength = 4096): Decoder<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > maxLength) return undefined;
    const out: T[] = [];
    for (const item of value) {
      const decoded = decode(item);
      if (decoded === undefined) return undefined;
      out.push(decoded);
    }
    return out;
  };
}

/** An object with exactly these fields taken; others are dropped. Only own properties count. */
export function object<T>(fields: Fields<T>): Decoder<T> {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const decoded = fields[key](Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined);
      if (decoded === undefined) return undefined;
      out[key] = decoded;
    }
    return out as T;
  };
}

/** Looks at `tag` and decodes by the branch of that name. */
export function union<T>(tag: string, branches: Readonly<Record<string, Decoder<T>>>): Decoder<T> {
  return (value) => {
    if (typeof value !== "object" || value === null) return undefined;
    const name = Object.hasOwn(value, tag) ? (value as Record<string, unknown>)[tag] : undefined;
    if (typeof name !== "string" || !Object.hasOwn(branches, name)) return undefined;
    return branches[name]?.(value);
  };
}

/** An object of another module's making, checked there. */
export const anyObject: Decoder<Readonly<Record<string, unknown>>> = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** A text that people read, with its values. */
export const message: Decoder<Message> = (value) => {
  const fields = object<{ text: string }>({ text: string })(value);
  if (fields === undefined) return undefined;
  const args = anyObject((value as { args?: unknown }).args);
  return args === undefined ? fields : { text: fields.text, args: args as Record<string, string | number> };
};

export const numbers: Decoder<Numbers> = (value) =>
  value instanceof Float32Array || value instanceof Float64Array || value instanceof BigInt64Array || value instanceof BigUint64Array
    ? value
    : undefined;
