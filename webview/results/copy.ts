/** A tensor as text for other programs: NumPy, CSV, JSON, with every digit that its numbers have. */
import { exactText, type Value } from "./values.js";

export const copyFormats = ["numpy", "csv", "json"] as const;
export type CopyFormat = (typeof copyFormats)[number];

/** @param shape of `values`, row-major; [] is a scalar. */
export function copyText(format: CopyFormat, values: ArrayLike<Value>, shape: readonly number[], dtype = "float32"): string {
  switch (format) {
    case "numpy":
      return `np.array(${nested(values, shape, (v) => numpyNumber(exactText(v, dtype)), 9)}, dtype=np.${numpyType(dtype)})`;
    case "json":
      return nested(values, shape, (v) => jsonNumber(v, dtype), 0);
    case "csv":
      return csv(values, shape, dtype);
  }
}

/** NumPy has no bfloat16, and calls its own bool otherwise than Python's. */
function numpyType(dtype: string): string {
  return dtype === "bfloat16" ? "float32" : dtype === "bool" ? "bool_" : dtype;
}

function numpyNumber(text: string): string {
  return /^-?(nan|inf)$/.test(text) ? text.replace(/nan|inf/, (word) => `np.${word}`) : text;
}

/** JSON has no NaN and no infinity. */
function jsonNumber(v: Value, dtype: string): string {
  if (typeof v === "number" && !Number.isFinite(v)) return "null";
  const text = exactText(v, dtype);
  return dtype === "bool" ? text.toLowerCase() : text;
}

/** Brackets as NumPy prints them: one row a line, `indent` spaces before each but the first. */
function nested(values: ArrayLike<Value>, shape: readonly number[], word: (v: Value) => string, indent: number): string {
  let at = 0;
  const walk = (axis: number): string => {
    const size = shape[axis];
    if (size === undefined) return word(values[at++] ?? 0);
    const items = Array.from({ length: size }, () => walk(axis + 1));
    if (axis >= shape.length - 1) return `[${items.join(", ")}]`;
    const gap = axis === shape.length - 2 ? "\n" : "\n\n".slice(0, Math.min(2, shape.length - 1 - axis));
    return `[${items.join(`,${gap}${" ".repeat(indent + axis + 1)}`)}]`;
  };
  return walk(0);
}

/** The last axis is the columns; every other axis is a row after row, told apart by its indices in front. */
function csv(values: ArrayLike<Value>, shape: readonly number[], dtype: string): string {
  const columns = shape.at(-1) ?? 1;
  const leading = shape.slice(0, -2);
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const numbers = Array.from({ length: columns }, (_, i) => exactText(values[row * columns + i] ?? 0, dtype));
    const many = leading.some((size) => size > 1);
    lines.push([...(many ? indices(row, shape.slice(0, -1)) : []), ...numbers].join(","));
  }
  return lines.join("\n");
}

function indices(row: number, sizes: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = sizes.length - 1, rest = row; i >= 0; i--) {
    const size = sizes[i] as number;
    out.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return out.slice(0, -1);
}
