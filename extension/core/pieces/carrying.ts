/** The model that computes a piece of the data: of some samples, or of some time steps with the states carried on. */
import { type Failure, failure } from "../errors.js";
import { layerLabel } from "../model/shapes.js";
import { directionsOf, isRecurrent, type LayerSpec, type ModelSpec, returnsSequences } from "../model/spec.js";
import { err, ok, type Result } from "../result.js";

/** Samples know nothing of each other: any number of them is computed alike, each from zero states. */
export function samplesModel(model: ModelSpec): ModelSpec {
  const input = model.input === null ? null : model.input.map((d, axis) => (axis === 0 ? null : d));
  return { ...model, input, layers: model.layers.map((layer) => withStateful(layer, false)) };
}

export interface StepsModel {
  /** For so many sequences at once: who keeps states insists on their number. */
  readonly model: (sequences: number) => ModelSpec;
  /** The result has no time axis: that of the last piece is the whole's. */
  readonly lastOnly: boolean;
}

/**
 * Its layers with a time axis keep their states from piece to piece; those behind the one that ends the axis begin anew, since what they
 * read is complete only with the last piece. Refused by the first layer that needs all steps at once.
 * @param shape of all data
 */
export function stepsModel(model: ModelSpec, shape: readonly number[]): Result<StepsModel> {
  const layers: LayerSpec[] = [];
  let inTime = true;
  for (const layer of model.layers) {
    const reason = inTime ? wholeNeeded(layer) : null;
    if (reason !== null) return err(reason);
    layers.push(withStateful(layer, inTime));
    if (directionsOf(layer).length > 0 && !returnsSequences(layer)) inTime = false;
  }
  return ok({ model: (sequences) => ({ ...model, input: [sequences, null, ...shape.slice(2)], layers }), lastOnly: !inTime });
}

/** Why the layer's output at a step depends on more than the steps up to it. */
function wholeNeeded(layer: LayerSpec): Failure | null {
  const args = { layer: layerLabel(layer) };
  if (layer.className === "Bidirectional" || directionsOf(layer).some((direction) => direction.goBackwards))
    return failure(
      "UNSUPPORTED",
      "{layer} reads the sequence from its end: all of it is needed at once, and that is more than the memory limit. Cut the data into windows, or raise the limit.",
      args,
    );
  if (layer.className === "Masking" || (layer.className === "Embedding" && layer.maskZero))
    return failure(
      "UNSUPPORTED",
      "{layer} masks time steps: they repeat the output before them, so that the sequence cannot be cut, and it is more than the memory limit. Cut the data into windows, or raise the limit.",
      args,
    );
  if (layer.className === "Flatten" || layer.className === "Reshape" || layer.className === "RepeatVector")
    return failure(
      "UNSUPPORTED",
      "{layer} needs all time steps at once, and that is more than the memory limit. Cut the data into windows, or raise the limit.",
      args,
    );
  return null;
}

function withStateful(layer: LayerSpec, stateful: boolean): LayerSpec {
  if (layer.className === "RNN") return { ...layer, cells: layer.cells.map((cell) => ({ ...cell, stateful })) };
  if (layer.className === "Bidirectional")
    return { ...layer, layer: { ...layer.layer, stateful }, backward: { ...layer.backward, stateful } };
  return isRecurrent(layer) ? { ...layer, stateful } : layer;
}
