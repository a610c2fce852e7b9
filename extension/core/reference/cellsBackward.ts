/** One time step of each recurrent cell backwards, in float64: from the gradient by the states after the step to the one by those before. */
import { type ProgramRecurrent, programGates } from "../model/program.js";
import { activate } from "./activations.js";
import { activateBackward } from "./activationsBackward.js";
import { addProduct, type CellWeights } from "./cells.js";

/** `forward` once a step, then `pull` once a row of the Jacobian. */
export class CellBackward {
  private readonly columns: number;
  /** Before and after the activations, [G·H]; of a GRU with reset_after `recurrentPart` is h·R + b. */
  private readonly before: Float64Array;
  private readonly after: Float64Array;
  private readonly recurrentPart: Float64Array;
  /** The states before the step, and an LSTM's c after it; [H]. */
  private readonly h: Float64Array;
  private readonly c: Float64Array;
  private readonly nextC: Float64Array;
  /** Gradients by `before`, and by what the recurrent kernel gives; [G·H]. */
  private readonly d: Float64Array;
  private readonly dRecurrent: Float64Array;
  private readonly scratch: Float64Array;

  constructor(
    private readonly layer: ProgramRecurrent,
    private readonly features: number,
    private readonly weights: CellWeights,
  ) {
    const n = layer.units;
    this.columns = programGates(layer.kind) * n;
    const gates = (): Float64Array => new Float64Array(this.columns);
    [this.before, this.after, this.recurrentPart, this.d, this.dRecurrent] = [gates(), gates(), gates(), gates(), gates()];
    const units = (): Float64Array => new Float64Array(n);
    [this.h, this.c, this.nextC, this.scratch] = [units(), units(), units(), units()];
  }

  /** Remembers the step that takes x [D] at `at` and the states h, c [H] before it; c is read for an LSTM alone. */
  forward(x: Float64Array, at: number, h: Float64Array, c: Float64Array): void {
    const { kind, units: n, activation, recurrentActivation } = this.layer;
    const { before, after, columns } = this;
    const { bias, kernel, recurrent } = this.weights;
    this.h.set(h);
    if (bias === null) before.fill(0);
    else before.set(bias.subarray(0, columns));
    addProduct(before, x, at, this.features, kernel);
    if (kind === "gru") return this.forwardGru();
    addProduct(before, h, 0, n, recurrent);
    if (kind === "simple_rnn") return;
    this.c.set(c);
    after.set(before);
    for (const gate of [0, 1, 3]) activate(recurrentActivation, after, gate * n, n);
    activate(activation, after, 2 * n, n);
    for (let k = 0; k < n; k++) {
      this.nextC[k] = (after[n + k] as number) * (c[k] as number) + (after[k] as number) * (after[2 * n + k] as number);
    }
  }

  private forwardGru(): void {
    const { units: n, activation, recurrentActivation, resetAfter } = this.layer;
    const { before, after, recurrentPart, h } = this;
    const { bias, recurrent } = this.weights;
    if (resetAfter && bias !== null) recurrentPart.set(bias.subarray(this.columns));
    else recurrentPart.fill(0);
    addProduct(recurrentPart, h, 0, n, recurrent);
    for (let k = 0; k < 2 * n; k++) before[k] = (before[k] as number) + (recurrentPart[k] as number);
    after.set(before);
    activate(recurrentActivation, after, 0, n);
    activate(recurrentActivation, after, n, n);
    if (!resetAfter) {
      for (let k = 0; k < n; k++) this.scratch[k] = (after[n + k] as number) * (h[k] as number);
      this.d.fill(0);
      addProduct(this.d, this.scratch, 0, n, recurrent);
    }
    for (let k = 2 * n; k < 3 * n; k++) {
      const part = resetAfter ? (after[k - n] as number) * (recurrentPart[k] as number) : (this.d[k] as number);
      before[k] = (before[k] as number) + part;
    }
    after.set(before.subarray(2 * n), 2 * n);
    activate(activation, after, 2 * n, n);
  }

