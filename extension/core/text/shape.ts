/** The axes that a selection gets by themselves to become the input of a layer. */
import { type Message, msg } from "../messages.js";

/** The shape that a layer of that rank takes, with what was assumed; null where it cannot be made without choosing. */
export function promote(shape: readonly number[], rank: number): { shape: number[]; note: Message | null } | null {
  if (shape.length === rank && rank > 0) return { shape: [...shape], note: null };
  const [first = 1, second = 1] = shape;
  if (rank === 3 && shape.length === 1) {
    return { shape: [1, first, 1], note: msg("{n} numbers → (1, {n}, 1): one sequence of {n} time steps with 1 feature.", { n: first }) };
  }
  if (rank === 3 && shape.length === 2) {
    return {
      shape: [1, first, second],
      note: msg("{rows} × {cols} → (1, {rows}, {cols}): one sequence of {rows} time steps with {cols} features.", {
        rows: first,
        cols: second,
      }),
    };
  }
  if (rank === 2 && shape.length === 1)
    return { shape: [1, first], note: msg("{n} numbers → (1, {n}): one sample of {n} values.", { n: first }) };
  return null;
}
