/** Why an option that is another changes no number: what it acts on is zero, or not there. */
import { snakeCase } from "../model/defaults.js";
import { type Message, msg } from "../messages.js";
import { directionsOf, type Initializer, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../model/spec.js";

/** Of two models with the same layers that gave the same numbers for `steps` time steps from the weights that were drawn for them. */
export function reasonsForSame(a: ModelSpec, b: ModelSpec, steps: number): Message[] {
  const found = a.layers.flatMap((layer, at) => {
    const other = b.layers[at];
    return other === undefined || other.className !== layer.className ? [] : ofLayer(layer, other, steps);
  });
  const texts = new Set<string>();
  return found.filter((message) => !texts.has(JSON.stringify(message)) && texts.add(JSON.stringify(message)));
}

function ofLayer(a: LayerSpec, b: LayerSpec, steps: number): Message[] {
  if (a.className === "Dense" && b.className === "Dense")
    return a.useBias !== b.useBias && isAll("zeros", a.biasInitializer) ? [zeroBias(a.name)] : [];
  if (a.className === "Dropout" && b.className === "Dropout") return a.rate !== b.rate ? [dropout(a.name)] : [];
  const others = directionsOf(b);
  return directionsOf(a).flatMap((own, at) => {
    const other = others[at];
    return other === undefined ? [] : ofDirection(a.name, own, other, steps);
  });
}

function ofDirection(layer: string, a: RecurrentSpec, b: RecurrentSpec, steps: number): Message[] {
  const differs = (key: keyof RecurrentSpec): boolean => a[key] !== b[key];
  const found: Message[] = [];
  const drawn = a.useBias ? a : b;
  const forgets = drawn.className === "LSTM" && drawn.unitForgetBias;
  // From a state of zeros the forget gate has nothing to keep in the first step.
  const one = steps === 1 && !a.stateful && !b.stateful;
  if (differs("useBias") && isAll("zeros", drawn.biasInitializer) && (!forgets || one))
    found.push(forgets ? oneStep(layer, "use_bias") : zeroBias(layer));
  if (differs("unitForgetBias") && a.className === "LSTM") {
    if (!a.useBias && !b.useBias) found.push(msg("{layer} has no bias: unit_forget_bias has nothing to set to 1.", { layer }));
    else if (one) found.push(oneStep(layer, "unit_forget_bias"));
    else if (isAll("ones", a.biasInitializer))
      found.push(msg("All biases of {layer} start at 1 anyway: unit_forget_bias changes none.", { layer }));
  }
  // Reset after, the gate scales the recurrent bias as well.
  const unbiased = (!a.useBias && !b.useBias) || isAll("zeros", drawn.biasInitializer);
  if (differs("resetAfter") && a.className === "GRU" && one && unbiased) found.push(oneStep(layer, "reset_after"));
  if (differs("goBackwards") && steps === 1)
    found.push(msg("There is one time step: {layer} takes the same one first, forwards and backwards.", { layer }));
  if (differs("dropout") || differs("recurrentDropout")) found.push(dropout(layer));
  return found;
}

function isAll(value: "zeros" | "ones", { className }: Initializer): boolean {
  return snakeCase(className) === value;
}

function zeroBias(layer: string): Message {
  return msg("All biases of {layer} are zero, as Keras starts them, so use_bias changes nothing until a training has changed them.", {
    layer,
  });
}

function oneStep(layer: string, option: string): Message {
  return msg("There is one time step, and the state of {layer} before it is zero: {option} acts on that state alone.", { layer, option });
}

function dropout(layer: string): Message {
  return msg("Dropout of {layer} acts in training only.", { layer });
}
