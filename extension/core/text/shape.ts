/** Ways to make a selection the input of a layer: the axes that are added by themselves, and those a person may choose instead. */
import { type Message, msg } from "../messages.js";

export interface ShapedValues {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** The shape that a layer of that rank takes, with what was assumed; null where it cannot be made without choosing. */
export function promote(shape: readonly number[], rank: number): { shape: number[]; note: Message | null } | null {
  if (shape.length === rank && rank > 0) return { shape: [...shape], note: null };
  const [first = 1, second = 1] = shape;
  if (rank === 3 && shape.length === 1) {
    return { shape: [1, first, 1], note: msg("{n} numbers → (1, {n}, 1): one sequence of {n} time steps with 1 feature.", { n: first }) };
  }
  if (rank === 3 && shape.length === 2) {
    return {
      shape: [1, first, second],
      note: msg("{rows} × {cols} → (1, {rows}, {cols}): one sequence of {rows} time steps with {cols} features.", {
        rows: first,
        cols: second,
      }),
    };
  }
  if (rank === 2 && shape.length === 1)
    return { shape: [1, first], note: msg("{n} numbers → (1, {n}): one sample of {n} values.", { n: first }) };
  return null;
}

/** Exchanges two axes, the last two if none are named. values: copied. */
export function swapAxes(source: ShapedValues, a = source.shape.length - 2, b = source.shape.length - 1): ShapedValues | null {
  const { shape, values } = source;
  if (a < 0 || b < 0 || a >= shape.length || b >= shape.length) return null;
  const order = shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const target = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const out = new Float32Array(values.length);
  const index = target.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from] ?? 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += steps[axis] ?? 0;
      if (next < (target[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      from -= next * (steps[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return { shape: target, values: out };
}

/** (N, T) → (N, T, 1): every row is a sequence of its own. values: shared with the source. */
export function rowsAsSequences(source: ShapedValues): ShapedValues | null {
  const [rows, steps] = source.shape;
  if (source.shape.length !== 2 || rows === undefined || steps === undefined) return null;
  return { shape: [rows, steps, 1], values: source.values };
}

/** (T) or (T, D) → (windows, length, D): overlapping pieces, each `stride` steps behind the one before; a rest too short is left out. */
export function slidingWindow(source: ShapedValues, length: number, stride = 1): ShapedValues | null {
  const [steps, features = 1] = source.shape;
  if (steps === undefined || source.shape.length > 2 || !Number.isInteger(length) || !Number.isInteger(stride)) return null;
  if (length < 1 || stride < 1 || length > steps) return null;
  const windows = Math.floor((steps - length) / stride) + 1;
  if (windows * length * features > 2 ** 28) return null;
  const out = new Float32Array(windows * length * features);
  for (let window = 0; window < windows; window++) {
    const from = window * stride * features;
    out.set(source.values.subarray(from, from + length * features), window * length * features);
  }
  return { shape: [windows, length, features], values: out };
}
