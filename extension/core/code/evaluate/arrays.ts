/** NumPy's and PyTorch's arrays by their shapes: no number in them is computed. */
import { type Args, type ArrayValue, array, none, type Site, type Value } from "./values.js";

type Shape = readonly (number | null)[];

/** Sizes given as `(2, 3)`, `[2, 3]`, 2 or 2, 3. */
function shapeOf(values: readonly Value[]): Shape | null {
  const [first] = values;
  const items = values.length === 1 && first !== undefined && (first.kind === "tuple" || first.kind === "list") ? first.items : values;
  if (items.length === 0 || items.length > 8) return null;
  return items.map((item) => (item.kind === "number" && item.whole ? item.value : null));
}

/** The shape of nested lists, as np.array() takes them. */
function nested(value: Value, depth = 0): Shape | null {
  if (value.kind === "array") return value.shape;
  if (value.kind !== "list" && value.kind !== "tuple") return value.kind === "unknown" || value.kind === "thing" ? null : [];
  const [first] = value.items;
  const inner = first === undefined || depth > 8 ? [] : nested(first, depth + 1);
  return inner === null ? null : [value.items.length, ...inner];
}

const filled =
  /^(?:zeros|ones|empty|full|rand|randn|normal|uniform|random|standard_normal|random_normal|random_uniform|random_sample|zeros_like|ones_like|randn_like|rand_like|truncated_normal|randint)$/;
/** Names of arguments that are a shape. */
const shapeArguments = new Set(["shape", "size"]);

/** @param name the last part of the function's path. */
export function arrayFunction(name: string, args: Args, _at: Site): Value | undefined {
  const positional = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const [first, second] = positional;
  if (/^(?:array|asarray|tensor|as_tensor|constant|convert_to_tensor|from_numpy|Tensor|FloatTensor|LongTensor|Variable)$/.test(name)) {
    if (first?.kind === "array" || first?.kind === "thing") return first;
    return array(first === undefined ? null : nested(first));
  }
  if (filled.test(name)) {
    const zeros = /^zeros/.test(name);
    if (name.endsWith("_like")) return array(first?.kind === "array" ? first.shape : null, zeros);
    const given = args.find((arg) => arg.name !== null && shapeArguments.has(arg.name))?.value;
    // np.random.randint(low, high, size) and np.random.normal(mean, deviation, size) say their shape last.
    const last = /^(?:randint|normal|uniform)$/.test(name)
      ? positional.filter((value) => value.kind === "tuple" || value.kind === "list").at(-1)
      : undefined;
    const sizes =
      given !== undefined
        ? [given]
        : last !== undefined
          ? [last]
          : /^(?:rand|randn)$/.test(name)
            ? positional
            : positional.slice(0, positional.length > 1 && first?.kind === "number" && name !== "full" ? undefined : 1);
    return array(/^(?:randint|normal|uniform)$/.test(name) && given === undefined && last === undefined ? null : shapeOf(sizes), zeros);
  }
  if (name === "reshape" && first?.kind === "array" && second !== undefined) return reshaped(first, [second]);
  if (name === "expand_dims" && first?.kind === "array" && first.shape !== null) {
    const axis = second ?? args.find((arg) => arg.name === "axis")?.value;
    const shape = [...first.shape];
    if (axis?.kind !== "number") return array(null);
    shape.splice(axis.value < 0 ? shape.length + 1 + axis.value : axis.value, 0, 1);
    return array(shape);
  }
  if (/^(?:arange|linspace|load|loadtxt|genfromtxt|concatenate|stack|vstack|hstack)$/.test(name)) return array(null);
  return undefined;
}

/** One −1 is worked out where all else is known. */
function reshaped(object: ArrayValue, values: readonly Value[]): Value {
  const target = shapeOf(values);
  if (target === null) return array(null);
  const total =
    object.shape === null || object.shape.includes(null) ? null : (object.shape as number[]).reduce((product, size) => product * size, 1);
  const known = target.every((size) => size !== null)
    ? (target as number[]).filter((size) => size !== -1).reduce((product, size) => product * size, 1)
    : null;
  const open = total === null || known === null || known === 0 ? null : total / known;
  return array(
    target.map((size) => (size === -1 ? (Number.isInteger(open) ? open : null) : size)),
    object.zeros,
  );
}

const same =
  /^(?:astype|to|cuda|cpu|float|double|long|int|clone|detach|contiguous|copy|numpy|requires_grad_|requires_grad|data|half|type|fill_diagonal_)$/;

/** Methods that keep the shape or change it in a known way; the numbers do not matter. */
export function arrayMethod(object: ArrayValue, name: string, args: Args): Value | undefined {
  const values = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  if (same.test(name)) return object;
  if (name === "zero_") return array(object.shape, true);
  if (name === "reshape" || name === "view") return reshaped(object, values);
  if (name === "unsqueeze" || name === "repeat" || name === "expand" || name === "squeeze") return array(null, object.zeros);
  return name === "item" ? none : undefined;
}
