/** Values as text: str(), f-strings, "…".format(). */
import type { Value } from "./values.js";

/** What str() gives; undefined for what has no text here. */
export function textOf(value: Value): string | undefined {
  switch (value.kind) {
    case "string":
      return value.value;
    case "number":
      return value.whole || !Number.isInteger(value.value) ? String(value.value) : `${value.value}.0`;
    case "bool":
      return value.value ? "True" : "False";
    case "none":
      return "None";
    default:
      return undefined;
  }
}

/** A value under a format such as `:02d`, `:.2f` or `!r`; undefined where that is not known. */
export function formatted(value: Value, spec: string): string | undefined {
  const plain = textOf(value);
  if (plain === undefined || spec === "" || spec === "!s") return plain;
  if (spec === "!r") return value.kind === "string" ? `'${plain}'` : plain;
  const match = /^:([<>^]?)(0?)(\d*)(?:\.(\d+))?([dfs]?)$/.exec(spec);
  if (match === null) return undefined;
  const [, side, zero, width, digits, type] = match;
  if ((type === "d" || type === "f") && value.kind !== "number") return undefined;
  const body = value.kind === "number" && (type === "f" || digits !== undefined) ? value.value.toFixed(Number(digits ?? 6)) : plain;
  const size = Math.min(Number(width || 0), 100);
  const left = side === "<" || (side === "" && value.kind === "string");
  if (zero === "0") return body.padStart(size, "0");
  return left ? body.padEnd(size) : body.padStart(size);
}

/** "…".format(…) with {}, {0} and {name}; undefined where a piece is not known. */
export function formatMethod(template: string, positional: readonly Value[], named: ReadonlyMap<string, Value>): string | undefined {
  let next = 0;
  let known = true;
  const out = template.replace(/\{\{|\}\}|\{(\w*)((?:![rs])?(?::[^{}]*)?)\}/g, (whole: string, key: string | undefined, spec: string) => {
    if (whole === "{{" || whole === "}}") return whole.charAt(0);
    const value = key === "" ? positional[next++] : /^\d+$/.test(key ?? "") ? positional[Number(key)] : named.get(key ?? "");
    const piece = value === undefined ? undefined : formatted(value, spec);
    known &&= piece !== undefined;
    return piece ?? "";
  });
  return known ? out : undefined;
}
