/** What all numbers of an array in a file are like, read piece by piece. */
import { failure, UnrollError } from "../errors.js";
import type { Result } from "../result.js";
import { readNumbers, sizeOf, type StoredArray } from "./arrays.js";
import type { Numbers } from "./dtype.js";
import { guarded } from "./source.js";

/** Infinities are values, NaN is only counted. */
export interface ArrayStats {
  /** With all digits; null where there is no number. */
  readonly min: number | bigint | null;
  readonly mean: number | null;
  readonly max: number | bigint | null;
  readonly nanCount: number;
}

export interface Watch {
  cancelled(): boolean;
  /** Numbers that were looked through, of how many. */
  progress(done: number, total: number): void;
}

/** Numbers that are held at once. */
const PIECE = 1_048_576;

const alone: Watch = { cancelled: () => false, progress: () => undefined };

/** The mean is summed in float64. */
export function statsOfArray(array: StoredArray, watch: Watch = alone): Promise<Result<ArrayStats>> {
  return guarded(async () => {
    const sofar = new Sofar();
    const size = sizeOf(array.shape);
    for (let from = 0; from < size; from += PIECE) {
      if (watch.cancelled()) throw new UnrollError(failure("CANCELLED", "The computation was cancelled."));
      const count = Math.min(PIECE, size - from);
      sofar.take(await readNumbers(array, from, count));
      watch.progress(from + count, size);
    }
    return sofar.stats(size);
  });
}

class Sofar {
  private min: number | bigint | null = null;
  private max: number | bigint | null = null;
  private sum = 0;
  private nanCount = 0;

  /** A loop for each kind: numbers and bigints together would be slow. */
  take(values: Numbers): void {
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) this.takeBig(values);
    else this.takeFloats(values);
  }

  stats(size: number): ArrayStats {
    const counted = size - this.nanCount;
    return { min: this.min, mean: counted === 0 ? null : this.sum / counted, max: this.max, nanCount: this.nanCount };
  }

  private takeFloats(values: Float32Array | Float64Array): void {
    let [min, max, sum, nanCount] = [Infinity, -Infinity, 0, 0];
    // By index: iterators of two kinds of arrays take several times as long.
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value !== value) nanCount++;
      else {
        if (value < min) min = value;
        if (value > max) max = value;
        sum += value;
      }
    }
    this.sum += sum;
    this.nanCount += nanCount;
    if (nanCount < values.length) this.widen(min, max);
  }

  private takeBig(values: BigInt64Array | BigUint64Array): void {
    let [min, max, sum] = [values[0] ?? 0n, values[0] ?? 0n, 0];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as bigint;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += Number(value);
    }
    this.sum += sum;
    if (values.length > 0) this.widen(min, max);
  }

  private widen(min: number | bigint, max: number | bigint): void {
    if (this.min === null || min < this.min) this.min = min;
    if (this.max === null || max > this.max) this.max = max;
  }
}
