/** Arrays in a file: what a file's reader gives, boxes of an array, and what all of its numbers are like. */
import { type Failure, failure, UnrollError } from "../errors.js";
import type { Message } from "../messages.js";
import type { TensorStats } from "../protocol/engine.js";
import type { Result } from "../result.js";
import { type Dtype, isExact, toFloats } from "./dtype.js";
import { type ByteSource, guarded, readExactly } from "./source.js";

export interface StoredArray {
  /** Within its file; "" where the file is one array. */
  readonly name: string;
  /** As NumPy calls it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In the file, unpacked. */
  readonly bytes: number;
  /** The first axis runs fastest in the file, as in Fortran. */
  readonly fortranOrder: boolean;
  /** Names of the columns, of a table. */
  readonly columns: readonly string[] | null;
  /** float32 has not every number of the type. */
  readonly rounds: boolean;
  /** `count` numbers in the order of the file, as float32. @throws UnrollError where the file does not have them */
  read(from: number, count: number): Promise<Float32Array>;
}

export interface ArrayFile {
  readonly arrays: readonly StoredArray[];
  /** What it holds besides, and why that cannot be read. */
  readonly refused: readonly { readonly name: string; readonly reason: Failure }[];
  readonly notes: readonly Message[];
}

/** Most axes of an array. */
export const MAX_AXES = 8;
/** Numbers that are read at once to take single runs out of them: one large read is faster than many small ones. */
const SPAN = 262_144;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

export function shapeWords(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

interface Layout {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
}

/** Numbers of one type, one after the other. source: exactly them. */
export function plainArray(source: ByteSource, { name, dtype, shape, fortranOrder }: Layout): StoredArray {
  return {
    ...{ name, dtype: dtype.name, shape, fortranOrder, columns: null },
    bytes: sizeOf(shape) * dtype.size,
    rounds: !isExact(dtype),
    read: async (from, count) => toFloats(await readExactly(source, from * dtype.size, count * dtype.size), dtype),
  };
}

/** The box [start, start + count), row-major; of a huge array no more than it and its near surroundings is read. */
export function readBox(array: StoredArray, start: readonly number[], count: readonly number[]): Promise<Result<Float32Array>> {
  return guarded(async () => {
    const { shape } = array;
    const whole = (n: number | undefined): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
    const inside =
      start.length === shape.length &&
      count.length === shape.length &&
      shape.every((d, axis) => whole(start[axis]) && whole(count[axis]) && (start[axis] as number) + (count[axis] as number) <= d);
    if (!inside) {
      const args = { shape: shapeWords(shape), start: `[${start.join(", ")}]`, count: `[${count.join(", ")}]` };
      throw new UnrollError(
        failure("INVALID_ARGUMENT", "The slice from {start} of {count} does not lie in a tensor of shape {shape}.", args),
      );
    }
    if (!array.fortranOrder) return boxInOrder(array, shape, start, count);
    const turned = await boxInOrder(array, [...shape].reverse(), [...start].reverse(), [...count].reverse());
    return reversedAxes(turned, count);
  });
}

/** As `sliceOf`, of numbers that are read on the way. shape: in the order of the file. */
async function boxInOrder(
  array: StoredArray,
  shape: readonly number[],
  start: readonly number[],
  count: readonly number[],
): Promise<Float32Array> {
  const out = new Float32Array(sizeOf(count));
  if (out.length === 0) return out;
  // Trailing axes that are taken whole make one run with the axis before them.
  let inner = shape.length - 1;
  while (inner > 0 && count[inner] === shape[inner]) inner--;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const run = inner < 0 ? 1 : (count[inner] as number) * (strides[inner] as number);
  const index = start.map(() => 0);
  const placeOf = (): number => start.reduce((sum, from, axis) => sum + (from + (index[axis] as number)) * (strides[axis] as number), 0);
  let places: number[] = [];
  let at = 0;
  const flush = async (): Promise<void> => {
    const [first = 0] = places;
    const values = await array.read(first, (places.at(-1) ?? 0) + run - first);
    for (const place of places) {
      out.set(values.subarray(place - first, place - first + run), at);
      at += run;
    }
    places = [];
  };
  for (let left = out.length / run; left > 0; left--) {
    const place = placeOf();
    if (places.length > 0 && place + run - (places[0] as number) > Math.max(run, SPAN)) await flush();
    places.push(place);
    for (let axis = inner - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (count[axis] as number)) break;
      index[axis] = 0;
    }
  }
  await flush();
  return out;
}

/** values: of shape `shape` with its axes in reverse. @returns the same, row-major in `shape` */
function reversedAxes(values: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      from += steps[axis] as number;
      index[axis] = next;
      if (next < (shape[axis] as number)) break;
      from -= next * (steps[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}

/** Of every number, read piece by piece in the order of the file. The mean is summed in float64; infinities count, NaN only as such. */
export function statsOfArray(array: StoredArray, cancelled: () => boolean = () => false): Promise<Result<TensorStats>> {
  return guarded(async () => {
    let [min, max, sum, nanCount] = [Infinity, -Infinity, 0, 0];
    const size = sizeOf(array.shape);
    for (let from = 0; from < size; from += 4 * SPAN) {
      if (cancelled()) throw new UnrollError(failure("CANCELLED", "The run was cancelled."));
      const values = await array.read(from, Math.min(4 * SPAN, size - from));
      for (const value of values) {
        if (value !== value) nanCount++;
        else {
          if (value < min) min = value;
          if (value > max) max = value;
          sum += value;
        }
      }
    }
    const counted = size - nanCount;
    return counted === 0 ? { min: null, mean: null, max: null, nanCount } : { min, mean: sum / counted, max, nanCount };
  });
}
