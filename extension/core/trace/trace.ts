/** What a traced number says of itself: where it stands, and the arithmetic that made it. Computed in float64, beside the device's value. */
import type { ProgramCell } from "../model/program.js";

/** "h" is also the one sum of a SimpleRNN, "output" that of a Dense. */
export const quantities = ["output", "h", "c", "i", "f", "candidate", "o", "z", "r"] as const;
export type Quantity = (typeof quantities)[number];

/** One number of a run. All indices count from 0. */
export interface TraceAddress {
  /** Index of its layer. */
  readonly layer: number;
  /**
   * Its direction, or its cell; 0 where the layer has one, and of an output that is merged of both. Of two directions side by side the units
   * go on under part 0, or are counted anew under part 1.
   */
  readonly part: number;
  /** Row of the batch. */
  readonly row: number;
  /** In the order of the layer's input; of what has no time axis 0, of an output of the last step that step. */
  readonly step: number;
  readonly unit: number;
  readonly quantity: Quantity;
}

export interface TraceQuestion extends TraceAddress {
  /** Whose sum is listed; null: the number's own, or the first that its formula names. */
  readonly gate: Quantity | null;
  /** "size": the largest products first. More than a page is always by size. */
  readonly order: TermOrder;
  /** First term of the page. */
  readonly from: number;
}

export const termOrders = ["given", "size"] as const;
export type TermOrder = (typeof termOrders)[number];

/** Terms of one page; a sum of no more is listed whole. */
export const PAGE_TERMS = 64;

export const termSources = ["x", "h", "bias", "recurrentBias"] as const;

/** value × weight, and × factor where the reset gate of a GRU acts on it. A bias has the value 1. */
export interface Term {
  readonly source: (typeof termSources)[number];
  /** Within its source. */
  readonly index: number;
  readonly value: number;
  readonly weight: number;
  readonly factor: number | null;
  readonly product: number;
}

export interface Ledger {
  readonly gate: Quantity;
  readonly order: TermOrder;
  /** A page of the terms; `before` is the sum of those of earlier pages. */
  readonly from: number;
  readonly before: number;
  readonly terms: readonly Term[];
  /** Of all pages, biases among them. */
  readonly count: number;
  readonly biases: number;
  readonly largest: Term | null;
  readonly sum: number;
  readonly activation: string;
  readonly value: number;
  /** d value / d sum; null for an activation that sees all units at once. */
  readonly slope: number | null;
}

export interface GateValue {
  readonly key: Quantity;
  readonly activation: string;
  readonly sum: number;
  readonly value: number;
  /** The device's. */
  readonly engine: number;
}

interface Traced {
  /** The address, an output of two directions side by side resolved to the one that it is. */
  readonly at: TraceAddress;
  readonly value: number;
  /** The device's. */
  readonly engine: number;
  /** What it read: unit by unit the numbers at this place. Layer −1 is the model's input. */
  readonly input: TraceInput;
}

export type TraceInput = Pick<TraceAddress, "layer" | "part" | "step" | "quantity">;

/** A step that a cell took. */
export interface CellTrace extends Traced {
  readonly kind: "cell";
  readonly cell: ProgramCell;
  readonly activation: string;
  readonly resetAfter: boolean;
  readonly gates: readonly GateValue[];
  readonly hBefore: number;
  readonly h: number;
  readonly c: { readonly before: number; readonly value: number; readonly activated: number } | null;
  /** The step whose state was read; null: the start state. */
  readonly stepBefore: number | null;
  readonly ledger: Ledger;
}

/** A masked step: nothing was computed. */
export interface HeldTrace extends Traced {
  readonly kind: "held";
  /** "shut": its gates stay 0. */
  readonly how: "carried" | "zero" | "shut";
  /** The last step that counted; null: there was none, it is the start state. */
  readonly from: number | null;
}

/** The directions of a Bidirectional, joined; each stands at the step of its input that is given. */
export interface MergeTrace extends Traced {
  readonly kind: "merge";
  readonly mode: "sum" | "mul" | "ave";
  readonly parts: readonly [number, number];
  readonly steps: readonly [number, number];
}

export interface DenseTrace extends Traced {
  readonly kind: "dense";
  readonly ledger: Ledger;
}

/** A number that was passed on, perhaps through an activation, or set to 0 by a Masking. */
export interface PassedTrace extends Traced {
  readonly kind: "passed";
  readonly activation: string;
  readonly masked: boolean;
  /** The number that came in, and its unit. */
  readonly from: number;
  readonly unit: number;
}

export interface LookupTrace extends Traced {
  readonly kind: "lookup";
  readonly id: number;
}

export type Trace = CellTrace | HeldTrace | MergeTrace | DenseTrace | PassedTrace | LookupTrace;
