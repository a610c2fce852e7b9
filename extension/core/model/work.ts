/** What a layer takes to compute: time steps for progress, multiply-adds for limits. */
import { programDirections, programGates, type ProgramLayer, type ProgramRecurrent } from "./program.js";
import { sizeOf } from "./tensors.js";

export interface LayerWork {
  /** Time steps of all directions, or rows of a Dense layer. */
  readonly steps: number;
  /** Multiply-adds. */
  readonly work: number;
}

/** @param shape of the layer's input. */
export function layerWork(layer: ProgramLayer, shape: readonly number[]): LayerWork {
  if (layer.kind === "dense") {
    const size = sizeOf(shape);
    return { steps: size / (shape.at(-1) as number), work: size * layer.units };
  }
  const rows = (shape[0] as number) * (shape[1] as number);
  const directions = programDirections(layer);
  let [work, features] = [0, shape[2] as number];
  for (const direction of directions) {
    work += rows * stepWork(direction, features);
    if (layer.kind === "stack") features = direction.units;
  }
  return { steps: rows * directions.length, work };
}

/** Multiply-adds of one time step of one row. */
export function stepWork({ kind, units }: ProgramRecurrent, features: number): number {
  return programGates(kind) * units * (features + units);
}
