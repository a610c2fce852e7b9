/** Several values in one selection: arrays of one shape are a batch, of others the first array is taken, and it says so. */
import { msg } from "../messages.js";
import { MAX_RANK } from "./nest.js";
import { readPrefix } from "./prefix.js";
import type { Place } from "./refusals.js";
import { Refusal, type SelectionNumbers } from "./selection.js";
import type { Comments } from "./skip.js";

/** A value and its statement's range. */
export interface Part {
  readonly found: SelectionNumbers;
  readonly start: number;
  readonly end: number;
}

/** More would cost more memory than the numbers are worth. */
export const MAX_PARTS = 50_000;

/** Whether `name =` starts a statement of its own at `at`, behind a value that ends at `last`. */
export function startsAssignment(text: string, last: number, at: number, limit: number, comments: Comments): boolean {
  if (!/[\n;]/.test(text.slice(last, Math.min(at, last + 4000)))) return false;
  const prefix = readPrefix(text, at, limit, comments);
  return prefix.assigned && prefix.at < limit;
}

/** Whether the statement at `start` would change a variable that was read before: `x[0] = 1`, `x += 1`, `x.shape = …`, `x = …` again. */
export function changesEarlier(text: string, start: number, name: string, earlier: ReadonlySet<string>): boolean {
  const left = /^[^=]*=/.exec(text.slice(start, start + 400))?.[0] ?? "";
  if (/[-+*/%&|^@<>]=$/.test(left) || /^(?:>>>|\s)*[\w.]+\s*\[/.test(left)) return true;
  const target = /^[\s>]*([A-Za-z_$][\w$]*)\./.exec(left)?.[1];
  return earlier.has(name) || (target !== undefined && earlier.has(target));
}

/** start: of the first statement that is too many. */
export function tooManyParts({ start, end }: Place): Refusal {
  const words = msg("The selection holds more than {most} arrays, one after the other. Select up to {most}, or write them as one array.", {
    most: MAX_PARTS,
  });
  return new Refusal("too-large", words, start, end);
}

/** Throws a Refusal where unnamed values do not fit together. */
export function joinParts(parts: readonly Part[]): SelectionNumbers {
  const first = parts.find(({ found }) => found.shape.length > 0) ?? parts[0];
  if (first === undefined) throw new RangeError("There is no value to join");
  if (parts.length === 1) return first.found;
  const { shape } = first.found;
  const odd = parts.find(({ found }) => found.shape.join() !== shape.join() || found.mask !== null);
  if (odd === undefined && shape.length < MAX_RANK) return stack(parts);
  if (odd !== undefined && odd.found.name === "") throw raggedPart(parts, odd);
  if (first.found.name === "") throw tooManyAxes(parts);
  const others = parts.filter((part) => part !== first).map(({ found }) => found.name);
  const note = msg("“{name}” was read; {others} in the same selection was left out. Select only that to run on it.", {
    name: first.found.name,
    others: listed(others),
  });
  return { ...first.found, notes: [...first.found.notes, note] };
}

const listed = (names: readonly string[]): string => names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");

function stack(parts: readonly Part[]): SelectionNumbers {
  const all = parts.map(({ found }) => found);
  const [first] = all;
  if (first === undefined) throw new RangeError("There is no value to stack");
  const each = first.values.length;
  const values = new Float32Array(each * all.length);
  const offsets = new Uint32Array(values.length);
  all.forEach((found, i) => {
    values.set(found.values, i * each);
    offsets.set(found.offsets, i * each);
  });
  const names = all.map(({ name }) => name).filter((name) => name !== "");
  const note = msg("{names} have one shape and were read as a batch of {count}.", { names: listed(names), count: all.length });
  return {
    ...first,
    shape: [all.length, ...first.shape],
    values,
    offsets,
    name: "",
    notes: names.length === all.length ? [...first.notes, note] : first.notes,
  };
}

function raggedPart(parts: readonly Part[], odd: Part): Refusal {
  return new Refusal(
    "ragged",
    msg("Line {row} holds an array of another shape ({found}) than line 1 ({expected}). Select lines of one shape.", {
      row: parts.indexOf(odd) + 1,
      found: odd.found.shape.join("×"),
      expected: parts[0]?.found.shape.join("×") ?? "",
    }),
    odd.start,
    odd.end,
  );
}

/** Unnamed cubes: stacking them would give a fourth axis. */
function tooManyAxes(parts: readonly Part[]): Refusal {
  return new Refusal(
    "rank",
    msg(
      "The selection is an array of rank {rank}; up to rank {most} can be read: (batch, timesteps, features). Select an inner part of it.",
      { rank: MAX_RANK + 1, most: MAX_RANK },
    ),
    parts[0]?.start ?? 0,
    parts[parts.length - 1]?.end ?? 0,
  );
}
