/** What a `for` would see of a value. */
import { type Site, text, type Value, whole } from "./values.js";

/** Longer ranges are walked as far as the budget of the loop goes; nobody stacks that many layers. */
const LONGEST_RANGE = 100_000;

/** The items in order; null where only a run can tell them. */
export function iterate(value: Value, at: Site): readonly Value[] | null {
  switch (value.kind) {
    case "list":
    case "tuple":
    case "set":
      return [...value.items];
    case "dict":
      return [...value.entries.values()].map((entry) => entry.key);
    case "string":
      return [...value.value].map(text);
    case "range": {
      const count = Math.min(LONGEST_RANGE, lengthOfRange(value));
      return Array.from({ length: count }, (_, i) => whole(value.from + i * value.by));
    }
    case "thing":
      return value.items(at) ?? null;
    default:
      return null;
  }
}

export function lengthOfRange(range: { from: number; to: number; by: number }): number {
  return Math.max(0, Math.ceil((range.to - range.from) / range.by));
}
