/** What a trace is made from: one layer, its weights, and one row of the batch as the layer read and computed it. */
import {
  isProgramRecurrent,
  programDirections,
  type ProgramBidirectional,
  type ProgramLayer,
  type ProgramRecurrent,
  type ProgramStack,
} from "../model/program.js";
import { outputShapes } from "../model/tensors.js";
import { gateKeys } from "./cell.js";
import type { TraceInput, TraceQuestion } from "./trace.js";

export interface TraceTask<L extends ProgramLayer = ProgramLayer> {
  readonly layer: L;
  /** The layer that gave the input; null: x itself. */
  readonly below: ProgramLayer | null;
  /** Of the layer, in Keras's order. */
  readonly weights: readonly ArrayLike<number>[];
  readonly question: TraceQuestion;
  /** The input, [1, T, D], [1, D] or ids [1, T]. */
  readonly x: { readonly shape: readonly number[]; readonly data: ArrayLike<number> };
  /** [T] as it reaches the layer, or null. */
  readonly mask: ArrayLike<number> | null;
  /** The row's tensors of the layer, by their names in `tensorPlan` at capture 2. */
  readonly captured: ReadonlyMap<string, ArrayLike<number>>;
  /** Start states of each direction or cell; null: zeros. */
  readonly initial: readonly { readonly h: ArrayLike<number> | null; readonly c: ArrayLike<number> | null }[] | null;
}

export type RecurrentLayer = ProgramRecurrent | ProgramBidirectional | ProgramStack;

/** Does a direction, or cell, take its last step first? Cells go the way of the first. */
export function isReversed(layer: RecurrentLayer, part: number): boolean {
  const directions = programDirections(layer);
  return (layer.kind === "stack" ? directions[0] : directions[part])?.goBackwards ?? false;
}

/** The place in the layer below of the input's entry `step`, as it is stored. A sequence that was taken backwards is stored so. */
export function inputPlace({ question, below, x }: TraceTask, step: number): TraceInput {
  const turned =
    below !== null &&
    (isProgramRecurrent(below) || below.kind === "stack") &&
    x.shape.length === 3 &&
    isReversed(below, 0) &&
    (programDirections(below).at(-1)?.returnSequences ?? false);
  return {
    layer: question.layer - 1,
    part: 0,
    step: turned ? (x.shape[1] as number) - 1 - step : step,
    quantity: "output",
  };
}

/** A row of [rows, width]. */
export function rowOf(data: ArrayLike<number>, row: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => data[row * width + i] as number);
}

/** The mask that reaches layer `chosen`, of one row. @param inputOf what a layer read, [T, D] or ids [T] */
export function maskInto(
  program: readonly ProgramLayer[],
  chosen: number,
  mask: ArrayLike<number> | null,
  inputOf: (layer: number) => { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): ArrayLike<number> | null {
  let current = mask;
  for (const [index, layer] of program.slice(0, chosen).entries()) {
    if (layer.kind === "repeat_vector" || layer.kind === "reshape") current = null;
    else if (layer.kind === "embedding" && layer.maskZero) current = Array.from(inputOf(index).data, (id) => (id === 0 ? 0 : 1));
    else if (layer.kind === "masking") {
      const { shape, data } = inputOf(index);
      const width = shape.at(-1) as number;
      const ignored = Math.fround(layer.maskValue);
      current = Array.from({ length: data.length / width }, (_, t) => (rowOf(data, t, width).some((v) => v !== ignored) ? 1 : 0));
    } else if (programDirections(layer).length > 0 && programDirections(layer).at(-1)?.returnSequences !== true) current = null;
  }
  return current;
}

/** Units of an output under this part. One that is several parts' counts all of them under part 0; 0: the part has no output. */
function outputUnits(layer: ProgramLayer, part: number, width: number): number {
  if (part === 0 || (layer.kind === "stack" && part === layer.cells.length - 1)) return width;
  if (layer.kind !== "bidirectional" || part !== 1) return 0;
  return layer.mergeMode === "concat" || layer.mergeMode === null ? layer.backward.units : 0;
}

/** Is there such a number? @param shape of the layer's input */
export function addressFits(layer: ProgramLayer, shape: readonly number[], address: TraceQuestion): boolean {
  const { part, step, unit, quantity } = address;
  const directions = programDirections(layer);
  if (quantity === "output") {
    const outputs = outputShapes(layer, shape);
    const own = outputs[outputs.length > 1 ? part : 0];
    if (own === undefined || own.length > 3) return false;
    // An output that dropped its steps is asked for at any of them.
    const steps = own.length === 3 ? (own[1] as number) : directions.length > 0 ? (shape[1] as number) : 1;
    return step < steps && unit < outputUnits(layer, part, own.at(-1) as number);
  }
  const direction = directions[part];
  if (direction === undefined || step >= (shape[1] as number) || unit >= direction.units) return false;
  return gateKeys(direction).includes(quantity) || quantity === "h" || (quantity === "c" && direction.kind === "lstm");
}
