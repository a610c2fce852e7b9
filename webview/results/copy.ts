/** A tensor as text for other programs: NumPy, CSV, JSON, with every digit that a float32 has. */
import { shortest } from "./numbers.js";

export const copyFormats = ["numpy", "csv", "json"] as const;
export type CopyFormat = (typeof copyFormats)[number];

/** @param shape of `values`, row-major; [] is a scalar. */
export function copyText(format: CopyFormat, values: ArrayLike<number>, shape: readonly number[], dtype = "float32"): string {
  switch (format) {
    case "numpy":
      return `np.array(${nested(values, shape, numpyNumber, 9)}, dtype=np.${dtype})`;
    case "json":
      return nested(values, shape, jsonNumber, 0);
    case "csv":
      return csv(values, shape);
  }
}

function numpyNumber(v: number): string {
  const text = shortest(v);
  return /^-?(nan|inf)$/.test(text) ? text.replace(/nan|inf/, (word) => `np.${word}`) : text;
}

/** JSON has no NaN and no infinity. */
function jsonNumber(v: number): string {
  return Number.isFinite(v) ? shortest(v) : "null";
}

/** Brackets as NumPy prints them: one row a line, `indent` spaces before each but the first. */
function nested(values: ArrayLike<number>, shape: readonly number[], word: (v: number) => string, indent: number): string {
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
function csv(values: ArrayLike<number>, shape: readonly number[]): string {
  const columns = shape.at(-1) ?? 1;
  const leading = shape.slice(0, -2);
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const numbers = Array.from({ length: columns }, (_, i) => shortest(values[row * columns + i] ?? 0));
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
