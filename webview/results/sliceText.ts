/** A slice as people type it, "[0, :, -1]" or "2, 3:8": integers fix an axis, ranges keep a part of it, as in Python. */

export type Part =
  { readonly kind: "index"; readonly at: number } | { readonly kind: "range"; readonly from: number; readonly count: number };

/** Why it cannot be shown; worded by the view. */
export type SliceProblem =
  | { readonly why: "syntax"; readonly part: string }
  | { readonly why: "axes"; readonly given: number; readonly axes: number }
  | { readonly why: "outside"; readonly part: string; readonly axis: number; readonly size: number }
  | { readonly why: "empty"; readonly part: string };

export type ParsedSlice = { readonly ok: true; readonly parts: readonly Part[] } | { readonly ok: false; readonly problem: SliceProblem };

const INTEGER = /^[+-]?\d{1,15}$/;

/** Axes that are not named are whole. */
export function parseSlice(text: string, shape: readonly number[]): ParsedSlice {
  const inner = text
    .trim()
    .replace(/^\[(.*)\]$/s, "$1")
    .trim();
  const given =
    inner === ""
      ? []
      : inner
          .replace(/,\s*$/, "")
          .split(",")
          .map((part) => part.trim());
  const ellipsis = given.indexOf("...");
  const named = given.length - (ellipsis < 0 ? 0 : 1);
  if (named > shape.length) return refused({ why: "axes", given: named, axes: shape.length });
  const whole = Array.from({ length: shape.length - named }, () => ":");
  const texts = ellipsis < 0 ? [...given, ...whole] : [...given.slice(0, ellipsis), ...whole, ...given.slice(ellipsis + 1)];
  const parts: Part[] = [];
  for (const [axis, part] of texts.entries()) {
    const read = parsePart(part, axis, shape[axis] as number);
    if ("why" in read) return refused(read);
    parts.push(read);
  }
  return { ok: true, parts };
}

function parsePart(text: string, axis: number, size: number): Part | SliceProblem {
  if (INTEGER.test(text)) {
    const at = Number(text) < 0 ? size + Number(text) : Number(text);
    return at >= 0 && at < size ? { kind: "index", at } : { why: "outside", part: text, axis, size };
  }
  const ends = text.split(":").map((end) => end.trim());
  if (ends.length !== 2 || ends.some((end) => end !== "" && !INTEGER.test(end))) return { why: "syntax", part: text };
  const [first, last] = ends.map((end, i) => (end === "" ? i * size : Number(end) < 0 ? size + Number(end) : Number(end)));
  const from = Math.max(0, first as number);
  const count = Math.min(size, last as number) - from;
  return count > 0 || size === 0 ? { kind: "range", from, count: Math.max(0, count) } : { why: "empty", part: text };
}

function refused(problem: SliceProblem): ParsedSlice {
  return { ok: false, problem };
}

/** As it is typed. */
export function sliceTextOf(parts: readonly Part[], shape: readonly number[]): string {
  const word = (part: Part, size: number): string => {
    if (part.kind === "index") return String(part.at);
    if (part.from === 0 && part.count === size) return ":";
    return `${part.from === 0 ? "" : part.from}:${part.from + part.count === size ? "" : part.from + part.count}`;
  };
  return `[${parts.map((part, axis) => word(part, shape[axis] as number)).join(", ")}]`;
}
