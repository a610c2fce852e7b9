/** Numbers as (batch, time, features) while they are read, each with its place in the text. */
import { type Failure, failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import type { SelectionNumbers } from "../text/selection.js";
import { namesOfColumns } from "./columns.js";
import type { Reading, Target, Window } from "./reading.js";

export interface Grid {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  /** [batch, steps, features]; NaN where a value is missing. */
  readonly values: Float32Array;
  /** UTF-16 offset of each value; null where they are not known. */
  readonly offsets: Uint32Array | null;
  /** [batch, steps], 0 where a step does not count; null: all count. */
  readonly mask: Uint8Array | null;
}

/** Sizes of a grid, and by how much each axis goes on in the numbers as written. */
interface View {
  readonly sizes: readonly [number, number, number];
  readonly strides: readonly [number, number, number];
}

/** More numbers than this are not made of a selection. */
export const MAX_NUMBERS = 2 ** 26;

/** The axes of a written shape for a target, or why it has none. */
export function viewOf(shape: readonly number[], { axes }: Pick<Reading, "axes">, target: Target): Result<View> {
  const [a = 1, b = 1, c = 1] = shape;
  const swapped = axes === "swapped";
  if (shape.length <= 1) {
    if (axes === "rows") return ok({ sizes: [a, 1, 1], strides: [1, 1, 1] });
    // A list is one sequence of single features, but one sample of many.
    const wide = target === "samples" ? !swapped : swapped;
    return ok(wide ? { sizes: [1, 1, a], strides: [a, a, 1] } : { sizes: [1, a, 1], strides: [a, 1, 1] });
  }
  if (shape.length === 2) {
    const rows = target === "ids" || (axes === "rows" && target === "sequences");
    if (rows && swapped) return ok({ sizes: [b, a, 1], strides: [1, b, 1] });
    if (rows) return ok({ sizes: [a, b, 1], strides: [b, 1, 1] });
    return ok(swapped ? { sizes: [1, b, a], strides: [a * b, 1, b] } : { sizes: [1, a, b], strides: [a * b, b, 1] });
  }
  if (shape.length > 3 || target !== "sequences") return err(noAxes(shape, target));
  return ok(swapped ? { sizes: [b, a, c], strides: [c, b * c, 1] } : { sizes: [a, b, c], strides: [b * c, c, 1] });
}

function noAxes(shape: readonly number[], target: Target): Failure {
  const args = { got: `(${shape.join(", ")})` };
  return target === "ids"
    ? failure("SHAPE_MISMATCH", "The model takes token ids (batch, time); the data has shape {got}.", args)
    : failure("SHAPE_MISMATCH", "The model takes samples (batch, features); the data has shape {got}.", args);
}

/** The numbers in the order of a view; shared with the source where that is its own order. */
export function gridOf(source: SelectionNumbers, view: View): Grid {
  const [batch, steps, features] = view.sizes;
  const [sb, st, sd] = view.strides;
  const mask = maskOf(source, view);
  const base = { batch, steps, features, mask };
  const inOrder = (sd === 1 || features === 1) && (st === features || steps === 1) && (sb === steps * features || batch === 1);
  if (inOrder) return { ...base, values: source.values, offsets: source.offsets };
  const values = new Float32Array(source.values.length);
  const offsets = new Uint32Array(values.length);
  let to = 0;
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < steps; t++) {
      for (let d = 0, from = b * sb + t * st; d < features; d++, from += sd, to++) {
        values[to] = source.values[from] ?? 0;
        offsets[to] = source.offsets[from] ?? 0;
      }
    }
  }
  return { ...base, values, offsets };
}

/** Padding is masked where it fills whole steps; of a matrix, that is where every row is a sequence. */
function maskOf({ shape, mask }: SelectionNumbers, { sizes, strides }: View): Uint8Array | null {
  const [batch, steps, features] = sizes;
  if (mask === null || batch * steps !== mask.length) return null;
  // The mask of a cube has no axis of features.
  const per = shape.length === 3 ? features : 1;
  const out = new Uint8Array(mask.length);
  for (let b = 0; b < batch; b++) for (let t = 0; t < steps; t++) out[b * steps + t] = mask[(b * strides[0] + t * strides[1]) / per] ?? 1;
  return out;
}

/** The numbers with some of their columns only. keep: indices of the last axis, ascending. */
export function takeColumns(source: SelectionNumbers, keep: readonly number[]): SelectionNumbers {
  const width = source.shape[source.shape.length - 1] ?? 1;
  const rows = source.values.length / width;
  const values = new Float32Array(rows * keep.length);
  const offsets = new Uint32Array(values.length);
  const flat = source.shape.length === 2 && source.mask !== null;
  const mask = flat ? new Uint8Array(values.length) : source.mask;
  for (let row = 0, to = 0; row < rows; row++) {
    for (const column of keep) {
      values[to] = source.values[row * width + column] ?? 0;
      offsets[to] = source.offsets[row * width + column] ?? 0;
      if (flat && mask !== null) mask[to] = source.mask[row * width + column] ?? 1;
      to++;
    }
  }
  const shape = [...source.shape.slice(0, -1), keep.length];
  return {
    ...source,
    shape,
    columns: namesOfColumns(source, keep),
    values,
    offsets,
    mask,
    maskShape: flat ? [rows, keep.length] : source.maskShape,
  };
}

/** Windows of one sequence of so many steps, or why there are none. */
export function windowsIn(steps: number, { length, stride }: Window): Result<number> {
  if (!Number.isSafeInteger(length) || !Number.isSafeInteger(stride) || length < 1 || stride < 1)
    return err(failure("INVALID_ARGUMENT", "A window has a length and a stride of at least 1."));
  if (length > steps) {
    const args = { length, steps };
    return err(failure("INVALID_ARGUMENT", "A window of {length} time steps is longer than the sequence of {steps}.", args));
  }
  return ok(Math.floor((steps - length) / stride) + 1);
}

/** Every sequence becomes its windows; a rest too short for one is left out. The counts were checked before. */
export function intoWindows(grid: Grid, { length, stride }: Window): Grid {
  const { batch, steps, features } = grid;
  const each = Math.floor((steps - length) / stride) + 1;
  const size = length * features;
  const values = new Float32Array(batch * each * size);
  const offsets = grid.offsets === null ? null : new Uint32Array(values.length);
  const mask = grid.mask === null ? null : new Uint8Array(batch * each * length);
  for (let b = 0, window = 0; b < batch; b++) {
    for (let i = 0; i < each; i++, window++) {
      const step = b * steps + i * stride;
      values.set(grid.values.subarray(step * features, (step + length) * features), window * size);
      if (grid.offsets !== null) offsets?.set(grid.offsets.subarray(step * features, (step + length) * features), window * size);
      if (grid.mask !== null) mask?.set(grid.mask.subarray(step, step + length), window * length);
    }
  }
  return { batch: batch * each, steps: length, features, values, offsets, mask };
}
