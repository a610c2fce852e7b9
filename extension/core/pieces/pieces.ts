/** Data that does not fit into memory, cut into pieces that do: what of it each one reads, and where its result goes. */
import type { Window } from "../reading/reading.js";

/** Sizes of the data as sequences: [batch, steps, features]. */
export type Sizes = readonly [number, number, number];

export interface Piece {
  /** Sequences [batch, batch + sequences) and of each the steps [step, step + steps), which are read. */
  readonly batch: number;
  readonly sequences: number;
  readonly step: number;
  readonly steps: number;
  /** The next piece's first step, where it goes on with the same sequences; else null. */
  readonly nextStep: number | null;
  /** Windows that lie in the steps, of each sequence; 0: there are none. */
  readonly windows: number;
  /** First sample of the result, and how many. */
  readonly sample: number;
  readonly samples: number;
}

/** Every `samples` sequences, whole or `steps` at a time, one after the other. */
export function* plainPieces([batch, all]: Sizes, { samples, steps }: { samples: number; steps: number }): Generator<Piece> {
  for (let b = 0; b < batch; b += samples) {
    const sequences = Math.min(samples, batch - b);
    for (let t = 0; t < all; t += steps) {
      const nextStep = t + steps < all ? t + steps : null;
      yield { batch: b, sequences, step: t, steps: Math.min(steps, all - t), nextStep, windows: 0, sample: b, samples: sequences };
    }
  }
}

/** Steps of one sequence are samples by themselves: the model has no time axis. */
export function* samplePieces([, all]: Sizes, samples: number): Generator<Piece> {
  for (let t = 0; t < all; t += samples) {
    const steps = Math.min(samples, all - t);
    const nextStep = t + steps < all ? t + steps : null;
    yield { batch: 0, sequences: 1, step: t, steps, nextStep, windows: 0, sample: t, samples: steps };
  }
}

/** At most so many windows, and so many steps that are read for them; of one sequence a window and its stride at least. */
export interface WindowsAtOnce {
  readonly samples: number;
  readonly steps: number;
}

/** Windows of every sequence: of many short sequences at once, or of a part of a long one. Together the pieces read every step. */
export function* windowPieces([batch, all]: Sizes, { length, stride }: Window, most: WindowsAtOnce): Generator<Piece> {
  const each = Math.floor((all - length) / stride) + 1;
  const together = Math.min(Math.floor(most.samples / each), Math.floor(most.steps / all));
  if (together >= 1) {
    for (let b = 0; b < batch; b += together) {
      const sequences = Math.min(together, batch - b);
      const whole = { step: 0, steps: all, nextStep: null, windows: each };
      yield { ...whole, batch: b, sequences, sample: b * each, samples: sequences * each };
    }
    return;
  }
  const atOnce = Math.max(1, Math.min(most.samples, Math.floor((most.steps - length) / stride) + 1));
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < each; i += atOnce) {
      const windows = Math.min(atOnce, each - i);
      const step = i * stride;
      const nextStep = i + windows < each ? step + windows * stride : null;
      // Up to the next piece's first step at least: what stands before it may fill its gaps.
      const end = nextStep === null ? all : Math.max(step + (windows - 1) * stride + length, nextStep);
      yield { batch: b, sequences: 1, step, steps: end - step, nextStep, windows, sample: b * each + i, samples: windows };
    }
  }
}
