/** How far two tensors of two runs are apart: where most, and from which step on, in the order in which the layer takes its steps. */

/** Entries of the largest differences by step; with more steps than these, each entry is the largest of several. */
export const MAX_DIFFERENCE_STEPS = 512;

/** What of two tensors is compared: of both the same rows of the batch and the same number of units. */
export interface DifferencePart {
  /** First unit of each, in its last axis. */
  readonly offsetA: number;
  readonly offsetB: number;
  readonly units: number;
  /** The time axis of one of them runs backwards. */
  readonly mirrored: boolean;
  /** The layer takes the last step of A's time axis first. */
  readonly descending: boolean;
}

/** Indices from 0, the step along A's time axis. */
export interface DifferencePlace {
  readonly batch: number;
  readonly step: number;
  readonly unit: number;
  readonly a: number;
  readonly b: number;
}

export interface Difference {
  /** Largest |b − a|; Infinity where only one is a number, or infinite. */
  readonly largest: number;
  /** null: all equal. */
  readonly at: DifferencePlace | null;
  /** Where the first step beyond the tolerance differs most; null: equal within it. */
  readonly first: DifferencePlace | null;
  /** The largest of each step along A's time axis, `span` steps an entry. */
  readonly steps: Float32Array;
  readonly span: number;
}

export interface Compared {
  readonly data: ArrayLike<number>;
  /** [B, T, U], or [B, U] of one step. */
  readonly shape: readonly number[];
}

interface Layout {
  readonly batch: number;
  readonly steps: number;
  readonly width: number;
}

function layoutOf(shape: readonly number[]): Layout {
  const width = shape.at(-1) ?? 1;
  const steps = shape.length === 3 ? (shape[1] as number) : 1;
  const size = shape.reduce((product, d) => product * d, 1);
  return { batch: size === 0 ? 0 : size / (steps * width), steps, width };
}

/** Can these be compared number by number? */
export function comparable(a: readonly number[], b: readonly number[], part: Omit<DifferencePart, "mirrored" | "descending">): boolean {
  const [left, right] = [layoutOf(a), layoutOf(b)];
  const inside = part.offsetA + part.units <= left.width && part.offsetB + part.units <= right.width;
  return a.length === b.length && left.batch === right.batch && left.steps === right.steps && inside;
}

/** @param tolerance up to which two numbers count as equal */
export function differenceOf(a: Compared, b: Compared, part: DifferencePart, tolerance: number): Difference {
  if (!comparable(a.shape, b.shape, part)) throw new RangeError("tensors of different shapes");
  const [left, right] = [layoutOf(a.shape), layoutOf(b.shape)];
  const { batch, steps } = left;
  const worst = new Float64Array(steps);
  const row = (at: number, step: number): DifferencePlace | null => {
    const other = part.mirrored ? steps - 1 - step : step;
    const fromA = (at * steps + step) * left.width + part.offsetA;
    const fromB = (at * steps + other) * right.width + part.offsetB;
    const unit = worstUnit(a.data, b.data, { fromA, fromB, units: part.units });
    if (unit < 0) return null;
    return { batch: at, step, unit, a: a.data[fromA + unit] as number, b: b.data[fromB + unit] as number };
  };
  let at: DifferencePlace | null = null;
  for (let index = 0; index < batch; index++) {
    for (let step = 0; step < steps; step++) {
      const place = row(index, step);
      if (place === null) continue;
      const size = distance(place.a, place.b);
      if (size > (worst[step] as number)) worst[step] = size;
      if (at === null || size > distance(at.a, at.b)) at = place;
    }
  }
  const order = Array.from(worst.keys());
  const step = (part.descending ? order.reverse() : order).find((candidate) => (worst[candidate] as number) > tolerance);
  const rows = step === undefined ? [] : Array.from({ length: batch }, (_, index) => row(index, step));
  const first = rows.find((place) => place !== null && distance(place.a, place.b) === worst[step as number]) ?? null;
  return { largest: at === null ? 0 : distance(at.a, at.b), at, first, ...profile(worst) };
}

/** |b − a|. Equal infinities, and NaN on both sides, are no difference; else what is no number is as far away as can be. */
export function distance(a: number, b: number): number {
  return Math.abs(delta(a, b));
}

/** b − a, which is Infinity where only one of them is a number. */
export function delta(a: number, b: number): number {
  if (a === b || (a !== a && b !== b)) return 0;
  const size = b - a;
  return size === size ? size : Infinity;
}

/** −1: none differs. */
function worstUnit(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { fromA, fromB, units }: { readonly fromA: number; readonly fromB: number; readonly units: number },
): number {
  let [largest, unit] = [0, -1];
  for (let u = 0; u < units; u++) {
    const size = distance(a[fromA + u] as number, b[fromB + u] as number);
    if (size <= largest) continue;
    largest = size;
    unit = u;
  }
  return unit;
}

function profile(worst: Float64Array): { steps: Float32Array; span: number } {
  const span = Math.max(1, Math.ceil(worst.length / MAX_DIFFERENCE_STEPS));
  const steps = new Float32Array(Math.ceil(worst.length / span));
  worst.forEach((size, step) => {
    const entry = Math.floor(step / span);
    if (size > (steps[entry] as number)) steps[entry] = size;
  });
  return { steps, span };
}
