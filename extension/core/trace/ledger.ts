/** A sum as a list of products: in its own order or the largest first, page by page. */
import { vectorActivations } from "../model/activations.js";
import { activate } from "../reference/activations.js";
import { activateBackward } from "../reference/activationsBackward.js";
import { type Ledger, PAGE_TERMS, type Quantity, type Term, type TraceQuestion } from "./trace.js";

export interface Sum {
  readonly gate: Quantity;
  readonly terms: readonly Term[];
  readonly activation: string;
  /** After the activation, which may have seen more than this sum. */
  readonly value: number;
}

export function sumOf(terms: Iterable<Term>): number {
  let sum = 0;
  for (const { product } of terms) sum += product;
  return sum;
}

/** A page of the sum's terms. A page that does not exist is the last one that does. */
export function ledgerOf({ gate, terms, activation, value }: Sum, { order: wanted, from: asked }: TraceQuestion): Ledger {
  const order = terms.length > PAGE_TERMS ? "size" : wanted;
  // NaN has no size: it comes first, so that it is found.
  const size = ({ product }: Term): number => (Number.isNaN(product) ? Infinity : Math.abs(product));
  const sorted = [...terms].sort((a, b) => size(b) - size(a) || 0);
  const listed = order === "size" ? sorted : terms;
  const pages = Math.max(1, Math.ceil(listed.length / PAGE_TERMS));
  const from = Math.min(Math.floor(asked / PAGE_TERMS), pages - 1) * PAGE_TERMS;
  const sum = sumOf(terms);
  return {
    gate,
    order,
    from,
    before: sumOf(listed.slice(0, from)),
    terms: listed.slice(from, from + PAGE_TERMS),
    count: terms.length,
    biases: terms.filter(({ source }) => source === "bias" || source === "recurrentBias").length,
    largest: sorted[0] ?? null,
    sum,
    activation,
    value,
    slope: slopeAt(activation, sum),
  };
}

/** f'(x); null where f sees more than x. */
function slopeAt(activation: string, x: number): number | null {
  if (vectorActivations.has(activation)) return null;
  const gradient = Float64Array.of(1);
  activateBackward(activation, Float64Array.of(x), gradient, 0, 1);
  return gradient[0] as number;
}

export function activated(activation: string, x: number): number {
  const values = Float64Array.of(x);
  activate(activation, values, 0, 1);
  return values[0] as number;
}
