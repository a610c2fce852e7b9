/** How much of the data one piece has: as much as computes well, within the memory that there is. */
import { type Failure, failure, UnrollError } from "../core/errors.js";
import { bytesText, type LoadedModel } from "./loadedModel.js";

/** Numbers of a piece: more make no run faster, and a cancel waits until one is read. */
export const MOST_NUMBERS = 2 ** 20;
/** What a run of a piece may take where the limit is wide. */
const GOOD_BYTES = 128 * 1024 * 1024;
/** As read, in the order of a view, filled and scaled: so often a piece is held on its way. */
const COPIES = 4;
/** Sequences that are computed side by side where none fits as a whole. */
const SIDE_BY_SIDE = 64;

export interface SizeLimits {
  /** The memory that a run may take. */
  readonly limitBytes: (bytes: number) => number;
  /** Numbers of a piece, where somebody wants fewer. */
  readonly mostNumbers?: number | undefined;
}

export interface Wanted {
  readonly samples: number;
  /** Time steps of a sample; 1 where the model has none. */
  readonly steps: number;
  /** The model's shape of so many samples of so many steps. */
  readonly shapeOf: (samples: number, steps: number) => readonly number[];
}

/** Samples at once, each as a whole; 0: not even one fits. @param beyond also more than computes well, up to the memory limit */
export function samplesAtOnce(model: LoadedModel, { samples, steps, shapeOf }: Wanted, limits: SizeLimits, beyond: boolean): number {
  return largest(samples, (n) => fits(model, shapeOf(n, steps), limits, beyond));
}

/** Time steps at once, of as many samples side by side as is sensible. */
export function stepsAtOnce(
  model: LoadedModel,
  { samples, steps, shapeOf }: Wanted,
  limits: SizeLimits,
): { samples: number; steps: number } {
  const alone = largest(steps, (n) => fits(model, shapeOf(1, n), limits, false));
  if (alone === 0) {
    if (!fits(model, shapeOf(1, 1), limits, true)) throw new UnrollError(tooLarge(model, shapeOf(1, 1), limits));
    return { samples: 1, steps: 1 };
  }
  const together = Math.min(samples, SIDE_BY_SIDE, alone);
  return { samples: together, steps: Math.max(1, Math.floor(alone / together)) };
}

export function tooLarge(model: LoadedModel, shape: readonly number[], limits: SizeLimits): Failure {
  const needed = bytesOf(model, shape);
  return failure("TOO_LARGE", "One piece of the data needs {needed}, the limit is {limit}. Raise the limit, or take a smaller model.", {
    needed: bytesText(needed),
    limit: bytesText(limits.limitBytes(needed)),
  });
}

function fits(
  model: LoadedModel,
  shape: readonly number[],
  { limitBytes, mostNumbers = MOST_NUMBERS }: SizeLimits,
  beyond: boolean,
): boolean {
  const numbers = shape.reduce((product, d) => product * d, 1);
  if (!beyond && numbers > mostNumbers) return false;
  const bytes = bytesOf(model, shape);
  return bytes <= (beyond ? limitBytes(bytes) : Math.min(GOOD_BYTES, limitBytes(bytes)));
}

function bytesOf(model: LoadedModel, shape: readonly number[]): number {
  const { plan } = model.estimate(shape, 0);
  return plan.hostBytes + 4 * COPIES * shape.reduce((product, d) => product * d, 1);
}

/** The largest n of 1 to most that is good, where every smaller one is, too; 0: not even 1. */
function largest(most: number, good: (n: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (high < most && good(high)) [low, high] = [high, 2 * high];
  high = Math.min(high, most) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (good(middle)) low = middle;
    else high = middle;
  }
  return low;
}
