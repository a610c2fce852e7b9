/** The activation functions that every device computes, by their Keras 3 names, and the spellings that mean the same. */

export const activationNames = [
  "linear",
  "relu",
  "relu6",
  "leaky_relu",
  "elu",
  "selu",
  "celu",
  "gelu",
  "silu",
  "mish",
  "softplus",
  "softsign",
  "tanh",
  "hard_tanh",
  "sigmoid",
  "hard_sigmoid",
  "hard_sigmoid_keras2",
  "hard_silu",
  "log_sigmoid",
  "exponential",
  "softmax",
  "log_softmax",
  "tanh_shrink",
  "soft_shrink",
  "hard_shrink",
  "squareplus",
  "sparse_plus",
  "sparse_sigmoid",
  "sparsemax",
  "threshold",
] as const satisfies readonly string[];

const known: ReadonlySet<string> = new Set(activationNames);

const aliases: Readonly<Record<string, string>> = {
  swish: "silu",
  hard_swish: "hard_silu",
  hardsigmoid: "hard_sigmoid",
  exp: "exponential",
  LeakyReLU: "leaky_relu",
};

/** Every name that a config may have, those of Keras's activation layers included. */
export const activationSpellings: readonly string[] = [...activationNames, ...Object.keys(aliases), "ReLU", "Softmax", "ELU"];

/** Those that look at all units of a gate at once. */
export const vectorActivations: ReadonlySet<string> = new Set(["softmax", "log_softmax", "sparsemax"]);

/**
 * The canonical name of an activation as a config writes it, or undefined.
 * @param kerasVersion 2: `hard_sigmoid` is clip(0.2x + 0.5, 0, 1), else relu6(x + 3)/6. Source: keras.activations of either version.
 */
export function canonicalActivation(name: string, kerasVersion: 2 | 3): string | undefined {
  const canonical = Object.hasOwn(aliases, name) ? (aliases[name] as string) : name;
  if (canonical === "hard_sigmoid" && kerasVersion === 2) return "hard_sigmoid_keras2";
  return known.has(canonical) ? canonical : undefined;
}
