/** The tensors that a run gives, in the order in which every device writes them. `native/core/plan.cc` lists the same. */
import { type CaptureLevel, programDirections, type ProgramLayer, programPrefix, type ProgramRecurrent, programStates } from "./program.js";

export interface TensorPlan {
  readonly layer: number;
  /** "output", "forward/output", "h", "backward/c", "states/h", "forward/gates/i" … as in the Node API. */
  readonly name: string;
  readonly role: "output" | "state" | "trace";
  readonly shape: readonly number[];
}

/** Numbers of a tensor; in a loop, as tiny runs ask for it. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}

/** The tensors of each gate and state at every step, in their order. */
const traces: Readonly<Record<ProgramRecurrent["kind"], readonly string[]>> = {
  simple_rnn: ["states/h"],
  lstm: ["states/h", "states/c", "gates/i", "gates/f", "gates/candidate", "gates/o"],
  gru: ["states/h", "gates/z", "gates/r", "gates/candidate"],
};

/** @param shape of the input: [B, T, D], [B, D], or [B, T] for an Embedding. It fits the program. */
export function tensorPlan(program: readonly ProgramLayer[], shape: readonly number[], capture: CaptureLevel): TensorPlan[] {
  const out: TensorPlan[] = [];
  let current = shape;
  program.forEach((layer, index) => {
    const outputs = outputShapes(layer, current);
    if (capture > 0 || index === program.length - 1) {
      const split = outputs.length > 1;
      outputs.forEach((outputShape, i) => {
        out.push({
          layer: index,
          name: split ? `${i === 0 ? "forward" : "backward"}/output` : "output",
          role: "output",
          shape: outputShape,
        });
      });
    }
    out.push(...recurrentTensors(layer, index, current, capture));
    current = outputs[0] as readonly number[];
  });
  return out;
}

function recurrentTensors(layer: ProgramLayer, index: number, input: readonly number[], capture: CaptureLevel): TensorPlan[] {
  const directions = programDirections(layer);
  const [batch, time] = [input[0] as number, input[1] as number];
  const prefix = (i: number): string => programPrefix(layer, i);
  const states = directions.flatMap((direction, i) =>
    programStates(direction.kind).map((name): TensorPlan => ({
      layer: index,
      name: prefix(i) + name,
      role: "state",
      shape: [batch, direction.units],
    })),
  );
  if (capture < 2) return states;
  const steps = directions.flatMap((direction, i) =>
    traces[direction.kind].map((name): TensorPlan => ({
      layer: index,
      name: prefix(i) + name,
      role: "trace",
      shape: [batch, time, direction.units],
    })),
  );
  return [...states, ...steps];
}

/** Concrete shapes of a layer's outputs: one, or two with merge_mode null. */
export function outputShapes(layer: ProgramLayer, shape: readonly number[]): (readonly number[])[] {
  const batch = shape[0] as number;
  switch (layer.kind) {
    case "simple_rnn":
    case "lstm":
    case "gru":
      return [layer.returnSequences ? [batch, shape[1] as number, layer.units] : [batch, layer.units]];
    case "stack": {
      const last = layer.cells.at(-1) as ProgramRecurrent;
      return [last.returnSequences ? [batch, shape[1] as number, last.units] : [batch, last.units]];
    }
    case "bidirectional": {
      const { forward, backward, mergeMode } = layer;
      const head = forward.returnSequences ? [batch, shape[1] as number] : [batch];
      if (mergeMode === null)
        return [
          [...head, forward.units],
          [...head, backward.units],
        ];
      return [[...head, mergeMode === "concat" ? forward.units + backward.units : forward.units]];
    }
    case "dense":
      return [[...shape.slice(0, -1), layer.units]];
    case "embedding":
      return [[batch, shape[1] as number, layer.units]];
    case "repeat_vector":
      return [[batch, layer.times, shape[1] as number]];
    case "reshape": {
      const have = shape.slice(1).reduce((p, d) => p * d, 1);
      const known = layer.target.filter((d) => d !== -1).reduce((p, d) => p * d, 1);
      return [[batch, ...layer.target.map((d) => (d === -1 ? have / known : d))]];
    }
    default:
      return [shape];
  }
}
