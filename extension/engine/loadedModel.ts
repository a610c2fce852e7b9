/** A model on a device: its weights, its states between runs, and one run at a time. */
import { type Failure, failure, UnrollError } from "../core/errors.js";
import { checkWeights, initialWeights, type Weight } from "../core/model/initializers.js";
import { fitShape, stateSlots, withInput } from "../core/model/input.js";
import { lower } from "../core/model/lower.js";
import type { CaptureLevel, ProgramLayer } from "../core/model/program.js";
import { featuresOf, firstProblem } from "../core/model/shapes.js";
import { directionsOf, type ModelSpec } from "../core/model/spec.js";
import { sizeOf, type TensorPlan, tensorPlan } from "../core/model/tensors.js";
import type { Backend, BackendModel, BackendPlan, BackendRun, BoundRun } from "./backend.js";
import { outputFloats } from "./outputMemory.js";
import { type PreparedSensitivity, prepareSensitivity, type SensitivityRequest } from "./sensitivity.js";
import { copyOf } from "./smallArrays.js";

export interface InputTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface RunRequest {
  readonly x: InputTensor;
  /** [B, T] of 0 and 1. */
  readonly mask?: InputTensor | undefined;
  /** States of the first recurrent layer, in Keras's order. */
  readonly initialState?: readonly InputTensor[] | undefined;
  readonly capture: CaptureLevel;
}

export interface OutputTensor extends TensorPlan {
  readonly data: Float32Array;
}

/** A run that has been checked and planned, with its buffers. */
export interface PreparedRun {
  readonly run: BackendRun;
  readonly plan: BackendPlan;
  readonly tensors: readonly TensorPlan[];
  readonly backendModel: BackendModel;
}

interface Bound {
  readonly features: number;
  readonly weights: readonly Weight[];
  readonly model: BackendModel;
  readonly program: readonly ProgramLayer[];
}

/** A tiny run that can be repeated, and of which request. */
interface Repeated {
  readonly given: readonly number[];
  readonly run: BoundRun;
  readonly returned: readonly { readonly plan: TensorPlan; readonly data: Float32Array }[];
}

interface Prepared {
  /** The shape as it was given, perhaps without a batch axis. */
  readonly given: readonly number[];
  readonly shape: readonly number[];
  readonly capture: CaptureLevel;
  readonly plan: BackendPlan;
  readonly tensors: readonly TensorPlan[];
  readonly sizes: readonly number[];
}

export class LoadedModel {
  readonly seed: number;
  private bound: Bound | null = null;
  private last: Prepared | null = null;
  private repeated: Repeated | null = null;
  private readonly slots: ReturnType<typeof stateSlots>;
  private readonly statefulSlots: boolean;
  /** One a slot, [B, units]; null is zero. */
  private kept: (Float32Array | null)[];
  private keptBatch: number | null = null;
  private disposed = false;

  /** @throws UnrollError for a model that cannot run whatever the data, or weights that do not fit. */
  constructor(
    readonly spec: ModelSpec,
    private readonly given: readonly InputTensor[] | null,
    seed: number,
    readonly backend: Backend,
  ) {
    this.seed = seed;
    orThrow(firstProblem(spec));
    this.slots = stateSlots(spec);
    this.statefulSlots = this.slots.some((slot) => slot.stateful);
    this.kept = this.slots.map(() => null);
    const features = featuresOf(spec.input) ?? (given === null || spec.input !== null ? null : featuresFromWeights(spec, given));
    if (features !== null || spec.layers[0]?.className === "Embedding") this.bind(spec, features ?? 0);
  }

  /** All weights; known from the start, or from the first run on where the model declares no input. */
  weights(): readonly Weight[] {
    return this.bound?.weights ?? [];
  }

  /** The program and its weights, as data of this shape make them. @throws UnrollError */
  boundTo(given: readonly number[]): { readonly program: readonly ProgramLayer[]; readonly weights: readonly Weight[] } {
    const fitted = fitShape(this.spec, given);
    if (!fitted.ok) throw new UnrollError(fitted.error);
    return this.bindTo(fitted.value);
  }

  /** It is a recurrent layer. */
  keepsState(layer: number): boolean {
    const spec = this.spec.layers[layer];
    return spec !== undefined && directionsOf(spec).length > 0;
  }

  /** What another device needs to be the same model: its weights are given, or drawn alike from the seed. */
  source(): { spec: ModelSpec; weights: readonly InputTensor[] | null; seed: number } {
    return { spec: this.spec, weights: this.bound?.weights ?? this.given, seed: this.seed };
  }

