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

/** @param data row-major, of shape [B, T, U] */
export function bandOf(data: Float32Array, shape: readonly number[], box: BandBox): Result<BandValues> {
  const [, timesteps = 0, width = 0] = shape;
  const first = (box.batch * timesteps + box.from) * width + box.unit;
  return bandOfRows({ data, start: (step) => first + step * width }, shape, box);
}

/** @param shape of the tensor that the box is of, [B, T, U] */
export function bandOfRows(rows: Rows, shape: readonly number[], box: BandBox): Result<BandValues> {
  const refused = refusal(shape, box);
  if (refused !== null)
    return err(failure("INVALID_ARGUMENT", "The stretch does not lie in a tensor of shape {shape}.", { shape: refused }));
  const { steps, units, stepsPer, unitsPer, lead } = box;
  const cells = Math.ceil((steps + lead) / stepsPer) * Math.ceil(units / unitsPer);
  if (cells > MAX_BAND_CELLS)
    return err(failure("TOO_LARGE", "{cells} cells are too many for one answer: at most {limit}.", { cells, limit: MAX_BAND_CELLS }));
  return ok(read(rows, box));
}

/** One pass in the order of memory; what is rare, a new extreme, is looked for only where a cell has one. */
function read({ data, start }: Rows, { from, steps, unit, units, stepsPer, unitsPer, lead }: BandBox): BandValues {
  const rows = Math.ceil(units / unitsPer);
  const low = new Float32Array(Math.ceil((steps + lead) / stepsPer) * rows).fill(NaN);
  const high = Float32Array.from(low);
  let [nan, shut, open, below] = [0, 0, 0, 0];
  let lowest: Extreme | null = null;
  let highest: Extreme | null = null;
  const found = (value: number, first: number, at: number, step: number): Extreme => {
    let u = at;
    while (data[first + u] !== value) u++;
    return { value, unit: unit + u, step: from + step };
  };
  for (let step = 0; step < steps; step++) {
    const first = start(step);
    const column = Math.floor((step + lead) / stepsPer) * rows;
    for (let row = 0; row < rows; row++) {
      const end = Math.min(units, (row + 1) * unitsPer);
      let [least, most] = [Infinity, -Infinity];
      for (let u = row * unitsPer; u < end; u++) {
        const value = data[first + u] as number;
        if (value < least) least = value;
        if (value > most) most = value;
        // Additions where branches would be guessed wrong half of the time.
        shut += +(value < SHUT);
        open += +(value > OPEN);
        below += +(value < -OPEN);
        nan += +(value !== value);
      }
      // Infinity alone may mean that all were NaN.
      if (least > most) continue;
      const cell = column + row;
      if (!((low[cell] as number) <= least)) low[cell] = least;
      if (!((high[cell] as number) >= most)) high[cell] = most;
      if (lowest === null || least < lowest.value) lowest = found(least, first, row * unitsPer, step);
      if (highest === null || most > highest.value) highest = found(most, first, row * unitsPer, step);
    }
  }
  return { low, high, finding: { lowest, highest, nan, shut, open, beyond: open + below } };
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
