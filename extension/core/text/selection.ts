/** What reading a selection gives: numbers in their shape, or one error with the place that caused it. */
import type { Message } from "../messages.js";

export type SelectionErrorKind =
  | "empty"
  | "no-numbers"
  | "not-numeric"
  | "missing-value"
  | "ragged"
  | "truncated"
  | "unbalanced"
  | "non-finite"
  | "rank"
  | "too-large"
  | "too-deep"
  | "not-an-array"
  | "trailing-code";

export const selectionErrorKinds = [
  "empty",
  "no-numbers",
  "not-numeric",
  "missing-value",
  "ragged",
  "truncated",
  "unbalanced",
  "non-finite",
  "rank",
  "too-large",
  "too-deep",
  "not-an-array",
  "trailing-code",
] as const satisfies readonly SelectionErrorKind[];

export interface SelectionOptions {
  readonly languageId?: string;
  /** Rows of different lengths: "error" (default) reports them, "pad" fills with 0 and gives the mask. */
  readonly ragged?: "error" | "pad";
  /** Cells without a number, `None` and `nan`: "error" (default) reports the first, "keep" makes them NaN. */
  readonly missing?: "error" | "keep";
  readonly maxBytes?: number;
}

export interface SelectionNumbers {
  readonly ok: true;
  /** As written; no batch axis is added. */
  readonly shape: number[];
  readonly values: Float32Array;
  readonly columns: readonly string[] | null;
  readonly notes: readonly Message[];
  /** UTF-16 start of each number; of padding the start of its row. */
  readonly offsets: Uint32Array;
  /** 1 where a number was written, 0 where padding stands; null without padding. */
  readonly mask: Uint8Array | null;
  readonly maskShape: [number, number] | null;
  /** The variable that the selection assigns, or "". */
  readonly name: string;
  readonly format: string;
}

export interface SelectionFailure {
  readonly ok: false;
  readonly kind: SelectionErrorKind;
  readonly message: Message;
  readonly start: number;
  readonly end: number;
}

export type Selection = SelectionNumbers | SelectionFailure;

/** Thrown inside the reader only; parseSelection turns it into a SelectionFailure. */
export class Refusal extends Error {
  constructor(
    readonly kind: SelectionErrorKind,
    readonly words: Message,
    readonly start: number,
    readonly end: number,
  ) {
    super(kind);
  }
}

/** The source as people see it in a message: one line, cut when long. */
export function quote(text: string, start: number, end: number): string {
  const whole = text
    .slice(start, Math.min(end, start + 80))
    .replace(/\s+/g, " ")
    .trim();
  return whole.length > 40 || end - start > 80 ? `${whole.slice(0, 39)}…` : whole;
}

/** Numbers with their places in the source, growing as they are read. */
export class Numbers {
  values = new Float32Array(16);
  offsets = new Uint32Array(16);
  length = 0;
  /** First integer that float32 rounds, for a note. */
  rounded: { from: number; to: number } | null = null;

  clear(): void {
    this.length = 0;
    this.rounded = null;
  }

  push(value: number, offset: number): void {
    const at = this.length;
    if (at === this.values.length) this.grow();
    this.values[at] = value;
    this.offsets[at] = offset;
    this.length = at + 1;
    if (
      this.rounded === null &&
      (value > 16777216 || value < -16777216) &&
      Number.isInteger(value) &&
      Math.fround(value) !== value &&
      Math.abs(value) < 1e15
    ) {
      this.rounded = { from: value, to: Math.fround(value) };
    }
  }

  private grow(): void {
    const values = new Float32Array(this.values.length * 2);
    values.set(this.values);
    this.values = values;
    const offsets = new Uint32Array(values.length);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }
}
