/** Each layer backwards over one sample, in float64: from the gradient by its output to the one by its input. */
import {
  type ProgramBidirectional,
  programDirections,
  type ProgramLayer,
  type ProgramRecurrent,
  type ProgramStack,
} from "../model/program.js";
import { stepWork } from "../model/work.js";
import { activateBackward } from "./activationsBackward.js";
import { addProduct } from "./cells.js";
import { addTransposed } from "./cellsBackward.js";
import { DirectionBackward } from "./directionBackward.js";
import { type Flow, turned } from "./reference.js";

export interface LayerTask<L extends ProgramLayer = ProgramLayer> {
  readonly layer: L;
  /** In Keras's order. */
  readonly weights: readonly Float64Array[];
  /** What it read, a batch of one. */
  readonly input: Flow;
}

export type Recurrent = ProgramRecurrent | ProgramBidirectional | ProgramStack;

/** A backward step computes the forward one once more and pulls by h and by x. */
export const PULL_PASSES = 2;

/** Yields multiply-adds. @param gradient by the layer's (first) output. Gives the one by its input. */
export function* layerBackward(task: LayerTask, gradient: Float64Array): Generator<number, Float64Array> {
  const { layer, input } = task;
  switch (layer.kind) {
    case "simple_rnn":
    case "lstm":
    case "gru":
    case "bidirectional":
    case "stack":
      return yield* recurrentBackward({ ...task, layer }, gradient);
    case "dense":
      return yield* denseBackward({ ...task, layer }, gradient);
    case "activation": {
      const by = gradient.slice();
      const last = input.shape.at(-1) as number;
      for (let at = 0; at < by.length; at += last) activateBackward(layer.activation, input.data, by, at, last);
      return by;
    }
    case "masking":
      return maskingBackward(Math.fround(layer.maskValue), input, gradient);
    case "repeat_vector": {
      const by = new Float64Array(input.data.length);
      gradient.forEach((g, i) => (by[i % by.length] = (by[i % by.length] as number) + g));
      return by;
    }
    case "reshape":
      return gradient;
    case "embedding":
      throw new Error("token ids have no gradient");
  }
}

/** The layer's directions, or cells, with their steps taken. */
export function* rememberDirections({ layer, weights, input }: LayerTask<Recurrent>): Generator<number, DirectionBackward[]> {
  const timesteps = input.shape[1] as number;
  let [x, features, mask] = [input.data, input.shape[2] as number, input.mask];
  let weight = 0;
  const taken: DirectionBackward[] = [];
  for (const direction of programDirections(layer)) {
    const [kernel, recurrent, bias] = weights.slice(weight, (weight += direction.useBias ? 3 : 2));
    const [h, c] = [new Float64Array(direction.units), new Float64Array(direction.units)];
    const own = { kernel: kernel as Float64Array, recurrent: recurrent as Float64Array, bias: bias ?? null };
    const backward = new DirectionBackward({ layer: direction, timesteps, features, x, mask, weights: own, h, c });
    yield* scaled(backward.remember(), stepWork(direction, features));
    taken.push(backward);
    if (layer.kind === "stack") {
      [x, features] = [backward.outputs(), direction.units];
      // What the first one took backwards, the others see in that order.
      if (direction.goBackwards) mask = turned(mask, timesteps);
    }
  }
  return taken;
}

/** Through cells of which each reads the one before. @param gh by the last one's last h, [H]. @param outputs by its outputs, [T, H], or null. */
export function* pullCells(
  cells: readonly DirectionBackward[],
  gh: Float64Array,
  outputs: Float64Array | null,
): Generator<number, Float64Array> {
  let [byLast, byOutputs] = [gh, outputs];
  for (const cell of [...cells].reverse()) {
    const { layer, timesteps, features } = cell.task;
    const by = new Float64Array(timesteps * features);
    yield* scaled(cell.inputGradient(byLast, byOutputs, by), PULL_PASSES * stepWork(layer, features));
    [byLast, byOutputs] = [new Float64Array(features), by];
  }
  return byOutputs as Float64Array;
}

