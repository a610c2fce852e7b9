/** What a run of the data as a whole would take, before anybody is asked to run it. */
import { withInput } from "../model/input.js";
import { lower } from "../model/lower.js";
import type { ModelSpec } from "../model/spec.js";
import { sizeOf, tensorPlan } from "../model/tensors.js";

/** Bytes at least: the outputs of all layers, and twice the largest on its way. shape: fits the model. */
export function plannedBytes(model: ModelSpec, shape: readonly number[]): number {
  const sizes = tensorPlan(lower(withInput(model, shape)), shape, 1).map((tensor) => sizeOf(tensor.shape));
  const largest = sizes.reduce((most, size) => Math.max(most, size), sizeOf(shape));
  return 4 * sizes.reduce((sum, size) => sum + size, 2 * largest);
}
