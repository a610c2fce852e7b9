/** keras.Sequential and torch.nn.Sequential while the source builds them. */
import { msg } from "../../messages.js";
import { MOST_LAYERS } from "../evaluate/limits.js";
import { type Args, Instance, list, none, type Site, Thing, type Value } from "../evaluate/values.js";
import { declaredBy } from "../keras/input.js";
import { KerasLayer } from "../keras/layer.js";
import { unfinished } from "../keras/open.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { Declared, Framework, Source } from "../trace/node.js";
import { Tensor, tensorFrom } from "../trace/tensor.js";

interface Item extends Range {
  readonly value: Value;
}

/** A model that the source names: how it is called, and whether it is a part of another. */
export abstract class ModelThing extends Thing {
  /** name= of the constructor, the variable that holds it, and the function that it was made in. */
  title: string | null = null;
  variable: string | null = null;
  maker: string | null = null;
  /** Called inside of another model, or built in its constructor. */
  inner = false;
  readonly problems: Problem[] = [];

  constructor(
    readonly framework: Framework,
    readonly range: { start: number; end: number },
  ) {
    super();
  }

  override bound(name: string): void {
    this.variable ??= name;
  }

  override doubt(problem: Problem): void {
    this.problems.push(problem);
  }
}

/** The list of layers as the source fills it; it is walked when everything was read. */
export class SequentialModel extends ModelThing {
  readonly contents: Item[] = [];
  /** What Input or build() says about the data. */
  declared: Declared | null = null;
  private full = false;

  constructor(framework: Framework, at: Site) {
    super(framework, { start: at.start, end: at.end });
    this.maker = at.running?.definition.name ?? null;
  }

  /** An Input at the front says the shape; anything else is a layer, or will be told as none. */
  add(value: Value, at: Site): void {
    this.range.end = Math.max(this.range.end, at.end);
    at.machine.touch(this);
    if (this.contents.length >= MOST_LAYERS) {
      const message = msg("More than {limit} layers are not read.", { limit: MOST_LAYERS });
      if (!this.full) this.problems.push({ ...at.machine.firstLine(at), message });
      this.full = true;
      return;
    }
    if (value.kind === "none") return;
    if (value instanceof Tensor && value.node.source !== null) {
      const { source } = value.node;
      source.taken = true;
      this.problems.push(...source.problems);
      if (this.contents.length === 0) this.declared = { shape: source.shape };
      return;
    }
    if (value instanceof KerasLayer && value.entry.className === "InputLayer") {
      this.problems.push(...value.problems);
      if (this.contents.length === 0) this.declared = value.entry.declared;
      return;
    }
    if (value instanceof ModelThing) value.inner = true;
    this.contents.push({ value, start: at.start, end: at.end });
  }

  /** The items of a list, each at its own place where that is known. */
  addAll(value: Value, at: Site): void {
    const items = at.machine.iterate(value, at);
    const places = "places" in value && value.places?.length === items?.length ? value.places : undefined;
    if (items !== null) items.forEach((item, i) => this.add(item, { ...at, ...placeOf(item, places?.[i] ?? at) }));
    else this.add(value.kind === "unknown" && value.causes.length > 0 ? value : at.machine.lost("runtime", at), at);
  }

  override items(): readonly Value[] {
    return this.contents.map((item) => item.value);
  }

  override index(items: readonly Value[], at: Site): Value | undefined {
    const [first] = items;
    return first === undefined
      ? undefined
      : (this.contents.map((item) => item.value).at(first.kind === "number" ? first.value : this.contents.length) ??
          at.machine.lost("runtime", at));
  }

  override member(name: string): Value | undefined {
    return name === "layers" ? list(this.contents.map((item) => item.value)) : undefined;
  }

  override method(name: string, args: Args, at: Site): Value | undefined {
    const [first] = args;
    switch (name) {
      case "add":
      case "append":
        if (first !== undefined) this.add(first.value, { ...at, ...placeOf(first.value, first) });
        else if (at.open === true) this.problems.push(unfinished(at, name));
        this.range.end = Math.max(this.range.end, at.end);
        return none;
      case "add_module":
        if (args[1] !== undefined) this.add(args[1].value, { ...at, ...placeOf(args[1].value, args[1]) });
        return none;
      case "pop":
        return this.contents.pop()?.value ?? none;
      case "build": {
        const given = args.find((arg) => arg.name === null || arg.name === "input_shape");
        if (given !== undefined) this.declared ??= declaredBy("InputLayer", new Map([["batch_shape", given]]), at, this.problems);
        return none;
      }
      case "to":
      case "cuda":
      case "cpu":
      case "float":
      case "eval":
      case "train":
      case "double":
        return this;
      default:
        return undefined;
    }
  }

  /** Inside of another model it is its layers. */
  override call(args: Args, at: Site): Value | undefined {
    const input = args.find((arg) => arg.value instanceof Tensor)?.value;
    if (!(input instanceof Tensor)) return undefined;
    this.inner = true;
    return this.flow(input, at);
  }

  /** The model's own trace, from its input on. */
  trace(at: Site): Value {
    const source: Source = {
      type: "argument",
      shape: this.declared !== null && "shape" in this.declared ? this.declared.shape : null,
      problems: this.problems,
      taken: true,
      ...this.range,
    };
    return this.flow(tensorFrom(this.framework, source), at);
  }

  /** A tensor through all layers. */
  private flow(input: Tensor, at: Site): Value {
    let current: Value = input;
    for (const item of this.contents) {
      const site: Site = { ...at, start: item.start, end: item.end };
      // Keras is read as it is written: what follows gets the output, whatever else the layer returns. PyTorch hands on the tuple.
      const [output] = this.framework === "keras" && current.kind === "list" ? current.items : [];
      if (output instanceof Tensor) current = output.with({ part: null });
      current = this.step(item, current, site);
    }
    return current;
  }

  /** One layer; what is none leaves a gap that is told. */
  private step(item: Item, current: Value, at: Site): Value {
    const { value } = item;
    if (value.kind === "unknown" || value.kind !== "thing") {
      const tensor =
        current instanceof Tensor
          ? current
          : tensorFrom(this.framework, { type: "argument", shape: null, problems: [], taken: true, ...item });
      return noLayers(value, at).reduce((before, problem) => before.gap(problem), tensor);
    }
    return at.machine.call(value, [{ name: null, value: current, spread: false, start: at.start, end: at.end }], at);
  }
}

/** A layer is told at its constructor, wherever it is added. */
function placeOf(value: Value, arg: Range): Range {
  const { start, end } = value instanceof KerasLayer ? value.entry : value instanceof Instance ? value.place : arg;
  return { start, end };
}

/** What is said of something in the list that is no layer. */
function noLayers(value: Value, at: Site): Problem[] {
  if (value.kind === "unknown" && value.causes.length > 0) {
    return value.causes.map((cause) => ({
      start: cause.start,
      end: cause.end,
      message: msg("“{text}” cannot be told without running the source: a layer of the model is open.", { text: cause.text }),
    }));
  }
  return [{ ...at.machine.firstLine(at), message: msg("“{text}” is not a layer that is known here.", { text: at.machine.excerpt(at) }) }];
}
