/** What Trace and Memory can look at: each layer, of a Bidirectional each direction, of an RNN each cell; and where its numbers stand. */
import type { Quantity, TraceAddress } from "../../extension/core/trace/trace.js";
import { directionsOf, type LayerSpec, type RecurrentSpec } from "../../extension/core/model/spec.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { type Direction, hasTime, isReversed, type LayerGroup, type Outputs, partOf, type Strip, stripsOf } from "./outputs.js";
import type { Choices } from "./state.js";

export interface LayerPart {
  readonly id: string;
  readonly layer: number;
  /** Direction or cell, from 0. */
  readonly part: number;
  readonly direction: Direction | null;
  readonly cell: number | null;
  /** What people call it: the class of a wrapped layer, or the layer's name. */
  readonly title: string;
  readonly spec: LayerSpec | null;
  /** Of the direction, or the cell; null: the layer keeps no state. */
  readonly own: RecurrentSpec | null;
  readonly units: number;
  /** Time steps of what it reads; 1 where there is no time. */
  readonly steps: number;
  /** It takes the last step first. */
  readonly reversed: boolean;
}

/** A number without its step and row, which are the cursor's. */
export type Traced = Pick<TraceAddress, "layer" | "part" | "unit" | "quantity">;

const known = new WeakMap<Outputs, readonly LayerPart[]>();

export function layerParts(outputs: Outputs): readonly LayerPart[] {
  const before = known.get(outputs);
  if (before !== undefined) return before;
  const wrapped = outputs.layers.filter(({ className }) => className === "Bidirectional");
  const parts = outputs.layers.flatMap((group) => partsOfLayer(outputs, group, wrapped.length === 1));
  known.set(outputs, parts);
  return parts;
}

function partsOfLayer(outputs: Outputs, group: LayerGroup, alone: boolean): LayerPart[] {
  const { spec, index, name } = group;
  const directions = spec === null ? [] : directionsOf(spec);
  const read = index === 0 ? outputs.input : outputOf(outputs, index - 1);
  const written = outputOf(outputs, index);
  const base = { layer: index, spec, title: name };
  if (directions.length === 0) {
    const steps = written?.shape.length === 3 ? (written.shape[1] ?? 1) : 1;
    const about = { id: `${index}`, part: 0, direction: null, cell: null, own: null, reversed: false };
    return [{ ...base, ...about, units: written?.shape.at(-1) ?? 1, steps }];
  }
  return directions.map((own, part): LayerPart => {
    const direction = spec?.className === "Bidirectional" ? (part === 0 ? "forward" : "backward") : null;
    const cell = spec?.className === "RNN" && directions.length > 1 ? part : null;
    return {
      ...base,
      id: `${index}.${part}`,
      part,
      direction,
      cell,
      title: direction !== null && alone ? own.className : name,
      own,
      units: own.units,
      steps: read?.shape[1] ?? 1,
      reversed: (cell === null ? own : directions[0])?.goBackwards ?? false,
    };
  });
}

function outputOf(outputs: Outputs, layer: number): TensorView | undefined {
  const group = outputs.layers.find(({ index }) => index === layer);
  return group?.tensors.find((tensor) => partOf(tensor).role === "output");
}

export function partAt(outputs: Outputs, { layer, part }: Pick<Traced, "layer" | "part">): LayerPart | null {
  return layerParts(outputs).find((one) => one.layer === layer && one.part === part) ?? null;
}

/** The strip of Heat that shows its state; null: the run keeps no steps of it. */
export function stripOf(outputs: Outputs, part: LayerPart): Strip | null {
  const own = stripsOf(outputs).filter((strip) => strip.what !== "input" && strip.layer === part.layer);
  const exact = own.find((strip) => strip.direction === part.direction && strip.cell === part.cell);
  if (exact !== undefined || part.cell === null || part.spec === null) return exact ?? null;
  // The output of an RNN over cells is that of its last one.
  const isLast = part.cell === directionsOf(part.spec).length - 1;
  return isLast ? (own.find((strip) => strip.cell === null) ?? null) : null;
}

/** Every step of exactly that quantity, as a strip; null: the run keeps none. */
export function stripOfTraced(outputs: Outputs, traced: Traced): Strip | null {
  const part = partAt(outputs, traced);
  const strip = part === null ? null : stripOf(outputs, part);
  const { quantity } = traced;
  if (part === null || quantity === "h") return strip;
  const merged = quantity === "output" && part.spec?.className === "Bidirectional" && part.spec.mergeMode !== "concat";
  // What is merged is neither direction's; else an output of every step is the state.
  if (quantity === "output" && (!merged || part.spec.mergeMode === null)) return strip;
  const tensor = outputs.layers
    .find(({ index }) => index === part.layer)
    ?.tensors.find((one) => {
      const { direction, cell, key } = partOf(one);
      return hasTime(one) && key === quantity && (merged ? direction === null : direction === part.direction && cell === part.cell);
    });
  if (tensor === undefined) return null;
  const base = strip ?? stripsOf(outputs).find(({ layer }) => layer === part.layer);
  const flipped = isReversed(tensor, part.spec);
  return base === undefined ? null : { ...base, tensor, what: "output", offset: 0, units: tensor.shape[2] ?? 1, flipped };
}

