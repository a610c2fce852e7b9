/** What a band of values shows, in numbers: found here, worded in `words.ts`. */

export interface Extreme {
  readonly value: number;
  /** From 0. */
  readonly unit: number;
  readonly step: number;
}

export interface Finding {
  readonly lowest: Extreme | null;
  readonly highest: Extreme | null;
  readonly nan: number;
}

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

/** The first lowest and highest value, unit after unit. */
export function findingOf(band: Band): Finding {
  let lowest: Extreme | null = null;
  let highest: Extreme | null = null;
  let nan = 0;
  for (let unit = 0; unit < band.units; unit++) {
    for (let step = 0; step < band.steps; step++) {
      const value = valueAt(band, unit, step);
      if (Number.isNaN(value)) {
        nan++;
        continue;
      }
      if (lowest === null || value < lowest.value) lowest = { value, unit, step };
      if (highest === null || value > highest.value) highest = { value, unit, step };
    }
  }
  return { lowest, highest, nan };
}

/** The same band with its steps from the last to the first. */
export function flipped(band: Band): Band {
  return { ...band, start: band.start + (band.steps - 1) * band.byStep, byStep: -band.byStep };
}
