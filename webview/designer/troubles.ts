/** What does not fit, edge by edge: between layers, and between the data and the model. */
import { msg } from "../../extension/core/messages.js";
import { fitShape } from "../../extension/core/model/input.js";
import { lint, type Trouble } from "../../extension/core/model/lint.js";
import type { Fix, LayerFlow } from "../../extension/core/model/shapes.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import type { DataView } from "../../extension/core/protocol/designer.js";

export type { Trouble };

/** Entry i belongs to the edge under item i; item 0 is the input, item i is layer i − 1. */
export function troublesOf(model: ModelSpec, flow: readonly LayerFlow[], data: DataView | null): readonly (Trouble | null)[] {
  const edges = lint(model, flow);
  if (edges[0] === null && data !== null) edges[0] = dataTrouble(model, data);
  return [...edges, null];
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
