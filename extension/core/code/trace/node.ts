/** What happens to a tensor on its way through a model: one node a call, linked back to where the data comes in. */
import type { Json } from "../../model/readFields.js";
import type { SymbolicShape } from "../../model/spec.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";

export type Framework = "keras" | "pytorch";

/** A layer as a Keras config has it, and where its constructor stands. */
export interface LayerEntry extends Range {
  readonly framework: Framework;
  readonly className: string;
  readonly config: Json;
  readonly problems: readonly Problem[];
  /** What the layer says about the data that comes into it. */
  readonly declared: Declared | null;
  /** Where its arguments stand. */
  readonly places: ReadonlyMap<string, Range>;
  /** The source spells it as no Keras 3 reads it. */
  readonly keras2: boolean;
}

/** A layer that a function or a method stands for. */
export function calledLayer(framework: Framework, className: string, config: Json, call: Range): LayerEntry {
  const { start, end } = call;
  return { framework, className, config, problems: [], declared: null, places: new Map(), keras2: false, start, end };
}

/** A batch shape (null: unknown rank), or the features that a PyTorch module says. */
export type Declared = { readonly shape: SymbolicShape | null } | { readonly features: number | null; readonly rank: 2 | 3 | null };

/** Where data comes in. */
export interface Source extends Range {
  /** Keras's Input; an argument of forward or call; data, of a layer that is called on some. */
  readonly type: "input" | "argument" | "data";
  readonly shape: SymbolicShape | null;
  readonly problems: readonly Problem[];
  /** A model starts here: what else hangs on it is no model of its own. */
  taken: boolean;
}

export interface NodeFields {
  readonly before: readonly Node[];
  readonly layers?: readonly LayerEntry[];
  readonly problems?: readonly Problem[];
  /** Something happens that no layer says. */
  readonly gap?: boolean;
  readonly source?: Source;
  /** What was called: the same one twice shares its weights. */
  readonly owner?: object;
  readonly call?: Range;
  /** Works on each step by itself, so that the last step may as well be taken before it. */
  readonly pointwise?: boolean;
}

/** A call, or the place where data comes in; the nodes before it say where its data is from. */
export class Node {
  readonly before: readonly Node[];
  readonly layers: readonly LayerEntry[];
  readonly problems: readonly Problem[];
  readonly gap: boolean;
  readonly source: Source | null;
  readonly owner: object | null;
  readonly call: Range | null;
  readonly pointwise: boolean;
  /** The nodes that go on from here. */
  readonly after: Node[] = [];

  constructor(fields: NodeFields) {
    this.before = fields.before;
    this.layers = fields.layers ?? [];
    this.problems = fields.problems ?? [];
    this.gap = fields.gap ?? false;
    this.source = fields.source ?? null;
    this.owner = fields.owner ?? null;
    this.call = fields.call ?? null;
    this.pointwise = fields.pointwise ?? false;
    for (const node of this.before) node.after.push(this);
  }

  /** The same call with something else before it, or other layers. */
  with(fields: Partial<NodeFields>): Node {
    return new Node({
      before: this.before,
      layers: this.layers,
      problems: this.problems,
      gap: this.gap,
      ...(this.source !== null && { source: this.source }),
      ...(this.owner !== null && { owner: this.owner }),
      ...(this.call !== null && { call: this.call }),
      pointwise: this.pointwise,
      ...fields,
    });
  }
}

/** A recurrent layer's call, as long as nothing but per-step layers came after it. */
export interface RecurrentCall {
  readonly node: Node;
  /** Layers of one PyTorch module. */
  readonly stacked: number;
  readonly directions: 1 | 2;
  /** How the directions are joined so far. */
  readonly merge: string | null;
}

/** A piece of what a recurrent layer returns; `start`, `end`: where it was taken. */
export type Part = Range &
  (
    | { readonly type: "states"; readonly state: "h" | "c"; readonly turned: boolean }
    /** The states with an axis for layers and one for directions; of one layer, once that is chosen. */
    | { readonly type: "grid"; readonly state: "h" | "c"; readonly layer: number | null }
    /** One row of the states: of a layer and direction. */
    | { readonly type: "row"; readonly state: "h" | "c"; readonly row: number }
    /** The features of one direction, at every step. */
    | { readonly type: "side"; readonly direction: 0 | 1 }
    /** One step; direction null: of all features. */
    | { readonly type: "step"; readonly last: boolean; readonly direction: 0 | 1 | null }
  );

/** The call's layers with other arguments of the last one; inside a Bidirectional those of the wrapped one. A false one is left out. */
export function changed(node: Node, inner: Json, outer: Json = {}): readonly LayerEntry[] {
  const change = (config: Json): Json =>
    Object.fromEntries(Object.entries({ ...config, ...inner }).filter(([key, value]) => value !== false || !(key in inner)));
  return node.layers.map((entry, i) => {
    if (i < node.layers.length - 1) return entry;
    if (entry.className !== "Bidirectional") return { ...entry, config: change(entry.config) };
    const wrapped = (layer: unknown): unknown => (isLayer(layer) ? { ...layer, config: change(layer.config) } : layer);
    const { layer, backward_layer: backward, ...rest } = entry.config;
    return {
      ...entry,
      config: { ...rest, layer: wrapped(layer), ...(backward !== undefined && { backward_layer: wrapped(backward) }), ...outer },
    };
  });
}

function isLayer(value: unknown): value is { config: Json } {
  return typeof value === "object" && value !== null && "config" in value;
}
