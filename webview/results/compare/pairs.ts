/** Which tensors of two runs belong together: layer by layer, by name, else by position; then direction by direction. */
import { comparable } from "../../../extension/core/difference.js";
import { MAX_PARTS, type MeasuredPart } from "../../../extension/core/protocol/compare.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { hasTime, type LayerGroup, type Outputs, partOf, type Strip, stripsOf } from "../outputs.js";

/** One side of a pair. */
export interface End {
  readonly tensor: TensorView;
  readonly offset: number;
  readonly units: number;
  /** Of Heat's kind; null: a tensor without time steps. */
  readonly strip: Strip | null;
}

export interface Pair {
  readonly key: string;
  /** null: the other run has nothing like it. */
  readonly a: End | null;
  readonly b: End | null;
  /** null: there is only one, or their shapes do not match. */
  readonly part: MeasuredPart | null;
}

/** What has time steps first, in the order of the layers; then outputs and last states. */
export function pairsOf(a: Outputs, b: Outputs): Pair[] {
  const layers = layersOf(a.layers, b.layers);
  const others = endsOf(b);
  const pairs = [...endsOf(a)].map(([key, end]): Pair => {
    const layer = layers.get(end.tensor.layer);
    const other = layer === undefined ? undefined : others.get(keyOf(end, layer));
    if (other === undefined) return { key, a: end, b: null, part: null };
    others.delete(keyOf(end, layer as number));
    return { key, a: end, b: other, part: partBetween(end, other) };
  });
  for (const [key, end] of others) pairs.push({ key: `b ${key}`, a: null, b: end, part: null });
  const timed = (pair: Pair): boolean => (pair.a ?? pair.b)?.strip != null;
  return [...pairs.filter(timed), ...pairs.filter((pair) => !timed(pair))].slice(0, MAX_PARTS);
}

/** A's layer → B's: of the same name; of the others the one at the same place. The input is −1 in both. */
function layersOf(a: readonly LayerGroup[], b: readonly LayerGroup[]): Map<number, number> {
  const named = new Map(b.map((layer) => [layer.name, layer.index]));
  const taken = new Set(a.flatMap((layer) => named.get(layer.name) ?? []));
  const layers = new Map([[-1, -1]]);
  for (const layer of a) {
    const placed = b.find((other) => other.index === layer.index && !taken.has(other.index))?.index;
    const other = named.get(layer.name) ?? placed;
    if (other !== undefined) layers.set(layer.index, other);
  }
  return layers;
}

function endsOf(outputs: Outputs): Map<string, End> {
  const ends: End[] = stripsOf(outputs).map((strip) => ({ tensor: strip.tensor, offset: strip.offset, units: strip.units, strip }));
  const still = [...(outputs.input === null ? [] : [outputs.input]), ...outputs.layers.flatMap((layer) => layer.tensors)].filter(
    (tensor) => !hasTime(tensor) && ["input", "output", "last"].includes(partOf(tensor).role),
  );
  for (const tensor of still) ends.push({ tensor, offset: 0, units: tensor.shape.at(-1) ?? 1, strip: null });
  return new Map(ends.map((end) => [keyOf(end, end.tensor.layer), end]));
}

function keyOf({ tensor, strip }: End, layer: number): string {
  return strip === null ? `${layer} ${tensor.name}` : `${layer} ${strip.direction ?? ""} ${strip.cell ?? ""} t`;
}

function partBetween(a: End, b: End): MeasuredPart | null {
  const [left, right] = [a.strip, b.strip];
  const [flippedA, flippedB] = [left?.flipped === true, right?.flipped === true];
  const part: MeasuredPart = {
    a: a.tensor.id,
    b: b.tensor.id,
    offsetA: a.offset,
    offsetB: b.offset,
    units: a.units,
    mirrored: flippedA !== flippedB,
    // A time axis that runs backwards is in the order of a layer that goes backwards.
    descending: (left?.reversed === true) !== flippedA,
  };
  return a.units === b.units && comparable(a.tensor.shape, b.tensor.shape, part) ? part : null;
}

/** A step along the tensor's time axis → the step of the input, from 0. */
export function inputStep(end: End, step: number): number {
  return end.strip?.flipped === true ? (end.tensor.shape[1] ?? 1) - 1 - step : step;
}
