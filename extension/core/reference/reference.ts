/** The js device: a program in plain loops and float64, the same interface as the addon. */
import {
  type CaptureLevel,
  isProgramRecurrent,
  type ProgramBidirectional,
  type ProgramLayer,
  type ProgramRecurrent,
  programDirections,
  programPrefix,
  type ProgramStack,
  programStates,
} from "../model/program.js";
import { outputShapes, sizeOf, tensorPlan } from "../model/tensors.js";
import { activate } from "./activations.js";
import { addProduct, type CellWeights } from "./cells.js";
import { runDirection } from "./direction.js";

export interface ReferenceRun {
  /** [B, T, D], [B, D], or [B, T] for an embedding. */
  readonly shape: readonly number[];
  readonly x: ArrayLike<number>;
  /** [B, T] of 0 and 1, or null. */
  readonly mask: Uint8Array | null;
  /** One a state of the model in layer order, [B, units]; null or missing is zero. */
  readonly initialStates: readonly (ArrayLike<number> | null)[];
  readonly capture: CaptureLevel;
  /** As `tensorPlan` lists them; written at the end of each layer. */
  readonly outputs: readonly Float32Array[];
}

/** What goes from layer to layer. */
export interface Flow {
  readonly data: Float64Array;
  readonly shape: readonly number[];
  readonly mask: Uint8Array | null;
}

/** What a layer starts from, and who sees it run. */
interface LayerIo {
  readonly states: readonly (ArrayLike<number> | null)[];
  readonly sink: Sink | null;
  readonly capture: CaptureLevel;
}

const unobserved: LayerIo = { states: [], sink: null, capture: 0 };

/** A token id outside an Embedding's table. */
export class TokenOutOfRange extends Error {
  constructor(
    readonly id: number,
    readonly vocabulary: number,
  ) {
    super(`token id ${id} is not in 0…${vocabulary - 1}`);
  }
}

/** A program with its weights. @param weights of each layer in turn, in Keras's get_weights() order. */
export class Reference {
  private readonly weights: readonly (readonly Float64Array[])[];

  constructor(
    private readonly program: readonly ProgramLayer[],
    weights: readonly ArrayLike<number>[],
  ) {
    let at = 0;
    this.weights = program.map((layer) =>
      Array.from({ length: weightCount(layer) }, () => Float64Array.from(weights[at++] as ArrayLike<number>)),
    );
  }

  /** Of one layer, in Keras's order. */
  weightsOf(index: number): readonly Float64Array[] {
    return this.weights[index] as readonly Float64Array[];
  }

  /** Runs, and yields the number of time steps done since the last yield, so that the caller can stop or let others work. */
  *run(run: ReferenceRun): Generator<number, void> {
    const sink = new Sink(this.program, run);
    let flow: Flow = { data: Float64Array.from(run.x), shape: run.shape, mask: run.mask };
    let state = 0;
    for (const [index, layer] of this.program.entries()) {
      const count = programDirections(layer).reduce((sum, direction) => sum + programStates(direction.kind).length, 0);
      const states = run.initialStates.slice(state, state + count);
      state += count;
      flow = yield* this.layer(index, flow, { states, sink, capture: run.capture });
    }
  }

  /** One layer alone; from zero states unless said. */
  *layer(index: number, flow: Flow, io: LayerIo = unobserved): Generator<number, Flow> {
    const layer = this.program[index] as ProgramLayer;
    if (layer.kind === "bidirectional" || layer.kind === "stack" || isProgramRecurrent(layer))
      return yield* this.recurrent(layer, flow, { ...io, index });
    const weights = this.weightsOf(index);
    const next = layer.kind === "dense" ? yield* dense(layer, flow, weights) : pointwise(layer, flow, weights);
    io.sink?.write(index, "output", next.data);
    return next;
  }

