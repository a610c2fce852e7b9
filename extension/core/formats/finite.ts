/** The first number of an array that would spoil every later time step, by its place in the whole array. */
import type { Box } from "../boxes.js";
import { type Failure, failure } from "../errors.js";
import { sizeOf, type StoredArray } from "./arrays.js";

/**
 * As in a selection: one bad value makes every later time step NaN. Says where the first is; null: there is none.
 * missing: NaN stays, for a person's own rule. box: of the array, that the values are; null: all of it.
 */
export function badValue(
  { shape, columns }: Pick<StoredArray, "shape" | "columns">,
  values: Float32Array,
  missing: boolean,
  box: Box | null = null,
): Failure | null {
  let at = 0;
  // A loop of its own: of a large file every number comes by here.
  while (at < values.length && (Number.isFinite(values[at]) || (missing && Number.isNaN(values[at])))) at++;
  if (at === values.length) return null;
  const count = box?.count ?? shape;
  const index = count.map((d, axis) => (box?.start[axis] ?? 0) + (Math.floor(at / sizeOf(count.slice(axis + 1))) % d));
  const column = columns?.[index.at(-1) ?? 0];
  const place = column === undefined ? `[${index.join(", ")}]` : `[${index[0] ?? 0}, “${column}”]`;
  return failure("PARSE", "The value at {place} is {value}: one such value makes every later time step NaN. Replace it in the file.", {
    place,
    value: String(values[at]),
  });
}