  /** The shape with its batch axis, and what a run of it would take; nothing is allocated. @throws UnrollError */
  estimate(given: readonly number[], capture: CaptureLevel): { readonly shape: readonly number[]; readonly plan: BackendPlan } {
    const fitted = fitShape(this.spec, given);
    if (!fitted.ok) throw new UnrollError(fitted.error);
    return this.planned(this.bindTo(fitted.value), given, fitted.value, capture);
  }

  /** Checks a run, plans it, and allocates its outputs. @throws UnrollError */
  prepare(request: RunRequest, limitBytes: (bytes: number) => number): PreparedRun {
    const { shape, bound, x, mask } = this.checked(request);
    const initialStates = this.initialStates(request.initialState, shape[0] as number);
    const prepared = this.planned(bound, request.x.shape, shape, request.capture);
    orTooLarge(prepared.plan.hostBytes, limitBytes);
    const outputs = allocate(prepared.sizes);
    const run: BackendRun = { shape, x, mask, initialStates, capture: request.capture, outputs };
    return { run, plan: prepared.plan, tensors: prepared.tensors, backendModel: bound.model };
  }

  /** The memory horizon, on whatever device the model is; states that are kept neither matter nor change. @throws UnrollError */
  sensitivity(request: SensitivityRequest, limitBytes: (bytes: number) => number): PreparedSensitivity {
    const { shape, bound, x, mask } = this.checked(request);
    const { program } = bound;
    const weights = bound.weights.map((weight) => weight.data);
    const prepared = prepareSensitivity({ horizon: this.backend.horizon, spec: this.spec, program, weights, shape, x, mask }, request);
    orTooLarge(prepared.bytes, limitBytes);
    return prepared;
  }

  private checked(request: Pick<RunRequest, "x" | "mask">): {
    readonly shape: readonly number[];
    readonly bound: Bound;
    readonly x: Float32Array | Int32Array;
    readonly mask: Uint8Array | null;
  } {
    if (this.disposed) throw new UnrollError(failure("INVALID_ARGUMENT", "The model was disposed."));
    const fitted = fitShape(this.spec, request.x.shape);
    if (!fitted.ok) throw new UnrollError(fitted.error);
    const shape = fitted.value;
    const bound = this.bindTo(shape);
    const x = inputData(request.x, shape, this.spec.layers[0]?.className === "Embedding");
    const mask = request.mask === undefined ? null : maskData(request.mask, shape);
    return { shape, bound, x, mask };
  }

  /**
   * Lets the next run of this one's shape go by `runAgain`. For tiny runs: the engine's own work around them would take longer than they do.
   */
  repeat(prepared: PreparedRun): void {
    const { run, tensors, backendModel } = prepared;
    if (this.last === null || run.capture !== 0 || run.mask !== null || this.statefulSlots || run.initialStates.length > 0) return;
    const again = backendModel.bind?.(run.shape, run.capture, this.last.sizes, run.x instanceof Int32Array);
    if (again === undefined) return;
    const data = tensors.map((plan, i) => ({ ...plan, data: again.outputs[i] as Float32Array }));
    const returned = this.returned(data).map((tensor) => ({ plan: tensor, data: tensor.data }));
    this.repeated = { given: this.last.given, run: again, returned };
  }

  /** What the model returns for x alone, computed in the call; null where this is not the run before with other numbers. @throws UnrollError */
  runAgain(x: InputTensor): { outputs: { name: string; shape: number[]; data: Float32Array }[]; computeMs: number } | null {
    const repeated = this.repeated;
    if (repeated === null) return null;
    const { run, returned, given } = repeated;
    const { shape, data } = x;
    const fits = Array.isArray(shape) && sameShape(given, shape) && data instanceof Object && data.constructor === run.x.constructor;
    if (!fits || data.length !== run.x.length) return null;
    run.x.set(data);
    const computeMs = run.run();
    return {
      outputs: returned.map(({ plan, data: own }) => ({ name: plan.name, shape: plan.shape.slice(), data: copyOf(own) })),
      computeMs,
    };
  }

  /** Takes over the states of stateful layers, and gives the tensors names. Call once a run is over. */
  finish(prepared: PreparedRun): OutputTensor[] {
    const tensors = prepared.tensors.map((tensor, i) => ({ ...tensor, data: prepared.run.outputs[i] as Float32Array }));
    if (this.statefulSlots) {
      const states = tensors.filter((tensor) => tensor.role === "state");
      this.slots.forEach((slot, i) => {
        if (slot.stateful) this.kept[i] = Float32Array.from((states[i] as OutputTensor).data);
      });
      this.keptBatch = prepared.run.shape[0] as number;
    }
    return tensors;
  }

