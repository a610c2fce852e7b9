/** A Keras layer called on a tensor, on several, or on data. */
import { msg } from "../../messages.js";
import type { Json } from "../../model/readFields.js";
import { recurrentClasses } from "../../model/spec.js";
import { type Arg, type Args, list, type Site, type Value } from "../evaluate/values.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { Part, RecurrentCall, Source } from "../trace/node.js";
import { joined, settled } from "../trace/parts.js";
import { Tensor, tensorFrom } from "../trace/tensor.js";
import type { KerasLayer } from "./layer.js";

const perStepLayers = new Set(["Dense", "Dropout", "Activation", "ReLU", "Softmax", "LeakyReLU"]);

/** undefined: the call has no input. */
export function applyLayer(layer: KerasLayer, args: Args, at: Site): Value | undefined {
  const input = args.find((arg) => arg.name === null || arg.name === "inputs" || arg.name === "sequences");
  if (input === undefined) return undefined;
  const tensors = tensorsIn(input.value).map(settled);
  const extra = otherArguments(
    layer,
    args.filter((arg) => arg !== input),
    at,
  );
  const before = tensors[0] ?? dataFrom(input.value, at);
  if (tensors.length > 1) return joined(mergeModes[layer.entry.className] ?? "", itemsOf(input.value)) ?? merged(layer, tensors, at);
  const perStep = perStepLayers.has(layer.entry.className);
  const others = extra.states.map((state) => state.node);
  const output = before.next({ layers: [layer.entry], owner: layer, at, problems: extra.problems, others, perStep });
  return perStep ? output : results(layer, output, at.machine.firstLine(at));
}

/** Layers that put the two directions of a recurrent one together, as merge_mode would. */
const mergeModes: Readonly<Record<string, string>> = { Concatenate: "concat", Add: "sum", Multiply: "mul", Average: "ave" };

function itemsOf(value: Value): readonly Value[] {
  return value.kind === "list" || value.kind === "tuple" ? value.items : [value];
}

function tensorsIn(value: Value): Tensor[] {
  return itemsOf(value).filter((item): item is Tensor => item instanceof Tensor);
}

/** Data that no Input declared: only its shape may be known. The batch is whatever comes. */
export function dataFrom(value: Value, at: Site): Tensor {
  const shape = value.kind === "array" && value.shape !== null && value.shape.length > 1 ? [null, ...value.shape.slice(1)] : null;
  const source: Source = { type: "data", shape, problems: [], taken: false, ...at.machine.firstLine(at) };
  return at.machine.touch(tensorFrom("keras", source));
}

/** initial_state= and mask= of a call: what a Sequential cannot hand over is told. */
function otherArguments(layer: KerasLayer, args: readonly Arg[], at: Site): { states: Tensor[]; problems: Problem[] } {
  const states: Tensor[] = [];
  const problems: Problem[] = [];
  const recurrent = innerClass(layer.entry.config, layer.entry.className) !== undefined;
  args.forEach((arg, i) => {
    const name = arg.name ?? (recurrent && i === 0 ? "initial_state" : "training");
    const { value } = arg;
    const zeros =
      value.kind === "none" ||
      (value.kind === "array" && value.zeros) ||
      ((value.kind === "list" || value.kind === "tuple") && value.items.every((item) => item.kind === "array" && item.zeros));
    if (zeros || name === "training" || (name !== "initial_state" && name !== "mask")) return;
    states.push(...tensorsIn(value));
    const message =
      name === "mask"
        ? msg("The mask of {layer} comes from elsewhere; a Sequential only hands on that of Masking or Embedding.", {
            layer: layer.entry.className,
          })
        : msg("{layer} starts from an initial_state that comes from elsewhere; in a Sequential it starts from zeros.", {
            layer: layer.entry.className,
          });
    problems.push({ ...at.machine.firstLine(arg), message });
  });
  return { states, problems };
}

/** Several tensors into one layer: no Sequential does that. */
function merged(layer: KerasLayer, tensors: readonly Tensor[], at: Site): Value {
  const text = at.machine.excerpt(at);
  const message = msg("“{text}” joins branches; a Sequential is one chain of layers.", { text });
  const [first, ...others] = tensors as [Tensor, ...Tensor[]];
  const problems = [{ ...at.machine.firstLine(at), message }];
  return first.next({ layers: [layer.entry], owner: layer, at, problems, others: others.map((tensor) => tensor.node) }, { rank: null });
}

/** The class of a recurrent layer, or of the one that a Bidirectional wraps. */
function innerClass(config: Json, className: string): string | undefined {
  const plain = className.replace(/^CuDNN/, "");
  if ((recurrentClasses as readonly string[]).includes(plain)) return plain;
  const layer = className === "Bidirectional" ? (config["layer"] as { class_name?: string; config?: Json } | undefined) : undefined;
  return layer?.class_name === undefined ? undefined : innerClass(layer.config ?? {}, layer.class_name);
}

/** What the layer returns: its output, and its states where return_state asks for them. */
function results(layer: KerasLayer, output: Tensor, place: Range): Value {
  const { className, config } = layer.entry;
  const inner = innerClass(config, className);
  const rank = { Embedding: 3, RepeatVector: 3, Flatten: 2 }[className] ?? null;
  if (inner === undefined)
    return output.with({ rank: className === "Masking" || className === "TimeDistributed" ? output.form.rank : rank });
  const options = className === "Bidirectional" ? ((config["layer"] as { config?: Json }).config ?? {}) : config;
  const sequences = options["return_sequences"] === true;
  const directions = className === "Bidirectional" ? 2 : 1;
  const mode = config["merge_mode"];
  const recurrent: RecurrentCall = { node: output.node, stacked: 1, directions, merge: null };
  const form = { recurrent, rank: sequences ? 3 : 2, order: "BT" as const };
  const one = (direction: 0 | 1): Part =>
    sequences ? { type: "side", direction, ...place } : { type: "row", state: "h", row: direction, ...place };
  const outputs: Tensor[] =
    directions === 2 && mode === null
      ? ([0, 1] as const).map((direction) => output.with({ ...form, part: one(direction) }))
      : [output.with(form)];
  if (options["return_state"] !== true) return outputs.length === 1 ? (outputs[0] as Tensor) : list(outputs);
  const states = inner === "LSTM" ? (["h", "c"] as const) : (["h"] as const);
  for (let row = 0; row < directions; row++) {
    for (const state of states) outputs.push(output.with({ ...form, rank: 2, part: { type: "row", state, row, ...place } }));
  }
  return list(outputs);
}
