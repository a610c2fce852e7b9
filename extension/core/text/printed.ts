/** What consoles print around numbers, and which language a text without one is written in. */
import { isOpening } from "./skip.js";

export interface Printed {
  /** As long as the source, with what is no data replaced by spaces, so that every offset stays true. */
  readonly text: string;
  /** Its values have no brackets: a table in lines, or one list over several lines. */
  readonly kind: "source" | "table" | "list";
}

const blank = (text: string, start: number, end: number): string =>
  text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, " ") + text.slice(end);

/** `2×3 Matrix{Float64}:`, `3-element Vector{Int64}:` and the like of Julia. */
const juliaHead = /^\s*(?:\d+(?:×\d+)+ |\d+-element )[A-Za-z][^\n]*:[ \t]*\r?\n/;
/** `Float32Array(3) [`, `(3) [` of JavaScript's consoles, `Tensor` over TensorFlow.js's brackets. */
const scriptHead = /^\s*(?:(?:[A-Z]\w*Array|Array)?\s*\(\d+\)\s*|Tensor[ \t]*\r?\n\s*)(?=\[)/;
/** `A =` on a line of its own, over rows without brackets, as MATLAB prints it. */
const matlabHead = /^\s*[A-Za-z]\w*\s*=[ \t]*\r?\n\s*(?=[-+.\d])/;

/** `[1] 0.5 0.25` of R: the labels count the numbers. */
function rVector(text: string): string | null {
  if (!/^\s*\[1\][ \t]+[-+.\d]/.test(text.slice(0, 200))) return null;
  let labels = 0;
  let lines = 0;
  const out = text.replace(/^[^\S\n]*(\[\d+\])?[^\n]*$/gm, (line, label: string | undefined) => {
    if (line.trim() === "") return line;
    lines++;
    if (label === undefined) return line;
    labels++;
    return line.replace(label, " ".repeat(label.length));
  });
  return labels === lines ? out : null;
}

/** `[1,]` before each row of an R matrix, `[,1]` over its columns; a second line of those means that the matrix was cut in pieces. */
function rMatrix(text: string): string | null {
  if (!/^\s*\[1,\][ \t]/m.test(text.slice(0, 4000))) return null;
  const header = /^[ \t]*\[,\d+\][^\n]*$/gm;
  if ((text.match(header)?.length ?? 0) > 1) return null;
  const spaces = (found: string): string => " ".repeat(found.length);
  return text.replace(header, spaces).replace(/^[ \t]*\[\d+,\](?=[ \t])/gm, spaces);
}

export function readPrinted(text: string): Printed {
  const head = text.slice(0, 400);
  const julia = juliaHead.exec(head);
  if (julia !== null) return { text: blank(text, 0, julia[0].length), kind: "table" };
  const script = scriptHead.exec(head);
  if (script !== null) return { text: blank(text, 0, script[0].length), kind: "source" };
  const vector = rVector(text);
  if (vector !== null) return { text: vector, kind: "list" };
  const matrix = rMatrix(text);
  if (matrix !== null) return { text: matrix, kind: "table" };
  if (matlabHead.test(head)) return { text, kind: "table" };
  return { text, kind: "source" };
}

/**
 * "matlab" for a text of no language that only MATLAB writes so: remarks behind `%`, rows on lines of their own in brackets that a
 * `;` follows, or rows cut by `;`. Commas would make the remark of another language's remainder, so they count against it.
 */
export function languageOf(text: string, languageId: string): string {
  if (!/^(?:|plaintext|markdown)$/.test(languageId) || !/[%;]/.test(text)) return languageId;
  const code = text.replace(/%[^\n]*/g, "").trim();
  const assigned = /^[A-Za-z]\w*\s*=\s*(?=\[)/.exec(code);
  const start = assigned?.[0].length ?? 0;
  if (!isOpening(code.charCodeAt(start)) || code.charCodeAt(start) !== 91) return languageId;
  const close = code.indexOf("]", start);
  if (close < 0) return languageId;
  const inside = code.slice(start + 1, close);
  if (inside.includes("[")) return languageId;
  const remarks = /(?:^|[\s;\]])%/.test(text);
  if (inside.includes(";")) return "matlab";
  if (assigned === null || inside.includes(",")) return languageId;
  return remarks || /^\]\s*;/.test(code.slice(close)) ? "matlab" : languageId;
}
