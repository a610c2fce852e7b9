/** The shape of the data that a Keras layer, Input or build() declares, in all spellings of Keras 2 and 3. */
import { type Arg, type Site, type Value } from "../evaluate/values.js";
import type { Problem } from "../problems.js";
import type { Declared } from "../trace/node.js";
import { openArgument } from "./open.js";

const common = new Set(["input_shape", "batch_input_shape", "batch_shape", "batch_size", "input_length", "input_dim"]);
const ofEmbedding = new Set([...common].filter((key) => key !== "input_dim"));
const ofInput = new Set([...common, "shape"]);

/** Arguments of a layer that speak of its input, not of itself. */
export function inputArguments(className: string): ReadonlySet<string> {
  return className === "Embedding" ? ofEmbedding : className === "Input" || className === "InputLayer" ? ofInput : common;
}

interface Reading {
  readonly className: string;
  readonly at: Site;
  readonly problems: Problem[];
}

/** A size, or null for None and for what is open, which a problem says. */
function size(value: Value, key: string, arg: Arg, reading: Reading): number | null {
  if (value.kind === "number" && Number.isInteger(value.value)) return value.value;
  if (value.kind === "none") return null;
  const causes = value.kind === "unknown" && value.causes.length > 0 ? value.causes : reading.at.machine.lost("runtime", arg).causes;
  reading.problems.push(...openArgument(causes, key, reading.className));
  return null;
}

/** Sizes of a tuple, list or single number; null where not even their number is known. */
function sizes(key: string, arg: Arg, reading: Reading): (number | null)[] | null {
  const { value } = arg;
  const items = value.kind === "tuple" || value.kind === "list" ? value.items : value.kind === "number" ? [value] : null;
  if (items !== null) return items.map((item) => size(item, key, arg, reading));
  size(value, key, arg, reading);
  return null;
}

/** null: nothing is declared. */
export function declaredBy(className: string, given: ReadonlyMap<string, Arg>, at: Site, problems: Problem[]): Declared | null {
  const reading = { className, at, problems };
  const arg = (key: string): Arg | undefined => {
    const found = inputArguments(className).has(key) ? given.get(key) : undefined;
    return found?.value.kind === "none" ? undefined : found;
  };
  const whole = arg("batch_shape") ?? arg("batch_input_shape");
  if (whole !== undefined) return { shape: sizes("batch_shape", whole, reading) };
  const batchArg = arg("batch_size");
  const batch = batchArg === undefined ? null : size(batchArg.value, "batch_size", batchArg, reading);
  const partial = arg("input_shape") ?? arg("shape");
  if (partial !== undefined) {
    const rest = sizes("input_shape", partial, reading);
    return { shape: rest === null ? null : [batch, ...rest] };
  }
  const [dim, length] = [arg("input_dim"), arg("input_length")];
  const steps = length === undefined ? null : (sizes("input_length", length, reading)?.[0] ?? null);
  if (dim !== undefined) {
    const features = size(dim.value, "input_dim", dim, reading);
    return { shape: className === "Dense" ? [batch, features] : [batch, steps, features] };
  }
  if (length !== undefined || (className === "Embedding" && batchArg !== undefined)) return { shape: [batch, steps] };
  // Keras's Embedding reads (batch, time) whatever is declared.
  return className === "Embedding" ? { shape: [null, null] } : null;
}