  /** What Keras returns: the last layer's output, then its states where return_state is set. */
  returned(tensors: readonly OutputTensor[]): OutputTensor[] {
    const last = this.spec.layers.length - 1;
    const layer = this.spec.layers[last];
    const returnState = layer !== undefined && directionsOf(layer).some((direction) => direction.returnState);
    return tensors.filter((tensor) => tensor.layer === last && (tensor.role === "output" || (returnState && tensor.role === "state")));
  }

  /** The states of stateful layers now; zeros before the first run of a known batch. */
  states(): { name: string; shape: number[]; data: Float32Array }[] {
    const batch = this.keptBatch ?? this.spec.input?.[0] ?? 0;
    return this.slots.flatMap((slot, i) =>
      slot.stateful
        ? [
            {
              name: `${this.spec.layers[slot.layer]?.name ?? ""}/${slot.name}`,
              shape: [batch, slot.units],
              data: this.kept[i] ?? new Float32Array(batch * slot.units),
            },
          ]
        : [],
    );
  }

  /** Zeroes the states of stateful layers, or sets them. @throws UnrollError */
  resetStates(states?: readonly InputTensor[]): void {
    const stateful = this.slots.flatMap((slot, i) => (slot.stateful ? [{ slot, i }] : []));
    if (states === undefined) {
      this.kept = this.slots.map(() => null);
      this.keptBatch = null;
      return;
    }
    if (states.length !== stateful.length) {
      throw new UnrollError(
        failure("SHAPE_MISMATCH", "The model keeps {expected} states; {got} were given.", {
          expected: stateful.length,
          got: states.length,
        }),
      );
    }
    const batch = this.spec.input?.[0] ?? states[0]?.shape[0] ?? 0;
    const next = [...this.kept];
    for (const [k, { slot, i }] of stateful.entries()) next[i] = stateData(states[k] as InputTensor, batch, slot.units, slot.name);
    this.kept = next;
    this.keptBatch = batch;
  }

  dispose(): void {
    this.disposed = true;
    this.bound?.model.dispose();
    this.bound = null;
    this.forget();
  }

  private forget(): void {
    this.last = null;
    this.repeated = null;
  }

  private bindTo(shape: readonly number[]): Bound {
    const features = this.spec.layers[0]?.className === "Embedding" ? 0 : (shape.at(-1) as number);
    if (this.bound?.features === features) return this.bound;
    if (this.bound !== null && this.given !== null) {
      const args = { got: features, expected: this.bound.features };
      throw new UnrollError(
        failure("SHAPE_MISMATCH", "The data has {got} features, the model expects {expected}. Set the input's features to {got}?", args),
      );
    }
    return this.bind(withInput(this.spec, shape), features);
  }

  private bind(spec: ModelSpec, features: number): Bound {
    orThrow(firstProblem(spec));
    const weights = this.given === null ? initialWeights(spec, this.seed) : checkWeights(spec, this.given);
    if (!weights.ok) throw new UnrollError(weights.error);
    const program = lower(spec);
    const model = this.backend.createModel(
      program,
      features,
      weights.value.map((weight) => weight.data),
    );
    this.bound?.model.dispose();
    this.forget();
    this.bound = { features, weights: weights.value, model, program };
    return this.bound;
  }

  /** The plan of the last shape is kept: repeated runs of one shape are the rule. */
  private planned(bound: Bound, given: readonly number[], shape: readonly number[], capture: CaptureLevel): Prepared {
    const last = this.last;
    if (last !== null && last.capture === capture && sameShape(last.given, given)) return last;
    const plan = bound.model.plan(shape, capture);
    const tensors = tensorPlan(bound.program, shape, capture);
    this.last = { given: [...given], shape: [...shape], capture, plan, tensors, sizes: tensors.map((tensor) => sizeOf(tensor.shape)) };
    return this.last;
  }

