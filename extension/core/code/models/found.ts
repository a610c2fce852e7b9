/** Everything in a source that is a model, once all of it was read. */
import { msg } from "../../messages.js";
import type { Site } from "../evaluate/values.js";
import type { Machine } from "../evaluate/machine.js";
import { type Args, bool, type Value } from "../evaluate/values.js";
import { forwardOf, type Frameworks, type Made } from "../frameworks.js";
import type { Problem } from "../problems.js";
import type { FunctionExpr, Range, Stmt } from "../python/syntax.js";
import type { Framework, LayerEntry, Node, Source } from "../trace/node.js";
import { Tensor, tensorFrom } from "../trace/tensor.js";
import { collect, type Collected, outputsOf, tensorsOf } from "./collect.js";
import { refusalOf, sequentialConfig } from "./config.js";
import { FunctionalModel } from "./functional.js";
import { type ModelThing, SequentialModel } from "./sequential.js";

/** A model in source code. Ranges are offsets into the source as it was given. */
export interface CodeModel extends Range {
  readonly name: string;
  readonly framework: Framework;
  /** A Keras Sequential config. */
  readonly config: Readonly<Record<string, unknown>>;
  /** One a layer, without the InputLayer. */
  readonly layerRanges: readonly Range[];
  readonly problems: readonly Problem[];
  /** Indices of layers in front of which something stands that was not understood. */
  readonly gaps: readonly number[];
}

/** In the order of the source. Parts of other models are no models of their own. */
export function foundModels(machine: Machine, frameworks: Frameworks): CodeModel[] {
  const found: { readonly of: { readonly inner: boolean }; readonly models: readonly CodeModel[] }[] = [];
  // What there is no time for is left out: it takes a thousand models to get there.
  for (const made of frameworks.made.values()) {
    if (machine.isOver) break;
    if (made.kind.is === "model" && !made.inner) found.push({ of: made, models: instanceModel(made, machine, frameworks) });
  }
  for (const thing of new Set(machine.touched)) {
    if (machine.isOver) break;
    if (thing instanceof SequentialModel && !thing.inner) found.push({ of: thing, models: sequentialModel(thing, machine, frameworks) });
    else if (thing instanceof FunctionalModel && !thing.inner) found.push({ of: thing, models: functionalModels(thing, machine) });
  }
  // Tracing one model may have told that another is a part of it.
  const whole = found.flatMap(({ of, models }) => (of.inner ? [] : models));
  const bare = machine.touched.flatMap((thing) =>
    thing instanceof Tensor && thing.node.source?.taken === false && !machine.isOver ? bareModels(thing.node, machine) : [],
  );
  return distinct([...whole, ...bare]).sort((a, b) => a.start - b.start || a.end - b.end);
}

interface Named {
  readonly name: string;
  readonly title: string | null;
  readonly framework: Framework;
  readonly range: Range;
  readonly problems: readonly Problem[];
}

/** Without a layer that is known it is a model only if a recurrent one is told in its problems, e.g. a cell in a loop over time. */
function codeModel(found: Collected, named: Named, machine: Machine): CodeModel[] {
  const { layers } = found;
  const told = found.problems.some(({ start, end }) => /RNN|LSTM|GRU/.test(machine.source.slice(start, end)));
  if (layers.length === 0 && !told) return [];
  const refusals = layers.map((layer, i) => refusalOf(layer, i, machine.firstLine(layer)));
  const all = [
    ...named.problems,
    ...found.problems,
    ...layers.flatMap((layer) => layer.problems),
    ...refusals.filter((problem) => problem !== null),
  ];
  return [
    {
      ...inside(named.range, machine),
      name: named.title ?? named.name,
      framework: named.framework,
      config: sequentialConfig(named.title, found.input, layers),
      layerRanges: layers.map((layer) => inside(layer, machine)),
      problems: once(all.map((problem) => ({ ...inside(problem, machine), message: problem.message }))),
      gaps: found.gaps,
    },
  ];
}

/** A place in the source that is not empty, also of what is missing at its end. */
function inside({ start, end }: Range, { source }: Machine): Range {
  const from = Math.min(start, source.length - 1);
  return { start: from, end: Math.min(Math.max(end, from + 1), source.length) };
}

