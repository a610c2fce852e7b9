/** What a line of a source is before Python sees it: a prompt's, a magic of a notebook, a row of a printed table, or code. */

/** `>>> ` and `... ` of the interpreter, `In [3]: ` and `   ...: ` of IPython. */
const prompt = /^[ \t]*(?:>>>(?: |$)|In \[\d*\]:(?: |$))/;
const continued = /^[ \t]*(?:\.\.\.(?:: ?| |$))/;
const magic = /^(?:[%!]|\?[\w.]|[\w.]+\?{1,2}\s*$)/;
/** Rules, heads, rows and totals of summary(), plain or drawn with boxes. */
const table =
  /^(?:[_=\-─━]{5,}\s*$|[\u2500-\u257f]|Layer \(type|(?:Total|Trainable|Non-trainable|Optimizer) params\b|Model: "|[\w ]*\w \([\w.]+\)\s{2,}[[(].*\d)/;
/** How a statement starts; asked only where a bracket was left open above. */
const statement =
  /^(?:@[\p{L}_]|(?:def|class|if|for|while|with|try|return|import|from|raise|del|global|assert|pass|break|continue)\b|[\p{L}_][\p{L}\p{N}_.]*(?:\[[^\]]*\])?\s*(?:[-+*/|&]?=(?!=)|\(|,[^()]*[^=]=(?!=)))/u;

export interface Line {
  /** Offset of the line's first character, and of the one that is kept first. */
  readonly start: number;
  readonly from: number;
  /** Offset behind its last character, without the line break. */
  readonly end: number;
  readonly prompted: boolean;
}

/** The line at `start`, without a prompt before it. @param after the line above had a prompt, so that "..." goes on with it. */
export function lineAt(source: string, start: number, after: boolean): Line {
  const found = source.indexOf("\n", start);
  let end = found < 0 ? source.length : found;
  if (end > start && source.charCodeAt(end - 1) === 13) end--;
  // A glance at the first letter spares most lines the patterns.
  let first = start;
  while (first < end && (source.charCodeAt(first) === 32 || source.charCodeAt(first) === 9)) first++;
  const letter = source.charAt(first);
  if (letter !== ">" && letter !== "I" && !(after && letter === ".")) return { start, from: start, end, prompted: false };
  const head = source.slice(start, Math.min(end, start + 200));
  const match = prompt.exec(head) ?? (after ? continued.exec(head) : null);
  return { start, from: start + (match?.[0].length ?? 0), end, prompted: match !== null };
}

export function indentOf(text: string): number {
  let at = 0;
  while (at < text.length && (text[at] === " " || text[at] === "\t" || text[at] === "\f")) at++;
  return at;
}

/** Is the line no Python at all? Asked of lines outside of brackets and strings. */
export function isNoise(text: string): boolean {
  const first = text.charCodeAt(0);
  const letter = (first | 32) >= 97 && (first | 32) <= 122;
  // Rows of a table have columns; its other lines start with few letters.
  if (letter && !text.includes("  ") && !text.endsWith("?") && !/^[LTNOM]/.test(text)) return false;
  return magic.test(text) || table.test(text.slice(0, 400));
}

/** A guess, by what statements mostly start with: only asked where a bracket is never closed. */
export function startsStatement(text: string): boolean {
  return statement.test(text.slice(0, 400));
}

/** `else`, `except` … go on with the statement above. */
export function goesOn(text: string): boolean {
  return /^(?:elif|else|except|finally)\b/.test(text);
}
