/** Units over time, small enough for a message: of each cell the lowest and the highest value, and what the whole stretch shows. */
import { failure } from "./errors.js";
import { err, ok, type Result } from "./result.js";

/** Most cells of an answer, each with two numbers: 1 MB a message as float32. */
export const MAX_BAND_CELLS = 131_072;

/** A stretch of one row of the batch of a tensor [B, T, U], and how many steps and units one cell stands for. */
export interface BandBox {
  readonly batch: number;
  readonly from: number;
  readonly steps: number;
  readonly unit: number;
  readonly units: number;
  readonly stepsPer: number;
  readonly unitsPer: number;
  /** By how many steps the first cell is short: where time runs backwards, what is left over stands at the other end. */
  readonly lead: number;
}

export interface Extreme {
  readonly value: number;
  /** From 0, of the tensor. */
  readonly unit: number;
  readonly step: number;
}

/** Of every value of the stretch, whatever is drawn of it. */
export interface Finding {
  readonly lowest: Extreme | null;
  readonly highest: Extreme | null;
  readonly nan: number;
  /** Values below 0.05, above 0.95, and beyond ±0.95: a gate that is shut or open, a tanh that is saturated. */
  readonly shut: number;
  readonly open: number;
  readonly beyond: number;
}

export interface BandValues {
  /** Step after step, unit after unit: [⌈(steps + lead) / stepsPer⌉, ⌈units / unitsPer⌉]. NaN where a cell has nothing else. */
  readonly low: Float32Array;
  /** As long. */
  readonly high: Float32Array;
  readonly finding: Finding;
}

export const SHUT = 0.05;
export const OPEN = 0.95;

/** The units of one step after another, where they lie. */
export interface Rows {
  readonly data: Float32Array;
  /** Where the box's units of a step begin, counted from 0 within the box; what lay there of another step may be gone. */
  start(step: number): number;
}

/** What is seen of a box: its cells, and how many values of each kind there are. */
export interface Survey extends Pick<BandValues, "low" | "high"> {
  readonly counts: Counts;
}

/** Surveys a box whose first step's units begin at `first`, those of the next `stride` further. */
export type Surveyor = (data: Float32Array, at: { readonly first: number; readonly stride: number }, box: BandBox) => Survey;

/**
 * @param data row-major, of shape [B, T, U]
 * @param surveyor a faster one than `surveyed`
 */
export function bandOf(data: Float32Array, shape: readonly number[], box: BandBox, surveyor?: Surveyor): Result<BandValues> {
  const [, timesteps = 0, width = 0] = shape;
  const first = (box.batch * timesteps + box.from) * width + box.unit;
  const rows: Rows = { data, start: (step) => first + step * width };
  return bandWith(() => surveyor?.(data, { first, stride: width }, box) ?? surveyed(rows, box), rows, shape, box);
}

/** @param shape of the tensor that the box is of, [B, T, U] */
export function bandOfRows(rows: Rows, shape: readonly number[], box: BandBox): Result<BandValues> {
  return bandWith(() => surveyed(rows, box), rows, shape, box);
}

function bandWith(survey: () => Survey, rows: Rows, shape: readonly number[], box: BandBox): Result<BandValues> {
  const refused = refusal(shape, box);
  if (refused !== null)
    return err(failure("INVALID_ARGUMENT", "The stretch does not lie in a tensor of shape {shape}.", { shape: refused }));
  const cells = cellsOf(box);
  if (cells > MAX_BAND_CELLS)
    return err(failure("TOO_LARGE", "{cells} cells are too many for one answer: at most {limit}.", { cells, limit: MAX_BAND_CELLS }));
  return ok(found(survey(), rows, box));
}

export function cellsOf({ steps, units, stepsPer, unitsPer, lead }: BandBox): number {
  return Math.ceil((steps + lead) / stepsPer) * Math.ceil(units / unitsPer);
}

function found({ low, high, counts }: Survey, rows: Rows, box: BandBox): BandValues {
  const place = (cells: Float32Array, before: (a: number, b: number) => boolean): Extreme | null => {
    const cell = endOf(cells, before);
    return cell === null ? null : placed(rows, box, { cell, value: cells[cell] as number });
  };
  const [lowest, highest] = [place(low, (a, b) => a < b), place(high, (a, b) => a > b)];
  return { low, high, finding: { lowest, highest, ...counts } };
}

