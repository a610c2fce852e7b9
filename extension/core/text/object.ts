/** Looks into `{"key": [[…]]}`: the one entry that holds an array, as in a request to a model server. */
import { msg } from "../messages.js";
import { skipCall } from "./arguments.js";
import { MAX_DEPTH } from "./nest.js";
import { meaningOf } from "./number.js";
import { notAnArray, trailingCode, unclosed } from "./refusals.js";
import { quote, Refusal } from "./selection.js";
import { type Comments, isOpening, isQuote, skipElement, skipSpace, skipString, skipWord, trimEnd } from "./skip.js";

export interface Entry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** The key at `at` and where its value starts, or null where no `key:` stands there. */
export function keyAt(text: string, from: number, limit: number, comments: Comments): { key: string; value: number } | null {
  const at = skipSpace(text, from, limit, comments);
  if (at >= limit) return null;
  const quoted = isQuote(text.charCodeAt(at));
  const end = quoted ? skipString(text, at, limit) : skipWord(text, at, limit);
  if (end === at) return null;
  const colon = skipSpace(text, end, limit, comments);
  if (text.charCodeAt(colon) !== 58 || colon >= limit) return null;
  return { key: quoted ? text.slice(at + 1, end - 1) : text.slice(at, end), value: skipSpace(text, colon + 1, limit, comments) };
}

/** Whether the brace at `open` starts a dictionary or JSON object. */
export function isObject(text: string, open: number, limit: number, comments: Comments): boolean {
  return keyAt(text, open + 1, limit, comments) !== null;
}

/** All entries of the object at `open`, and where it ends. A value ends before the spaces behind it. Throws a Refusal. */
export function entriesOf(text: string, open: number, limit: number, comments: Comments): { entries: Entry[]; close: number } {
  const entries: Entry[] = [];
  let at = open + 1;
  for (;;) {
    const entry = keyAt(text, at, limit, comments);
    if (entry === null) break;
    const end = skipElement(text, entry.value, limit, comments);
    entries.push({ key: entry.key, start: entry.value, end: trimEnd(text, entry.value, end) });
    at = end;
    if (text.charCodeAt(end) !== 44 || end >= limit) break;
    at = end + 1;
  }
  const close = skipSpace(text, at, limit, comments);
  if (close >= limit) throw unclosed({ text, start: open, end: open + 1 }, 125);
  if (text.charCodeAt(close) !== 125) throw notAnArray({ text, start: open, end: close + 1 });
  return { entries, close: close + 1 };
}

/** Throws a Refusal unless exactly one entry of the object at `open` starts with a bracket. */
function onlyArrayEntry(text: string, open: number, limit: number, comments: Comments): Entry {
  let at = open + 1;
  let only: Entry | null = null;
  const keys: string[] = [];
  for (;;) {
    const entry = keyAt(text, at, limit, comments);
    if (entry === null) break;
    const end = skipElement(text, entry.value, limit, comments);
    const value = text.charCodeAt(entry.value);
    if (isOpening(value) || /^(?:np|numpy|torch|tf)\./.test(text.slice(entry.value, entry.value + 8))) {
      only ??= { key: entry.key, start: entry.value, end };
      keys.push(entry.key);
    } else if (meaningOf(text.slice(entry.value, Math.min(end, entry.value + 40)).trim())?.kind === "truncated") {
      keys.push("...");
    }
    at = end + 1;
    if (text.charCodeAt(end) !== 44 || end >= limit) break;
  }
  const close = Math.min(at, limit);
  if (only === null) throw notAnArray({ text, start: open, end: close });
  if (keys.length > 1) {
    const words = msg("“{found}” holds {count} arrays ({keys}); one array of numbers is expected. Select the one to run on.", {
      found: quote(text, open, close),
      count: keys.length,
      keys: keys.slice(0, 5).join(", "),
    });
    throw new Refusal("not-an-array", words, open, close);
  }
  return only;
}

/** Follows `{"a": {"b": [` to its array. Throws a Refusal. */
export function innermostEntry(
  text: string,
  open: number,
  limit: number,
  comments: Comments,
): { keys: string[]; start: number; end: number; close: number } {
  const keys: string[] = [];
  let start = open;
  let end = limit;
  while (text.charCodeAt(start) === 123 && isObject(text, start, end, comments)) {
    if (keys.length > MAX_DEPTH)
      throw new Refusal(
        "too-deep",
        msg("The braces are nested deeper than {most} levels. Select only the numbers.", { most: MAX_DEPTH }),
        start,
        start + 1,
      );
    const entry = onlyArrayEntry(text, start, end, comments);
    keys.push(entry.key);
    ({ start, end } = entry);
  }
  return { keys, start, end, close: skipCall(text, open + 1, limit, comments) };
}

/** Where the next object of JSON lines starts, or -1 at the end. Anything else behind an object would be lost and is refused. */
export function behindObject(text: string, from: number, end: number, comments: Comments): number {
  const at = skipSpace(text, from, end, comments);
  if (at >= end || /^[;,]\s*$/.test(text.slice(at, Math.min(end, at + 100)))) return -1;
  if (text.charCodeAt(at) !== 123) throw trailingCode({ text, start: at, end });
  return at;
}