  private initialStates(given: readonly InputTensor[] | undefined, batch: number): (Float32Array | null)[] {
    if (given === undefined && !this.statefulSlots) return [];
    if (this.keptBatch !== null && this.keptBatch !== batch && given === undefined) {
      const args = { got: batch, expected: this.keptBatch };
      throw new UnrollError(
        failure("SHAPE_MISMATCH", "The kept states are of a batch of {expected}; the data has {got}. Reset the states first.", args),
      );
    }
    const out = this.slots.map((slot, i) => (slot.stateful ? (this.kept[i] ?? null) : null));
    if (given === undefined) return out;
    const first = this.slots[0]?.layer;
    const own = this.slots.filter((slot) => slot.layer === first);
    if (given.length !== own.length) {
      const args = { expected: own.length, names: own.map((slot) => slot.name).join(", "), got: given.length };
      throw new UnrollError(
        failure("SHAPE_MISMATCH", "The first recurrent layer has {expected} states ({names}); {got} were given.", args),
      );
    }
    own.forEach((slot, i) => (out[i] = stateData(given[i] as InputTensor, batch, slot.units, slot.name)));
    return out;
  }
}

function orThrow(problem: Failure | null): void {
  if (problem !== null) throw new UnrollError(problem);
}

function orTooLarge(needed: number, limitBytes: (bytes: number) => number): void {
  const limit = limitBytes(needed);
  if (needed <= limit) return;
  const args = { needed: bytesText(needed), limit: bytesText(limit) };
  throw new UnrollError(
    failure(
      "TOO_LARGE",
      "The run needs {needed}, the limit is {limit}. Nothing was computed. Take a smaller batch, or raise the limit.",
      args,
    ),
  );
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws UnrollError where the system has no memory for it. */
function allocate(sizes: readonly number[]): Float32Array[] {
  try {
    return sizes.map(outputFloats);
  } catch {
    const bytes = bytesText(sizes.reduce((sum, size) => sum + 4 * size, 0));
    throw new UnrollError(failure("OUT_OF_MEMORY", "There is no memory for the outputs ({bytes}).", { bytes }));
  }
}

function inputData(x: InputTensor, shape: readonly number[], ids: boolean): Float32Array | Int32Array {
  const wanted = sizeOf(shape);
  if (!(x.data instanceof Float32Array) && !(x.data instanceof Int32Array)) {
    throw new UnrollError(failure("INVALID_ARGUMENT", "The data of a tensor is a Float32Array, or an Int32Array for token ids."));
  }
  if (x.data.length !== wanted) {
    const args = { shape: `(${x.shape.join(", ")})`, expected: wanted, got: x.data.length };
    throw new UnrollError(failure("SHAPE_MISMATCH", "A tensor of shape {shape} has {expected} numbers; {got} were given.", args));
  }
  if (ids) return x.data instanceof Int32Array ? x.data : toIds(x.data);
  return x.data instanceof Float32Array ? x.data : Float32Array.from(x.data);
}

function toIds(values: Float32Array): Int32Array {
  return Int32Array.from(values, (value) => {
    if (!Number.isInteger(value))
      throw new UnrollError(failure("INVALID_ARGUMENT", "An Embedding reads token ids, whole numbers from 0; got {got}.", { got: value }));
    return value;
  });
}

function maskData(mask: InputTensor, shape: readonly number[]): Uint8Array {
  const [batch, time] = [shape[0] as number, shape[1] as number];
  if (mask.shape.length !== 2 || mask.shape[0] !== batch || mask.shape[1] !== time || mask.data.length !== batch * time) {
    const args = { expected: `(${batch}, ${time})`, got: `(${mask.shape.join(", ")})` };
    throw new UnrollError(failure("SHAPE_MISMATCH", "The mask has to have shape {expected}, one entry a time step; got {got}.", args));
  }
  return Uint8Array.from(mask.data, (value) => (value === 0 ? 0 : 1));
}

function stateData(state: InputTensor, batch: number, units: number, name: string): Float32Array {
  if (state?.shape?.length !== 2 || state.shape[0] !== batch || state.shape[1] !== units || state.data.length !== batch * units) {
    const args = { name, expected: `(${batch}, ${units})`, got: `(${(state?.shape ?? []).join(", ")})` };
    throw new UnrollError(failure("SHAPE_MISMATCH", "The state {name} has to have shape {expected}; got {got}.", args));
  }
  return Float32Array.from(state.data);
}

/** Without a declared input the first kernel says how many features there are. */
function featuresFromWeights(spec: ModelSpec, given: readonly InputTensor[]): number | null {
  const first = spec.layers.find((layer) => directionsOf(layer).length > 0 || layer.className === "Dense");
  const rows = given[0]?.shape?.[0];
  return first === spec.layers[0] && Number.isSafeInteger(rows) && (rows as number) > 0 ? (rows as number) : null;
}

export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