export type Counts = Pick<Finding, "nan" | "shut" | "open" | "beyond">;
type Counting = { -readonly [K in keyof Counts]: Counts[K] };

/** Unit by unit over the steps of a cell first: comparisons that are guessed right, where those from unit to unit are not. */
function surveyed({ data, start }: Rows, box: BandBox): Survey {
  const { steps, units, stepsPer, unitsPer, lead } = box;
  const rows = Math.ceil(units / unitsPer);
  const low = new Float32Array(cellsOf(box)).fill(NaN);
  const high = Float32Array.from(low);
  const counts = { nan: 0, shut: 0, open: 0, beyond: 0 };
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const [least, most] = [new Float32Array(units), new Float32Array(units)];
  for (let cell = 0, step = 0; step < steps; cell += rows) {
    least.fill(Infinity);
    most.fill(-Infinity);
    for (const end = Math.min(steps, (cell / rows + 1) * stepsPer - lead); step < end; step++) {
      const first = start(step);
      for (let unit = 0; unit < units; unit++) {
        const value = data[first + unit] as number;
        if (value < (least[unit] as number)) least[unit] = value;
        if (value > (most[unit] as number)) most[unit] = value;
      }
      count(bits, first, first + units, counts);
    }
    for (let unit = 0; unit < units; unit++) {
      // Still so where every value was NaN.
      if ((least[unit] as number) > (most[unit] as number)) continue;
      const at = cell + Math.floor(unit / unitsPer);
      if (!((low[at] as number) <= (least[unit] as number))) low[at] = least[unit] as number;
      if (!((high[at] as number) >= (most[unit] as number))) high[at] = most[unit] as number;
    }
  }
  return { low, high, counts };
}

/** float32 as int32, which grow together from 0: bits decide what would be branches, guessed wrong half of the time. */
const [SHUT_BITS = 0, OPEN_BITS = 0, INFINITY_BITS = 0] = new Int32Array(Float32Array.of(SHUT, OPEN, Infinity).buffer);

function count(bits: Int32Array, from: number, end: number, counts: Counting): void {
  let [nan, shut, open, beyond] = [0, 0, 0, 0];
  for (let i = from; i < end; i++) {
    const value = bits[i] as number;
    const size = value & 0x7fffffff;
    const negative = value >>> 31;
    const isNan = (INFINITY_BITS - size) >>> 31;
    const isBeyond = ((OPEN_BITS - size) >>> 31) & (isNan ^ 1);
    nan += isNan;
    shut += (negative & (isNan ^ 1)) | ((size - SHUT_BITS) >>> 31);
    open += isBeyond & (negative ^ 1);
    beyond += isBeyond;
  }
  counts.nan += nan;
  counts.shut += shut;
  counts.open += open;
  counts.beyond += beyond;
}

/** Where the one number is that comes before all others, NaN aside. */
function endOf(values: Float32Array, before: (a: number, b: number) => boolean): number | null {
  let end: number | null = null;
  // Without an iterator: there are a hundred thousand.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value === value && (end === null || before(value, values[end] as number))) end = i;
  }
  return end;
}

/** Where the value of a cell stands first, in this cell or in another of the same steps. */
function placed({ data, start }: Rows, box: BandBox, { cell, value }: { cell: number; value: number }): Extreme | null {
  const column = Math.floor(cell / Math.ceil(box.units / box.unitsPer));
  for (let step = Math.max(0, column * box.stepsPer - box.lead); step < box.steps; step++) {
    const first = start(step);
    const at = data.subarray(first, first + box.units).indexOf(value);
    if (at >= 0) return { value, unit: box.unit + at, step: box.from + step };
  }
  return null;
}

function refusal(shape: readonly number[], { batch, from, steps, unit, units, stepsPer, unitsPer, lead }: BandBox): string | null {
  const [rows, timesteps, width] = shape;
  const inside =
    shape.length === 3 &&
    batch < (rows as number) &&
    from + steps <= (timesteps as number) &&
    unit + units <= (width as number) &&
    stepsPer >= 1 &&
    unitsPer >= 1 &&
    lead < stepsPer;
  return inside ? null : `(${shape.join(", ")})`;
}
