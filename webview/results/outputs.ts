/** What a run gave, sorted for people: names, directions, the tree at the left, the strips of Heat. */
import { readModel } from "../../extension/core/model/read.js";
export { callText, stackText } from "../../extension/core/model/stackText.js";
import { directionsOf, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../../extension/core/model/spec.js";
import type { RunView, TensorView } from "../../extension/core/protocol/results.js";

export type Direction = "forward" | "backward";

/** A tensor's name taken apart: "backward/gates/i" → backward, gate, i. */
export interface Part {
  readonly direction: Direction | null;
  readonly cell: number | null;
  /** input: the data; output; last: h or c after the last step; every: h or c of every step; gate. */
  readonly role: "input" | "output" | "last" | "every" | "gate";
  readonly key: string;
}

export function partOf(tensor: TensorView): Part {
  const path = tensor.name.split("/");
  const direction = path[0] === "forward" || path[0] === "backward" ? (path.shift() as Direction) : null;
  // Of an RNN over several cells: "cells/0/states/h".
  const cell = path[0] === "cells" ? Number(path.splice(0, 2)[1]) : null;
  const key = path.at(-1) ?? tensor.name;
  if (tensor.layer < 0) return { direction, cell, role: "input", key };
  if (path[0] === "gates") return { direction, cell, role: "gate", key };
  if (path[0] === "states") return { direction, cell, role: "every", key };
  return { direction, cell, role: key === "output" ? "output" : "last", key };
}

export interface Outputs {
  readonly run: RunView;
  /** null where the config cannot be read: then there is only the text. */
  readonly model: ModelSpec | null;
  readonly input: TensorView | null;
  /** What Keras returns from this model; the last layer's output where nothing is marked. */
  readonly returned: readonly TensorView[];
  readonly layers: readonly LayerGroup[];
}

export interface LayerGroup {
  readonly index: number;
  readonly name: string;
  readonly className: string;
  readonly spec: LayerSpec | null;
  readonly tensors: readonly TensorView[];
}

const known = new WeakMap<RunView, Outputs>();

export function outputsOf(run: RunView): Outputs {
  const before = known.get(run);
  if (before !== undefined) return before;
  const read = readModel(run.model);
  const model = read.ok ? read.value : null;
  const groups = new Map<number, TensorView[]>();
  for (const tensor of run.tensors) if (tensor.layer >= 0) groups.set(tensor.layer, [...(groups.get(tensor.layer) ?? []), tensor]);
  const layers = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, tensors]): LayerGroup => {
      const spec = model?.layers[index] ?? null;
      const first = tensors[0] as TensorView;
      return { index, name: first.layerName, className: first.className, spec, tensors: tensors.filter((tensor) => !isTwin(tensor, spec)) };
    });
  const marked = run.tensors.filter((tensor) => tensor.returned && tensor.layer >= 0);
  const last = layers.at(-1)?.tensors.find((tensor) => partOf(tensor).role === "output");
  const returned = marked.length > 0 ? marked : last === undefined ? [] : [last];
  const out: Outputs = { run, model, input: run.tensors.find((tensor) => tensor.layer < 0) ?? null, returned, layers };
  known.set(run, out);
  return out;
}

/** The states of every step of a layer that returns them anyway: one row in the tree is enough. */
function isTwin(tensor: TensorView, spec: LayerSpec | null): boolean {
  if (tensor.name !== "states/h" || spec === null || spec.className === "Bidirectional") return false;
  const only = directionsOf(spec)[0];
  return only !== undefined && only.returnSequences && !only.zeroOutputForMask;
}

export function tensorById(run: RunView, id: number): TensorView | null {
  return run.tensors.find((tensor) => tensor.id === id) ?? null;
}

export function directionSpec(spec: LayerSpec | null, direction: Direction | null, cell: number | null = null): RecurrentSpec | null {
  if (spec === null) return null;
  return directionsOf(spec)[cell ?? (direction === "backward" ? 1 : 0)] ?? null;
}

/** Its time axis runs in the order in which the layer takes its steps, from the last to the first. */
export function isReversed(tensor: TensorView, spec: LayerSpec | null): boolean {
  const { direction, role } = partOf(tensor);
  if (spec === null || !tensor.axes.includes("time")) return false;
  if (role === "output" && spec.className === "Bidirectional") return false;
  return directionSpec(spec, direction)?.goBackwards ?? false;
}

