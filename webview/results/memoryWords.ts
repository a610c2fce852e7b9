/** The memory horizon in words: what arrives, when half is gone, what fades away or explodes. */
import { EXPLODES, type Memory, VANISHES } from "../../extension/core/memory.js";
import { t } from "../shared/l10n.js";
import { fixed } from "./numbers.js";
import type { LayerPart } from "./parts.js";
import { partTitle } from "./traceWords.js";

/** "LSTM · forward: a change at step 1 arrives at step 4 with 0.17 of its size; half is gone after one step." */
export function memorySentence(part: LayerPart, { first, halfLife, steps }: Memory): string {
  const [from, to] = part.reversed ? [steps, 1] : [1, steps];
  const args = { name: partTitle(part), from, to, share: shareText(first) };
  if (halfLife === null) return t("{name}: a change at step {from} arrives at step {to} with {share} of its size.", args);
  if (halfLife === 1)
    return t("{name}: a change at step {from} arrives at step {to} with {share} of its size; half is gone after one step.", args);
  return t("{name}: a change at step {from} arrives at step {to} with {share} of its size; half is gone after {n} steps.", {
    ...args,
    n: halfLife,
  });
}

/** What is wrong with it; null: nothing. */
export function memoryWarning(part: LayerPart, { first, largest, steps }: Memory): string | null {
  const name = partTitle(part);
  if (Number.isNaN(largest)) return t("{name}: the gradient is not a number. Its states are too large, or the data has NaN.", { name });
  if (largest > EXPLODES)
    return t("{name} explodes: a change grows up to {n} times on its way to the last state.", { name, n: shareText(largest) });
  if (steps > 1 && first < VANISHES)
    return t("{name} forgets: of step {n} less than {percent} % is left.", { name, n: part.reversed ? steps : 1, percent: 100 * VANISHES });
  return null;
}

/** Two digits where they say something. */
export function shareText(share: number): string {
  if (!Number.isFinite(share) || share === 0) return fixed(share, 0);
  if (share < 0.005 || share >= 1e5) return share.toExponential(0).replace("-", "−").replace("e+", "e");
  return fixed(share, share >= 100 ? 0 : 2);
}
