/** Where a number of a run came from, whatever layer it is of. */
import { vectorActivations } from "../model/activations.js";
import { isProgramRecurrent, type ProgramLayer } from "../model/program.js";
import { outputShapes } from "../model/tensors.js";
import { activate } from "../reference/activations.js";
import { activated, ledgerOf, sumOf } from "./ledger.js";
import { traceRecurrent } from "./recurrent.js";
import { inputPlace, rowOf, type TraceTask } from "./task.js";
import type { DenseTrace, LookupTrace, PassedTrace, Term, Trace, TraceAddress } from "./trace.js";

type Dense = Extract<ProgramLayer, { kind: "dense" }>;
type Embedding = Extract<ProgramLayer, { kind: "embedding" }>;
type Passing = Exclude<ProgramLayer, { kind: "dense" | "embedding" | "bidirectional" | "stack" | "simple_rnn" | "lstm" | "gru" }>;

/** @param task whose question fits the layer's shapes: see `addressFits`. */
export function traceNumber(task: TraceTask): Trace {
  const { layer } = task;
  if (layer.kind === "bidirectional" || layer.kind === "stack" || isProgramRecurrent(layer)) return traceRecurrent({ ...task, layer });
  if (layer.kind === "dense") return traceDense({ ...task, layer });
  return layer.kind === "embedding" ? traceLookup({ ...task, layer }) : tracePassed({ ...task, layer });
}

function addressOf({ question }: TraceTask): TraceAddress {
  const { layer, row, step, unit } = question;
  return { layer, part: 0, row, step, unit, quantity: "output" };
}

/** The device's number at the address; without a time axis there is one step. */
function stored(task: TraceTask): number {
  const { question, captured, layer, x } = task;
  const shape = outputShapes(layer, x.shape)[0] as readonly number[];
  const output = captured.get("output") as ArrayLike<number>;
  return output[(shape.length === 3 ? question.step : 0) * (shape.at(-1) as number) + question.unit] as number;
}

function traceDense(task: TraceTask<Dense>): DenseTrace {
  const { layer, question, x } = task;
  const [kernel, bias] = task.weights as readonly [ArrayLike<number>, ArrayLike<number> | undefined];
  const step = x.shape.length === 3 ? question.step : 0;
  const read = rowOf(x.data, step, x.shape.at(-1) as number);
  const termsOf = (unit: number): Term[] => {
    const product = (source: Term["source"], index: number, value: number, weight: number): Term => {
      return { source, index, value, weight, factor: null, product: value * weight };
    };
    const terms = Array.from(read, (value, j) => product("x", j, value, kernel[j * layer.units + unit] as number));
    return bias === undefined ? terms : [...terms, product("bias", unit, 1, bias[unit] as number)];
  };
  const terms = termsOf(question.unit);
  const value = vectorActivations.has(layer.activation)
    ? (wholeDense(layer, termsOf)[question.unit] as number)
    : activated(layer.activation, sumOf(terms));
  const sum = { gate: "output", terms, activation: layer.activation, value } as const;
  return {
    kind: "dense",
    at: addressOf(task),
    value,
    engine: stored(task),
    input: inputPlace(task, step),
    ledger: ledgerOf(sum, question),
  };
}

function wholeDense(layer: Dense, termsOf: (unit: number) => Term[]): Float64Array {
  const all = Float64Array.from({ length: layer.units }, (_, unit) => sumOf(termsOf(unit)));
  activate(layer.activation, all, 0, all.length);
  return all;
}

function traceLookup(task: TraceTask<Embedding>): LookupTrace {
  const { question, layer, x, weights } = task;
  const id = x.data[question.step] as number;
  const value = (weights[0] as ArrayLike<number>)[id * layer.units + question.unit] as number;
  return { kind: "lookup", at: addressOf(task), value, engine: stored(task), input: inputPlace(task, question.step), id };
}

/** The same number, as it stood in the input. */
function tracePassed(task: TraceTask<Passing>): PassedTrace {
  const { layer, question, x } = task;
  const width = x.shape.at(-1) as number;
  const { step, unit } = sourceOf(task, width);
  const read = rowOf(x.data, step, width);
  const from = read[unit] as number;
  const activation = layer.kind === "activation" ? layer.activation : "linear";
  const masked = layer.kind === "masking" && read.every((v) => v === Math.fround(layer.maskValue));
  const seen = read.slice();
  if (layer.kind === "activation") activate(activation, seen, 0, width);
  return {
    kind: "passed",
    at: { ...addressOf(task), step: question.step },
    value: masked ? 0 : (seen[unit] as number),
    engine: stored(task),
    input: inputPlace(task, step),
    activation,
    masked,
    from,
    unit,
  };
}

function sourceOf({ layer, question, x }: TraceTask<Passing>, width: number): { readonly step: number; readonly unit: number } {
  const { step, unit } = question;
  if (layer.kind === "repeat_vector") return { step: 0, unit };
  if (layer.kind !== "reshape") return { step: x.shape.length === 3 ? step : 0, unit };
  const shape = outputShapes(layer, x.shape)[0] as readonly number[];
  const flat = (shape.length === 3 ? step * (shape[2] as number) : 0) + unit;
  return { step: Math.floor(flat / width), unit: flat % width };
}
