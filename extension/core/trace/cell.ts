/** One step of a cell taken apart: every product of every gate of a unit. Written from Keras's formulas, beside `reference/cells.ts`. */
import { vectorActivations } from "../model/activations.js";
import type { ProgramRecurrent } from "../model/program.js";
import { activate } from "../reference/activations.js";
import { activated, sumOf } from "./ledger.js";
import type { Quantity, Term } from "./trace.js";

/** What a step reads, of one row of the batch. */
export interface CellStep {
  readonly layer: ProgramRecurrent;
  /** kernel [D, G·H], recurrent [H, G·H], bias [G·H] or [2, 3·H]; null without use_bias. */
  readonly weights: {
    readonly kernel: ArrayLike<number>;
    readonly recurrent: ArrayLike<number>;
    readonly bias: ArrayLike<number> | null;
  };
  /** [D], [H], [H]; c is null but for an LSTM. */
  readonly x: ArrayLike<number>;
  readonly h: ArrayLike<number>;
  readonly c: ArrayLike<number> | null;
}

export interface CellValues {
  readonly gates: readonly { readonly key: Quantity; readonly activation: string; readonly sum: number; readonly value: number }[];
  readonly c: { readonly before: number; readonly value: number; readonly activated: number } | null;
  readonly h: number;
}

/** In the order of their columns. A SimpleRNN's one sum gives h itself. */
export function gateKeys({ kind }: Pick<ProgramRecurrent, "kind">): readonly Quantity[] {
  if (kind === "lstm") return ["i", "f", "candidate", "o"];
  return kind === "gru" ? ["z", "r", "candidate"] : ["h"];
}

export function gateActivation(layer: ProgramRecurrent, gate: Quantity): string {
  return gate === "candidate" || gate === "h" ? layer.activation : layer.recurrentActivation;
}

/** Everything that unit `unit` computes in the step. */
export function cellValues(step: CellStep, unit: number): CellValues {
  const { layer } = step;
  const gates = gateKeys(layer).map((key) => ({ key, activation: gateActivation(layer, key), ...gateAt(step, key, unit) }));
  const values = gates.map(({ value }) => value);
  if (layer.kind === "simple_rnn") return { gates, c: null, h: values[0] as number };
  if (layer.kind === "gru") {
    const [z, , candidate] = values as [number, number, number];
    return { gates, c: null, h: z * (step.h[unit] as number) + (1 - z) * candidate };
  }
  const value = cellState(step, unit, values);
  const after = vectorActivations.has(layer.activation) ? allActivated(step)[unit] : activated(layer.activation, value);
  const c = { before: step.c?.[unit] ?? 0, value, activated: after as number };
  return { gates, c, h: (values[3] as number) * c.activated };
}

/** c' = f·c + i·c̃ */
function cellState(step: CellStep, unit: number, [i, f, candidate]: readonly number[]): number {
  return (f as number) * (step.c?.[unit] ?? 0) + (i as number) * (candidate as number);
}

/** act(c') of all units, for an activation that sees them as one vector. */
function allActivated(step: CellStep): Float64Array {
  const [i, f, candidate] = (["i", "f", "candidate"] as const).map((gate) => gateVector(step, gate));
  const all = Float64Array.from({ length: step.layer.units }, (_, unit) =>
    cellState(step, unit, [i?.[unit] as number, f?.[unit] as number, candidate?.[unit] as number]),
  );
  activate(step.layer.activation, all, 0, all.length);
  return all;
}

function gateAt(step: CellStep, gate: Quantity, unit: number): { readonly sum: number; readonly value: number } {
  const activation = gateActivation(step.layer, gate);
  const sum = sumOf(gateTerms(step, gate, unit));
  return { sum, value: vectorActivations.has(activation) ? (gateVector(step, gate)[unit] as number) : activated(activation, sum) };
}

function gateVector(step: CellStep, gate: Quantity): Float64Array {
  const resets = resetsOf(step, gate);
  const all = Float64Array.from({ length: step.layer.units }, (_, unit) => sumOf(gateTerms(step, gate, unit, resets)));
  activate(gateActivation(step.layer, gate), all, 0, all.length);
  return all;
}

/** The whole reset gate, where a sum of all units reads it. */
function resetsOf(step: CellStep, gate: Quantity): Float64Array | null {
  return step.layer.kind === "gru" && gate === "candidate" ? gateVector(step, "r") : null;
}

/**
 * Each product of a gate's sum: by x, by h, the biases. The reset gate is a factor of what comes from h: before the product each unit's own
 * (r_j · h_j), or after it that of the traced unit, its recurrent bias too.
 */
export function gateTerms(step: CellStep, gate: Quantity, unit: number, resets?: Float64Array | null): Term[] {
  const { layer, weights, x, h } = step;
  const keys = gateKeys(layer);
  const columns = keys.length * layer.units;
  const column = keys.indexOf(gate) * layer.units + unit;
  const gru = layer.kind === "gru";
  const reset = gru && gate === "candidate";
  const after = reset && layer.resetAfter ? (resets?.[unit] ?? gateAt(step, "r", unit).value) : null;
  const before = reset && !layer.resetAfter ? (resets ?? resetsOf(step, gate)) : null;
  const term = (source: Term["source"], index: number, parts: readonly [number, number, number | null]): Term => {
    const [value, weight, factor] = parts;
    return { source, index, value, weight, factor, product: factor === null ? value * weight : factor * value * weight };
  };
  const out: Term[] = [];
  for (let j = 0; j < x.length; j++) out.push(term("x", j, [x[j] as number, weights.kernel[j * columns + column] as number, null]));
  for (let j = 0; j < h.length; j++)
    out.push(term("h", j, [h[j] as number, weights.recurrent[j * columns + column] as number, after ?? before?.[j] ?? null]));
  if (weights.bias !== null) {
    out.push(term("bias", unit, [1, weights.bias[column] as number, null]));
    if (gru && layer.resetAfter) out.push(term("recurrentBias", unit, [1, weights.bias[columns + column] as number, after]));
  }
  return out;
}
