/** What to run on when nothing is selected: the array around the cursor, or else the block of numeric lines. */
import { callKind } from "./calls.js";
import { numericBlock } from "./block.js";
import { isWordCode, meaningOf, numberOf } from "./number.js";
import { readPrefix } from "./prefix.js";
import { closerOf, commentsOf, type Comments, isClosing, isOpening, isQuote, isSpace, skipComment, skipString, skipWord } from "./skip.js";

export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Open {
  readonly at: number;
  readonly closer: number;
  /** Start of the name before it, where it is a call or constructor of an array. */
  readonly call: number;
  /** Something other than numbers stands in it. */
  dirty: boolean;
  numbers: boolean;
}

/** Never throws; time grows with the length of the text. */
export function enclosingRange(text: string, offset: number, languageId: string): Range | undefined {
  const at = Math.max(0, Math.min(Math.trunc(offset) || 0, text.length));
  try {
    const table = /^(?:csv|tsv)$/.test(languageId);
    const comments = commentsOf(languageId);
    const array = table ? undefined : arrayAround(text, ontoArray(text, at, comments), comments);
    return array === undefined ? numericBlock(text, at, table) : withAssignment(text, array, comments);
  } catch {
    return undefined;
  }
}

/** On the name of an assignment, or behind the `;` of one, the array of that line is meant. */
function ontoArray(text: string, offset: number, comments: Comments): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const found = text.indexOf("\n", offset);
  const lineEnd = found < 0 ? text.length : found;
  const prefix = readPrefix(text, lineStart, Math.min(text.length, Math.max(lineEnd, lineStart + 400)), comments);
  if (prefix.assigned && offset <= prefix.at) {
    const word = skipWord(text, prefix.at, text.length);
    if (isOpening(text.charCodeAt(word))) return word + 1;
  }
  let before = offset;
  while (before > lineStart && /[;, \t]/.test(text.charAt(before - 1))) before--;
  return before > lineStart && isClosing(text.charCodeAt(before - 1)) && text.slice(offset, lineEnd).trim() === "" ? before : offset;
}

/** The outermost brackets around `offset` that hold nothing but numbers. */
function arrayAround(text: string, offset: number, comments: Comments): Range | undefined {
  const stack: Open[] = [];
  let best: Range | undefined;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (at > offset && stack.every((open) => open.at >= offset || open.dirty) && !isClosing(code) && stack.length === 0) break;
    const behind = skipComment(text, at, text.length, comments);
    if (behind !== at) at = behind;
    else if (isOpening(code)) {
      stack.push({ at, closer: closerOf(code), call: code === 40 ? callBefore(text, at) : -1, dirty: false, numbers: false });
      at++;
    } else if (isClosing(code)) {
      const range = close(stack, code, at + 1);
      if (range !== undefined && range.start <= offset && offset <= range.end) best = range;
      at++;
    } else at = element(text, at, stack[stack.length - 1]);
  }
  return best;
}

/** Steps over what is no bracket, and notes in the open one whether it is data. */
function element(text: string, at: number, open: Open | undefined): number {
  const code = text.charCodeAt(at);
  if (isSpace(code) || code === 44 || code === 43 || code === 45 || code === 59) return at + 1;
  if (isQuote(code)) {
    const end = skipString(text, at, text.length);
    if (open !== undefined && open.call < 0) open.dirty = true;
    return end;
  }
  const end = code === 46 ? Math.max(at + 1, skipWord(text, at + 1, text.length)) : skipWord(text, at, text.length);
  if (end === at) {
    if (open !== undefined && open.call < 0) open.dirty = true;
    return at + 1;
  }
  if (open === undefined) return end;
  const word = text.slice(at, Math.min(end, at + 100));
  if ((code >= 48 && code <= 57) || code === 46) {
    // "1e" of 1e-3 and "2." of "2., 3." end at a sign or point that belongs to them
    if (numberOf(word) !== undefined || /^\.?\d[\d.]*e?$/i.test(word) || word === ".") open.numbers = true;
    else open.dirty = true;
  } else if (meaningOf(word) !== undefined) open.numbers = true;
  else if (open.call < 0 && !(text.charCodeAt(end) === 40 && callKind(word) !== "none")) open.dirty = true;
  return end;
}

/** Ends the bracket that `code` closes; what was left open within it is forgotten. */
function close(stack: Open[], code: number, end: number): Range | undefined {
  let depth = stack.length - 1;
  // An unmatched closer costs a look at few brackets only, or time would grow with the square.
  for (let looks = 0; depth >= 0 && stack[depth]?.closer !== code; depth--) if (++looks > 64) return undefined;
  const open = stack[depth];
  if (open === undefined) return undefined;
  stack.length = depth;
  const outer = stack[depth - 1];
  const clean = !open.dirty && open.numbers;
  if (outer !== undefined) {
    if (clean) outer.numbers = true;
    else if (outer.call < 0) outer.dirty = true;
  }
  return clean ? { start: open.call >= 0 ? open.call : open.at, end } : undefined;
}

function callBefore(text: string, open: number): number {
  let start = open;
  while (start > 0 && open - start < 100 && (isWordCode(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === 46)) start--;
  const name = text.slice(start, open);
  return name !== "" && name !== "print" && callKind(name) !== "none" ? start : -1;
}

/** Takes in `name =` where the line, or the one before it, starts with it. */
function withAssignment(text: string, range: Range, comments: Comments): Range {
  let lineStart = text.lastIndexOf("\n", range.start - 1) + 1;
  for (let lines = 0; lines < 2; lines++) {
    const prefix = readPrefix(text, lineStart, range.end, comments);
    if (prefix.assigned && prefix.at === range.start) {
      let start = lineStart;
      while (isSpace(text.charCodeAt(start))) start++;
      return { start, end: range.end };
    }
    if (lineStart === 0 || text.slice(lineStart, range.start).trim() !== "") break;
    lineStart = text.lastIndexOf("\n", lineStart - 2) + 1;
  }
  return range;
}