/** One problem a place. */
function once(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = `${problem.start}-${problem.end}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** A function that is called several times in the same way makes one model. */
function distinct(models: readonly CodeModel[]): CodeModel[] {
  const seen = new Map<string, CodeModel>();
  for (const model of models) {
    const key = JSON.stringify([model.start, model.end, model.config]);
    if (!seen.has(key)) seen.set(key, model);
  }
  return [...seen.values()];
}

/** What a person would call it: after the function that builds it, or the variable that holds it. */
function nameOf(model: ModelThing): string {
  // A variable in a function is mostly called model, whatever the function builds.
  return model.maker !== null && !/^(?:lambda|__init__)$/.test(model.maker) ? model.maker : (model.variable ?? "model");
}

/** Runs a trace within a budget; data that is met on the way starts no model of its own. */
function traced<T>(machine: Machine, frameworks: Frameworks, body: () => T): T | undefined {
  const mark = machine.touched.length;
  let result: T | undefined;
  machine.statement(() => {
    result = frameworks.inside(body);
  });
  for (const thing of machine.touched.slice(mark))
    if (thing instanceof Tensor && thing.node.source !== null) thing.node.source.taken = true;
  return result;
}

/** Walks the layers from the input on, as Keras or PyTorch would. */
function sequentialModel(model: SequentialModel, machine: Machine, frameworks: Frameworks): CodeModel[] {
  const at: Site = { machine, ...model.range };
  const result = traced(machine, frameworks, () => model.trace(at));
  const tensors = result === undefined ? [] : tensorsOf(result);
  const [first] = tensors;
  if (first === undefined || model.inner) return [];
  // PyTorch's Sequential returns what its last module does: with the states, if that is a recurrent one.
  const out = model.framework === "keras" ? outputsOf([first.with({ part: null })], model.range) : outputsOf(tensors, model.range);
  if (out === undefined) return [];
  const found = collect(out.output, out.withStates, model.framework === "keras");
  const named = { name: nameOf(model), title: model.title, framework: model.framework, range: model.range, problems: out.problems };
  return codeModel(found, named, machine);
}

function functionalModels(model: FunctionalModel, machine: Machine): CodeModel[] {
  const found = model.collected();
  if (found === undefined) return [];
  return codeModel(
    found,
    { name: nameOf(model), title: model.title, framework: model.framework, range: model.range, problems: model.problems },
    machine,
  );
}

/** A class that derives from a model's is read in the order of its call or forward, not of its constructor. */
function instanceModel(made: Made, machine: Machine, frameworks: Frameworks): CodeModel[] {
  const { instance, kind } = made;
  const { definition } = instance.of;
  const at: Site = { machine, start: definition.start, end: definition.end };
  const named: Named = { name: definition.name, title: null, framework: kind.framework, range: definition, problems: made.problems };
  const forward = machine.classMember(instance.of, forwardOf(kind), instance, at);
  if (forward?.kind !== "function") {
    const { base } = instance;
    if (base instanceof SequentialModel) return sequentialBase(base, named, machine, frameworks);
    const found = base instanceof FunctionalModel ? base.collected() : undefined;
    return found === undefined ? [] : codeModel(found, named, machine);
  }
  const source: Source = {
    type: "argument",
    shape: made.declared !== null && "shape" in made.declared ? made.declared.shape : null,
    problems: [],
    taken: true,
    ...machine.firstLine(definition),
  };
  const input = tensorFrom(kind.framework, source);
  const result = traced(machine, frameworks, () => machine.call(forward, forwardArguments(forward.definition, input), at));
  const place = machine.firstLine(returnOf(forward.definition));
  const tensors = result === undefined ? [] : tensorsOf(result);
  const out = outputsOf(tensors, place) ?? unreturned(input.node, kind.framework, definition.name, place);
  return out === undefined
    ? []
    : codeModel(collect(out.output, out.withStates, false), { ...named, problems: [...made.problems, ...out.problems] }, machine);
}

/** The place of the only return of a function, or the function. */
function returnOf(definition: FunctionExpr): Range {
  const returns: Range[] = [];
  const visit = (statement: Stmt): void => {
    if (statement.type === "return" && statement.value !== null) returns.push(statement.value);
    if (statement.type === "if") for (const branch of statement.branches) branch.body.forEach(visit);
    if ("body" in statement) statement.body.forEach(visit);
  };
  if (Array.isArray(definition.body)) (definition.body as readonly Stmt[]).forEach(visit);
  return returns.length === 1 && returns[0] !== undefined ? returns[0] : definition;
}

/** A class that is a Sequential itself: `super().__init__([...])`. */
function sequentialBase(base: SequentialModel, named: Named, machine: Machine, frameworks: Frameworks): CodeModel[] {
  base.inner = false;
  return sequentialModel(base, machine, frameworks).map((model) => ({
    ...model,
    name: named.name,
    start: named.range.start,
    end: named.range.end,
  }));
}

/** The data for the first parameter; training is on, since a Dropout is a part of the model; the rest have their defaults. */
function forwardArguments(
  definition: { readonly params: readonly { readonly name: string; readonly stars: number }[] },
  input: Tensor,
): Args {
  const place = { start: 0, end: 0, spread: false };
  const training = definition.params.some((param) => param.name === "training");
  const first = { name: null, value: input as Value, ...place };
  return training ? [first, { name: "training", value: bool(true), ...place }] : [first];
}

/** What forward returns was not understood: what was understood on the way is still told. */
function unreturned(start: Node, framework: Framework, name: string, place: Range): ReturnType<typeof outputsOf> {
  let last = start;
  const seen = new Set<Node>([start]);
  for (const node of seen) {
    if (node.layers.length > 0) last = node;
    for (const after of node.after) seen.add(after);
  }
  if (last === start) return undefined;
  return {
    output: tensorAt(last, framework),
    withStates: false,
    problems: [{ ...place, message: msg("What {name} returns cannot be told without running it.", { name }) }],
  };
}

/** Layers called on data, or on an Input that no Model takes: each end of a chain with a recurrent layer in it. */
function bareModels(start: Node, machine: Machine): CodeModel[] {
  const chains: { readonly found: Collected; readonly owners: readonly object[]; readonly name: string | null }[] = [];
  for (const end of endsOf(start)) {
    // What is computed from the last layer's output is no part of the model.
    let last = end;
    while (last.layers.length === 0 && last.before[0] !== undefined) last = last.before[0];
    const found = collect(tensorAt(last, "keras"), false, true);
    if (!found.layers.some(isRecurrent) || found.sources[0] !== start.source) continue;
    const owners: object[] = [];
    let name: string | null = null;
    for (let node: Node | undefined = last; node !== undefined; node = node.before[0]) {
      if (node.owner === null) continue;
      owners.push(node.owner);
      if (node.layers.some(isRecurrent) && "variable" in node.owner && typeof node.owner.variable === "string") name = node.owner.variable;
    }
    chains.push({ found, owners, name });
  }
  // The same layers reached in two ways (all steps, and the last one taken from them) are one model.
  const within = (a: readonly object[], b: readonly object[]): boolean => a.every((owner) => b.includes(owner));
  const longest = chains.filter(
    ({ owners }, i) =>
      !chains.some((other, k) => k !== i && within(owners, other.owners) && (other.owners.length > owners.length || k < i)),
  );
  return longest.flatMap(({ found, name }) => {
    const { layers } = found;
    const range = { start: Math.min(...layers.map((layer) => layer.start)), end: Math.max(...layers.map((layer) => layer.end)) };
    const named = { name: name ?? layers.find(isRecurrent)?.className ?? "model", title: null, range, problems: [] };
    return codeModel(found, { ...named, framework: layers[0]?.framework ?? "keras" }, machine);
  });
}

/** The last calls of everything that hangs on a node. */
function endsOf(start: Node): Node[] {
  const seen = new Set<Node>([start]);
  for (const node of seen) for (const after of node.after) seen.add(after);
  return [...seen].filter((node) => node.after.length === 0);
}

function tensorAt(node: Node, framework: Framework): Tensor {
  return new Tensor({ framework, node, rank: null, order: null, recurrent: null, part: null, flipped: null, swapped: null });
}

function isRecurrent(layer: LayerEntry): boolean {
  return /^(?:CuDNN)?(?:SimpleRNN|LSTM|GRU|RNN)$/.test(layer.className) || layer.className === "Bidirectional";
}
