/** A logarithmic axis for shares: round ends around what is shown, few ticks, 1 always among them. */

export interface LogScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Smaller shares are drawn at the lower end. */
const LOWEST = 1e-12;
const MOST_TICKS = 7;

export function logScale(values: Iterable<number>): LogScale {
  let [least, most] = [1, 1];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v > 0 && v < least) least = Math.max(LOWEST, v);
    if (v === 0) least = Math.min(least, 0.1);
    if (v > most) most = v;
  }
  const low = rounded(Math.min(least, 0.5), Math.floor);
  const high = rounded(Math.max(most * 1.001, 1.5), Math.ceil);
  const decades = Math.log10(high / low);
  if (decades <= 2.4) return { low, high, ticks: steps(low, high, [1, 2, 5]) };
  const every = Math.ceil(decades / (MOST_TICKS - 1));
  return { low, high, ticks: steps(low, high, [1]).filter((tick) => Math.round(Math.log10(tick)) % every === 0) };
}

/** The next of 1, 2, 5 times a power of ten, below or above. */
function rounded(v: number, towards: (x: number) => number): number {
  const power = 10 ** Math.floor(Math.log10(v) + 1e-9);
  const all = [1, 2, 5, 10].map((step) => tidy(step * power));
  if (towards === Math.ceil) return all.find((one) => one >= v * (1 - 1e-9)) ?? tidy(10 * power);
  return all.filter((one) => one <= v * (1 + 1e-9)).at(-1) ?? tidy(power);
}

function steps(low: number, high: number, within: readonly number[]): number[] {
  const out: number[] = [];
  for (let e = Math.floor(Math.log10(low)) - 1; e <= Math.ceil(Math.log10(high)); e++)
    for (const step of within) {
      const tick = tidy(step * 10 ** e);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) out.push(tick);
    }
  return out;
}

const tidy = (v: number): number => Number(v.toPrecision(6));

/** 0 at the lower end, 1 at the upper; what is beyond stays on the edge. */
export function placeOn({ low, high }: LogScale, v: number): number {
  if (!(v > 0)) return 0;
  return Math.max(0, Math.min(1, Math.log10(v / low) / Math.log10(high / low)));
}