  private *recurrent(
    layer: ProgramRecurrent | ProgramBidirectional | ProgramStack,
    flow: Flow,
    io: LayerIo & { readonly index: number },
  ): Generator<number, Flow> {
    const weights = this.weightsOf(io.index);
    const directions = programDirections(layer);
    const [batch, timesteps] = flow.shape as [number, number, number];
    let [x, features, mask] = [flow.data, flow.shape[2] as number, flow.mask];
    const outs: Float64Array[] = [];
    let state = 0;
    let weight = 0;
    for (const [i, direction] of directions.entries()) {
      const prefix = programPrefix(layer, i);
      const own = weights.slice(weight, (weight += direction.useBias ? 3 : 2));
      const initial = (): Float64Array => {
        const given = io.states[state++];
        return given == null ? new Float64Array(batch * direction.units) : Float64Array.from(given);
      };
      const h = initial();
      const c = direction.kind === "lstm" ? initial() : null;
      const out = new Float64Array(batch * (direction.returnSequences ? timesteps : 1) * direction.units);
      const traces = io.capture < 2 || io.sink === null ? null : io.sink.traces(io.index, prefix);
      const cellWeights: CellWeights = { kernel: own[0] as Float64Array, recurrent: own[1] as Float64Array, bias: own[2] ?? null };
      yield* runDirection({
        layer: direction,
        batch,
        timesteps,
        features,
        x,
        mask,
        weights: cellWeights,
        h,
        c,
        out,
        traces,
      });
      io.sink?.write(io.index, `${prefix}h`, h);
      if (c !== null) io.sink?.write(io.index, `${prefix}c`, c);
      for (const [name, data] of Object.entries(traces ?? {})) io.sink?.write(io.index, prefix + name, data);
      outs.push(out);
      // A cell of a stack reads what the one before it gives.
      if (layer.kind === "stack") {
        [x, features] = [out, direction.units];
        // What the first one took backwards, the others see in that order.
        if (direction.goBackwards) mask = turned(mask, timesteps);
      }
    }
    const last = directions.at(-1) as ProgramRecurrent;
    const data = joined(layer, outs, batch, last.returnSequences ? timesteps : 1, (name, tensor) => io.sink?.write(io.index, name, tensor));
    return { data, shape: outputShapes(layer, flow.shape)[0] as number[], mask: last.returnSequences ? flow.mask : null };
  }
}

/** What the directions, or the cells, give together; told to `write` under its names. */
function joined(
  layer: ProgramRecurrent | ProgramBidirectional | ProgramStack,
  outs: readonly Float64Array[],
  batch: number,
  steps: number,
  write: (name: string, data: Float64Array) => void,
): Float64Array {
  const merged = layer.kind === "bidirectional" ? merge(layer, outs as [Float64Array, Float64Array], batch, steps) : outs.slice(-1);
  merged.forEach((data, i) => write(merged.length === 1 ? "output" : `${programPrefix(layer, i)}output`, data));
  return merged[0] as Float64Array;
}

/** A mask in the other order of steps. */
export function turned(mask: Uint8Array | null, timesteps: number): Uint8Array | null {
  if (mask === null) return null;
  return mask.map((_, i) => mask[Math.floor(i / timesteps) * timesteps + timesteps - 1 - (i % timesteps)] as number);
}

/** Where results go: rounds to float32 into the caller's buffers. */
class Sink {
  private readonly at = new Map<string, { readonly out: Float32Array; readonly size: number }>();

  constructor(program: readonly ProgramLayer[], run: ReferenceRun) {
    tensorPlan(program, run.shape, run.capture).forEach((tensor, i) => {
      const size = sizeOf(tensor.shape);
      this.at.set(`${tensor.layer}:${tensor.name}`, { out: run.outputs[i] as Float32Array, size });
    });
  }

  write(layer: number, name: string, data: Float64Array): void {
    this.at.get(`${layer}:${name}`)?.out.set(data);
  }

