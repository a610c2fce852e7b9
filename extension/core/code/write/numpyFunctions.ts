/** The functions that a NumPy script defines: activations and cells, in the letters of the formulas. */
import { lines } from "./python.js";

/** An activation as an expression that needs no function of its own, or the function's lines. */
export const activationFunctions: Readonly<Record<string, string | readonly string[]>> = {
  tanh: "np.tanh",
  exponential: "np.exp",
  linear: ["def linear(x):", "    return x"],
  relu: ["def relu(x):", "    return np.maximum(x, 0.0)"],
  relu6: ["def relu6(x):", "    return np.clip(x, 0.0, 6.0)"],
  leaky_relu: ["def leaky_relu(x):", "    return np.where(x < 0, 0.2 * x, x)"],
  elu: ["def elu(x):", "    return np.where(x < 0, np.expm1(np.minimum(x, 0.0)), x)"],
  celu: ["def celu(x):", "    return np.where(x < 0, np.expm1(np.minimum(x, 0.0)), x)"],
  selu: [
    "def selu(x):",
    "    alpha, scale = 1.6732632423543772, 1.0507009873554805",
    "    return scale * np.where(x < 0, alpha * np.expm1(np.minimum(x, 0.0)), x)",
  ],
  gelu: ["def gelu(x):", "    return 0.5 * x * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))"],
  sigmoid: [
    "def sigmoid(x):",
    "    # The same as 1 / (1 + exp(-x)), and never too large for a float.",
    "    return 0.5 * (1.0 + np.tanh(0.5 * x))",
  ],
  silu: ["def silu(x):", "    return x * 0.5 * (1.0 + np.tanh(0.5 * x))"],
  softplus: ["def softplus(x):", "    return np.logaddexp(x, 0.0)"],
  mish: ["def mish(x):", "    return x * np.tanh(np.logaddexp(x, 0.0))"],
  softsign: ["def softsign(x):", "    return x / (1.0 + np.abs(x))"],
  hard_tanh: ["def hard_tanh(x):", "    return np.clip(x, -1.0, 1.0)"],
  hard_sigmoid: ["def hard_sigmoid(x):", "    return np.clip(x / 6.0 + 0.5, 0.0, 1.0)"],
  hard_sigmoid_keras2: ["def hard_sigmoid_keras2(x):", "    return np.clip(0.2 * x + 0.5, 0.0, 1.0)"],
  hard_silu: ["def hard_silu(x):", "    return x * np.clip(x / 6.0 + 0.5, 0.0, 1.0)"],
  log_sigmoid: ["def log_sigmoid(x):", "    return -np.logaddexp(-x, 0.0)"],
  softmax: ["def softmax(x):", "    e = np.exp(x - x.max(axis=-1, keepdims=True))", "    return e / e.sum(axis=-1, keepdims=True)"],
  log_softmax: [
    "def log_softmax(x):",
    "    shifted = x - x.max(axis=-1, keepdims=True)",
    "    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))",
  ],
  tanh_shrink: ["def tanh_shrink(x):", "    return x - np.tanh(x)"],
  soft_shrink: ["def soft_shrink(x):", "    return np.where(x > 0.5, x - 0.5, np.where(x < -0.5, x + 0.5, 0.0))"],
  hard_shrink: ["def hard_shrink(x):", "    return np.where(np.abs(x) <= 0.5, 0.0, x)"],
  squareplus: ["def squareplus(x):", "    return (x + np.sqrt(x * x + 4.0)) / 2.0"],
  sparse_plus: ["def sparse_plus(x):", "    return np.where(x <= -1, 0.0, np.where(x < 1, 0.25 * (x + 1) ** 2, x))"],
  sparse_sigmoid: ["def sparse_sigmoid(x):", "    return np.clip(0.5 * (x + 1.0), 0.0, 1.0)"],
  sparsemax: [
    "def sparsemax(x):",
    "    ordered = -np.sort(-x, axis=-1)",
    "    sums = np.cumsum(ordered, axis=-1)",
    "    k = np.arange(1, x.shape[-1] + 1)",
    "    support = (1.0 + k * ordered > sums).sum(axis=-1, keepdims=True)",
    "    tau = (np.take_along_axis(sums, support - 1, axis=-1) - 1.0) / support",
    "    return np.maximum(x - tau, 0.0)",
  ],
  threshold: ["def threshold(x):", "    return np.where(x <= 0, 0.0, x)"],
};

/** What the cells of a script have to know. */
export interface CellFeatures {
  readonly masks: boolean;
  /** Some recurrent layer gives zeros for masked steps. */
  readonly zeroOutput: boolean;
  readonly backwards: boolean;
}

