/** What the viewer keeps over a reload of the window: the array by its name, as a file's order may be another then. */
import { type Choices, decodeSaved } from "../results/state.js";

export interface Kept {
  readonly name: string;
  readonly filter: string;
  readonly chosen: Choices;
}

const MOST = 1000;

/** As much of an array's name as is kept. */
export function keyOf(name: string): string {
  return name.slice(0, MOST);
}

export function keptOf(chosen: Choices, name: string, filter: string): unknown {
  return { runId: null, chosen, name: keyOf(name), filter: keyOf(filter) };
}

/** What an older version kept, or nobody, is null. */
export function decodeKept(value: unknown): Kept | null {
  const saved = decodeSaved(value);
  if (saved === null) return null;
  const { name, filter } = value as Record<string, unknown>;
  if (typeof name !== "string") return null;
  return { name, filter: typeof filter === "string" ? filter : "", chosen: saved.chosen };
}
