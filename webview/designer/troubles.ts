/** What does not fit, edge by edge: between layers, and between the data and the model. */
import { type Message, msg } from "../../extension/core/messages.js";
import { fitShape } from "../../extension/core/model/input.js";
import type { Fix, LayerFlow } from "../../extension/core/model/shapes.js";
import { directionsOf, type LayerSpec, type ModelSpec } from "../../extension/core/model/spec.js";
import type { DataView } from "../../extension/core/protocol/designer.js";

export interface Trouble {
  readonly message: Message;
  readonly fixes: readonly Fix[];
}

/** Entry i belongs to the edge under item i; item 0 is the input, item i is layer i − 1. */
export function troublesOf(model: ModelSpec, flow: readonly LayerFlow[], data: DataView | null): readonly (Trouble | null)[] {
  const edges = model.layers.map((layer, i): Trouble | null => {
    const at = flow[i];
    if (at === undefined || at.problem === null) return null;
    return { message: at.problem.message, fixes: i === 0 ? [...at.fixes, ...inputFixes(model, layer)] : at.fixes };
  });
  if (edges[0] === null && data !== null) edges[0] = dataTrouble(model, data);
  return [...edges, null];
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

function dataTrouble(model: ModelSpec, data: DataView): Trouble | null {
  const fit = fitShape(model, data.tensor);
  if (fit.ok) return null;
  const input = model.input;
  const [, time, features] = data.tensor;
  if (input?.length !== 3 || data.tensor.length !== 3 || time === undefined || features === undefined)
    return { message: fit.error.message, fixes: [] };
  const [batch = null, wantTime = null, wantFeatures = null] = input;
  if (wantFeatures !== null && wantFeatures !== features) {
    const message = msg("The selection has {a} features, the model expects {b}.", { a: features, b: wantFeatures });
    return {
      message,
      fixes: [{ label: msg("Set features to {a}", { a: features }), edit: { op: "setInput", shape: [batch, wantTime, features] } }],
    };
  }
  if (wantTime !== null && wantTime !== time) {
    const message = msg("The selection has {a} time steps, the model expects {b}.", { a: time, b: wantTime });
    const fixes: Fix[] = [
      { label: msg("Set time to {a}", { a: time }), edit: { op: "setInput", shape: [batch, time, wantFeatures] } },
      { label: msg("Accept any number of steps"), edit: { op: "setInput", shape: [batch, null, wantFeatures] } },
    ];
    return { message, fixes };
  }
  return { message: fit.error.message, fixes: [] };
}

export function countTroubles(troubles: readonly (Trouble | null)[]): number {
  return troubles.filter((trouble) => trouble !== null).length;
}