/** GRUBefore: the GRU whose reset gate acts before the product (reset_after=False). */
export type CellName = "SimpleRNN" | "LSTM" | "GRU" | "GRUBefore";

export const cellNames: Readonly<Record<CellName, string>> = {
  SimpleRNN: "simple_rnn",
  LSTM: "lstm",
  GRU: "gru",
  GRUBefore: "gru_reset_before",
};

interface Cell {
  readonly formula: string;
  readonly gated: boolean;
  readonly before: readonly string[];
  /** From x[:, t], h (and c) to new_h (and new_c). */
  readonly step: readonly string[];
}

const gruEnd = "        new_h = z * h + (1.0 - z) * candidate";
const cells: Readonly<Record<CellName, Cell>> = {
  SimpleRNN: {
    formula: "h = act(x·K + b + h·R)",
    gated: false,
    before: [],
    step: ["        new_h = activation(x[:, t] @ kernel + bias + h @ recurrent_kernel)"],
  },
  LSTM: {
    formula: "c = f∘c + i∘act(g), h = o∘act(c)",
    gated: true,
    before: ["    c = np.zeros((batch, units))"],
    step: [
      "        gates = x[:, t] @ kernel + bias + h @ recurrent_kernel",
      "        i, f, g, o = np.split(gates, 4, axis=1)",
      "        i, f, o = (recurrent_activation(gate) for gate in (i, f, o))",
      "        new_c = f * c + i * activation(g)",
      "        new_h = o * activation(new_c)",
    ],
  },
  GRU: {
    formula: "h = z∘h + (1 - z)∘act(x·K + r∘(h·R))",
    gated: true,
    before: [
      "    # Row 0 is the bias of the input, row 1 that of the state.",
      "    bias, recurrent_bias = bias if np.ndim(bias) == 2 else (0.0, 0.0)",
    ],
    step: [
      "        xz, xr, xh = np.split(x[:, t] @ kernel + bias, 3, axis=1)",
      "        hz, hr, hh = np.split(h @ recurrent_kernel + recurrent_bias, 3, axis=1)",
      "        z, r = recurrent_activation(xz + hz), recurrent_activation(xr + hr)",
      "        candidate = activation(xh + r * hh)",
      gruEnd,
    ],
  },
  GRUBefore: {
    formula: "h = z∘h + (1 - z)∘act(x·K + (r∘h)·R)",
    gated: true,
    before: ["    rz, rr, rh = np.split(recurrent_kernel, 3, axis=1)"],
    step: [
      "        xz, xr, xh = np.split(x[:, t] @ kernel + bias, 3, axis=1)",
      "        z = recurrent_activation(xz + h @ rz)",
      "        r = recurrent_activation(xr + h @ rr)",
      "        candidate = activation(xh + (r * h) @ rh)",
      gruEnd,
    ],
  },
};

/** The lines of a cell's function, with what the script's layers need and nothing else. */
export function cellFunction(name: CellName, { masks, zeroOutput, backwards }: CellFeatures): string[] {
  const { formula, gated, before, step } = cells[name];
  const params = [
    "x",
    "kernel",
    "recurrent_kernel",
    "bias=0.0",
    "activation=np.tanh",
    ...(gated ? ["recurrent_activation=sigmoid"] : []),
    ...(backwards ? ["go_backwards=False"] : []),
    ...(masks ? ["mask=None"] : []),
    ...(zeroOutput ? ["zero_output_for_mask=False"] : []),
  ];
  const lstm = name === "LSTM";
  const at = backwards ? "taken" : "t";
  const held = (state: string): string => `        ${state} = np.where(keep, new_${state}, ${state})`;
  return [
    ...lines({ open: `def ${cellNames[name]}(`, items: params, close: "):" }),
    `    """Every step's h, and the last ${lstm ? "h and c" : "one"}: ${formula}."""`,
    "    batch, timesteps, _ = x.shape",
    "    units = recurrent_kernel.shape[0]",
    "    h = np.zeros((batch, units))",
    ...before,
    "    outputs = np.zeros((batch, timesteps, units))",
    `    for ${at} in range(timesteps):`,
    ...(backwards ? ["        t = timesteps - 1 - taken if go_backwards else taken"] : []),
    // A masked step leaves the states as they are; where there are no masks, new and old need no names.
    ...step.map((line) => (masks ? line : line.replace(/new_/g, ""))),
    ...(masks ? ["        keep = True if mask is None else mask[:, t, None]", held("h"), ...(lstm ? [held("c")] : [])] : []),
    `        outputs[:, ${at}] = ${zeroOutput ? "np.where(keep, h, 0.0) if zero_output_for_mask else h" : "h"}`,
    `    return outputs, h${lstm ? ", c" : ""}`,
  ];
}
