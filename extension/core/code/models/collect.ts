/** The calls behind a model's outputs → its layers in order, its input, and what of it no Sequential says. */
import { msg } from "../../messages.js";
import type { SymbolicShape } from "../../model/spec.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { LayerEntry, Node, Source } from "../trace/node.js";
import { settled } from "../trace/parts.js";
import { Tensor } from "../trace/tensor.js";
import { NESTING } from "../evaluate/limits.js";
import type { Value } from "../evaluate/values.js";

export interface Collected {
  readonly layers: readonly LayerEntry[];
  readonly problems: readonly Problem[];
  /** Indices of layers in front of which something stands that was not understood; the number of layers: behind the last. */
  readonly gaps: readonly number[];
  readonly input: SymbolicShape | null;
  readonly sources: readonly Source[];
}

/** Layers without weights may be called twice. */
const weightless = /^(?:Dropout|SpatialDropout1D|Activation|ReLU|Softmax|Flatten|Masking|RepeatVector|Reshape|InputLayer)$/;

/** All tensors in a value that a model returns, in order. */
export function tensorsOf(value: Value, depth = 0): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (depth > NESTING) return [];
  if (value.kind === "list" || value.kind === "tuple") return value.items.flatMap((item) => tensorsOf(item, depth + 1));
  return value.kind === "dict" ? [...value.entries.values()].flatMap((entry) => tensorsOf(entry.value, depth + 1)) : [];
}

/** The output proper, and what goes out beside it: all that the last layer returns, or a problem. */
export function outputsOf(
  tensors: readonly Tensor[],
  place: Range,
): { output: Tensor; withStates: boolean; problems: Problem[] } | undefined {
  const [first, ...rest] = tensors;
  if (first === undefined) return undefined;
  const all = allResults(tensors);
  if (all !== undefined) return { ...all, problems: [] };
  const output = settled(first);
  if (rest.length === 0) return { output, withStates: false, problems: [] };
  const inner = rest.every((tensor) => tensor.form.part !== null);
  const message = inner
    ? msg("States are returned beside the output. A Sequential returns those of its last layer (return_state), all or none.")
    : msg("Several outputs are returned here; a Sequential has one.");
  return { output, withStates: false, problems: [{ ...place, message }] };
}

/** Are these all the results of one recurrent layer, in Keras's order: both directions where merge_mode is None, then the states? */
function allResults(tensors: readonly Tensor[]): { output: Tensor; withStates: boolean } | undefined {
  const [first] = tensors;
  const recurrent = first?.form.recurrent;
  if (first === undefined || recurrent == null || recurrent.stacked !== 1 || first.node !== recurrent.node) return undefined;
  // The same call, though its last step, or its directions together, may have been taken from it.
  if (!tensors.every((tensor) => tensor.form.recurrent?.node.owner === recurrent.node.owner)) return undefined;
  const parts = tensors.map(({ form: { part } }) => {
    if (part?.type === "row") return `${part.state}${part.row}`;
    if (part?.type === "step") return part.last && part.direction === null ? "output" : "step";
    return part?.type === "side" ? `side${part.direction}` : part?.type === "states" ? part.state : "output";
  });
  const layer = recurrent.node.layers.at(-1);
  const wrapped = layer?.config["layer"] as { class_name?: string } | undefined;
  const states = (wrapped?.class_name ?? layer?.className)?.includes("LSTM") === true ? ["h", "c"] : ["h"];
  const rows = Array.from({ length: recurrent.directions }, (_, row) => states.map((state) => `${state}${row}`)).flat();
  const apart = layer?.config["merge_mode"] === null;
  const outputs = !apart ? ["output"] : parts[0] === "side0" ? ["side0", "side1"] : ["h0", "h1"];
  const is = (expected: readonly (string | undefined)[]): boolean => parts.join() === expected.join();
  if (apart && is(outputs)) return { output: first.with({ part: null }), withStates: false };
  // PyTorch's states are one tensor each.
  if (!is([...outputs, ...rows]) && !is([...outputs, ...states])) return undefined;
  return { output: apart ? first.with({ part: null }) : settled(first), withStates: true };
}

