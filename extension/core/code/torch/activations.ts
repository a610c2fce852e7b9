/** PyTorch's activations, as functions, methods and modules, by Keras's names. Source: torch.nn, torch.nn.functional. */
import type { Args, Value } from "../evaluate/values.js";
import type { CalledActivation } from "../trace/activated.js";

/** Function or method → name; those of a module with the same spelling in lower case come along. */
const functions: Readonly<Record<string, string>> = {
  relu: "relu",
  relu_: "relu",
  relu6: "relu6",
  elu: "elu",
  selu: "selu",
  celu: "celu",
  gelu: "gelu",
  silu: "silu",
  mish: "mish",
  softplus: "softplus",
  softsign: "softsign",
  tanh: "tanh",
  tanh_: "tanh",
  hardtanh: "hard_tanh",
  sigmoid: "sigmoid",
  sigmoid_: "sigmoid",
  hardsigmoid: "hard_sigmoid",
  hardswish: "hard_silu",
  logsigmoid: "log_sigmoid",
  softmax: "softmax",
  log_softmax: "log_softmax",
  logsoftmax: "log_softmax",
  tanhshrink: "tanh_shrink",
  softshrink: "soft_shrink",
  hardshrink: "hard_shrink",
  leaky_relu: "leaky_relu",
  leakyrelu: "leaky_relu",
  exp: "exponential",
};

/** undefined: no activation; null: one, but in a form that Keras's has not (another slope, another axis than a number). */
export function torchActivation(name: string, args: Args): CalledActivation | null | undefined {
  const lower = name.toLowerCase();
  const known = Object.hasOwn(functions, lower) ? functions[lower] : undefined;
  if (known === undefined) return undefined;
  const option = (key: string, index: number): Value | undefined =>
    (args.find((arg) => arg.name === key) ?? args.filter((arg) => arg.name === null)[index])?.value;
  if (known === "softmax" || known === "log_softmax") {
    const axis = option("dim", 0);
    if (axis === undefined || axis.kind === "none") return { name: known, axis: null };
    return axis.kind === "number" ? { name: known, axis: axis.value } : null;
  }
  const is = (key: string, value: number, index = 0): boolean => {
    const given = option(key, index);
    return given === undefined || (given.kind === "number" && given.value === value);
  };
  // PyTorch's own slope is 0.01, Keras's 0.2: only where the source says 0.2 are they the same.
  if (known === "leaky_relu") {
    const slope = option("negative_slope", 0);
    return slope?.kind === "number" && slope.value === 0.2 ? { name: known, axis: null } : null;
  }
  const approximate = option("approximate", 0);
  if (known === "gelu" && approximate !== undefined && !(approximate.kind === "string" && approximate.value === "none")) return null;
  const plain = (known !== "elu" && known !== "celu") || is("alpha", 1);
  const bends = (known !== "soft_shrink" && known !== "hard_shrink") || is("lambd", 0.5);
  const range = known !== "hard_tanh" || (is("min_val", -1) && is("max_val", 1, 1));
  const soft = known !== "softplus" || is("beta", 1);
  return plain && bends && range && soft ? { name: known, axis: null } : null;
}
