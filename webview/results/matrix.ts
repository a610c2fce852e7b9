/** The plane of a tensor that the data grid shows: two of its axes, or parts of them, at fixed indices of the others. */
import type { Numbers } from "../../extension/core/formats/dtype.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import type { Found } from "./requestCache.js";
import { blockOf, type Box } from "./slices.js";
import { type Part, parseSlice } from "./sliceText.js";
import type { Value } from "./values.js";

/** Rows and columns of one request: 64 KiB of float32. */
export const BLOCK = 128;

export interface Plane {
  readonly tensor: TensorView;
  /** Index of every axis; of those that are spread out, the first that is shown. */
  readonly start: readonly number[];
  /** null: one row. */
  readonly rowAxis: number | null;
  /** null: one column. */
  readonly columnAxis: number | null;
  readonly rows: number;
  readonly columns: number;
  /** Axes with a range that the grid does not spread out, each with what there is to choose from. */
  readonly pickers: readonly { readonly axis: number; readonly from: number; readonly count: number }[];
}

/** @param text of the slice; what cannot be read is the whole tensor @param leading index of each axis that has a picker */
export function planeOf(tensor: TensorView, leading: readonly number[], text = ""): Plane {
  const { shape } = tensor;
  const parsed = parseSlice(text, shape);
  const parts: readonly Part[] = parsed.ok ? parsed.parts : shape.map((count) => ({ kind: "range", from: 0, count }));
  const ranged = parts.flatMap((part, axis) => (part.kind === "range" ? [{ axis, ...part }] : []));
  const [row, column] = ranged.length < 2 ? [undefined, ranged[0]] : ranged.slice(-2);
  const pickers = ranged.slice(0, -2).map(({ axis, from, count }) => ({ axis, from, count }));
  const start = parts.map((part, axis) => {
    if (part.kind === "index") return part.at;
    const picked = pickers.some((one) => one.axis === axis);
    return picked ? Math.max(part.from, Math.min(part.from + part.count - 1, leading[axis] ?? 0)) : part.from;
  });
  const [rowAxis, columnAxis] = [row?.axis ?? null, column?.axis ?? null];
  return { tensor, start, rowAxis, columnAxis, rows: row?.count ?? 1, columns: column?.count ?? 1, pickers };
}

/** The whole index of a cell, in stored axes. */
export function indexOf({ start, rowAxis, columnAxis }: Plane, row: number, column: number): number[] {
  return start.map((first, axis) => (axis === rowAxis ? first + row : axis === columnAxis ? first + column : first));
}

/** The aligned block around a cell. */
export function boxAround(plane: Plane, row: number, column: number): Box {
  const down = blockOf(row, BLOCK, plane.rows);
  const right = blockOf(column, BLOCK, plane.columns);
  return {
    tensor: plane.tensor.id,
    start: indexOf(plane, down.from, right.from),
    count: plane.start.map((_, axis) => (axis === plane.rowAxis ? down.count : axis === plane.columnAxis ? right.count : 1)),
  };
}

/** A cell's value; null: on its way; the message where it cannot be read. */
export function cellOf(plane: Plane, row: number, column: number, slice: (box: Box) => Found<Numbers>): Value | string | null {
  const found = slice(boxAround(plane, row, column));
  if (found.status === "failed") return found.message;
  if (found.status === "pending") return null;
  const { count } = blockOf(column, BLOCK, plane.columns);
  return found.values[(row % BLOCK) * count + (column % BLOCK)] ?? null;
}
