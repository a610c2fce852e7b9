/** What was not understood in a source, with its place. */
import type { Message } from "../messages.js";
import type { Range } from "./python/syntax.js";

export interface Problem extends Range {
  readonly message: Message;
}

/** The part of a range on its first line: a problem points at a place, not at half a file. */
export function firstLine(source: string, range: Range): Range {
  const found = source.indexOf("\n", range.start);
  if (found < 0 || found >= range.end) return { start: range.start, end: Math.max(range.end, range.start + 1) };
  let end = found;
  while (end > range.start + 1 && /[\s]/.test(source.charAt(end - 1))) end--;
  return { start: range.start, end: Math.max(end, range.start + 1) };
}

/** The source between two offsets as a message can show it. */
export function excerpt(source: string, range: Range): string {
  const text = source.slice(range.start, Math.min(range.end, range.start + 200)).replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
