/** One recurrent layer in one direction over one sample, backwards through time, in float64. */
import { programGates } from "../model/program.js";
import { Cell } from "./cells.js";
import { CellBackward } from "./cellsBackward.js";
import type { DirectionTask } from "./direction.js";

/** One sample of what a direction reads: x [T, D], mask [T]. */
export interface SampleTask extends Pick<DirectionTask, "layer" | "timesteps" | "features" | "x" | "mask" | "weights"> {
  /** Initial states [H]; c is read for an LSTM alone. */
  readonly h: Float64Array;
  readonly c: Float64Array;
}

/** Multiply-adds between two yields where a step takes many. */
const PULL_WORK = 500_000;

/** `remember` first; yields are in time steps. The states before each step are kept, O(T·H); no Jacobian of more than one step is. */
export class DirectionBackward {
  /** [T + 1, H] and [T, H]: before each step, in the order in which they are taken; h after the last one too. */
  private readonly h: Float64Array;
  private readonly c: Float64Array;
  private readonly cell: CellBackward;

  constructor(readonly task: SampleTask) {
    const { layer, timesteps, features, weights } = task;
    const n = layer.units;
    [this.h, this.c] = [new Float64Array((timesteps + 1) * n), new Float64Array(timesteps * n)];
    this.cell = new CellBackward(layer, features, weights);
  }

  /** Takes the steps forward. */
  *remember(): Generator<number, void> {
    const { layer, timesteps, features, weights, x } = this.task;
    const forward = new Cell(layer, features, weights);
    const [h, c] = [this.task.h.slice(), this.task.c.slice()];
    for (let taken = 0; taken < timesteps; taken++) {
      this.h.set(h, taken * layer.units);
      this.c.set(c, taken * layer.units);
      if (this.counts(taken)) forward.step(x, this.row(taken) * features, h, c, null);
      yield 1;
    }
    this.h.set(h, timesteps * layer.units);
  }

  /** The output of each step, [T, H], in the order of the steps. */
  outputs(): Float64Array {
    const { layer, timesteps } = this.task;
    const n = layer.units;
    const out = new Float64Array(timesteps * n);
    let from = -1;
    for (let taken = 0; taken < timesteps; taken++) {
      const counts = this.counts(taken);
      if (counts) from = (taken + 1) * n;
      if (from >= 0 && (counts || !layer.zeroOutputForMask)) out.set(this.h.subarray(from, from + n), taken * n);
    }
    return out;
  }

  /** ‖∂h_T/∂h_t‖ into norms [T], in the order of the steps, the last first; c_t is held. A step takes O(H³): yields are parts of it. */
  *stateNorms(norms: Float64Array): Generator<number, void> {
    const n = this.task.layer.units;
    const most = Math.ceil(PULL_WORK / (programGates(this.task.layer.kind) * n * n));
    const rows = Array.from({ length: n }, (_, k) => {
      const byH = new Float64Array(n);
      byH[k] = 1;
      return { byH, byC: new Float64Array(n) };
    });
    for (let taken = this.task.timesteps - 1; taken >= 0; taken--) {
      let sum = 0;
      for (const { byH } of rows) for (const v of byH) sum += v * v;
      norms[taken] = Math.sqrt(sum);
      let left = 1;
      if (taken > 0 && this.enter(taken)) {
        for (const [k, { byH, byC }] of rows.entries()) {
          this.cell.pull(byH, byC, null, 0);
          if ((k + 1) % most > 0 || k + 1 === n) continue;
          yield most / n;
          left -= most / n;
        }
      }
      yield left;
    }
  }

  /**
   * Adds to gx [T, D], in x's own order, what comes through the steps.
   * @param gh by the last h, [H]. @param outputs by the output of each step in the order of the steps, [T, H], or null.
   */
  *inputGradient(gh: Float64Array, outputs: Float64Array | null, gx: Float64Array): Generator<number, void> {
    const { layer, timesteps, features } = this.task;
    const n = layer.units;
    const [byH, byC] = [gh.slice(), new Float64Array(n)];
    // A masked step gives the output before it once more; before the first that counts it is zero, whatever the initial state.
    const held = new Float64Array(n);
    for (let taken = timesteps - 1; taken >= 0; taken--) {
      const counts = this.enter(taken);
      if (outputs !== null && (counts || !layer.zeroOutputForMask)) {
        for (let k = 0; k < n; k++) held[k] = (held[k] as number) + (outputs[taken * n + k] as number);
      }
      if (counts) {
        for (let k = 0; k < n; k++) byH[k] = (byH[k] as number) + (held[k] as number);
        held.fill(0);
        this.cell.pull(byH, byC, gx, this.row(taken) * features);
      }
      yield 1;
    }
  }

  /** Readies the cell for a step; false where the mask skips it, and the states are held. */
  private enter(taken: number): boolean {
    if (!this.counts(taken)) return false;
    const n = this.task.layer.units;
    const [from, to] = [taken * n, (taken + 1) * n];
    this.cell.forward(this.task.x, this.row(taken) * this.task.features, this.h.subarray(from, to), this.c.subarray(from, to));
    return true;
  }

  private row(taken: number): number {
    return this.task.layer.goBackwards ? this.task.timesteps - 1 - taken : taken;
  }

  private counts(taken: number): boolean {
    return this.task.mask === null || this.task.mask[this.row(taken)] !== 0;
  }
}