  /** Fresh float64 buffers for the gates and states of one direction. */
  traces(layer: number, prefix: string): Record<string, Float64Array> {
    const out: Record<string, Float64Array> = {};
    for (const [key, { size }] of this.at) {
      const [at, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
      if (at === String(layer) && /^(states|gates)\//.test(name.slice(prefix.length)) && name.startsWith(prefix))
        out[name.slice(prefix.length)] = new Float64Array(size);
    }
    return out;
  }
}

/** Turns the backward sequence round and joins the directions. */
function merge(
  layer: ProgramBidirectional,
  [forward, backward]: [Float64Array, Float64Array],
  batch: number,
  steps: number,
): Float64Array[] {
  const [fw, bw] = [layer.forward.units, layer.backward.units];
  const flipped = new Float64Array(backward.length);
  for (let row = 0; row < batch; row++) {
    for (let t = 0; t < steps; t++) {
      const from = (row * steps + t) * bw;
      flipped.set(backward.subarray(from, from + bw), (row * steps + steps - 1 - t) * bw);
    }
  }
  if (layer.mergeMode === null) return [forward, flipped];
  if (layer.mergeMode === "concat") {
    const out = new Float64Array(batch * steps * (fw + bw));
    for (let i = 0; i < batch * steps; i++) {
      out.set(forward.subarray(i * fw, (i + 1) * fw), i * (fw + bw));
      out.set(flipped.subarray(i * bw, (i + 1) * bw), i * (fw + bw) + fw);
    }
    return [out];
  }
  const mode = layer.mergeMode;
  return [forward.map((a, i) => join(mode, a, flipped[i] as number))];
}

function join(mode: "sum" | "mul" | "ave", a: number, b: number): number {
  if (mode === "mul") return a * b;
  return mode === "sum" ? a + b : (a + b) / 2;
}

function pointwise(layer: Exclude<ProgramLayer, { kind: "dense" }>, flow: Flow, weights: readonly Float64Array[]): Flow {
  const shape = outputShapes(layer, flow.shape)[0] as readonly number[];
  switch (layer.kind) {
    case "activation": {
      const data = Float64Array.from(flow.data);
      const last = shape.at(-1) as number;
      for (let at = 0; at < data.length; at += last) activate(layer.activation, data, at, last);
      return { ...flow, data, shape };
    }
    case "embedding":
      return embed(layer, flow, shape, weights[0] as Float64Array);
    case "masking":
      return maskSteps(layer.maskValue, flow);
    case "repeat_vector": {
      const size = flow.shape[1] as number;
      const data = new Float64Array(flow.data.length * layer.times);
      for (let i = 0; i < data.length; i++) data[i] = flow.data[Math.floor(i / (size * layer.times)) * size + (i % size)] as number;
      return { data, shape, mask: null };
    }
    default:
      return { data: flow.data, shape, mask: null };
  }
}

/** Multiply-adds between two yields of a Dense layer. */
const DENSE_WORK = 100_000;

function* dense(layer: Extract<ProgramLayer, { kind: "dense" }>, flow: Flow, weights: readonly Float64Array[]): Generator<number, Flow> {
  const features = flow.shape.at(-1) as number;
  const rows = flow.data.length / features;
  const data = new Float64Array(rows * layer.units);
  const [kernel, bias] = weights as [Float64Array, Float64Array | undefined];
  const most = Math.max(1, Math.floor(DENSE_WORK / (features * layer.units)));
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    for (let row = from; row < to; row++) {
      const line = data.subarray(row * layer.units, (row + 1) * layer.units);
      if (bias !== undefined) line.set(bias);
      addProduct(line, flow.data, row * features, features, kernel);
      activate(layer.activation, line, 0, layer.units);
    }
    yield to - from;
  }
  return { ...flow, data, shape: outputShapes(layer, flow.shape)[0] as readonly number[] };
}

function embed(
  layer: { vocabulary: number; units: number; maskZero: boolean },
  flow: Flow,
  shape: readonly number[],
  table: Float64Array,
): Flow {
  const data = new Float64Array(flow.data.length * layer.units);
  const mask = layer.maskZero ? new Uint8Array(flow.data.length) : null;
  flow.data.forEach((id, i) => {
    if (!Number.isInteger(id) || id < 0 || id >= layer.vocabulary) throw new TokenOutOfRange(id, layer.vocabulary);
    data.set(table.subarray(id * layer.units, (id + 1) * layer.units), i * layer.units);
    if (mask !== null) mask[i] = id === 0 ? 0 : 1;
  });
  return { data, shape, mask: mask ?? flow.mask };
}

/** A step counts where any feature differs from the value; the others are set to 0. Source: keras.layers.Masking. */
function maskSteps(value: number, flow: Flow): Flow {
  const features = flow.shape[2] as number;
  const data = Float64Array.from(flow.data);
  const mask = new Uint8Array(data.length / features);
  const compared = Math.fround(value);
  for (let i = 0; i < mask.length; i++) {
    const step = data.subarray(i * features, (i + 1) * features);
    if (step.some((x) => x !== compared)) mask[i] = 1;
    else step.fill(0);
  }
  return { data, shape: flow.shape, mask };
}

/** How many weights a layer has. */
export function weightCount(layer: ProgramLayer): number {
  const directions = programDirections(layer);
  if (directions.length > 0) return directions.reduce((sum, direction) => sum + (direction.useBias ? 3 : 2), 0);
  if (layer.kind === "dense") return layer.useBias ? 2 : 1;
  return layer.kind === "embedding" ? 1 : 0;
}