/** Sums that a part's numbers have, in their order; none where there is one. */
export function gatesOf({ own }: LayerPart): readonly Quantity[] {
  if (own?.className === "LSTM") return ["i", "f", "candidate", "o"];
  return own?.className === "GRU" ? ["z", "r", "candidate"] : [];
}

/** The number under a cell of a strip. */
export function tracedOfStrip(strip: Strip, unit: number): Traced {
  const recurrent = strip.what === "h" && strip.tensor.name.endsWith("states/h");
  const part = strip.direction === "backward" ? 1 : (strip.cell ?? 0);
  if (recurrent) return { layer: strip.layer, part, unit, quantity: "h" };
  const split = strip.tensor.name.includes("/");
  const beside = strip.offset > 0;
  return { layer: strip.layer, part: split || beside ? part : 0, unit, quantity: "output" };
}

/** An output of two directions side by side as that of the one that it is. */
export function ownPart(outputs: Outputs, traced: Traced): Traced {
  const spec = partAt(outputs, traced)?.spec ?? null;
  if (traced.quantity !== "output" || spec?.className !== "Bidirectional" || spec.mergeMode !== "concat") return traced;
  const { units } = spec.layer;
  return traced.part === 0 && traced.unit >= units ? { ...traced, part: 1, unit: traced.unit - units } : traced;
}

/** The number at an index of a tensor, with its step and row; null: the input, or more axes than a trace knows. */
export function addressOfTensor(outputs: Outputs, tensor: TensorView, index: readonly number[]): TraceAddress | null {
  if (tensor.layer < 0 || tensor.shape.length > 3) return null;
  const { direction, cell, role, key } = partOf(tensor);
  const spec = outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  const part = direction === "backward" ? 1 : (cell ?? 0);
  const [row, unit] = [index[0] ?? 0, index.at(-1) ?? 0];
  const stored = index[1] ?? 0;
  const steps = tensor.shape[1] ?? 1;
  const about = partAt(outputs, { layer: tensor.layer, part });
  const end = about === null || about.own === null ? 0 : about.reversed ? 0 : about.steps - 1;
  const step =
    tensor.shape.length < 3 ? end : isReversed(tensor, spec) || (cell !== null && about?.reversed === true) ? steps - 1 - stored : stored;
  const quantity = role === "output" ? "output" : (key as Quantity);
  return asState(outputs, { layer: tensor.layer, part, row, step, unit, quantity });
}

/** The output of a last step is that step's h: told as such, the time cursor leads to the steps before. */
function asState(outputs: Outputs, address: TraceAddress): TraceAddress {
  const own = ownPart(outputs, address);
  const part = partAt(outputs, own);
  const cell = part?.own ?? null;
  const merged = part?.spec?.className === "Bidirectional" && ["sum", "mul", "ave"].includes(part.spec.mergeMode ?? "");
  if (own.quantity !== "output" || part === null || cell === null || merged || cell.returnSequences || cell.zeroOutputForMask)
    return address;
  const last = part.spec?.className === "RNN" ? directionsOf(part.spec).length - 1 : own.part;
  return { ...address, ...own, part: last, quantity: "h", step: part.reversed ? 0 : part.steps - 1 };
}

function isStripLike(tensor: TensorView): boolean {
  const { role, key } = partOf(tensor);
  return role === "output" || (role === "every" && key === "h");
}

/** What Trace shows: what was chosen there, else the number that the other tabs look at. */
export function tracedNow(outputs: Outputs, chosen: Choices): Traced | null {
  if (chosen.trace !== null && partAt(outputs, chosen.trace) !== null) return chosen.trace;
  const tensor = outputs.run.tensors.find(({ id }) => id === chosen.tensor);
  const strip = stripsOf(outputs).find(({ id }) => id === chosen.strip);
  // A last state, a cell state and a gate are not what the strip shows, though of its layer.
  const shows = tensor === undefined || tensor.layer < 0 || (tensor.layer === strip?.layer && isStripLike(tensor));
  const ofStrip = strip !== undefined && strip.what !== "input" && shows;
  if (ofStrip) return tracedOfStrip(strip, Math.min(chosen.unit, strip.units - 1));
  const last = outputs.returned[0];
  const shown = tensor !== undefined && tensor.layer >= 0 && tensor.shape.length <= 3 ? tensor : last;
  if (shown === undefined) return null;
  return addressOfTensor(outputs, shown, [0, 0, Math.min(chosen.unit, (shown.shape.at(-1) ?? 1) - 1)]);
}
