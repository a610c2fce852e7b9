/** What fits and may still surprise: it is said beside the layer, and stops no run. */
import { type Message, msg } from "../messages.js";
import type { Trouble } from "./lint.js";
import { layerLabel } from "./shapes.js";
import { directionsOf, isRecurrent, type LayerSpec, type ModelSpec, returnsSequences } from "./spec.js";
import { positionOf } from "./stack.js";

/** One entry a layer, about what it hands on. */
export function warningsOf(model: ModelSpec): (Trouble | null)[] {
  return model.layers.map((layer, index) => {
    const message = reversedTime(layer, model.layers[index + 1]);
    if (message === null) return null;
    const edit = { op: "setOption", index: positionOf(model, index), key: "goBackwards", value: false } as const;
    return { message, fixes: [{ label: msg("Turn off go_backwards"), edit }] };
  });
}

/** Steps that leave a layer last first, where the one who reads them takes them for the first. */
function reversedTime(layer: LayerSpec, next: LayerSpec | undefined): Message | null {
  if (!returnsSequences(layer) || directionsOf(layer)[0]?.goBackwards !== true) return null;
  const args = { layer: layerLabel(layer) };
  if (layer.className === "Bidirectional") {
    return layer.mergeMode === null ? null : msg("{layer} merges its directions in reversed time: the last step comes first.", args);
  }
  const follows = next !== undefined && (isRecurrent(next) || directionsOf(next).length > 0);
  if (follows)
    return msg("{layer} hands its steps on last first, and {next} reads them in that order.", { ...args, next: layerLabel(next) });
  return next === undefined ? null : msg("{layer} hands its steps on last first.", args);
}
