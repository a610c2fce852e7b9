/** Functions of torch and torch.nn.functional on a model's tensors. */
import { type Args, array, type Site, type Value, whole } from "../evaluate/values.js";
import { activated } from "../trace/activated.js";
import { calledLayer } from "../trace/node.js";
import { joined, settled } from "../trace/parts.js";
import { type Size, sizeOf, Sizes } from "../trace/sizes.js";
import { Tensor } from "../trace/tensor.js";
import { torchActivation } from "./activations.js";
import { halves, reshaped, transposed } from "./axes.js";

/** @param name the last part of the function's path. undefined: not known, so the tensor goes through with a problem. */
export function torchFunction(name: string, args: Args, at: Site): Value | undefined {
  const [first, ...rest] = args;
  if (first === undefined) return undefined;
  const { value } = first;
  if (/^(?:cat|concat|concatenate|hstack)$/.test(name)) return concatenated(name, value, rest, at);
  if (!(value instanceof Tensor)) return undefined;
  const activation = torchActivation(
    name,
    rest.filter((arg) => arg.name !== "_stacklevel" && arg.name !== "dtype"),
  );
  if (activation !== undefined) return activated(value, activation, { text: name, at });
  return tensorMethod(value, name, rest, at);
}

/** Only along the features, and only of pieces that belong together. */
function concatenated(name: string, value: Value, rest: Args, at: Site): Value | undefined {
  const items = at.machine.iterate(value, at);
  const axis = (rest.find((arg) => arg.name === "dim" || arg.name === "axis") ?? rest[0])?.value;
  const [first] = items ?? [];
  const rank = first instanceof Tensor ? first.form.rank : null;
  const last = name === "hstack" ? rank === 2 : axis?.kind === "number" && (axis.value === -1 || axis.value + 1 === rank);
  return items === null || !last ? undefined : joined("concat", items);
}

/** What leaves a tensor as it is, as far as a model is concerned. */
const same = new Set(
  "to cuda cpu float double half long int contiguous clone detach type requires_grad_ data identity squeeze_ as_tensor tensor convert_to_tensor cast stop_gradient".split(
    " ",
  ),
);

/** Arguments that are sizes or axes, with or without their names. */
function numbersOf(args: Args, at: Site): Size[] {
  const axes = /^(?:dims?|dim0|dim1|start_dim|end_dim|axis|axis0|axis1|shape|size|sizes|repeats|chunks|split_size|index)$/;
  return args
    .filter((arg) => arg.name === null || axes.test(arg.name))
    .flatMap(({ value }) => (value.kind === "tuple" || value.kind === "list" ? (at.machine.iterate(value, at) ?? []) : [value]))
    .map(sizeOf);
}

/** A method of a tensor, or the function of the same name with the tensor first. */
export function tensorMethod(tensor: Tensor, name: string, args: Args, at: Site): Value | undefined {
  if (same.has(name)) return tensor;
  const activation = torchActivation(name, args);
  if (activation !== undefined) return activated(tensor, activation, { text: name, at });
  const call = at.machine.firstLine(at);
  const numbers = numbersOf(args, at);
  const { part, recurrent } = tensor.form;
  switch (name) {
    case "dropout": {
      const rate = (args.find((arg) => arg.name === "p") ?? args.find((arg) => arg.name === null))?.value;
      const config = rate?.kind === "number" ? { rate: rate.value } : rate === undefined ? { rate: 0.5 } : {};
      const entry = calledLayer(tensor.form.framework, "Dropout", config, call);
      return settled(tensor).next({ layers: [entry], owner: entry, at, perStep: true });
    }
    case "permute":
    case "transpose":
    case "swapaxes":
      return transposed(tensor, name, numbers, call);
    case "squeeze":
      // The states of one layer in one direction: its row.
      return part?.type === "states" && recurrent?.stacked === 1 && recurrent.directions === 1 ? tensor.index([whole(0)], at) : undefined;
    case "flip": {
      const [axis] = numbers;
      return numbers.length === 1 && typeof axis === "number" && axis >= 0 ? tensor.with({ flipped: { axis, ...call } }) : undefined;
    }
    case "chunk":
    case "split":
      return halves(tensor, name, numbers, call);
    case "select": {
      const [axis, index] = numbers;
      if (typeof axis !== "number" || typeof index !== "number" || axis < 0 || axis > 3) return undefined;
      const all: Value = { kind: "slice", lower: { kind: "none" }, upper: { kind: "none" }, step: { kind: "none" } };
      return tensor.index([...Array<Value>(axis).fill(all), whole(index)], at);
    }
    case "new_zeros":
      return array(null, true);
    case "size":
      return typeof numbers[0] === "number" ? new Sizes(tensor).axis(numbers[0], at) : new Sizes(tensor);
    case "dim":
    case "numel":
      return at.machine.lost("runtime", at);
    default:
      return /^(?:view|reshape|flatten|unsqueeze|repeat|expand)$/.test(name) ? reshaped(tensor, name, numbers, at) : undefined;
  }
}
