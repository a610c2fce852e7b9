/** From nested lists of numbers to one shape: equal lengths, padding where it is asked for, and the errors. */
import { type Message, msg } from "../messages.js";
import { type Numbers, quote, Refusal, type SelectionOptions } from "./selection.js";

/** A list of the source. It holds numbers or lists, never both; its numbers are consecutive in the source's order. */
export interface Nest {
  readonly start: number;
  end: number;
  readonly items: Nest[];
  /** Index of its first number in the source's order. */
  readonly first: number;
  count: number;
}

export interface Shaped {
  readonly shape: number[];
  readonly values: Float32Array;
  readonly offsets: Uint32Array;
  readonly mask: Uint8Array | null;
  readonly maskShape: [number, number] | null;
}

export const MAX_RANK = 3;
/** Deeper brackets are taken for garbage rather than for an array of that rank. */
export const MAX_DEPTH = 32;

const lengthOf = (nest: Nest): number => nest.items.length + nest.count;

/** The lists of one level, outermost first; every list of a level must hold the same kind of thing. */
function levelsOf(top: Nest, text: string): Nest[][] {
  const levels: Nest[][] = [[top]];
  for (;;) {
    const level = levels[levels.length - 1] ?? [];
    const holder = level.find((nest) => lengthOf(nest) > 0);
    if (holder === undefined || holder.count > 0) {
      const odd = level.find((nest) => nest.items.length > 0);
      if (odd !== undefined) throw mixedDepth(odd, text);
      return levels;
    }
    const next: Nest[] = [];
    for (const nest of level) {
      if (nest.count > 0) throw mixedDepth(nest, text);
      for (const item of nest.items) next.push(item);
    }
    levels.push(next);
  }
}

export function mixedDepth(nest: Nest, text: string): Refusal {
  return new Refusal(
    "ragged",
    msg(
      "“{found}” is nested to another depth than its neighbours; every row of an array has as many brackets. Add or remove brackets there.",
      { found: quote(text, nest.start, nest.end) },
    ),
    nest.start,
    nest.end,
  );
}

export function noNumbers(text: string, start: number, end: number): Refusal {
  const words = msg("“{found}” holds no numbers: an array with at least one number is expected. Select one with values.", {
    found: quote(text, start, end),
  });
  return new Refusal("empty", words, start, end);
}

/** Throws a Refusal where the lists make no array. */
export function shapeNest(top: Nest, numbers: Numbers, text: string, options: SelectionOptions): Shaped {
  const levels = levelsOf(top, text);
  if (numbers.length === 0) throw noNumbers(text, top.start, top.end);
  if (levels.length > MAX_RANK) {
    throw new Refusal(
      "rank",
      msg(
        "The selection is an array of rank {rank}; up to rank {most} can be read: (batch, timesteps, features). Select an inner part of it.",
        { rank: levels.length, most: MAX_RANK },
      ),
      top.start,
      top.end,
    );
  }
  let ragged = false;
  const shape = levels.map((level, depth) => {
    const expected = lengthOf(level[0] ?? top);
    const odd = level.findIndex((nest) => lengthOf(nest) !== expected);
    if (odd < 0) return expected;
    if (options.ragged !== "pad") throw raggedRow(level, odd, depth === levels.length - 1);
    ragged = true;
    return level.reduce((most, nest) => Math.max(most, lengthOf(nest)), 0);
  });
  const values = numbers.values.slice(0, numbers.length);
  const offsets = numbers.offsets.slice(0, numbers.length);
  return ragged ? padded(top, shape, { values, offsets }) : { shape, values, offsets, mask: null, maskShape: null };
}

export function raggedWords(args: { readonly row: number; readonly count: number; readonly expected: number }): Message {
  return msg(
    "Row {row} has {count} numbers; row 1 has {expected}. Give every row the same number of values, or pad the short ones with zeros.",
    args,
  );
}

function raggedRow(level: readonly Nest[], odd: number, innermost: boolean): Refusal {
  const first = level[0];
  const nest = level[odd];
  if (first === undefined || nest === undefined) return new Refusal("ragged", msg("The rows have different lengths."), 0, 0);
  const args = { row: odd + 1, count: lengthOf(nest), expected: lengthOf(first) };
  const words = innermost
    ? raggedWords(args)
    : msg(
        "Block {row} has {count} rows; block 1 has {expected}. Give every block the same number of rows, or pad the short ones with zeros.",
        args,
      );
  return new Refusal("ragged", words, nest.start, nest.end);
}

/** Copies every row to its place among zeros. mask: [rows, length] of a matrix, [batch, timesteps] of a cube. */
function padded(top: Nest, shape: number[], source: { values: Float32Array; offsets: Uint32Array }): Shaped {
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > Math.max(2 ** 22, source.values.length * 64)) {
    throw new Refusal(
      "ragged",
      msg("Padding all rows to the longest would make {size} numbers of {count}. Select rows of similar length.", {
        size,
        count: source.values.length,
      }),
      top.start,
      top.end,
    );
  }
  const values = new Float32Array(size);
  const offsets = new Uint32Array(size);
  const [rows = 0, steps = 0, features = 1] = shape;
  const mask = new Uint8Array(rows * steps);
  const put = (row: Nest, at: number, length: number): void => {
    values.set(source.values.subarray(row.first, row.first + row.count), at);
    offsets.fill(row.start, at, at + length);
    offsets.set(source.offsets.subarray(row.first, row.first + row.count), at);
  };
  top.items.forEach((row, b) => {
    mask.fill(1, b * steps, b * steps + lengthOf(row));
    if (shape.length === 2) {
      put(row, b * steps, steps);
      return;
    }
    offsets.fill(row.start, b * steps * features, (b + 1) * steps * features);
    row.items.forEach((step, t) => put(step, (b * steps + t) * features, features));
  });
  return { shape, values, offsets, mask, maskShape: [rows, steps] };
}
