/** An activation that is called on a tensor. */
import { msg } from "../../messages.js";
import type { Site } from "../evaluate/values.js";
import { calledLayer } from "./node.js";
import { settled } from "./parts.js";
import type { Tensor } from "./tensor.js";

export interface CalledActivation {
  /** Keras's name. */
  readonly name: string;
  /** The axis that softmax names; null: none. */
  readonly axis: number | null;
}

interface Called {
  readonly text: string;
  readonly at: Site;
}

/** An activation after the tensor: of a Linear it becomes the activation of the Dense, else a layer of its own. */
export function activated(tensor: Tensor, activation: CalledActivation | null, { text, at }: Called): Tensor {
  const call = at.machine.firstLine(at);
  const { swapped } = tensor.form;
  // What works on each number by itself does not mind where the axes are.
  const elementwise = activation !== null && activation.axis === null && !/softmax/.test(activation.name);
  if (swapped !== null && elementwise) return activated(tensor.with({ swapped: null }), activation, { text, at }).with({ swapped });
  const before = settled(tensor);
  const { rank } = before.form;
  if (activation === null) {
    return before
      .gap({ ...call, message: msg("{name} has another form here than the activation of the same name in Keras.", { name: text }) })
      .with({ rank, recurrent: before.form.recurrent });
  }
  const { name, axis } = activation;
  if (axis !== null && axis !== -1 && axis !== (rank ?? axis + 1) - 1) {
    return before.gap({
      ...call,
      message: msg("{name} along axis {axis}: Keras takes it along the last axis, over the units.", { name: text, axis }),
    });
  }
  const node = before.node;
  const [dense] = node.layers;
  if (
    before.form.framework === "pytorch" &&
    node.layers.length === 1 &&
    dense?.className === "Dense" &&
    dense.config["activation"] === undefined
  ) {
    return before.with({ node: node.with({ layers: [{ ...dense, config: { ...dense.config, activation: name } }] }) });
  }
  const entry = calledLayer(before.form.framework, "Activation", { activation: name }, call);
  return before.next({ layers: [entry], owner: entry, at, perStep: true });
}
