/** Calls of Keras's and TensorFlow's names: layers, models, objects, and functions on a model's tensors. */
import { msg } from "../../messages.js";
import { canonicalActivation } from "../../model/activations.js";
import { type Args, none, type Site, Thing, type Value } from "../evaluate/values.js";
import { functionalModel } from "../models/functional.js";
import { SequentialModel } from "../models/sequential.js";
import type { Problem } from "../problems.js";
import { activated } from "../trace/activated.js";
import type { Node, Source } from "../trace/node.js";
import { joined, settled } from "../trace/parts.js";
import { Tensor, tensorFrom } from "../trace/tensor.js";
import { onNumbers } from "./activation.js";
import { kerasObject } from "./convert.js";
import { declaredBy } from "./input.js";
import { kerasLayer } from "./layer.js";
import { kerasName, type KerasName } from "./names.js";
import { unfinished } from "./open.js";
import { argumentName } from "./signatures.js";

/** @param path dotted, in any package that Keras lived in. undefined: not known. */
export function kerasCall(path: string, args: Args, at: Site): Value | undefined {
  const known = kerasName(path);
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (known !== undefined) {
    const { area } = known;
    if (area === "layers") return layerCall(known, args, at);
    if (area === "initializers" || area === "regularizers" || area === "constraints") {
      return name === "get" ? (args[0]?.value ?? none) : kerasObject(area, name, args, at);
    }
    if (area === "activations" && name === "get") return args[0]?.value ?? none;
  } else if (!/^tensorflow\b/.test(path)) return undefined;
  return tensorFunction(name, args, at);
}

/** What a name among the layers makes: a layer, a model, an input, or a function on tensors. */
function layerCall({ name, keras2 }: KerasName, args: Args, at: Site): Value | undefined {
  switch (name) {
    case "Sequential":
      return sequential(args, at);
    case "Model":
    case "Functional":
      return functionalModel(args, at);
    case "Input":
      return input(args, at);
    case "Lambda": {
      const callee = args.find((arg) => arg.name === null || arg.name === "function")?.value;
      return callee?.kind === "function" ? new LambdaLayer(callee, at) : kerasLayer(name, args, at, keras2);
    }
    default:
      return /^[A-Z]/.test(name) ? kerasLayer(name, args, at, keras2) : tensorFunction(name, args, at);
  }
}

/** @param model given where a class of the source derives from Sequential. */
export function sequential(args: Args, at: Site, model = new SequentialModel("keras", at)): SequentialModel {
  for (const [i, arg] of args.entries()) {
    const key = arg.name ?? ["layers", "trainable", "name"][i];
    if (key === "name" && arg.value.kind === "string") model.title = arg.value.value;
    if (key === "layers" && arg.value.kind !== "none") model.addAll(arg.value, { ...at, start: arg.start, end: arg.end });
  }
  if (at.open === true) {
    const problem = unfinished(at, "Sequential");
    const told = model.contents.some(({ value, end }) => end >= problem.start && value.kind !== "thing");
    if (!told) model.problems.push(problem);
  }
  return at.machine.touch(model);
}

/** Input(…): where the data comes in. */
function input(args: Args, at: Site): Tensor {
  const problems: Problem[] = [];
  const given = new Map(args.map((arg, i) => [arg.name ?? argumentName("Input", i) ?? "", arg] as const));
  const declared = declaredBy("Input", given, at, problems);
  const shape = declared !== null && "shape" in declared ? declared.shape : null;
  if (at.open === true && problems.length === 0) problems.push(unfinished(at, "Input"));
  const source: Source = { type: "input", shape, problems, taken: false, start: at.start, end: at.end };
  return at.machine.touch(tensorFrom("keras", source));
}

const joins: Readonly<Record<string, string>> = { concatenate: "concat", concat: "concat", add: "sum", multiply: "mul", average: "ave" };

/** tf.nn.relu(x), keras.ops.tanh(x), concatenate([a, b]) … */
function tensorFunction(name: string, args: Args, at: Site): Value | undefined {
  const values = args.filter((arg) => arg.name === null || arg.name === "x" || arg.name === "features").map((arg) => arg.value);
  const [first] = values;
  const activation = name === "identity" ? undefined : canonicalActivation(name, 3);
  if (first?.kind === "number") return onNumbers(name, activation, values);
  if (first instanceof Tensor) {
    if (/^(?:identity|cast|convert_to_tensor|stop_gradient)$/.test(name)) return first;
    if (activation === undefined) return undefined;
    const axis = args.find((arg) => arg.name === "axis")?.value;
    return activated(first, { name: activation, axis: axis?.kind === "number" ? axis.value : null }, { text: name, at });
  }
  const mode = Object.hasOwn(joins, name) ? joins[name] : undefined;
  const items = mode === undefined || first === undefined ? null : at.machine.iterate(first, at);
  return mode === undefined || items === null ? undefined : joined(mode, items);
}

/** Lambda(function): what the function does, if layers can say it. */
class LambdaLayer extends Thing {
  constructor(
    private readonly callee: Value,
    private readonly at: Site,
  ) {
    super();
  }

  override call(args: Args, at: Site): Value | undefined {
    const input = args[0]?.value;
    if (!(input instanceof Tensor)) return undefined;
    const result = at.machine.call(this.callee, [{ name: null, value: input, spread: false, start: at.start, end: at.end }], at);
    if (result instanceof Tensor && !gapBetween(settled(result).node, input.node)) return result;
    const place = at.machine.firstLine(this.at);
    return settled(input).gap({
      ...place,
      message: msg("Lambda runs code that no layer expresses: “{text}”.", { text: at.machine.excerpt(this.at) }),
    });
  }
}

function gapBetween(end: Node, start: Node): boolean {
  for (let node: Node | undefined = end; node !== undefined && node !== start; node = node.before[0]) if (node.gap) return true;
  return false;
}
