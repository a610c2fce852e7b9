/** The states of a recurrent layer as three frameworks hand them out: Keras's list, PyTorch's h_n and c_n, ONNX's Y_h and Y_c. */
import {
  directionsOf,
  type LayerSpec,
  prefixOf,
  type RecurrentSpec,
  statesOf,
  type SymbolicShape,
} from "../../extension/core/model/spec.js";
import type { Convention, Tuple } from "./axes.js";

export interface StateTuple {
  /** "h", "forward/c", "h_n", "Y_c". */
  readonly name: string;
  readonly tuple: Tuple;
}

/** @param output the layer's first output, for its batch */
export function stateTuples(layer: LayerSpec, output: SymbolicShape, convention: Convention): readonly StateTuple[] {
  const directions = directionsOf(layer);
  const batch = output[0] ?? null;
  const [first, second] = directions;
  if (first === undefined) return [];
  const plain =
    layer.className !== "RNN" && (second === undefined || (second.units === first.units && second.className === first.className));
  if (convention === "keras" || !plain) return directions.flatMap((cell, i) => kerasStates(layer, cell, i, batch));
  return statesOf(first.className).map((state) => ({
    name: convention === "torch" ? `${state}_n` : `Y_${state}`,
    tuple: { dims: [directions.length, batch, first.units], axes: ["directions", "batch", "units"] },
  }));
}

function kerasStates(layer: LayerSpec, cell: RecurrentSpec, index: number, batch: number | null): StateTuple[] {
  return statesOf(cell.className).map((state) => ({
    name: prefixOf(layer, index) + state,
    tuple: { dims: [batch, cell.units], axes: ["batch", "units"] },
  }));
}
