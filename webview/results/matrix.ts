/** The plane of a tensor that the data grid shows: its last two axes, at fixed indices of the others. */
import type { TensorView } from "../../extension/core/protocol/results.js";
import { blockOf, type Box, type Slice } from "./slices.js";

/** Rows and columns of one request: 64 KiB of float32. */
export const BLOCK = 128;

export interface Plane {
  readonly tensor: TensorView;
  readonly leading: readonly number[];
  readonly rows: number;
  readonly columns: number;
}

export function planeOf(tensor: TensorView, leading: readonly number[]): Plane {
  const { shape } = tensor;
  return {
    tensor,
    leading: shape.slice(0, -2).map((_, i) => leading[i] ?? 0),
    rows: shape.length < 2 ? 1 : (shape.at(-2) ?? 1),
    columns: shape.at(-1) ?? 1,
  };
}

/** The whole index of a cell, in stored axes. */
export function indexOf(plane: Plane, row: number, column: number): number[] {
  return plane.tensor.shape.length < 2 ? [column] : [...plane.leading, row, column];
}

/** The aligned block around a cell. */
export function boxAround(plane: Plane, row: number, column: number): Box {
  const down = blockOf(row, BLOCK, plane.rows);
  const right = blockOf(column, BLOCK, plane.columns);
  if (plane.tensor.shape.length < 2) return { tensor: plane.tensor.id, start: [right.from], count: [right.count] };
  return {
    tensor: plane.tensor.id,
    start: [...plane.leading, down.from, right.from],
    count: [...plane.leading.map(() => 1), down.count, right.count],
  };
}

/** A cell's value; null: on its way; the message where it cannot be read. */
export function cellOf(plane: Plane, row: number, column: number, slice: (box: Box) => Slice): number | string | null {
  const box = boxAround(plane, row, column);
  const found = slice(box);
  if (found.status === "failed") return found.message;
  if (found.status === "pending") return null;
  const width = box.count.at(-1) ?? 1;
  return found.values[(row % BLOCK) * width + (column % BLOCK)] ?? null;
}
