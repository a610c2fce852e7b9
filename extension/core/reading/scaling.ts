/** Brings every feature to a common scale, fitted on the rows that it says and on nothing else. */
import { type Message, msg } from "../messages.js";
import type { Grid } from "./grid.js";
import type { Reading, Scaling } from "./reading.js";

/** x becomes (x − shift) / scale. */
interface Fitted {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** The rows that the scale is taken from: time steps of one sequence, sequences of several. */
export interface FitRows {
  readonly kind: "steps" | "sequences";
  readonly first: number;
  readonly of: number;
}

export function fitRows({ batch, steps }: Pick<Grid, "batch" | "steps">, percent: number): FitRows {
  const of = batch > 1 ? batch : steps;
  const first = Math.min(of, Math.max(1, Math.floor((of * Math.min(100, Math.max(1, percent))) / 100)));
  return { kind: batch > 1 ? "sequences" : "steps", first, of };
}

/** Calls back with the index of every value that counts: not missing, not in a masked step. */
function eachOf(grid: Grid, rows: FitRows, take: (feature: number, value: number) => void): void {
  const { batch, steps, features, values, mask } = grid;
  const last = rows.kind === "steps" ? batch * rows.first : rows.first * steps;
  for (let step = 0; step < last; step++) {
    if (mask?.[step] === 0) continue;
    for (let d = 0; d < features; d++) {
      const value = values[step * features + d] ?? NaN;
      if (!Number.isNaN(value)) take(d, value);
    }
  }
}

/** A feature that does not change has the scale 1, so that it becomes 0 and not infinite. */
const orOne = (scale: number, size: number): number => (scale > 10 * Number.EPSILON * size ? scale : 1);

function fitZScore(grid: Grid, rows: FitRows): Fitted {
  const counts = new Float64Array(grid.features);
  const mean = new Float64Array(grid.features);
  const scale = new Float64Array(grid.features);
  eachOf(grid, rows, (d, value) => {
    counts[d] = (counts[d] ?? 0) + 1;
    mean[d] = (mean[d] ?? 0) + value;
  });
  mean.forEach((sum, d) => (mean[d] = sum / Math.max(1, counts[d] ?? 0)));
  eachOf(grid, rows, (d, value) => {
    scale[d] = (scale[d] ?? 0) + (value - (mean[d] ?? 0)) ** 2;
  });
  scale.forEach((sum, d) => (scale[d] = orOne(Math.sqrt(sum / Math.max(1, counts[d] ?? 0)), Math.abs(mean[d] ?? 0))));
  return { shift: mean, scale };
}

function fitMinMax(grid: Grid, rows: FitRows): Fitted {
  const least = new Float64Array(grid.features).fill(Infinity);
  const most = new Float64Array(grid.features).fill(-Infinity);
  eachOf(grid, rows, (d, value) => {
    if (value < (least[d] ?? 0)) least[d] = value;
    if (value > (most[d] ?? 0)) most[d] = value;
  });
  const scale = most.map((top, d) => (Number.isFinite(top) ? orOne(top - (least[d] ?? 0), 0) : 1));
  return { shift: least.map((low) => (Number.isFinite(low) ? low : 0)), scale };
}

/** fitted: the grid with its gaps, from which the scale is taken; filled: the same without, which is scaled. Masked steps become 0. */
export function scaled(filled: Grid, fitted: Grid, scaling: Exclude<Scaling, "none">, rows: FitRows): Grid {
  const { shift, scale } = scaling === "zScore" ? fitZScore(fitted, rows) : fitMinMax(fitted, rows);
  const { features, mask } = filled;
  const values = new Float32Array(filled.values.length);
  for (let step = 0; step * features < values.length; step++) {
    if (mask?.[step] === 0) continue;
    for (let d = 0; d < features; d++) {
      const at = step * features + d;
      values[at] = ((filled.values[at] ?? 0) - (shift[d] ?? 0)) / (scale[d] ?? 1);
    }
  }
  return { ...filled, values };
}

export function scalingNote(scaling: Exclude<Scaling, "none">, rows: FitRows): Message {
  const all = rows.first === rows.of;
  if (scaling === "zScore") {
    if (all) return msg("Scaled by z-score, by feature, fitted on all rows.");
    return rows.kind === "steps"
      ? msg("Scaled by z-score, by feature, fitted on time steps 1 to {first} of {of}.", { first: rows.first, of: rows.of })
      : msg("Scaled by z-score, by feature, fitted on sequences 1 to {first} of {of}.", { first: rows.first, of: rows.of });
  }
  if (all) return msg("Scaled to 0–1, by feature, fitted on all rows.");
  return rows.kind === "steps"
    ? msg("Scaled to 0–1, by feature, fitted on time steps 1 to {first} of {of}.", { first: rows.first, of: rows.of })
    : msg("Scaled to 0–1, by feature, fitted on sequences 1 to {first} of {of}.", { first: rows.first, of: rows.of });
}

/** Ids name words; on a scale they would name none. */
export function scalingOf({ scaling }: Pick<Reading, "scaling">, ids: boolean): Exclude<Scaling, "none"> | null {
  return ids || scaling === "none" ? null : scaling;
}
