/** Writes runnable Python for a model: Keras 3, PyTorch or plain NumPy. */
import { failure } from "../../errors.js";
import { layerEntries, readModel, readModelText } from "../../model/read.js";
import { firstProblem } from "../../model/shapes.js";
import { err, ok, type Result } from "../../result.js";
import { CannotSay, type Target } from "./code.js";
import { kerasCode } from "./keras.js";
import { numpyCode } from "./numpy.js";
import { torchCode } from "./torch.js";

export type { Target } from "./code.js";

export const targets: readonly Target[] = ["keras3", "pytorch", "numpy"];

/** Deterministic: the same model gives the same text. @param model a Keras Sequential config, parsed or as text. */
export function writeCode(model: unknown, target: Target): Result<string> {
  const read = typeof model === "string" ? readModelText(model) : readModel(model);
  if (!read.ok) return read;
  const spec = read.value;
  if (spec.layers.length === 0) return err(failure("INVALID_ARGUMENT", "The model has no layers. Add one, e.g. SimpleRNN(3)."));
  try {
    if (target === "keras3") return ok(kerasCode(spec, layerEntries(typeof model === "string" ? JSON.parse(model) : model)));
    // Code that would fail when it is run helps nobody; Keras itself says what does not fit.
    const problem = firstProblem(spec);
    if (problem !== null) return err({ code: "UNSUPPORTED", message: problem.message });
    return ok(target === "pytorch" ? torchCode(spec) : numpyCode(spec));
  } catch (error) {
    if (error instanceof CannotSay) return err(error.failure);
    throw error;
  }
}
