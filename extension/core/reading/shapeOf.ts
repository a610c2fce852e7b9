/** The shape that a reading makes of written numbers, without touching them: what a preview shows. */
import { failure } from "../errors.js";
import { type Message, msg } from "../messages.js";
import { err, ok, type Result } from "../result.js";
import type { SelectionNumbers } from "../text/selection.js";
import { keptColumns } from "./columns.js";
import { MAX_NUMBERS, viewOf, windowsIn } from "./grid.js";
import type { Reading, Target } from "./reading.js";

export type Written = Pick<SelectionNumbers, "shape" | "columns"> & {
  /** It is read piece by piece, and never held as a whole. */
  readonly inPieces?: boolean;
  /** So many rows about: they are counted when it is read. */
  readonly rowsAbout?: boolean;
};

/** The shape as the model gets it. */
export function shapeOf(written: Written, reading: Reading, target: Target): Result<number[]> {
  const kept = keptColumns(written, reading);
  const shape = kept === null ? written.shape : [...written.shape.slice(0, -1), kept.length];
  const view = viewOf(shape, reading, target);
  if (!view.ok) return view;
  let [batch, steps] = view.value.sizes;
  const features = view.value.sizes[2];
  if (reading.window !== null) {
    if (target === "samples")
      return err(failure("INVALID_ARGUMENT", "The model takes samples without a time axis: there is nothing to cut into windows."));
    const windows = windowsIn(steps, reading.window);
    if (!windows.ok) return windows;
    batch *= windows.value;
    steps = reading.window.length;
  }
  const size = batch * steps * features;
  if (size > MAX_NUMBERS && written.inPieces !== true)
    return err(
      failure("TOO_LARGE", "These windows hold {size} numbers; the limit is {limit}. Take a larger stride.", { size, limit: MAX_NUMBERS }),
    );
  return ok(target === "sequences" ? [batch, steps, features] : target === "ids" ? [batch, steps] : [steps, features]);
}

export const writtenText = (shape: readonly number[]): string => (shape.length === 0 ? "1" : shape.join(" × "));
const tensorText = (shape: readonly number[]): string => `(${shape.join(", ")})`;

/** `4 × 5 → (1, 4, 5) · batch 1 · timesteps 4 · features 5`. */
export function shapeLine(written: readonly number[], shape: readonly number[], target: Target): Message {
  const [batch = 1, second = 1, features = 1] = shape;
  const args = { written: writtenText(written), shape: tensorText(shape), batch };
  if (target === "ids") return msg("{written} → {shape} · batch {batch} · timesteps {steps}", { ...args, steps: second });
  if (target === "samples") return msg("{written} → {shape} · batch {batch} · features {features}", { ...args, features: second });
  return msg("{written} → {shape} · batch {batch} · timesteps {steps} · features {features}", { ...args, steps: second, features });
}

/** The same as a sentence for the notes of a run. */
export function shapeNote(written: readonly number[], shape: readonly number[], target: Target): Message {
  const [batch = 1, second = 1, features = 1] = shape;
  const args = { written: writtenText(written), shape: tensorText(shape), batch };
  if (target === "ids") return msg("{written} → {shape}: sequences {batch}, token ids in each {steps}.", { ...args, steps: second });
  if (target === "samples") return msg("{written} → {shape}: samples {batch}, features {features}.", { ...args, features: second });
  return msg("{written} → {shape}: sequences {batch}, time steps {steps}, features {features}.", { ...args, steps: second, features });
}
