/** What all three targets need of a model: its layers with their shapes, and a refusal that names layer and remedy. */
import { type Failure, failure } from "../../errors.js";
import { featuresOf, type LayerFlow, shapeText } from "../../model/shapes.js";
import { directionsOf, type LayerSpec } from "../../model/spec.js";

/** Thrown where a target has no words for something; caught by `writeCode`. */
export class CannotSay extends Error {
  constructor(readonly failure: Failure) {
    super();
  }
}

export type Target = "keras3" | "pytorch" | "numpy";

export function cannot(reason: Failure): never {
  throw new CannotSay(reason);
}

/** Features of a layer's input; PyTorch's modules and NumPy's weights have to know them. */
export function knownFeatures(flow: LayerFlow, layer: LayerSpec): number {
  const args = { layer: layer.name };
  return (
    featuresOf(flow.input) ??
    cannot(failure("UNSUPPORTED", "{layer}: the number of input features is not known. Give the model an input shape.", args))
  );
}

/** Both keep no state from call to call. */
export function notStateful(layer: LayerSpec): void {
  if (!directionsOf(layer).some((direction) => direction.stateful)) return;
  cannot(
    failure("UNSUPPORTED", "{layer}: stateful can only be written for Keras. Turn it off, and hand on the states in your own loop.", {
      layer: layer.name,
    }),
  );
}

/** `(None, 4, 5) → (None, 3)`; null where the input is not declared. */
export function shapeNote(flow: LayerFlow): string | null {
  if (flow.input === null || flow.assumed) return null;
  const outputs = flow.outputs.map(shapeText);
  return `${shapeText(flow.input)} → ${outputs.length === 1 ? (outputs[0] as string) : `[${outputs.join(", ")}]`}`;
}
