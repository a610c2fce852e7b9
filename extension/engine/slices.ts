/** Long work of this thread in stretches: between them cancels, timers and other requests get their turn. */
import { failure, runCancelled, UnrollError } from "../core/errors.js";
import { TokenOutOfRange } from "../core/reference/reference.js";

/** Longest time that one stretch keeps the event loop. */
const SLICE_MS = 8;

export interface SliceControls {
  cancelled(): boolean;
  /** Told of each yield. */
  progress(amount: number): void;
}

/** Rejects with CANCELLED soon after `cancelled` says so. @throws UnrollError */
export async function inSlices<T>(steps: Generator<number, T>, controls: SliceControls): Promise<T> {
  for (;;) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (controls.cancelled()) throw runCancelled();
    const until = performance.now() + SLICE_MS;
    const last = guarded(() => {
      for (;;) {
        const next = steps.next();
        if (next.done === true) return next;
        controls.progress(next.value);
        if (performance.now() >= until) return null;
      }
    });
    if (last !== null) return last.value;
  }
}

/** The reference's own refusals, as failures with a code. @throws UnrollError */
export function guarded<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof TokenOutOfRange) {
      const args = { id: error.id, last: error.vocabulary - 1 };
      throw new UnrollError(failure("INVALID_ARGUMENT", "Token id {id} is not in the Embedding's table: ids go from 0 to {last}.", args));
    }
    if (error instanceof RangeError) throw new UnrollError(failure("OUT_OF_MEMORY", "There is not enough memory for this run."));
    throw error;
  }
}
