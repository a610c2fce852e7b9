/** Every value of a strip around the cursor: the window of steps that fits a request, in the order of the input. */
import { type Band, flipped } from "./band.js";
import type { Strip } from "./outputs.js";
import type { Box, Slice } from "./slices.js";

/** Steps of one request. */
const MOST_STEPS = 512;
/** Numbers of one request: a cursor that is moved fast asks for many. */
const MOST_ELEMENTS = 65_536;

export interface Window {
  readonly from: number;
  readonly steps: number;
}

/** The window around `step`, the same for every strip, so that their columns line up. */
export function windowOf(strips: readonly Strip[], step: number): Window {
  const total = Math.max(1, ...strips.map((strip) => strip.tensor.shape[1] ?? 1));
  const widest = Math.max(1, ...strips.map((strip) => strip.tensor.shape[2] ?? 1));
  const most = Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_ELEMENTS / widest)));
  const from = Math.floor(Math.min(step, total - 1) / most) * most;
  return { from, steps: Math.min(most, total - from) };
}

export type Loaded = { readonly band: Band } | { readonly band: null; readonly message: string | null };

/** The strip's values in the window; null while they are on their way. A strip with fewer steps gives what it has. */
export function bandOf(strip: Strip, window: Window, batch: number, slice: (box: Box) => Slice): Loaded {
  const { tensor } = strip;
  const total = tensor.shape[1] ?? 1;
  const columns = tensor.shape[2] ?? 1;
  const steps = Math.max(0, Math.min(window.steps, total - window.from));
  const first = strip.flipped ? total - window.from - steps : window.from;
  const found = slice({ tensor: tensor.id, start: [batch, first, 0], count: [1, steps, columns] });
  if (found.status === "failed") return { band: null, message: found.message };
  if (found.status === "pending") return { band: null, message: null };
  const band: Band = { values: found.values, units: strip.units, steps, start: strip.offset, byStep: columns };
  return { band: strip.flipped ? flipped(band) : band };
}
