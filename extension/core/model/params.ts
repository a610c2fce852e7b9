/** How many numbers a layer learns, and the sum that says why. */
import { directionsOf, featuresInto, gatesOf, type LayerSpec, prefixOf, type RecurrentSpec } from "./spec.js";

/** Shapes of a layer's weights in Keras's get_weights() order. Source: keras.layers, build(). */
export function weightShapes(layer: LayerSpec, features: number): { name: string; shape: number[] }[] {
  const directions = directionsOf(layer);
  if (directions.length > 0) {
    return directions.flatMap((direction, i) =>
      recurrentShapes(direction, featuresInto(layer, i, features)).map(({ name, shape }) => ({ name: prefixOf(layer, i) + name, shape })),
    );
  }
  if (layer.className === "Dense") {
    const kernel = { name: "kernel", shape: [features, layer.units] };
    return layer.useBias ? [kernel, { name: "bias", shape: [layer.units] }] : [kernel];
  }
  if (layer.className === "Embedding") return [{ name: "embeddings", shape: [layer.inputDim, layer.outputDim] }];
  return [];
}

function recurrentShapes(layer: RecurrentSpec, features: number): { name: string; shape: number[] }[] {
  const columns = gatesOf(layer.className) * layer.units;
  const out = [
    { name: "kernel", shape: [features, columns] },
    { name: "recurrent_kernel", shape: [layer.units, columns] },
  ];
  if (layer.useBias) out.push({ name: "bias", shape: layer.className === "GRU" && layer.resetAfter ? [2, columns] : [columns] });
  return out;
}

/** null while the features of the input are not known. */
export function parameterCount(layer: LayerSpec, features: number | null): number | null {
  if (weightShapes(layer, 1).length === 0) return 0;
  if (features === null && layer.className !== "Embedding") return null;
  return weightShapes(layer, features ?? 0).reduce((sum, { shape }) => sum + shape.reduce((product, d) => product * d, 1), 0);
}

/** The count as a formula: `2 × 4 × (5 × 8 + 8 × 8 + 8)`; `D` stands for unknown features. Empty where there are none. */
export function parameterFormula(layer: LayerSpec, features: number | null): string {
  const d = features ?? "D";
  const directions = directionsOf(layer);
  const first = directions[0];
  if (layer.className === "RNN") return layer.cells.map((cell, i) => recurrentFormula(cell, featuresInto(layer, i, d))).join(" + ");
  if (first !== undefined) {
    const second = directions[1];
    if (second === undefined) return recurrentFormula(first, d);
    const [a, b] = [recurrentFormula(first, d), recurrentFormula(second, d)];
    if (a !== b) return `${a} + ${b}`;
    return a.startsWith("(") || /^\d+ × \(/.test(a) ? `2 × ${a}` : `2 × (${a})`;
  }
  if (layer.className === "Dense") return `${d} × ${layer.units}${layer.useBias ? ` + ${layer.units}` : ""}`;
  if (layer.className === "Embedding") return `${layer.inputDim} × ${layer.outputDim}`;
  return "";
}

function recurrentFormula(layer: RecurrentSpec, d: number | string): string {
  const h = layer.units;
  const biases = !layer.useBias ? "" : layer.className === "GRU" && layer.resetAfter ? ` + 2 × ${h}` : ` + ${h}`;
  const sum = `${d} × ${h} + ${h} × ${h}${biases}`;
  const gates = gatesOf(layer.className);
  return gates === 1 ? sum : `${gates} × (${sum})`;
}
