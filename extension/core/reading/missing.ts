/** What stands where a value is missing: zero, the value before it, or nothing, because the step is masked. */
import { type Message, msg } from "../messages.js";
import type { Grid } from "./grid.js";
import type { MissingPolicy } from "./reading.js";

export interface Gaps {
  readonly count: number;
  /** Steps in which at least one value is missing. */
  readonly steps: number;
}

/** Steps that do not count anyway have no gaps. */
export function gapsOf({ values, mask, features }: Grid): Gaps {
  let count = 0;
  let steps = 0;
  for (let step = 0; step * features < values.length; step++) {
    if (mask?.[step] === 0) continue;
    const before = count;
    for (let at = step * features; at < (step + 1) * features; at++) if (Number.isNaN(values[at])) count++;
    if (count > before) steps++;
  }
  return { count, steps };
}

/** The grid with a mask that leaves out every step with a gap. The gaps stay. */
export function withGapsMasked(grid: Grid): Grid {
  const { values, features, batch, steps } = grid;
  const mask = grid.mask === null ? new Uint8Array(batch * steps).fill(1) : grid.mask.slice();
  for (let step = 0; step < mask.length; step++)
    for (let at = step * features; at < (step + 1) * features; at++) if (Number.isNaN(values[at])) mask[step] = 0;
  return { ...grid, mask };
}

/**
 * No gap is left. Forward fill goes along the time steps of each sequence, by feature; where nothing stands before, it is 0.
 * earlier: [batch, features], the step before each sequence's first, where the grid is a later part of them.
 */
export function filled(grid: Grid, policy: MissingPolicy, earlier: Float32Array | null = null): Grid {
  const { batch, steps, features } = grid;
  const values = grid.values.slice();
  const before = new Float32Array(features);
  for (let b = 0, at = 0; b < batch; b++) {
    if (earlier === null) before.fill(0);
    else before.set(earlier.subarray(b * features, (b + 1) * features));
    for (let t = 0; t < steps; t++) {
      for (let d = 0; d < features; d++, at++) {
        if (Number.isNaN(values[at])) values[at] = policy === "forwardFill" ? (before[d] ?? 0) : 0;
        else before[d] = values[at] ?? 0;
      }
    }
  }
  return { ...grid, values };
}

export function gapsNote({ count, steps }: Gaps, policy: MissingPolicy): Message | null {
  if (count === 0) return null;
  switch (policy) {
    case "zero":
      return msg("Missing values read as 0: {count}.", { count });
    case "forwardFill":
      return msg("Missing values that repeat the time step before them: {count}.", { count });
    case "mask":
      return msg("Time steps masked because a value is missing: {steps}.", { steps });
    case "error":
      return null;
  }
}
