/** Steps over the arguments of a call that are no data, such as `dtype=np.float32` behind the array. */
import { notAnArray, trailingCode } from "./refusals.js";
import { type Comments, elementEnd, isOpening, skipElement, skipSpace } from "./skip.js";

interface Call {
  readonly name: string;
  /** Its bracket. */
  readonly start: number;
  readonly limit: number;
}

/** From behind the comma to the closing bracket. A second array would be lost, and a shape would change the first: both are refused. */
export function skipArguments(text: string, from: number, call: Call, comments: Comments): number {
  let at = from;
  for (;;) {
    at = skipSpace(text, at, call.limit, comments);
    const code = text.charCodeAt(at);
    if (isOpening(code) || (code >= 48 && code <= 57))
      throw notAnArray({ text, start: call.start, end: elementEnd(text, at, call.limit, comments) });
    const word = text.slice(at, at + 10);
    if (/^ndmin\s*=/.test(word) || (call.name.endsWith("constant") && /^shape\s*=/.test(word)))
      throw trailingCode({ text, start: at, end: elementEnd(text, at, call.limit, comments) });
    at = skipElement(text, at, call.limit, comments);
    if (text.charCodeAt(at) !== 44 || at >= call.limit) return at;
    at++;
  }
}

/** `[2, 3]` behind the values of TensorFlow.js's `tensor2d`: the shape that they get, or null where no list of sizes stands there. */
export function shapeArgument(text: string, from: number, { name, limit }: Call): { shape: number[]; end: number } | null {
  if (!/^(?:tf\.tensor|(?:tf\.)?tensor[1-6]d)$/.test(name)) return null;
  const found = /^\s*\[\s*\d{1,9}(?:\s*,\s*\d{1,9})*\s*,?\s*\]/.exec(text.slice(from, Math.min(limit, from + 200)))?.[0];
  return found === undefined ? null : { shape: (found.match(/\d+/g) ?? []).map(Number), end: from + found.length };
}

/** From behind the opening bracket of a call to behind its closing one. */
export function skipCall(text: string, from: number, limit: number, comments: Comments): number {
  let at = from;
  do {
    at = skipElement(text, at, limit, comments);
  } while (at < limit && text.charCodeAt(at++) === 44);
  return Math.min(at, limit);
}
