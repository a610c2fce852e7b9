/** Steps over what is not data: spaces, comments, strings, balanced brackets. Every function returns the offset behind it. */
import { isWordCode } from "./number.js";

/** How the language of the text writes comments; where it is unknown, the common ways that cannot be data. */
export interface Comments {
  readonly hash: boolean;
  readonly slashes: boolean;
  readonly percent: boolean;
}

export function commentsOf(languageId: string): Comments {
  const matlab = languageId === "matlab" || languageId === "octave";
  return {
    hash: !/^(?:c|cpp|java|javascript|typescript|csharp|rust|go)$/.test(languageId),
    slashes: languageId !== "python" && !matlab,
    percent: matlab || languageId === "latex",
  };
}

export const isSpace = (code: number): boolean =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  code === 0xa0 ||
  code === 0xfeff ||
  (code >= 0x2000 && code <= 0x200b) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x3000;

function lineEnd(text: string, at: number, limit: number): number {
  const found = text.indexOf("\n", at);
  return found < 0 || found > limit ? limit : found;
}

/** A comment that starts at `at`, or `at` itself. */
export function skipComment(text: string, at: number, limit: number, comments: Comments): number {
  const code = text.charCodeAt(at);
  if (code === 35 && comments.hash) return lineEnd(text, at, limit);
  if (code === 37 && comments.percent) return lineEnd(text, at, limit);
  if (code !== 47 || !comments.slashes) return at;
  const next = text.charCodeAt(at + 1);
  if (next === 47) return lineEnd(text, at, limit);
  if (next !== 42) return at;
  const close = text.indexOf("*/", at + 2);
  return close < 0 || close > limit ? limit : close + 2;
}

export function skipSpace(text: string, from: number, limit: number, comments: Comments): number {
  let at = from;
  while (at < limit) {
    if (isSpace(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const behind = skipComment(text, at, limit, comments);
    if (behind === at) return at;
    at = behind;
  }
  return limit;
}

/** A string in quotes that starts at `at`; an open one ends with its line. */
export function skipString(text: string, at: number, limit: number): number {
  const quote = text.charCodeAt(at);
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === quote) return i + 1;
    else if (code === 10 && quote !== 96) return i;
  }
  return limit;
}

export const isQuote = (code: number): boolean => code === 34 || code === 39 || code === 96;
export const isOpening = (code: number): boolean => code === 91 || code === 40 || code === 123;
export const isClosing = (code: number): boolean => code === 93 || code === 41 || code === 125;
/** The bracket that closes `code`. */
export const closerOf = (code: number): number => (code === 40 ? 41 : code + 2);

/** Up to the comma or closing bracket that ends the element at `from`; inner brackets are passed over by their number alone. */
export function skipElement(text: string, from: number, limit: number, comments: Comments): number {
  let depth = 0;
  let at = from;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (isQuote(code)) {
      at = skipString(text, at, limit);
      continue;
    }
    if (isOpening(code)) depth++;
    else if (isClosing(code) && depth-- === 0) return at;
    else if (code === 44 && depth === 0) return at;
    const behind = skipComment(text, at, limit, comments);
    at = behind === at ? at + 1 : behind;
  }
  return limit;
}

/** A word with its dots (`np.float32`, `x1`), or `at` itself. */
export function skipWord(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && (isWordCode(text.charCodeAt(at)) || (text.charCodeAt(at) === 46 && isWordCode(text.charCodeAt(at + 1))))) at++;
  return at;
}

/** The end of what stands at `start` for an error's range: up to a space, comma or bracket. */
export function tokenEnd(text: string, start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 44 || code === 59 || isOpening(code) || isClosing(code)) break;
    at++;
  }
  return at === start ? Math.min(start + 1, limit) : at;
}

/** `end` without the spaces before it, not below `start`. */
export function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/** The end of the element at `from` for an error's range. */
export function elementEnd(text: string, from: number, limit: number, comments: Comments): number {
  return trimEnd(text, from + 1, skipElement(text, from, Math.min(limit, from + 2000), comments));
}

/** Signs with spaces between them, and whether they negate. */
export function skipSigns(text: string, from: number, limit: number, comments: Comments): { end: number; negative: boolean } {
  let negative = false;
  let at = skipSpace(text, from, limit, comments);
  while (at < limit && (text.charCodeAt(at) === 45 || text.charCodeAt(at) === 43)) {
    if (text.charCodeAt(at) === 45) negative = !negative;
    at = skipSpace(text, at + 1, limit, comments);
  }
  return { end: at, negative };
}
