/** Traces numbers of kept results: the layer alone runs once more on its device, for its states at every step, and is taken apart. */
import { failure, UnrollError } from "../core/errors.js";
import type { Weight } from "../core/model/initializers.js";
import { stateSlots } from "../core/model/input.js";
import { programDirections, type ProgramLayer, programPrefix } from "../core/model/program.js";
import type { LayerSpec } from "../core/model/spec.js";
import { weightCount } from "../core/reference/reference.js";
import { traceNumber } from "../core/trace/number.js";
import { addressFits, maskInto, type TraceTask } from "../core/trace/task.js";
import type { Trace, TraceQuestion } from "../core/trace/trace.js";
import type { InputTensor, LoadedModel, OutputTensor } from "./loadedModel.js";
import type { RunControls, Session } from "./session.js";

/** Layers that ran once more are kept for the next questions about them. */
const KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_LAYERS = 16;

export interface TraceOrder {
  readonly model: LoadedModel;
  readonly resultId: number;
  /** The result's tensors, each layer's output among them. */
  readonly kept: readonly OutputTensor[];
  /** Of the question's row alone, a batch of one. */
  readonly x: InputTensor;
  readonly mask: InputTensor | null;
  /** What the stateful layers began with, [1, H] each; null: zeros. */
  readonly states: readonly InputTensor[] | null;
  readonly question: TraceQuestion;
}

/** One layer of the model, with what it read. */
interface Part {
  readonly program: readonly ProgramLayer[];
  readonly layer: ProgramLayer;
  readonly spec: LayerSpec;
  readonly weights: readonly Weight[];
  readonly read: InputTensor;
}

/** One row of one layer, as it was computed. */
type Rerun = Pick<TraceTask, "mask" | "captured" | "initial">;

export class Tracer {
  /** Insertion order is the order of last use. */
  private readonly reruns = new Map<string, Rerun>();

  /** @throws UnrollError */
  async trace(session: Session, order: TraceOrder, controls: RunControls = {}): Promise<Trace> {
    const { question, resultId } = order;
    const part = partOf(order);
    const { program, layer, weights, read } = part;
    if (!addressFits(layer, read.shape, question)) throw noSuchNumber();
    const key = `${resultId}|${question.layer}|${question.row}`;
    const rerun = this.reruns.get(key) ?? (await runAlone(session, order, part, controls));
    this.keep(key, rerun);
    const below = program[question.layer - 1] ?? null;
    return traceNumber({ layer, below, weights: weights.map(({ data }) => data), question, x: read, ...rerun });
  }

  private keep(key: string, rerun: Rerun): void {
    this.reruns.delete(key);
    this.reruns.set(key, rerun);
    let bytes = 0;
    for (const [index, [other, { captured }]] of [...this.reruns].reverse().entries()) {
      for (const data of captured.values()) bytes += 4 * data.length;
      if (index >= KEPT_LAYERS || bytes > KEPT_BYTES) this.reruns.delete(other);
    }
  }
}

function partOf(order: TraceOrder): Part {
  const { model, x, question } = order;
  // A stateful model insists on its batch.
  const { program, weights } = model.boundTo([model.spec.input?.[0] ?? 1, ...x.shape.slice(1)]);
  const [layer, spec] = [program[question.layer], model.spec.layers[question.layer]];
  if (layer === undefined || spec === undefined) throw noSuchNumber();
  const first = program.slice(0, question.layer).reduce((count, one) => count + weightCount(one), 0);
  return { program, layer, spec, weights: weights.slice(first, first + weightCount(layer)), read: inputOf(order, question.layer) };
}

/** What a layer read, of the question's row: x, or what the layer below gave. @throws UnrollError */
function inputOf({ x, kept, question: { row } }: TraceOrder, layer: number): InputTensor {
  if (layer === 0) return x;
  // Of a Bidirectional that merges nothing the next layer reads the first output.
  const below = kept.find((tensor) => tensor.layer === layer - 1 && tensor.role === "output");
  if (below === undefined || row >= (below.shape[0] as number)) throw noSuchNumber();
  return { shape: [1, ...below.shape.slice(1)], data: rowOf(below, row) };
}

function rowOf({ data, shape }: OutputTensor, row: number): Float32Array {
  const size = data.length / (shape[0] as number);
  return data.slice(row * size, (row + 1) * size);
}

/** The start states of the question's layer, in Keras's order; null: zeros. @throws UnrollError */
function startOf({ model, states, question }: TraceOrder): { readonly name: string; readonly state: InputTensor }[] | null {
  if (states === null) return null;
  const slots = stateSlots(model.spec);
  const given = slots.filter(({ stateful }) => stateful);
  const own = slots.filter(({ layer }) => layer === question.layer);
  if (!own.some(({ stateful }) => stateful)) return null;
  return own.map((slot) => ({
    name: slot.name,
    state: states[given.indexOf(slot)] ?? { shape: [1, slot.units], data: new Float32Array(slot.units) },
  }));
}

/** On the model's own device, so that its values are those of the run. @throws UnrollError */
async function runAlone(session: Session, order: TraceOrder, part: Part, { signal, onProgress }: RunControls): Promise<Rerun> {
  const { model, question } = order;
  const { program, layer, spec, weights, read } = part;
  const mask = maskInto(program, question.layer, order.mask?.data ?? null, (index) => inputOf(order, index));
  const alone = { ...model.spec, input: read.shape, layers: [spec], disabled: [] };
  const loaded = session.load(alone, weights, model.seed, model.backend.device.kind);
  try {
    const steps = mask === null || programDirections(layer).length === 0 ? undefined : Int32Array.from(mask);
    const given = steps === undefined ? undefined : { shape: [1, steps.length], data: steps };
    const start = startOf(order);
    const run = { x: read, mask: given, initialState: start?.map(({ state }) => state), capture: 2 } as const;
    const { tensors } = await session.run(loaded, run, { signal, onProgress });
    const captured = new Map<string, Float32Array>(tensors.map(({ name, data }) => [name, data]));
    // The outputs are those that the run has: js keeps its numbers in float64 between layers, and may have rounded others.
    for (const tensor of order.kept)
      if (tensor.layer === question.layer && tensor.role === "output") captured.set(tensor.name, rowOf(tensor, question.row));
    const parts = programDirections(layer).map((_, part) => programPrefix(layer, part));
    const named = (name: string): Float32Array | null => (start?.find((one) => one.name === name)?.state.data as Float32Array) ?? null;
    return { mask, captured, initial: parts.map((prefix) => ({ h: named(`${prefix}h`), c: named(`${prefix}c`) })) };
  } finally {
    session.unload(loaded);
  }
}

function noSuchNumber(): UnrollError {
  return new UnrollError(failure("INVALID_ARGUMENT", "This run has no such number, or it lies in a tensor of more than three axes."));
}
