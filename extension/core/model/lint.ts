/** What does not fit in a model, edge by edge, and the edits that would mend it: for the designer and for models in code. */
import { type Message, msg } from "../messages.js";
import type { Fix, LayerFlow } from "./shapes.js";
import { directionsOf, type LayerSpec, type ModelSpec } from "./spec.js";

export interface Trouble {
  readonly message: Message;
  readonly fixes: readonly Fix[];
}

/** One entry a layer: what is wrong on the edge above it. @param flow of the same model. */
export function lint(model: ModelSpec, flow: readonly LayerFlow[]): (Trouble | null)[] {
  return model.layers.map((layer, i) => {
    const at = flow[i];
    if (at === undefined || at.problem === null) return null;
    return { message: at.problem.message, fixes: i === 0 ? [...at.fixes, ...inputFixes(model, layer)] : at.fixes };
  });
}

/** The first layer reads another rank than the input declares: the input can be changed as well. */
function inputFixes(model: ModelSpec, layer: LayerSpec): readonly Fix[] {
  const input = model.input;
  if (input === null) return [];
  const batch = input[0] ?? null;
  const time = input.length === 3 ? (input[1] ?? null) : null;
  if (layer.className === "Embedding" && input.length !== 2) {
    return [{ label: msg("Set the input to (batch, time)"), edit: { op: "setInput", shape: [batch, time] } }];
  }
  if (layer.className === "RepeatVector" && input.length !== 2) {
    return [{ label: msg("Set the input to (batch, features)"), edit: { op: "setInput", shape: [batch, input.at(-1) ?? null] } }];
  }
  if ((directionsOf(layer).length > 0 || layer.className === "Masking") && input.length !== 3) {
    const shape = [batch, null, input.at(-1) ?? 1];
    return [{ label: msg("Set the input to (batch, time, features)"), edit: { op: "setInput", shape } }];
  }
  return [];
}
