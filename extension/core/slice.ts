/** Boxes of a tensor, and what its numbers are like. */
import { failure } from "./errors.js";
import type { TensorStats } from "./protocol/engine.js";
import { err, ok, type Result } from "./result.js";

/** The box [start, start + count) of a row-major tensor, row-major; refused where it does not lie inside. */
export function sliceOf(
  data: Float32Array,
  shape: readonly number[],
  start: readonly number[],
  count: readonly number[],
): Result<Float32Array> {
  const inside =
    start.length === shape.length &&
    count.length === shape.length &&
    shape.every((d, axis) => (start[axis] as number) + (count[axis] as number) <= d);
  if (!inside) {
    const args = { shape: `(${shape.join(", ")})`, start: `[${start.join(", ")}]`, count: `[${count.join(", ")}]` };
    return err(failure("INVALID_ARGUMENT", "The slice from {start} of {count} does not lie in a tensor of shape {shape}.", args));
  }
  const out = new Float32Array(count.reduce((product, d) => product * d, 1));
  if (out.length === 0) return ok(out);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, d) => product * d, 1));
  const last = shape.length - 1;
  const run = count[last] as number;
  // Whole runs of the last axis at a time; the other axes count like an odometer.
  const index = start.map(() => 0);
  for (let at = 0; at < out.length; at += run) {
    let from = start[last] as number;
    for (let axis = 0; axis < last; axis++) from += ((start[axis] as number) + (index[axis] as number)) * (strides[axis] as number);
    out.set(data.subarray(from, from + run), at);
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (count[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return ok(out);
}

/** Infinities count, NaN only as such. The mean is summed in float64. */
export function statsOf(data: ArrayLike<number>): TensorStats {
  let [min, max, sum, nanCount] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value !== value) {
      nanCount++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const counted = data.length - nanCount;
  return counted === 0 ? { min: null, mean: null, max: null, nanCount } : { min, mean: sum / counted, max, nanCount };
}
