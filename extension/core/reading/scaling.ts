/** Brings every feature to a common scale, fitted on the rows that it says and on nothing else. */
import { type Message, msg } from "../messages.js";
import type { Grid } from "./grid.js";
import type { Reading, Scaling } from "./reading.js";

/** x becomes (x − shift) / scale. */
export interface Fitted {
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

/** A feature that does not change has the scale 1, so that it becomes 0 and not infinite. */
const orOne = (scale: number, size: number): number => (scale > 10 * Number.EPSILON * size ? scale : 1);

/** Takes a scale from rows that come in pieces: all of them in each pass, in the same order. */
export class ScaleFit {
  /** The second pass of a z-score is about how far values are from the mean, which the first one finds. */
  readonly passes: 1 | 2;
  private pass = 1;
  private readonly counts: Float64Array;
  /** Sums, then means; of min-max, the least. */
  private readonly low: Float64Array;
  /** Sums of squares; of min-max, the most. */
  private readonly high: Float64Array;

  constructor(
    private readonly scaling: Exclude<Scaling, "none">,
    private readonly features: number,
  ) {
    const z = scaling === "zScore";
    this.passes = z ? 2 : 1;
    this.counts = new Float64Array(features);
    this.low = new Float64Array(features).fill(z ? 0 : Infinity);
    this.high = new Float64Array(features).fill(z ? 0 : -Infinity);
  }

  /** The first so many steps of a grid, all its sequences counted; neither what is missing nor masked steps. */
  add({ values, mask }: Pick<Grid, "values" | "mask">, steps: number): void {
    const { features } = this;
    for (let step = 0; step < steps; step++) {
      if (mask?.[step] === 0) continue;
      for (let d = 0; d < features; d++) {
        const value = values[step * features + d] ?? NaN;
        if (!Number.isNaN(value)) this.take(d, value);
      }
    }
  }

  endPass(): void {
    if (this.scaling === "zScore" && this.pass === 1) this.low.forEach((sum, d) => (this.low[d] = sum / Math.max(1, this.counts[d] ?? 0)));
    this.pass++;
  }

  fitted(): Fitted {
    const { low, high, counts } = this;
    if (this.scaling === "zScore") {
      const deviation = (sum: number, d: number): number => Math.sqrt(sum / Math.max(1, counts[d] ?? 0));
      return { shift: low, scale: high.map((sum, d) => orOne(deviation(sum, d), Math.abs(low[d] ?? 0))) };
    }
    const scale = high.map((top, d) => (Number.isFinite(top) ? orOne(top - (low[d] ?? 0), 0) : 1));
    return { shift: low.map((least) => (Number.isFinite(least) ? least : 0)), scale };
  }

  private take(d: number, value: number): void {
    const { low, high, counts } = this;
    if (this.scaling === "minMax") {
      if (value < (low[d] ?? 0)) low[d] = value;
      if (value > (high[d] ?? 0)) high[d] = value;
    } else if (this.pass === 1) {
      counts[d] = (counts[d] ?? 0) + 1;
      low[d] = (low[d] ?? 0) + value;
    } else high[d] = (high[d] ?? 0) + (value - (low[d] ?? 0)) ** 2;
  }
}

/** fitted: the grid with its gaps, from which the scale is taken; filled: the same without, which is scaled. */
export function scaled(filled: Grid, fitted: Grid, scaling: Exclude<Scaling, "none">, rows: FitRows): Grid {
  const fit = new ScaleFit(scaling, fitted.features);
  for (let pass = 0; pass < fit.passes; pass++) {
    fit.add(fitted, rows.kind === "steps" ? fitted.batch * rows.first : rows.first * fitted.steps);
    fit.endPass();
  }
  return scaledBy(filled, fit.fitted());
}

/** Masked steps become 0. */
export function scaledBy(filled: Grid, { shift, scale }: Fitted): Grid {
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
