/** Activation functions in float64, after Keras 3's definitions. `hard_sigmoid_keras2` is Keras 2's. */
import { vectorActivations } from "../model/activations.js";

type Scalar = (x: number) => number;

export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;

export const sigmoid: Scalar = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
export const softplus: Scalar = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** NaN stays NaN, as in Keras. */
const clip = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);
const relu: Scalar = (x) => (x < 0 ? 0 : x);
const hardSigmoid: Scalar = (x) => clip(x / 6 + 0.5, 0, 1);
const elu: Scalar = (x) => (x < 0 ? Math.expm1(x) : x);

const scalars: Readonly<Record<string, Scalar>> = {
  linear: (x) => x,
  relu,
  relu6: (x) => clip(x, 0, 6),
  leaky_relu: (x) => (x < 0 ? 0.2 * x : x),
  elu,
  selu: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
  celu: elu,
  gelu: (x) => (x === -Infinity ? 0 : 0.5 * x * erfc(-x / Math.SQRT2)),
  silu: (x) => (x === -Infinity ? 0 : x * sigmoid(x)),
  mish: (x) => (x === -Infinity ? 0 : x * Math.tanh(softplus(x))),
  softplus,
  softsign: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  tanh: Math.tanh,
  hard_tanh: (x) => clip(x, -1, 1),
  sigmoid,
  hard_sigmoid: hardSigmoid,
  hard_sigmoid_keras2: (x) => clip(0.2 * x + 0.5, 0, 1),
  hard_silu: (x) => (x === -Infinity ? 0 : x * hardSigmoid(x)),
  log_sigmoid: (x) => -softplus(-x),
  exponential: Math.exp,
  tanh_shrink: (x) => x - Math.tanh(x),
  soft_shrink: (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : x !== x ? x : 0),
  hard_shrink: (x) => (Math.abs(x) <= 0.5 ? 0 : x),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
  sparse_plus: (x) => (x <= -1 ? 0 : x < 1 ? 0.25 * (x + 1) ** 2 : x),
  sparse_sigmoid: (x) => (x <= -1 ? 0 : x >= 1 ? 1 : 0.5 * (x + 1)),
  threshold: (x) => (x <= 0 ? 0 : x),
};

/** Applies an activation to `count` values from `from` on, in place; the vector ones see those as one vector. */
export function activate(name: string, values: Float64Array, from: number, count: number): void {
  if (vectorActivations.has(name)) return activateVector(name, values.subarray(from, from + count));
  const f = scalars[name];
  if (f === undefined) throw new Error(`no activation ${name}`);
  for (let i = from; i < from + count; i++) values[i] = f(values[i] as number);
}

function activateVector(name: string, v: Float64Array): void {
  if (name === "sparsemax") return sparsemax(v);
  let max = -Infinity;
  for (const x of v) max = x > max || x !== x ? x : max;
  let sum = 0;
  for (const x of v) sum += Math.exp(x - max);
  const logSum = Math.log(sum);
  for (let i = 0; i < v.length; i++) {
    const shifted = (v[i] as number) - max;
    v[i] = name === "softmax" ? Math.exp(shifted) / sum : shifted - logSum;
  }
}

/** Projection onto the simplex (Martins & Astudillo 2016). */
function sparsemax(v: Float64Array): void {
  const sorted = Float64Array.from(v).sort().reverse();
  let sum = 0;
  let tau = 0;
  sorted.forEach((x, i) => {
    sum += x;
    if (1 + (i + 1) * x > sum) tau = (sum - 1) / (i + 1);
  });
  for (let i = 0; i < v.length; i++) {
    const x = (v[i] as number) - tau;
    v[i] = x < 0 ? 0 : x;
  }
}

/**
 * Complementary error function to about 1e-15: the series where |x| is small, Lentz's continued fraction beyond.
 * Source: Abramowitz & Stegun 7.1.6 and 7.1.14.
 */
export function erfc(x: number): number {
  if (x !== x) return x;
  if (x < 0) return 2 - erfc(-x);
  if (x > 27) return 0;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
