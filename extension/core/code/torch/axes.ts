/** Axes of a tensor that change places, are joined, split or added. */
import { type Site, tuple, type Value, whole } from "../evaluate/values.js";
import type { Range } from "../python/syntax.js";
import { calledLayer, type LayerEntry } from "../trace/node.js";
import { joined, settled, unitsOf } from "../trace/parts.js";
import type { Size } from "../trace/sizes.js";
import type { Tensor } from "../trace/tensor.js";

/** Batch and time change places; everything else is no sequence of features any more. */
export function transposed(tensor: Tensor, name: string, numbers: readonly Size[], place: Range): Tensor | undefined {
  const swaps =
    name === "permute" ? numbers.join() === "1,0,2" : [...numbers].sort().join() === "0,1" || [...numbers].sort().join() === "-2,-3";
  if (name === "permute" && numbers.join() === "0,1,2") return tensor;
  const inner =
    name === "permute" ? numbers.join() === "0,2,1" : [...numbers].sort().join() === "1,2" || [...numbers].sort().join() === "-1,-2";
  if (inner && tensor.form.part === null) return tensor.with({ swapped: tensor.form.swapped === null ? place : null });
  if (!swaps) return undefined;
  const { part, order } = tensor.form;
  if (part?.type === "states") return tensor.with({ part: { ...part, turned: !part.turned } });
  return part === null ? tensor.with({ order: order === null ? null : order === "BT" ? "TB" : "BT" }) : undefined;
}

/** `forward, backward = y.chunk(2, dim=-1)`. @param numbers how many pieces, or how wide; then the axis. */
export function halves(tensor: Tensor, name: string, [size, axis]: readonly Size[], place: Range): Value | undefined {
  const { recurrent, part, rank } = tensor.form;
  if (recurrent?.directions !== 2 || part !== null || rank !== 3 || (axis !== -1 && axis !== 2)) return undefined;
  if (size !== (name === "chunk" ? 2 : unitsOf(recurrent))) return undefined;
  return tuple(([0, 1] as const).map((direction) => tensor.with({ part: { type: "side", direction, ...place } })));
}

/** Reshapes that keep the batch are layers; those of a state with one row only drop its axis. */
export function reshaped(tensor: Tensor, name: string, numbers: readonly Size[], at: Site): Value | undefined {
  if (tensor.form.part?.type === "states") return flatStates(tensor, name, numbers, at);
  if (tensor.form.order === "TB") return undefined;
  const before = settled(tensor);
  const call = at.machine.firstLine(at);
  const layer: MakeLayer = (className, config, form) => {
    const entry = calledLayer(before.form.framework, className, config, call);
    return before.next({ layers: [entry], owner: entry, at }, form);
  };
  const [first] = numbers;
  switch (name) {
    case "flatten":
      return first === 1 && numbers.length === 1 ? layer("Flatten", {}, { rank: 2 }) : undefined;
    case "view":
    case "reshape":
      return viewed(before, numbers, layer);
    case "unsqueeze":
      if (before.form.rank === 3) return undefined;
      if (first === 1) return layer("Reshape", { target_shape: [1, -1] }, { rank: 3, order: "BT" });
      return first === -1 || first === 2 ? layer("Reshape", { target_shape: [-1, 1] }, { rank: 3, order: "BT" }) : undefined;
    default:
      return repeated(before, numbers, layer);
  }
}

type MakeLayer = (className: string, config: LayerEntry["config"], form: Partial<Tensor["form"]>) => Tensor;

/** `h_n.view(-1, units)` of one layer, `h_n.transpose(0, 1).flatten(1)` of one layer in both directions. */
function flatStates(tensor: Tensor, name: string, numbers: readonly Size[], at: Site): Value | undefined {
  const { part, recurrent } = tensor.form;
  const [layers, directions] = numbers;
  if (part?.type === "states" && recurrent !== null && numbers.length === 4 && (name === "view" || name === "reshape")) {
    const fits = layers === recurrent.stacked && directions === recurrent.directions && !part.turned;
    const { start, end } = at.machine.firstLine(at);
    return fits ? tensor.with({ part: { type: "grid", state: part.state, layer: null, start, end } }) : undefined;
  }
  const flat = name === "flatten" ? numbers[0] === 1 : (name === "view" || name === "reshape") && numbers.length === 2;
  if (!flat || part?.type !== "states" || recurrent === null) return undefined;
  if (recurrent.stacked * recurrent.directions === 1) return tensor.index([whole(0)], at);
  return part.turned && recurrent.stacked === 1 && part.state === "h" ? joined("concat", tensor.items(at) ?? []) : undefined;
}

/** `x.view(x.size(0), 28, 28)`, `x.view(-1, 28, 28)`: the batch is kept, or whatever the others leave. */
function viewed(before: Tensor, [first, ...rest]: readonly Size[], layer: MakeLayer): Tensor | undefined {
  const target = rest.filter((size) => typeof size === "number");
  if (rest.length === 0 || target.length < rest.length || (first !== "batch" && first !== -1)) return undefined;
  // A first size of −1 is the batch only where all others are said, and are all of a row.
  if (first === -1 && (target.includes(-1) || (before.form.rank === 3 && target.length === 1))) return undefined;
  if (target.join() === "-1") return layer("Flatten", {}, { rank: 2 });
  return layer("Reshape", { target_shape: target }, { rank: target.length + 1, order: "BT" });
}

/** x.unsqueeze(1).repeat(1, n, 1) is RepeatVector(n). */
function repeated(before: Tensor, numbers: readonly Size[], layer: MakeLayer): Tensor | undefined {
  const [one, n, last] = numbers;
  const [reshape] = before.node.layers;
  const single = reshape?.className === "Reshape" && JSON.stringify(reshape.config["target_shape"]) === "[1,-1]";
  const around = (size: Size | undefined): boolean => size === 1 || size === -1 || size === "batch" || size === null;
  if (!single || numbers.length !== 3 || !around(one) || !around(last) || typeof n !== "number" || n < 1) return undefined;
  const after = layer("RepeatVector", { n }, { rank: 3, order: "BT" });
  return after.with({ node: after.node.with({ before: before.node.before }) });
}
