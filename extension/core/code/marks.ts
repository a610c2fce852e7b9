/** The readings of a source as marks in its text: which models are shown, and what stands behind each layer. */
import type { CodeReading, LayerReading } from "./readings.js";
import type { Range } from "./python/syntax.js";

/** All layers that one call in the source makes: more than one in a loop, or in a function that is called again. */
export interface LayerMark extends Range {
  /** `→ (None, 4, 8)`. */
  readonly text: string;
  readonly layers: readonly LayerReading[];
}

const recurrent = /RNN|LSTM|GRU|Bidirectional/;
/** Layers that never change a shape say nothing new. */
const shapeless = /^(?:Dropout|Activation|Masking)$/;
/** Different shapes of one call, before they are shortened. */
const SHOWN = 3;

/** A stack of Dense layers is somebody else's subject. A cell in a loop is told in the problems, without a layer. */
export function isShown(reading: CodeReading): boolean {
  return reading.layers.length === 0 || reading.layers.some(({ className }) => recurrent.test(className));
}

export function layerMarks(readings: readonly CodeReading[]): LayerMark[] {
  const places = new Map<string, LayerReading[]>();
  for (const layer of readings.filter(isShown).flatMap(({ layers }) => layers)) {
    if (layer.output === null || shapeless.test(layer.className)) continue;
    const key = `${layer.start}-${layer.end}`;
    places.set(key, [...(places.get(key) ?? []), layer]);
  }
  return [...places.values()].map((layers) => {
    const { start, end } = layers[0] as LayerReading;
    return { start, end, text: `→ ${shapesText(layers)}`, layers };
  });
}

/** Each shape once, in the order in which the layers are called. */
function shapesText(layers: readonly LayerReading[]): string {
  const shapes = [...new Set(layers.map(({ output }) => output ?? ""))];
  const shown = shapes.length <= SHOWN ? shapes : [...shapes.slice(0, SHOWN - 1), "…", shapes.at(-1)];
  return shown.join(", ").replace(", …, ", " … ");
}