  /** gh, gc [H]: by the states after the step, turned in place into those before; gx [D] at `at` is added to, unless null. */
  pull(gh: Float64Array, gc: Float64Array, gx: Float64Array | null, at: number): void {
    const { kind, units: n, activation } = this.layer;
    if (kind === "gru") this.pullGru(gh);
    else {
      if (kind === "lstm") this.pullLstm(gh, gc);
      else {
        this.d.set(gh);
        activateBackward(activation, this.before, this.d, 0, n);
      }
      this.dRecurrent.set(this.d);
      gh.fill(0);
    }
    addTransposed(gh, 0, n, this.dRecurrent, this.weights.recurrent);
    if (gx !== null) addTransposed(gx, at, this.features, this.d, this.weights.kernel);
  }

  private pullLstm(gh: Float64Array, gc: Float64Array): void {
    const { units: n, activation, recurrentActivation } = this.layer;
    const { after, d, before, scratch } = this;
    scratch.set(this.nextC);
    activate(activation, scratch, 0, n);
    for (let k = 0; k < n; k++) {
      d[3 * n + k] = (gh[k] as number) * (scratch[k] as number);
      scratch[k] = (gh[k] as number) * (after[3 * n + k] as number);
    }
    activateBackward(activation, this.nextC, scratch, 0, n);
    for (let k = 0; k < n; k++) {
      const byC = (gc[k] as number) + (scratch[k] as number);
      d[k] = byC * (after[2 * n + k] as number);
      d[n + k] = byC * (this.c[k] as number);
      d[2 * n + k] = byC * (after[k] as number);
      gc[k] = byC * (after[n + k] as number);
    }
    for (const gate of [0, 1, 3]) activateBackward(recurrentActivation, before, d, gate * n, n);
    activateBackward(activation, before, d, 2 * n, n);
  }

  /** Leaves in gh what does not go through the recurrent kernel as a whole. */
  private pullGru(gh: Float64Array): void {
    const { units: n, activation, recurrentActivation, resetAfter } = this.layer;
    const { after, before, d, dRecurrent, h, scratch } = this;
    for (let k = 0; k < n; k++) {
      const [g, z] = [gh[k] as number, after[k] as number];
      d[k] = g * ((h[k] as number) - (after[2 * n + k] as number));
      d[2 * n + k] = g * (1 - z);
      gh[k] = g * z;
    }
    activateBackward(activation, before, d, 2 * n, n);
    dRecurrent.fill(0);
    if (resetAfter) {
      for (let k = 0; k < n; k++) {
        const g = d[2 * n + k] as number;
        d[n + k] = g * (this.recurrentPart[2 * n + k] as number);
        dRecurrent[2 * n + k] = g * (after[n + k] as number);
      }
    } else {
      dRecurrent.set(d.subarray(2 * n), 2 * n);
      scratch.fill(0);
      addTransposed(scratch, 0, n, dRecurrent, this.weights.recurrent);
      for (let k = 0; k < n; k++) {
        d[n + k] = (scratch[k] as number) * (h[k] as number);
        gh[k] = (gh[k] as number) + (scratch[k] as number) * (after[n + k] as number);
      }
      dRecurrent.fill(0);
    }
    activateBackward(recurrentActivation, before, d, 0, n);
    activateBackward(recurrentActivation, before, d, n, n);
    dRecurrent.set(d.subarray(0, 2 * n));
  }
}

/** out[rows from `at`] += m[rows, columns] · v[columns]. Four sums a row, as each addition would wait for the one before. */
export function addTransposed(out: Float64Array, at: number, rows: number, v: Float64Array, m: Float64Array): void {
  const columns = v.length;
  const even = columns - (columns % 4);
  for (let i = 0; i < rows; i++) {
    const row = i * columns;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < even; k += 4) {
      a += (m[row + k] as number) * (v[k] as number);
      b += (m[row + k + 1] as number) * (v[k + 1] as number);
      c += (m[row + k + 2] as number) * (v[k + 2] as number);
      d += (m[row + k + 3] as number) * (v[k + 3] as number);
    }
    for (let k = even; k < columns; k++) a += (m[row + k] as number) * (v[k] as number);
    out[at + i] = (out[at + i] as number) + (a + b + (c + d));
  }
}
