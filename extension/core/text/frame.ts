/** An open bracket while a literal is read, and what the reader must know of the language. */
import type { Nest } from "./nest.js";
import { truncated } from "./refusals.js";
import type { Numbers } from "./selection.js";
import type { Comments } from "./skip.js";

/** An open bracket. "call" passes its one value on; "row" is a row of a `;` matrix and has no bracket of its own. */
export interface Frame {
  readonly kind: "top" | "list" | "call" | "row";
  readonly closer: number;
  readonly nest: Nest;
  commas: number;
  gaps: number;
  /** An element stands since the last comma. */
  filled: boolean;
}

export interface LiteralOptions {
  readonly comments: Comments;
  readonly languageId: string;
  /** `;` (and a line end) separates rows within brackets. */
  readonly matrix: boolean;
  readonly console: boolean;
  /** What the numbers are read into; of many small arrays it is one. */
  readonly numbers: Numbers;
  /** Missing values are kept as NaN. */
  readonly keepMissing: boolean;
}

/** The largest double that rounds to a finite float32. */
export const FLOAT_MAX = 3.4028235677973366e38;

/** first: how many numbers were read before it. */
export function openFrame(kind: Frame["kind"], closer: number, start: number, first: number): Frame {
  return { kind, closer, nest: { start, end: start, items: [], first, count: 0 }, commas: 0, gaps: 0, filled: false };
}

/** Dots are a console's prompt or MATLAB's continuation of a line; anywhere else numbers were left out, which is refused. */
export function skipDots(text: string, at: number, options: LiteralOptions): number {
  const end = text.startsWith("...", at) ? at + 3 : at + 2;
  if (options.console && /\n\s*$/.test(text.slice(Math.max(0, at - 20), at))) return end;
  if (!options.matrix || !/^[ \t]*(?:%[^\n]*)?\r?\n/.test(text.slice(end, end + 200))) throw truncated({ text, start: at, end });
  return text.indexOf("\n", end) + 1;
}
