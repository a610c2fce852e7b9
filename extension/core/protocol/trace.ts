/** The wire form of a traced number, checked on both sides of the engine's process and of the results view. */
import {
  type CellTrace,
  type DenseTrace,
  type GateValue,
  type HeldTrace,
  type Ledger,
  type LookupTrace,
  type MergeTrace,
  PAGE_TERMS,
  type PassedTrace,
  quantities,
  type Term,
  termOrders,
  termSources,
  type Trace,
  type TraceAddress,
  type TraceInput,
  type TraceQuestion,
} from "../trace/trace.js";
import { array, boolean, type Decoder, integer, literal, natural, nullable, object, string, union } from "./decode.js";

/** NaN and infinities are values too. */
const number: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);
const quantity = literal(...quantities);
const place = { part: natural, step: natural, quantity };
const address = { ...place, layer: natural, row: natural, unit: natural };

export const traceQuestion: Decoder<TraceQuestion> = object<TraceQuestion>({
  ...address,
  gate: nullable(quantity),
  order: literal(...termOrders),
  from: natural,
});

const term = object<Term>({
  source: literal(...termSources),
  index: natural,
  value: number,
  weight: number,
  factor: nullable(number),
  product: number,
});
const ledger = object<Ledger>({
  gate: quantity,
  order: literal(...termOrders),
  from: natural,
  before: number,
  terms: array(term, PAGE_TERMS),
  count: natural,
  biases: natural,
  largest: nullable(term),
  sum: number,
  activation: string,
  value: number,
  slope: nullable(number),
});
const gate = object<GateValue>({ key: quantity, activation: string, sum: number, value: number, engine: number });

const traced = {
  at: object<TraceAddress>(address),
  value: number,
  engine: number,
  input: object<TraceInput>({ ...place, layer: integer }),
};
const pair =
  <T>(decode: Decoder<T>): Decoder<readonly [T, T]> =>
  (value) => {
    const [a, b] = array(decode, 2)(value) ?? [];
    return a === undefined || b === undefined ? undefined : [a, b];
  };

export const traceOf: Decoder<Trace> = union<Trace>("kind", {
  cell: object<CellTrace>({
    kind: literal("cell"),
    ...traced,
    cell: literal("simple_rnn", "lstm", "gru"),
    activation: string,
    resetAfter: boolean,
    gates: array(gate, 4),
    hBefore: number,
    h: number,
    c: nullable(object({ before: number, value: number, activated: number })),
    stepBefore: nullable(natural),
    ledger,
  }),
  held: object<HeldTrace>({ kind: literal("held"), ...traced, how: literal("carried", "zero", "shut"), from: nullable(natural) }),
  merge: object<MergeTrace>({
    kind: literal("merge"),
    ...traced,
    mode: literal("sum", "mul", "ave"),
    parts: pair(number),
    steps: pair(natural),
  }),
  dense: object<DenseTrace>({ kind: literal("dense"), ...traced, ledger }),
  passed: object<PassedTrace>({ kind: literal("passed"), ...traced, activation: string, masked: boolean, from: number, unit: natural }),
  lookup: object<LookupTrace>({ kind: literal("lookup"), ...traced, id: natural }),
});
