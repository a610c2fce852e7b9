/** B − A of two tensors over time, small enough for a message: of each cell the lowest and the highest difference of all its values. */
import { type BandBox, bandOfRows, type BandValues } from "./band.js";
import { comparable, delta, type DifferencePart } from "./difference.js";
import { failure } from "./errors.js";
import { shapeText } from "./model/shapes.js";
import { err, type Result } from "./result.js";

/** A tensor [B, T, U], row-major. */
interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** @param box of A's tensor, within the units of the part */
export function differenceBandOf(a: Values, b: Values, part: DifferencePart, box: BandBox): Result<BandValues> {
  const within = box.unit >= part.offsetA && box.unit + box.units <= part.offsetA + part.units;
  if (a.shape.length !== 3 || !comparable(a.shape, b.shape, part) || !within) {
    const shapes = { a: shapeText(a.shape), b: shapeText(b.shape) };
    return err(failure("INVALID_ARGUMENT", "Tensors of shape {a} and {b} cannot be compared there.", shapes));
  }
  const [, steps, widthA] = a.shape as [number, number, number];
  const widthB = b.shape[2] as number;
  const unitB = box.unit - part.offsetA + part.offsetB;
  // One step at a time: the difference of two whole tensors would be a third one.
  const data = new Float32Array(box.units);
  const start = (at: number): number => {
    const step = box.from + at;
    const fromA = (box.batch * steps + step) * widthA + box.unit;
    const fromB = (box.batch * steps + (part.mirrored ? steps - 1 - step : step)) * widthB + unitB;
    for (let u = 0; u < box.units; u++) data[u] = delta(a.data[fromA + u] as number, b.data[fromB + u] as number);
    return 0;
  };
  return bandOfRows({ data, start }, a.shape, box);
}
