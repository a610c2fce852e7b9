/** Several selections at once: each is read by itself, and together they are a batch. */
import { msg } from "../messages.js";
import { parseSelection } from "./parseSelection.js";
import { Refusal, type Selection, type SelectionNumbers, type SelectionOptions } from "./selection.js";

/** A selection's place in the text that all of them make, one below the other. */
interface Piece {
  readonly found: SelectionNumbers;
  readonly start: number;
  readonly end: number;
}

/** starts: where each selection begins in `text`; a line end stands between two. Never throws. */
export function parseSelections(text: string, starts: readonly number[], options: SelectionOptions = {}): Selection {
  if (starts.length < 2) return parseSelection(text, options);
  const pieces: Piece[] = [];
  for (const [i, start] of starts.entries()) {
    const end = Math.max(start, i + 1 < starts.length ? (starts[i + 1] ?? 0) - 1 : text.length);
    const found = parseSelection(text.slice(start, end), options);
    if (!found.ok) return { ...found, start: found.start + start, end: found.end + start };
    pieces.push({ found, start, end });
  }
  try {
    return joined(pieces, options.ragged === "pad");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, kind: error.kind, message: error.words, start: error.start, end: error.end };
  }
}

/** A shape as sequences: [how many, steps, features]. */
function cubeOf({ shape }: SelectionNumbers): readonly [number, number, number] {
  const [a = 1, b = 1, c = 1] = shape;
  return shape.length === 3 ? [a, b, c] : [1, a, b];
}

/** Throws a Refusal where the shapes do not fit together. */
function joined(pieces: readonly Piece[], pad: boolean): SelectionNumbers {
  const [first] = pieces;
  if (first === undefined) throw new RangeError("There is no selection to join");
  const [, steps, features] = cubeOf(first.found);
  const rank = first.found.shape.length;
  for (const [i, piece] of pieces.entries()) {
    const [, itsSteps, itsFeatures] = cubeOf(piece.found);
    const same =
      piece.found.shape.length === rank && itsFeatures === features && (pad || itsSteps === steps) && (pad || piece.found.mask === null);
    if (!same) throw otherShape(i, piece, first);
  }
  const longest = pieces.reduce((most, { found }) => Math.max(most, cubeOf(found)[1]), 0);
  const batch = pieces.reduce((sum, { found }) => sum + cubeOf(found)[0], 0);
  const ragged = pieces.some(({ found }) => found.mask !== null || cubeOf(found)[1] !== longest);
  const values = new Float32Array(batch * longest * features);
  const offsets = new Uint32Array(values.length);
  const mask = ragged ? new Uint8Array(batch * longest) : null;
  let sequence = 0;
  for (const { found, start } of pieces) {
    const [count, its] = cubeOf(found);
    for (let b = 0; b < count; b++, sequence++) {
      const from = b * its * features;
      const to = sequence * longest * features;
      values.set(found.values.subarray(from, from + its * features), to);
      offsets.fill(start, to, to + longest * features);
      for (let i = 0; i < its * features; i++) offsets[to + i] = start + (found.offsets[from + i] ?? 0);
      for (let t = 0; t < its; t++) if (mask !== null) mask[sequence * longest + t] = found.mask?.[b * its + t] ?? 1;
    }
  }
  return {
    ok: true,
    // Numbers are a list, lists a matrix, matrices a cube.
    shape: rank === 0 ? [batch] : rank === 1 ? [batch, longest] : [batch, longest, features],
    values,
    offsets,
    mask,
    maskShape: mask === null ? null : [batch, longest],
    columns: first.found.columns,
    name: "",
    notes: [msg("{count} selections were read as a batch.", { count: pieces.length }), ...first.found.notes],
    format: "selections",
  };
}

function otherShape(index: number, { found, start, end }: Piece, first: Piece): Refusal {
  const text = (shape: readonly number[]): string => (shape.length === 0 ? "1" : shape.join(" × "));
  const words = msg(
    "Selection {index} is {found}; selection 1 is {expected}. Select arrays of one shape, or pad the short ones with zeros.",
    {
      index: index + 1,
      found: text(found.shape),
      expected: text(first.found.shape),
    },
  );
  return new Refusal("ragged", words, start, end);
}

/** Lines of a box that were cut out of an array: without the brackets and commas at their ends. Their offsets stay. */
export function boxLines(lines: readonly string[]): string[] {
  const blank = (found: string): string => " ".repeat(found.length);
  return lines.map((line) => {
    const bare = line.replace(/^[\s[\](){},;|]+/, blank).replace(/[\s[\](){},;|]+$/, blank);
    return /[[\](){}]/.test(bare) ? line : bare;
  });
}
