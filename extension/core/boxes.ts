/** A tensor cut into boxes that lie one after the other in its row-major order. */
import { sizeOf } from "./model/tensors.js";

export interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** Boxes of at most `most` numbers (a single number where `most` is 0), which together are the whole tensor. */
export function* boxesOf(shape: readonly number[], most: number): Generator<Box> {
  if (sizeOf(shape) === 0) return;
  // The first axis whose rows fit whole; those before it are walked index by index.
  let axis = 0;
  while (axis < shape.length && sizeOf(shape.slice(axis + 1)) > most) axis++;
  const split = Math.min(axis, Math.max(0, shape.length - 1));
  const per = shape.length === 0 ? 1 : Math.max(1, Math.floor(most / sizeOf(shape.slice(split + 1))));
  const index = shape.map(() => 0);
  for (;;) {
    const left = (shape[split] ?? 1) - (index[split] ?? 0);
    const count = shape.map((size, i) => (i < split ? 1 : i === split ? Math.min(per, left) : size));
    yield { start: [...index], count };
    if (!advance(index, shape, split, count[split] ?? 1)) return;
  }
}

/** Like an odometer, by `by` on the axis `split`; false: it is over. */
function advance(index: number[], shape: readonly number[], split: number, by: number): boolean {
  if (shape.length === 0) return false;
  index[split] = (index[split] as number) + by;
  for (let axis = split; (index[axis] as number) >= (shape[axis] as number); axis--) {
    if (axis === 0) return false;
    index[axis] = 0;
    index[axis - 1] = (index[axis - 1] as number) + 1;
  }
  return true;
}