export function hasTime(tensor: TensorView): boolean {
  return tensor.axes.length === 3 && tensor.axes[1] === "time";
}

export function elementsOf(tensor: TensorView): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** A band of Heat: the units of one layer and direction over time. */
export interface Strip {
  readonly id: string;
  readonly tensor: TensorView;
  readonly layer: number;
  readonly name: string;
  readonly className: string;
  /** What people call it: the class of a wrapped layer, or the layer's name where several would be called the same. */
  readonly title: string;
  readonly direction: Direction | null;
  /** Of an RNN over several cells. */
  readonly cell: number | null;
  /** "h" of a recurrent layer, "output" of another, "input". */
  readonly what: "input" | "h" | "output";
  /** First column of the tensor's last axis, and how many. */
  readonly offset: number;
  readonly units: number;
  /** Its tensor's time axis runs backwards; the strip shows it in the order of the input. */
  readonly flipped: boolean;
  /** The layer takes the last step first. */
  readonly reversed: boolean;
}

/** One strip for the input and for each layer and direction that keeps its time steps. */
export function stripsOf(outputs: Outputs): Strip[] {
  const strips: Strip[] = [];
  const { input } = outputs;
  if (input !== null && hasTime(input)) {
    strips.push({ ...plain(input, null), id: "x", what: "input" });
  }
  for (const group of outputs.layers) strips.push(...layerStrips(group));
  return strips.map((strip) => {
    const alone = strips.every((other) => other.layer === strip.layer || other.className !== strip.className || other.direction === null);
    return strip.direction !== null && alone ? { ...strip, title: strip.className } : strip;
  });
}

function plain(tensor: TensorView, spec: LayerSpec | null): Strip {
  const { direction, cell } = partOf(tensor);
  // The first cell of an RNN turns the steps round for all of them.
  const reversed = directionSpec(spec, direction)?.goBackwards ?? false;
  return {
    id: `${tensor.layer}${direction === null ? "" : `.${direction}`}${cell === null ? "" : `.${cell}`}`,
    tensor,
    layer: tensor.layer,
    name: tensor.layerName,
    title: tensor.layerName,
    className:
      spec?.className === "Bidirectional" || cell !== null
        ? (directionSpec(spec, direction, cell)?.className ?? tensor.className)
        : tensor.className,
    direction,
    cell,
    what: spec !== null && directionsOf(spec).length > 0 ? "h" : "output",
    offset: 0,
    units: tensor.shape.at(-1) ?? 1,
    flipped: isReversed(tensor, spec),
    reversed,
  };
}

function layerStrips(group: LayerGroup): Strip[] {
  const timed = group.tensors.filter(hasTime);
  const states = timed.filter((tensor) => partOf(tensor).role === "every" && partOf(tensor).key === "h");
  if (states.length > 0) return states.map((tensor) => plain(tensor, group.spec));
  const outputs = timed.filter((tensor) => partOf(tensor).role === "output");
  const { spec } = group;
  const only = outputs[0];
  if (only !== undefined && outputs.length === 1 && spec?.className === "Bidirectional" && spec.mergeMode === "concat") {
    const [forward, backward] = [spec.layer, spec.backward];
    const half = (direction: Direction, offset: number, cell: RecurrentSpec): Strip => ({
      ...plain(only, spec),
      id: `${group.index}.${direction}`,
      direction,
      className: cell.className,
      offset,
      units: cell.units,
      reversed: cell.goBackwards,
    });
    return [half("forward", 0, forward), half("backward", forward.units, backward)];
  }
  return outputs.map((tensor) => plain(tensor, spec));
}

/** Time steps of the run: of the input, or of the first output that has any. */
export function stepsOf(outputs: Outputs): number {
  const strip = stripsOf(outputs)[0];
  return strip?.tensor.shape[1] ?? 0;
}

export function batchOf(outputs: Outputs): number {
  return outputs.input?.shape[0] ?? outputs.layers[0]?.tensors[0]?.shape[0] ?? 1;
}
