/** What a framework's own layers cannot say, layer by layer, with the edit that would mend it: before anybody exports. */
import type { Failure } from "../../errors.js";
import { msg } from "../../messages.js";
import { applyEdit, type ModelEdit } from "../../model/edit.js";
import { snakeCase } from "../../model/defaults.js";
import type { Trouble } from "../../model/lint.js";
import type { Fix } from "../../model/shapes.js";
import { directionsOf, type LayerSpec, type ModelSpec } from "../../model/spec.js";
import { positionOf } from "../../model/stack.js";
import { CannotSay } from "./code.js";
import { spelled } from "./python.js";
import { checkTorchLayer } from "./torchChecks.js";

/** One entry a layer; PyTorch is the one target whose layers lack options of Keras's. */
export function torchTroubles(model: ModelSpec): (Trouble | null)[] {
  return model.layers.map((_, index) => {
    const problem = refusal(model, index);
    return problem === null ? null : { message: problem.message, fixes: fixesOf(model, index, problem) };
  });
}

function refusal(model: ModelSpec, index: number): Failure | null {
  const layer = model.layers[index];
  if (layer === undefined) return null;
  try {
    checkTorchLayer(layer, model);
    return null;
  } catch (error) {
    if (error instanceof CannotSay) return error.failure;
    throw error;
  }
}

/** What PyTorch computes, option by option. Its cells know tanh only; of the functions around them, linear is the plainest. */
const spoken = (recurrent: boolean): readonly (readonly [string, string | number | boolean])[] => [
  ["activation", recurrent ? "tanh" : "linear"],
  ["recurrentActivation", "sigmoid"],
  ["resetAfter", true],
  ["recurrentDropout", 0],
  ["stateful", false],
  ["mergeMode", "concat"],
  ["goBackwards", false],
  ["ownBackward", false],
  ["maskZero", false],
  ["returnState", false],
];

/** The first option whose change takes this very refusal away. */
function fixesOf(model: ModelSpec, index: number, problem: Failure): readonly Fix[] {
  const recurrent = directionsOf(model.layers[index] as LayerSpec).length > 0;
  for (const [key, value] of spoken(recurrent)) {
    const edit: ModelEdit = { op: "setOption", index: positionOf(model, index), key, value };
    const next = applyEdit(model, edit);
    if (!next.ok) continue;
    const left = refusal(next.value, index);
    if (left === null || left.message.text !== problem.message.text || left.message.args?.["key"] !== problem.message.args?.["key"]) {
      return [
        { label: msg("Set {option} to {value}", { option: codeOf(key), value: key === "ownBackward" ? "None" : spelled(value) }), edit },
      ];
    }
  }
  return [];
}

/** Keras's name of an option. */
function codeOf(key: string): string {
  return key === "ownBackward" ? "backward_layer" : snakeCase(key);
}
