/** Which activation a function of the source computes: it is worked out on numbers, and has to agree with one that is known on all. */
import { activationNames, vectorActivations } from "../../model/activations.js";
import { activate } from "../../reference/activations.js";
import type { FunctionValue, Site, Value } from "../evaluate/values.js";
import { float } from "../evaluate/values.js";

/** On both sides of every bend that a known activation has. */
const probes = [-7.3, -3.2, -2.6, -1.4, -0.7, -0.3, -0.05, 0, 0.05, 0.3, 0.7, 1.4, 2.6, 3.2, 6.7];

/** undefined: none that is known, or the function cannot be worked out. */
export function recognised(callee: FunctionValue, at: Site): string | undefined {
  const values: number[] = [];
  for (const probe of probes) {
    const result = at.machine.call(callee, [{ name: null, value: float(probe), spread: false, start: at.start, end: at.end }], at);
    if (result.kind !== "number") return undefined;
    values.push(result.value);
  }
  return activationNames.find((name) => {
    if (vectorActivations.has(name)) return false;
    const expected = Float64Array.from(probes);
    activate(name, expected, 0, expected.length);
    return values.every((value, i) => Math.abs(value - (expected[i] as number)) <= 1e-6 * (1 + Math.abs(value)));
  });
}

const elementary: Readonly<Record<string, (...values: number[]) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  maximum: Math.max,
  minimum: Math.min,
  add: (x, y) => x + (y ?? 0),
  multiply: (x, y) => x * (y ?? 1),
  clip: (x, low, high) => Math.min(Math.max(x, low ?? x), high ?? x),
  clip_by_value: (x, low, high) => Math.min(Math.max(x, low ?? x), high ?? x),
};

/** One number through a known activation. */
function activated(name: string, x: number): number {
  const value = Float64Array.of(x);
  activate(name, value, 0, 1);
  return value[0] as number;
}

/** A function of Keras, TensorFlow or NumPy on numbers. @param activation its canonical name, where it is one. */
export function onNumbers(name: string, activation: string | undefined, values: readonly Value[]): Value | undefined {
  const numbers = values.map((value) => (value.kind === "number" ? value.value : NaN));
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return undefined;
  if (activation !== undefined && !vectorActivations.has(activation) && numbers.length === 1)
    return float(activated(activation, numbers[0] as number));
  const result = Object.hasOwn(elementary, name) ? elementary[name]?.(...numbers) : undefined;
  return result === undefined ? undefined : float(result);
}