function* recurrentBackward(task: LayerTask<Recurrent>, gradient: Float64Array): Generator<number, Float64Array> {
  const { layer } = task;
  const directions = yield* rememberDirections(task);
  if (layer.kind !== "bidirectional") {
    const last = directions.at(-1) as DirectionBackward;
    return yield* pullCells(directions, new Float64Array(last.task.layer.units), byEachOutput(last, gradient));
  }
  const [forward, backward] = directions as [DirectionBackward, DirectionBackward];
  const [byForward, byBackward] = unmerged(layer, forward, backward, gradient);
  const by = yield* pullCells([forward], new Float64Array(layer.forward.units), byEachOutput(forward, byForward));
  const other = yield* pullCells([backward], new Float64Array(layer.backward.units), byEachOutput(backward, byBackward));
  return by.map((g, i) => g + (other[i] as number));
}

/** [T, H]: without return_sequences the gradient is by the last step's output alone. */
function byEachOutput({ task: { layer, timesteps } }: DirectionBackward, gradient: Float64Array): Float64Array {
  if (layer.returnSequences) return gradient;
  const by = new Float64Array(timesteps * layer.units);
  by.set(gradient, (timesteps - 1) * layer.units);
  return by;
}

/** By the outputs of each direction, in the order in which it takes the steps. */
function unmerged(
  { mergeMode: mode, forward: { returnSequences, units: fw }, backward: { units: bw } }: ProgramBidirectional,
  forward: DirectionBackward,
  backward: DirectionBackward,
  gradient: Float64Array,
): [Float64Array, Float64Array] {
  const { timesteps } = forward.task;
  const steps = returnSequences ? timesteps : 1;
  const [byForward, byBackward] = [new Float64Array(steps * fw), new Float64Array(steps * bw)];
  // Two outputs, of which the next layer reads the first.
  if (mode === null) return [gradient, byBackward];
  const outs = mode === "mul" ? [forward.outputs(), backward.outputs()].map((out) => out.subarray((timesteps - steps) * fw)) : null;
  for (let t = 0; t < steps; t++) {
    const [at, flipped] = [t * fw, (steps - 1 - t) * bw];
    if (mode === "concat") {
      const row = t * (fw + bw);
      byForward.set(gradient.subarray(row, row + fw), at);
      byBackward.set(gradient.subarray(row + fw, row + fw + bw), flipped);
      continue;
    }
    for (let k = 0; k < fw; k++) {
      const g = (gradient[at + k] as number) / (mode === "ave" ? 2 : 1);
      byForward[at + k] = outs === null ? g : g * (outs[1]?.[flipped + k] as number);
      byBackward[flipped + k] = outs === null ? g : g * (outs[0]?.[at + k] as number);
    }
  }
  return [byForward, byBackward];
}

function* denseBackward(
  { layer, weights, input }: LayerTask<Extract<ProgramLayer, { kind: "dense" }>>,
  gradient: Float64Array,
): Generator<number, Float64Array> {
  const features = input.shape.at(-1) as number;
  const [kernel, bias] = weights as [Float64Array, Float64Array | undefined];
  const by = new Float64Array(input.data.length);
  const before = new Float64Array(layer.units);
  for (let row = 0; row < by.length / features; row++) {
    if (bias === undefined) before.fill(0);
    else before.set(bias);
    addProduct(before, input.data, row * features, features, kernel);
    const own = gradient.slice(row * layer.units, (row + 1) * layer.units);
    activateBackward(layer.activation, before, own, 0, layer.units);
    addTransposed(by, row * features, features, own, kernel);
    yield PULL_PASSES * features * layer.units;
  }
  return by;
}

/** Steps that were masked were set to 0, whatever stood there. */
function maskingBackward(value: number, { data, shape }: Flow, gradient: Float64Array): Float64Array {
  const by = gradient.slice();
  const features = shape.at(-1) as number;
  for (let at = 0; at < by.length; at += features) {
    if (data.subarray(at, at + features).every((x) => x === value)) by.fill(0, at, at + features);
  }
  return by;
}

/** Yields times `factor`: multiply-adds of steps. */
export function* scaled<T>(steps: Generator<number, T>, factor: number): Generator<number, T> {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    yield next.value * factor;
  }
}
