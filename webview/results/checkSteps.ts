/** The steps of a check as columns: as many as there is room for. */
import type { StepSeries } from "../../extension/core/compare.js";

export interface Part {
  /** Steps from 1. */
  readonly from: number;
  readonly to: number;
  readonly largest: number;
  /** Here the tolerance is left for the first time. */
  readonly beyond: boolean;
}

type Joinable = Pick<StepSeries, "steps" | "span" | "firstBeyond" | "timesteps">;

/** Entries of a series joined to at most so many. */
export function joined({ steps, span, firstBeyond: first, timesteps }: Joinable, most: number): Part[] {
  const each = Math.max(1, Math.ceil(steps.length / most));
  return Array.from({ length: Math.ceil(steps.length / each) }, (_, i) => {
    const from = i * each * span;
    const to = Math.min(timesteps, from + each * span);
    const largest = Math.max(...steps.slice(i * each, (i + 1) * each));
    return { from: from + 1, to, largest, beyond: first !== null && first >= from && first < to };
  });
}
