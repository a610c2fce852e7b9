/** A strip at a glance, however long: as many cells as are drawn, each with the lowest and highest of what it stands for. */
import { type BandBox, type BandValues, type Extreme, type Finding, MAX_BAND_CELLS } from "../../extension/core/band.js";
import { type Band, flipped } from "./band.js";
import type { Window } from "./bands.js";
import type { Strip } from "./outputs.js";
import type { BandQuery } from "./slices.js";
import type { Found } from "./requestCache.js";

/** Rows that a strip draws; where there are more units, a row stands for several. */
const MOST_ROWS = 128;
/** Steps below which zooming shows nothing more. */
export const LEAST_STEPS = 16;

export interface Overview {
  /** Of each cell the value that is farther from zero; where a cell is one value, that one. */
  readonly band: Band;
  readonly low: Band;
  readonly high: Band;
  readonly stepsPer: number;
  readonly unitsPer: number;
  /** Of every value in the window: units of the strip and steps of the input, from 0. */
  readonly finding: Finding;
}

export type LoadedOverview = Overview | { readonly band: null; readonly message: string | null };

export interface Look {
  readonly window: Window;
  readonly batch: number;
  /** Columns that there is room for. */
  readonly columns: number;
}

/** null while it is on its way, or where it cannot be read. A strip with fewer steps gives what it has. */
export function overviewOf(strip: Strip, look: Look, ask: (query: BandQuery) => Found<BandValues>): LoadedOverview {
  const box = boxOf(strip, look);
  const found = ask({ tensor: strip.tensor.id, box });
  if (found.status === "failed") return { band: null, message: found.message };
  if (found.status === "pending") return { band: null, message: null };
  const { low, high, finding } = found.values;
  const units = Math.ceil(box.units / box.unitsPer);
  const of = (values: ArrayLike<number>): Band => {
    const band = { values, units, steps: low.length / units, start: 0, byStep: units };
    return strip.flipped ? flipped(band) : band;
  };
  const { stepsPer, unitsPer } = box;
  return { band: of(shownOf(found.values)), low: of(low), high: of(high), stepsPer, unitsPer, finding: placed(strip, finding) };
}

export function boxOf(strip: Strip, { window, batch, columns }: Look): BandBox {
  const total = strip.tensor.shape[1] ?? 1;
  const steps = Math.max(0, Math.min(window.steps, total - window.from));
  const from = strip.flipped ? total - window.from - steps : window.from;
  const unitsPer = Math.ceil(strip.units / MOST_ROWS);
  const most = Math.min(Math.max(1, columns), Math.floor(MAX_BAND_CELLS / Math.ceil(strip.units / unitsPer)) - 1);
  const stepsPer = Math.max(1, Math.ceil(steps / most));
  const lead = strip.flipped ? (stepsPer - (steps % stepsPer)) % stepsPer : 0;
  return { batch, from, steps, unit: strip.offset, units: strip.units, stepsPer, unitsPer, lead };
}

const shown = new WeakMap<BandValues, ArrayLike<number>>();

function shownOf(values: BandValues): ArrayLike<number> {
  const before = shown.get(values);
  if (before !== undefined) return before;
  const { low, high } = values;
  const farther = low.map((least, i) => (Math.abs(high[i] as number) > Math.abs(least) ? (high[i] as number) : least));
  shown.set(values, farther);
  return farther;
}

/** In units of the strip and steps of the input. */
function placed(strip: Strip, finding: Finding): Finding {
  const total = strip.tensor.shape[1] ?? 1;
  const place = (extreme: Extreme | null): Extreme | null =>
    extreme === null
      ? null
      : {
          value: extreme.value,
          unit: extreme.unit - strip.offset,
          step: strip.flipped ? total - 1 - extreme.step : extreme.step,
        };
  return { ...finding, lowest: place(finding.lowest), highest: place(finding.highest) };
}

/** The steps that Heat shows: all of them, or what was zoomed into, around the cursor where that left it. */
export function shownWindow(zoom: Window | null, total: number): Window {
  return zoom === null ? { from: 0, steps: Math.max(1, total) } : zoom;
}

/** The zoom that shows `steps` of `total` steps with `step` in sight; null: all of them. */
export function zoomAround(zoom: Window | null, step: number, total: number, steps = zoom?.steps ?? total): Window | null {
  const wanted = Math.max(Math.min(LEAST_STEPS, total), Math.round(steps));
  if (wanted >= total) return null;
  const before = shownWindow(zoom, total);
  // The step stays where it is in the window, as far as it is in there.
  const share = Math.max(0, Math.min(1, (step - before.from) / before.steps));
  const inside = step >= before.from && step < before.from + before.steps;
  const from = wanted === before.steps && inside ? before.from : Math.round(step - (inside ? share : 0.5) * wanted);
  return { from: Math.max(0, Math.min(total - wanted, from)), steps: wanted };
}
