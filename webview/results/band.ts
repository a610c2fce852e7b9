/** Values of units over time, as they lie in an answer of the host. */

/** Units over time, addressed so that no copy is needed: value of unit u at step t is values[start + t·byStep + u]. */
export interface Band {
  readonly values: ArrayLike<number>;
  readonly units: number;
  readonly steps: number;
  readonly start: number;
  readonly byStep: number;
}

export function valueAt(band: Band, unit: number, step: number): number {
  return band.values[band.start + step * band.byStep + unit] ?? NaN;
}

/** The same band with its steps from the last to the first. */
export function flipped(band: Band): Band {
  return { ...band, start: band.start + (band.steps - 1) * band.byStep, byStep: -band.byStep };
}
