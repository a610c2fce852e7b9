/** Arrays in a file: what a file's reader gives, and boxes of an array. */
import { type Failure, failure, UnrollError } from "../errors.js";
import type { Message } from "../messages.js";
import type { Result } from "../result.js";
import { type Dtype, isExact, type Numbers, toFloats, toNumbers } from "./dtype.js";
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
  /** The bytes of the same numbers, where they lie in the file one after the other; null: only `read` has them. */
  readonly raw: RawNumbers | null;
}

export interface RawNumbers {
  readonly dtype: Dtype;
  /** @throws UnrollError as `read` of the array */
  read(from: number, count: number): Promise<Uint8Array>;
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
  const taken = (from: number, count: number): Promise<Uint8Array> => readExactly(source, from * dtype.size, count * dtype.size);
  return {
    ...{ name, dtype: dtype.name, shape, fortranOrder, columns: null },
    bytes: sizeOf(shape) * dtype.size,
    rounds: !isExact(dtype),
    read: async (from, count) => toFloats(await taken(from, count), dtype),
    raw: { dtype, read: taken },
  };
}

/** `count` numbers in the order of the file, with all their digits. @throws UnrollError as `read` */
export async function readNumbers(array: StoredArray, from: number, count: number): Promise<Numbers> {
  const { raw } = array;
  return raw === null ? array.read(from, count) : toNumbers(await raw.read(from, count), raw.dtype);
}

/** The box [start, start + count), row-major; of a huge array no more than it and its near surroundings is read. */
export function readBox(array: StoredArray, start: readonly number[], count: readonly number[]): Promise<Result<Float32Array>> {
  const read = (from: number, length: number): Promise<Float32Array> => array.read(from, length);
  return guarded(async () => (await boxOf(array, { start, count }, { width: 1, make: floatsOf, read })) as Float32Array);
}

/** As `readBox`, with all digits. */
export function readBoxExactly(array: StoredArray, start: readonly number[], count: readonly number[]): Promise<Result<Numbers>> {
  const { raw } = array;
  if (raw === null) return readBox(array, start, count);
  const lane: Lane = { width: raw.dtype.size, make: bytesOf, read: (from, length) => raw.read(from, length) };
  return guarded(async () => toNumbers((await boxOf(array, { start, count }, lane)) as Uint8Array, raw.dtype));
}

interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** Numbers on their way: as floats, or as the bytes of the file, `width` of which make a number. */
interface Lane {
  readonly width: number;
  make(length: number): Float32Array | Uint8Array;
  read(from: number, count: number): Promise<Float32Array | Uint8Array>;
}

const floatsOf = (length: number): Float32Array => new Float32Array(length);
const bytesOf = (length: number): Uint8Array => new Uint8Array(length);

/** @throws UnrollError where the box is not inside, or cannot be read */
async function boxOf(array: StoredArray, { start, count }: Box, lane: Lane): Promise<Float32Array | Uint8Array> {
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
  if (!array.fortranOrder) return boxInOrder(lane, shape, { start, count });
  const turned = await boxInOrder(lane, [...shape].reverse(), { start: [...start].reverse(), count: [...count].reverse() });
  return reversedAxes(turned, count, lane);
}

/** As `sliceOf`, of numbers that are read on the way. shape: in the order of the file. */
async function boxInOrder(lane: Lane, shape: readonly number[], { start, count }: Box): Promise<Float32Array | Uint8Array> {
  const { width } = lane;
  const size = sizeOf(count);
  const out = lane.make(size * width);
  if (size === 0) return out;
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
    const values = await lane.read(first, (places.at(-1) ?? 0) + run - first);
    for (const place of places) {
      out.set(values.subarray((place - first) * width, (place - first + run) * width), at);
      at += run * width;
    }
    places = [];
  };
  for (let left = size / run; left > 0; left--) {
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
function reversedAxes(values: Float32Array | Uint8Array, shape: readonly number[], { make, width }: Lane): Float32Array | Uint8Array {
  const out = make(values.length);
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)) * width);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += width) {
    for (let slot = 0; slot < width; slot++) out[to + slot] = values[from + slot] as number;
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