/** @param start nodes at which the model begins, where that is not the source itself. */
export function collect(output: Tensor, withStates: boolean, asWritten: boolean, start: ReadonlySet<Node> = new Set()): Collected {
  const layers: LayerEntry[] = [];
  const problems: Problem[] = [];
  const gaps: number[] = [];
  const sources: Source[] = [];
  const seen = new Map<object, Node>();
  const nodes = inOrder(output.node, start);
  for (const node of nodes) {
    problems.push(...node.problems);
    if (node.source !== null) sources.push(node.source);
    if (node.gap || node.before.length > 1) gaps.push(layers.length);
    for (const layer of node.layers) if (layer.className !== "InputLayer") layers.push(layer);
    if (node.owner === null) continue;
    if (!seen.has(node.owner)) seen.set(node.owner, node);
    else if (node.call !== null && node.layers.some((layer) => !weightless.test(layer.className))) {
      problems.push({
        ...node.call,
        message: msg("{layer} is called a second time with the same weights. A Sequential cannot express that.", {
          layer: node.layers[0]?.className ?? "",
        }),
      });
    }
  }
  for (const source of sources) problems.push(...source.problems);
  for (const source of sources.slice(1)) {
    if (source.type !== "data")
      problems.push({ start: source.start, end: source.end, message: msg("This is another input; a Sequential has one.") });
  }
  const last = layers.length - 1;
  const fitted = asWritten ? layers : layers.map((layer, i) => withReturnState(layer, withStates && i === last));
  return { layers: fitted, problems, gaps, sources, input: inputOf(sources[0], nodes, layers) };
}

/** Every node once, those before it first. */
function inOrder(end: Node, start: ReadonlySet<Node>): Node[] {
  const out: Node[] = [];
  const done = new Set<Node>();
  const open: { node: Node; next: number }[] = [{ node: end, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const before = start.has(top.node) ? undefined : top.node.before[top.next++];
    if (before === undefined) {
      open.pop();
      if (!done.has(top.node) && !start.has(top.node)) out.push(top.node);
      done.add(top.node);
    } else if (!done.has(before)) open.push({ node: before, next: 0 });
  }
  return out;
}

/** return_state as the model needs it: states that nobody takes stay inside. */
function withReturnState(layer: LayerEntry, wanted: boolean): LayerEntry {
  const inner = layer.config["layer"] as { config?: Record<string, unknown> } | undefined;
  const change = (config: Record<string, unknown>): Record<string, unknown> => {
    const { return_state: old, ...rest } = config;
    return wanted ? { ...rest, return_state: true } : old === undefined || old === false ? config : rest;
  };
  if (layer.className === "Bidirectional" && inner?.config !== undefined) {
    return { ...layer, config: { ...layer.config, layer: { ...inner, config: change(inner.config) } } };
  }
  return wanted || layer.config["return_state"] === true ? { ...layer, config: change(layer.config) } : layer;
}

function inputOf(source: Source | undefined, nodes: readonly Node[], layers: readonly LayerEntry[]): SymbolicShape | null {
  if (source?.shape != null) return source.shape;
  for (const node of nodes) {
    for (const { declared } of node.layers) {
      if (declared === null) continue;
      // Keras looks at its first layer only.
      if ("shape" in declared) return node.layers[0] === layers[0] || node.layers[0]?.framework === "pytorch" ? declared.shape : null;
      // A Linear takes vectors or sequences: what comes behind it tells.
      const sequence = declared.rank === 3 || layers.some((layer) => /RNN|LSTM|GRU|Bidirectional/.test(layer.className));
      return sequence ? [null, null, declared.features] : [null, declared.features];
    }
    if (node.layers.some((layer) => !/^(?:Dropout|Activation|InputLayer)$/.test(layer.className))) return null;
  }
  return null;
}
