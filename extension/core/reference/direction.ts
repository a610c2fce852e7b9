/** One recurrent layer in one direction over a batch, step by step, in float64. */
import { type ProgramRecurrent } from "../model/program.js";
import { Cell, type CellWeights, type GateTrace } from "./cells.js";

/** What a direction reads and writes; all row-major float64. */
export interface DirectionTask {
  readonly layer: ProgramRecurrent;
  readonly batch: number;
  readonly timesteps: number;
  readonly features: number;
  /** [B, T, D] */
  readonly x: Float64Array;
  /** [B, T], or null: every step counts. */
  readonly mask: Uint8Array | null;
  readonly weights: CellWeights;
  /** [B, H]; initial states, updated to the final ones. c is null but for an LSTM. */
  readonly h: Float64Array;
  readonly c: Float64Array | null;
  /** [B, T, H] in the order in which the steps are taken, or [B, H] without return_sequences. */
  readonly out: Float64Array;
  /** [B, T, H] each, by name as in `tensorPlan`, or null. */
  readonly traces: Readonly<Record<string, Float64Array>> | null;
}

/** Yields after each row of the batch and step: how many time steps (of all rows) are done. */
export function* runDirection(task: DirectionTask): Generator<number, void> {
  const { layer, batch, timesteps } = task;
  const n = layer.units;
  const cell = new Cell(layer, task.features, task.weights);
  const noState = new Float64Array(n);
  const previous = new Float64Array(n);
  const gates = task.traces === null ? null : newTrace(n);
  for (let row = 0; row < batch; row++) {
    const h = task.h.subarray(row * n, (row + 1) * n);
    const c = task.c === null ? noState : task.c.subarray(row * n, (row + 1) * n);
    // Before the first step that counts, the output is zero, as TensorFlow and PyTorch have it.
    previous.fill(0);
    let last = true;
    for (let taken = 0; taken < timesteps; taken++) {
      const t = layer.goBackwards ? timesteps - 1 - taken : taken;
      const counts = task.mask === null || task.mask[row * timesteps + t] !== 0;
      if (counts) {
        cell.step(task.x, (row * timesteps + t) * task.features, h, c, gates);
        previous.set(h);
      }
      last = counts;
      const at = (row * timesteps + taken) * n;
      if (layer.returnSequences && (counts || !layer.zeroOutputForMask)) task.out.set(previous, at);
      if (task.traces !== null && gates !== null) writeTrace(task.traces, gates, counts, at, h, c);
      if (taken % 64 === 63) yield 64;
    }
    if (timesteps % 64 !== 0) yield timesteps % 64;
    // The last step's output, which zero_output_for_mask may have emptied.
    if (!layer.returnSequences && (last || !layer.zeroOutputForMask)) task.out.set(previous, row * n);
  }
}

function newTrace(n: number): GateTrace {
  const make = (): Float64Array => new Float64Array(n);
  return { i: make(), f: make(), o: make(), z: make(), r: make(), candidate: make() };
}

/** A masked step opens no gate: its gates stay 0, its states are those that were held. */
function writeTrace(
  traces: Readonly<Record<string, Float64Array>>,
  gates: GateTrace,
  counts: boolean,
  at: number,
  h: Float64Array,
  c: Float64Array,
): void {
  traces["states/h"]?.set(h, at);
  traces["states/c"]?.set(c, at);
  if (!counts) return;
  for (const name of ["i", "f", "o", "z", "r", "candidate"] as const) traces[`gates/${name}`]?.set(gates[name], at);
}
