/** Shapes as three frameworks order their axes: Keras (batch, time, units), PyTorch (time, batch, units), ONNX (time, directions, batch, units). */
import { directionsOf, type LayerSpec, type ModelSpec, type SymbolicShape } from "../../extension/core/model/spec.js";
import type { AxisName } from "../shared/axisWord.js";

export const conventions = ["keras", "torch", "onnx"] as const;
export type Convention = (typeof conventions)[number];

export interface Tuple {
  readonly dims: SymbolicShape;
  /** One name a dimension. */
  readonly axes: readonly AxisName[];
}

/** The model's input as declared; nothing declared: the rank that the first layer reads, all open. */
export function inputTuple(model: ModelSpec): Tuple {
  const first = model.layers[0]?.className;
  const rank = first === "Embedding" || first === "RepeatVector" ? 2 : 3;
  const dims = model.input ?? Array.from({ length: rank }, () => null);
  if (dims.length === 2) return { dims, axes: ["batch", first === "Embedding" ? "time" : "features"] };
  return { dims, axes: axesOf(dims.length, "features") };
}

/** A layer's first output. */
export function outputTuple(layer: LayerSpec, shape: SymbolicShape): Tuple {
  const counted = directionsOf(layer).length > 0 || layer.className === "Dense" || layer.className === "Embedding";
  return { dims: shape, axes: axesOf(shape.length, counted ? "units" : "features") };
}

function axesOf(rank: number, last: "features" | "units"): readonly AxisName[] {
  if (rank === 3) return ["batch", "time", last];
  return Array.from({ length: rank }, (_, i) => (i === 0 ? "batch" : i === rank - 1 ? last : "axis"));
}

/** The same tensor in another framework's order; `layer`: the one that returns it, null for the input. */
export function ordered(tuple: Tuple, convention: Convention, layer: LayerSpec | null): Tuple {
  if (convention === "keras") return tuple;
  const directions = layer === null ? [] : directionsOf(layer);
  if (convention === "onnx" && directions.length > 0) return onnxTuple(tuple, directions.length, directions[0]?.units ?? null);
  const [batch, time, last] = tuple.dims;
  if (tuple.dims.length !== 3 || batch === undefined || time === undefined || last === undefined) return tuple;
  return { dims: [time, batch, last], axes: ["time", "batch", tuple.axes[2] ?? "units"] };
}

/** ONNX keeps the directions apart: Y is [time, directions, batch, units], and Y_h, of the last step, the same without time. */
function onnxTuple(tuple: Tuple, directions: number, units: number | null): Tuple {
  const batch = tuple.dims[0] ?? null;
  if (tuple.dims.length === 3)
    return { dims: [tuple.dims[1] ?? null, directions, batch, units], axes: ["time", "directions", "batch", "units"] };
  return { dims: [directions, batch, units], axes: ["directions", "batch", "units"] };
}
