/**
 * One time step of each recurrent cell in float64. Sources: keras.layers.SimpleRNNCell (Elman 1990), LSTMCell (Hochreiter & Schmidhuber 1997,
 * with the forget gate of Gers et al. 2000), GRUCell (Cho et al. 2014; reset_after as in cuDNN) of Keras 3.
 */
import { type ProgramRecurrent, programGates } from "../model/program.js";
import { activate } from "./activations.js";

/** Weights of one direction: kernel [D, G·H], recurrent [H, G·H], bias [G·H] or [2, 3·H], null without use_bias. */
export interface CellWeights {
  readonly kernel: Float64Array;
  readonly recurrent: Float64Array;
  readonly bias: Float64Array | null;
}

/** Where a step writes what happened inside, gate by gate; [H] each. */
export interface GateTrace {
  readonly i: Float64Array;
  readonly f: Float64Array;
  readonly o: Float64Array;
  readonly z: Float64Array;
  readonly r: Float64Array;
  readonly candidate: Float64Array;
}

/** A cell bound to its weights and scratch. `step` updates h and c in place. */
export class Cell {
  private readonly columns: number;
  /** Input part, [G·H]. */
  private readonly a: Float64Array;
  /** Recurrent part, [G·H]. */
  private readonly b: Float64Array;
  private readonly scratch: Float64Array;

  constructor(
    private readonly layer: ProgramRecurrent,
    private readonly features: number,
    private readonly weights: CellWeights,
  ) {
    this.columns = programGates(layer.kind) * layer.units;
    this.a = new Float64Array(this.columns);
    this.b = new Float64Array(this.columns);
    this.scratch = new Float64Array(layer.units);
  }

  /** x: [D] at `at`; h, c: [H], updated in place. */
  step(x: Float64Array, at: number, h: Float64Array, c: Float64Array, trace: GateTrace | null): void {
    const { bias, kernel } = this.weights;
    if (bias === null) this.a.fill(0);
    else this.a.set(bias.subarray(0, this.columns));
    addProduct(this.a, x, at, this.features, kernel);
    if (this.layer.kind === "gru") return this.gru(h, trace);
    addProduct(this.a, h, 0, this.layer.units, this.weights.recurrent);
    if (this.layer.kind === "lstm") return this.lstm(h, c, trace);
    // h' = act(x·K + b + h·R)
    activate(this.layer.activation, this.a, 0, this.columns);
    h.set(this.a);
  }

  /** i, f, o = rec(…); c' = f∘c + i∘act(…); h' = o∘act(c'). */
  private lstm(h: Float64Array, c: Float64Array, trace: GateTrace | null): void {
    const n = this.layer.units;
    const a = this.a;
    const { activation, recurrentActivation } = this.layer;
    activate(recurrentActivation, a, 0, n);
    activate(recurrentActivation, a, n, n);
    activate(activation, a, 2 * n, n);
    activate(recurrentActivation, a, 3 * n, n);
    for (let k = 0; k < n; k++) {
      c[k] = (a[n + k] as number) * (c[k] as number) + (a[k] as number) * (a[2 * n + k] as number);
      this.scratch[k] = c[k] as number;
    }
    activate(activation, this.scratch, 0, n);
    for (let k = 0; k < n; k++) h[k] = (a[3 * n + k] as number) * (this.scratch[k] as number);
    trace?.i.set(a.subarray(0, n));
    trace?.f.set(a.subarray(n, 2 * n));
    trace?.candidate.set(a.subarray(2 * n, 3 * n));
    trace?.o.set(a.subarray(3 * n, 4 * n));
  }

  /** h' = z∘h + (1 − z)∘hh; where the reset gate acts depends on reset_after. */
  private gru(h: Float64Array, trace: GateTrace | null): void {
    const n = this.layer.units;
    const { a, b } = this;
    const { activation, recurrentActivation, resetAfter } = this.layer;
    const { bias, recurrent } = this.weights;
    if (resetAfter && bias !== null) b.set(bias.subarray(this.columns));
    else b.fill(0);
    addProduct(b, h, 0, n, recurrent);
    for (let k = 0; k < 2 * n; k++) a[k] = (a[k] as number) + (b[k] as number);
    activate(recurrentActivation, a, 0, n);
    activate(recurrentActivation, a, n, n);
    if (resetAfter) {
      for (let k = 0; k < n; k++) a[2 * n + k] = (a[2 * n + k] as number) + (a[n + k] as number) * (b[2 * n + k] as number);
    } else {
      for (let k = 0; k < n; k++) this.scratch[k] = (a[n + k] as number) * (h[k] as number);
      b.fill(0);
      addProduct(b, this.scratch, 0, n, recurrent);
      for (let k = 0; k < n; k++) a[2 * n + k] = (a[2 * n + k] as number) + (b[2 * n + k] as number);
    }
    activate(activation, a, 2 * n, n);
    for (let k = 0; k < n; k++) {
      const z = a[k] as number;
      h[k] = z * (h[k] as number) + (1 - z) * (a[2 * n + k] as number);
    }
    trace?.z.set(a.subarray(0, n));
    trace?.r.set(a.subarray(n, 2 * n));
    trace?.candidate.set(a.subarray(2 * n, 3 * n));
  }
}

/** out[columns] += v[rows from `at`] · m[rows, columns]; zeros are not skipped, as 0 · NaN is NaN. */
export function addProduct(out: Float64Array, v: Float64Array, at: number, rows: number, m: Float64Array): void {
  const columns = out.length;
  for (let i = 0; i < rows; i++) {
    const value = v[at + i] as number;
    const row = i * columns;
    for (let k = 0; k < columns; k++) out[k] = (out[k] as number) + value * (m[row + k] as number);
  }
}
