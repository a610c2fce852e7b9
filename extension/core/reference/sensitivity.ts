/** The memory horizon: how far back the last h of a recurrent layer remembers, through all layers below it, in float64. */
import { programDirections, programGates, type ProgramLayer, type ProgramRecurrent } from "../model/program.js";
import { outputShapes, sizeOf } from "../model/tensors.js";
import { layerWork } from "../model/work.js";
import type { DirectionBackward } from "./directionBackward.js";
import { layerBackward, PULL_PASSES, pullCells, type LayerTask, type Recurrent, rememberDirections, scaled } from "./layersBackward.js";
import { type Flow, Reference } from "./reference.js";

export interface SensitivityTask {
  readonly program: readonly ProgramLayer[];
  /** Of each layer in turn, in Keras's order. */
  readonly weights: readonly ArrayLike<number>[];
  /** A recurrent one, without an Embedding below it. */
  readonly layer: number;
  /** Of a Bidirectional, whose h is meant; the forward direction's unless said. */
  readonly backward?: boolean;
  /** Of the input, a batch of one. */
  readonly shape: readonly number[];
}

export interface Sensitivity {
  /** ‖∂h_T/∂h_t‖, [T] in the order in which the layer takes its steps. */
  readonly stateNorms: Float64Array;
  /** ∂(Σ h_T)/∂x, in x's own order. */
  readonly inputGradient: Float64Array;
}

export interface SensitivityPlan {
  /** Multiply-adds, of which `sensitivity` yields every one. */
  readonly work: number;
  readonly bytes: number;
}

/** What it will take; nothing is allocated. */
export function sensitivityPlan({ program, weights, layer: chosen, backward = false, shape }: SensitivityTask): SensitivityPlan {
  let [work, bytes, current] = [0, 8 * weights.reduce((sum, weight) => sum + weight.length, 0), shape];
  program.slice(0, chosen + 1).forEach((layer, index) => {
    const part = index === chosen ? remembering(layer as Recurrent, backward) : layer;
    const own = layerWork(part, current).work;
    const forward = index === chosen ? 0 : 1;
    const recurrent = programDirections(part).length > 0;
    work += own * (forward + (recurrent ? 1 : 0) + PULL_PASSES);
    const next = outputShapes(part, current)[0] as readonly number[];
    // What comes in, the gradients by it and by what goes out, and the states of each step with their outputs.
    bytes += 8 * (3 * sizeOf(current) + sizeOf(next));
    for (const { units } of programDirections(part)) bytes += 8 * 5 * (current[1] as number) * units;
    if (index === chosen) {
      const { kind, units } = lastOf(part as Recurrent);
      work += (current[1] as number) * programGates(kind) * units ** 3;
      bytes += 8 * 2 * units ** 2;
    }
    current = next;
  });
  return { work, bytes };
}

/** From zero states. Yields multiply-adds, so that the caller can stop or let others work. @param mask [1, T], or null. */
export function* sensitivity(task: SensitivityTask, x: ArrayLike<number>, mask: Uint8Array | null): Generator<number, Sensitivity> {
  const { program, layer: chosen, backward = false, shape } = task;
  const reference = new Reference(program.slice(0, chosen + 1), task.weights);
  const below: LayerTask[] = [];
  let flow: Flow = { data: Float64Array.from(x), shape, mask };
  for (const [index, layer] of program.slice(0, chosen).entries()) {
    below.push({ layer, weights: reference.weightsOf(index), input: flow });
    const { steps, work } = layerWork(layer, flow.shape);
    flow = yield* scaled(reference.layer(index, flow), work / Math.max(1, steps));
  }
  const whole = program[chosen] as Recurrent;
  const layer = remembering(whole, backward);
  const weights = reference.weightsOf(chosen);
  // Those of the backward direction come after the other's.
  const own = whole.kind === "bidirectional" && backward ? weights.slice(whole.forward.useBias ? 3 : 2) : weights;
  const cells = yield* rememberDirections({ layer, weights: own, input: flow });
  const last = cells.at(-1) as DirectionBackward;
  const { kind, units } = last.task.layer;
  const stateNorms = new Float64Array(last.task.timesteps);
  yield* scaled(last.stateNorms(stateNorms), programGates(kind) * units ** 3);
  let gradient = yield* pullCells(cells, new Float64Array(units).fill(1), null);
  for (const lower of below.reverse()) gradient = yield* layerBackward(lower, gradient);
  return { stateNorms, inputGradient: gradient };
}

/** Whose h is meant: of a Bidirectional one direction's; a stack stays whole, its last cell is meant. */
function remembering(layer: Recurrent, backward: boolean): Exclude<Recurrent, { kind: "bidirectional" }> {
  if (layer.kind !== "bidirectional") return layer;
  return backward ? layer.backward : layer.forward;
}

function lastOf(layer: Recurrent): ProgramRecurrent {
  return programDirections(layer).at(-1) as ProgramRecurrent;
}
