/** A Keras layer from its constructor call: its config, and what of it is open. */
import { msg } from "../../messages.js";
import { snakeCase, uniqueName } from "../../model/defaults.js";
import type { Json } from "../../model/readFields.js";
import { NESTING } from "../evaluate/limits.js";
import { type Arg, type Args, type Site, Thing, type Value } from "../evaluate/values.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { Declared, LayerEntry } from "../trace/node.js";
import { applyLayer } from "./apply.js";
import { converted } from "./convert.js";
import { declaredBy, inputArguments } from "./input.js";
import { openArgument, unfinished } from "./open.js";
import { argumentName } from "./signatures.js";

/** What a constructor of keras.layers gives; it may be called, wrapped or added to a model. */
export class KerasLayer extends Thing {
  readonly problems: Problem[];
  /** The first variable that holds it. */
  variable: string | null = null;
  /** How many wrappers it is made of. */
  depth = 0;

  constructor(
    readonly entry: LayerEntry & { readonly problems: Problem[] },
    /** Where the constructor was called from the source. */
    readonly place: Range,
  ) {
    super();
    this.problems = entry.problems;
  }

  /** What it means as the value of `activation=`. */
  get activationName(): string | undefined {
    const { className, config } = this.entry;
    const plain = Object.keys(config).every((key) => key === "name" || key === "activation");
    if (className === "Activation" && typeof config["activation"] === "string") return config["activation"];
    if (className === "LeakyReLU" && (config["negative_slope"] ?? config["alpha"]) === 0.2) return "leaky_relu";
    return plain && /^(?:ReLU|Softmax|ELU)$/.test(className) ? className.toLowerCase() : undefined;
  }

  override call(args: Args, at: Site): Value | undefined {
    return applyLayer(this, args, at);
  }

  override bound(name: string): void {
    this.variable ??= name;
  }

  override doubt(problem: Problem): void {
    this.problems.push(problem);
  }
}

/** Arguments by name. @param problems takes what cannot be said. */
function namedArguments(className: string, args: Args, problems: Problem[]): Map<string, Arg> {
  const out = new Map<string, Arg>();
  let position = 0;
  for (const arg of args) {
    const place = { start: arg.start, end: arg.end };
    const name = arg.spread ? undefined : (arg.name ?? argumentName(className, position++));
    if (name !== undefined) out.set(name, arg);
    else if (arg.spread)
      problems.push({ ...place, message: msg("The arguments that {layer} gets here are not known.", { layer: className }) });
    else out.set(`argument ${position}`, arg);
  }
  return out;
}

const wrapped = new Set(["layer", "backward_layer", "cell", "cells"]);
/** Arguments that change no number of a run, whatever they are. */
const silent = new Set(["trainable", "dtype", "seed"]);

/** @param name of the class, as the source calls it. @param keras2 of a package that has Keras 2. */
export function kerasLayer(name: string, args: Args, at: Site, keras2 = false): KerasLayer {
  const problems: Problem[] = [];
  // The layers for cuDNN are today's own, which take it by themselves.
  const className = name.replace(/^CuDNN/, "");
  const given = namedArguments(name, args, problems);
  const config: Record<string, unknown> = {};
  let old = keras2 || className !== name || given.has("batch_input_shape") || given.has("time_major");
  let inner: Declared | null = null;
  for (const [key, arg] of given) {
    if (inputArguments(className).has(key)) continue;
    if (key === "weights" && arg.value.kind !== "none") {
      problems.push({
        start: arg.start,
        end: arg.end,
        message: msg("The weights that {layer} gets here are not read; its own are drawn at random.", { layer: className }),
      });
      continue;
    }
    if (wrapped.has(key)) {
      const layers = layersIn(arg.value);
      for (const layer of layers) problems.push(...layer.problems);
      old ||= layers.some((layer) => layer.entry.keras2);
      inner ??= layers[0]?.entry.declared ?? null;
      const json = nested(key, arg.value);
      if (json === undefined) problems.push(...lostLayer(arg, key, className, at));
      else config[key] = json;
      continue;
    }
    const value = converted(arg, key, at);
    if ("json" in value) config[key] = value.json;
    else if (!silent.has(key)) problems.push(...openArgument(value.lost, key, className));
  }
  const declared = declaredBy(className, given, at, problems) ?? inner;
  if (at.open === true && !problems.some((problem) => problem.end > at.start)) problems.push(unfinished(at, className));
  const place = at.machine.firstLine(at);
  const places = new Map([...given].map(([key, arg]) => [key, at.machine.firstLine(arg)] as const));
  const entry = {
    framework: "keras" as const,
    className,
    config: config as Json,
    problems,
    declared,
    places,
    keras2: old,
    start: at.start,
    end: at.end,
  };
  const layer = new KerasLayer(entry, place);
  layer.depth = 1 + Math.max(0, ...[...given.values()].flatMap((arg) => layersIn(arg.value)).map((inner) => inner.depth));
  return at.machine.touch(layer);
}

function lostLayer(arg: Arg, key: string, className: string, at: Site): Problem[] {
  const causes = arg.value.kind === "unknown" && arg.value.causes.length > 0 ? arg.value.causes : at.machine.lost("runtime", arg).causes;
  return openArgument(causes, key, className);
}

/** Layers that may be wrapped; one that is itself wrapped many times is no layer that anybody runs. */
function layersIn(value: Value): KerasLayer[] {
  const items = value.kind === "list" || value.kind === "tuple" ? value.items : [value];
  return items.filter((item): item is KerasLayer => item instanceof KerasLayer && item.depth <= NESTING);
}

/** A wrapped layer, or the cells of an RNN, with the names that Keras would give them. */
function nested(key: string, value: Value): unknown {
  if (layersIn(value).length === 0) return undefined;
  if (value instanceof KerasLayer) {
    const { className } = value.entry;
    const prefix =
      key === "backward_layer" ? "backward_" : key === "layer" && /^(?:SimpleRNN|LSTM|GRU|RNN)$/.test(className) ? "forward_" : "";
    return serialised(value, `${prefix}${snakeCase(className)}`, prefix !== "" || key.startsWith("cell"));
  }
  if ((value.kind !== "list" && value.kind !== "tuple") || value.items.length !== layersIn(value).length) return undefined;
  const taken = new Set<string>();
  return (value.items as KerasLayer[]).map((cell) => {
    const name = uniqueName(snakeCase(cell.entry.className), taken);
    taken.add(name);
    return serialised(cell, name, true);
  });
}

/** As Keras writes a layer inside a layer. */
function serialised(layer: KerasLayer, name: string, named: boolean): unknown {
  const config = named ? { name, ...layer.entry.config } : layer.entry.config;
  return { module: "keras.layers", class_name: layer.entry.className, config, registered_name: null };
}
