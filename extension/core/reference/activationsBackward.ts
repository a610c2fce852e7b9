/** Derivatives of the activations in float64, for the backward pass through time. At a kink: TensorFlow's side, named where it matters. */
import { vectorActivations } from "../model/activations.js";
import { activate, erfc, SELU_ALPHA, SELU_SCALE, sigmoid, softplus } from "./activations.js";

/** y is the activation of x. */
type Derivative = (x: number, y: number) => number;

/** A clip lets the gradient through on its bounds; NaN stays NaN. */
const between = (x: number, low: number, high: number, slope: number): number => (x !== x ? x : x < low || x > high ? 0 : slope);
/** relu and relu6 have the slope 0 on their kinks. */
const inside = (x: number, low: number, high: number): number => (x !== x ? x : x > low && x < high ? 1 : 0);
const elu: Derivative = (x) => (x < 0 ? Math.exp(x) : 1);

const derivatives: Readonly<Record<string, Derivative>> = {
  linear: () => 1,
  relu: (x) => inside(x, 0, Infinity),
  relu6: (x) => inside(x, 0, 6),
  leaky_relu: (x) => (x > 0 ? 1 : 0.2),
  elu,
  selu: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.exp(x) : 1),
  celu: elu,
  gelu: (x) => 0.5 * erfc(-x / Math.SQRT2) + (Math.abs(x) > 40 ? 0 : (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)),
  silu: (x) => sigmoid(x) * (1 + finite(x) * sigmoid(-x)),
  mish: (x) => {
    const t = Math.tanh(softplus(x));
    return t + finite(x) * (1 - t * t) * sigmoid(x);
  },
  softplus: sigmoid,
  softsign: (x) => 1 / (1 + Math.abs(x)) ** 2,
  tanh: (_, y) => 1 - y * y,
  hard_tanh: (x) => between(x, -1, 1, 1),
  sigmoid: (_, y) => y * (1 - y),
  hard_sigmoid: (x) => between(x, -3, 3, 1 / 6),
  hard_sigmoid_keras2: (x) => between(x, -2.5, 2.5, 0.2),
  hard_silu: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  log_sigmoid: (x) => sigmoid(-x),
  exponential: (_, y) => y,
  tanh_shrink: (x) => Math.tanh(x) ** 2,
  soft_shrink: (x) => (Math.abs(x) <= 0.5 ? 0 : 1),
  hard_shrink: (x) => (Math.abs(x) <= 0.5 ? 0 : 1),
  squareplus: (x) => (1 + x / Math.sqrt(x * x + 4)) / 2,
  sparse_plus: (x) => (x <= -1 ? 0 : x < 1 ? 0.5 * (x + 1) : 1),
  sparse_sigmoid: (x) => (x <= -1 || x >= 1 ? 0 : 0.5),
  threshold: (x) => (x <= 0 ? 0 : 1),
};

/** Where the slope's own factor is 0, an infinite x is not to make NaN of it. */
function finite(x: number): number {
  return Math.abs(x) === Infinity ? 0 : x;
}

/** Turns the gradient by what `activate(name, x, from, count)` gives into the one by x; in place, in `gradient[from … from + count)`. */
export function activateBackward(name: string, x: Float64Array, gradient: Float64Array, from: number, count: number): void {
  const y = x.slice(from, from + count);
  activate(name, y, 0, count);
  if (vectorActivations.has(name)) return vectorBackward(name, y, gradient.subarray(from, from + count));
  const derivative = derivatives[name];
  if (derivative === undefined) throw new Error(`no derivative of ${name}`);
  for (let i = 0; i < count; i++) gradient[from + i] = (gradient[from + i] as number) * derivative(x[from + i] as number, y[i] as number);
}

/** gradient · Jacobian, without the Jacobian: softmax y∘(g − g·y), log_softmax g − exp(y)·Σg, sparsemax the mean of its support taken off. */
function vectorBackward(name: string, y: Float64Array, gradient: Float64Array): void {
  let sum = 0;
  let support = 0;
  gradient.forEach((g, i) => {
    const value = y[i] as number;
    if (value > 0) support++;
    if (name === "softmax") sum += g * value;
    else if (name !== "sparsemax" || value > 0) sum += g;
  });
  y.forEach((value, i) => {
    const g = gradient[i] as number;
    if (name === "softmax") gradient[i] = value * (g - sum);
    else if (name === "sparsemax") gradient[i] = value > 0 ? g - sum / support : 0;
    else gradient[i] = g - Math.exp(value) * sum;
  });
}
