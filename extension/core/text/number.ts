/** Reads one number as the usual languages write them; the value is exact to the double nearest to the text. */

const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Part of a word or a number; what ends neither. Everything outside ASCII counts as a letter. */
export function isWordCode(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36 || code > 191;
}

/** `f`, `L`, `u`, `d`, `n` of C, Java, JavaScript; `f32` and the like of Rust. */
const suffix = /^_?(?:[fFdDn]|[uUlL]{1,3}|[fiu](?:8|16|32|64|size))$/;

/** One reused reader: after `read`, `value` and `end` hold what was found. */
export class NumberReader {
  value = 0;
  end = 0;

  /** suffixes: `1.5f` and the like of C are numbers too. */
  constructor(
    private readonly text: string,
    private readonly suffixes = false,
  ) {}

  /** Reads at `start` (a sign, digit or point); false when no number stands there as a whole word. `end` is then the end of the culprit. */
  read(start: number, limit: number): boolean {
    const { text } = this;
    let at = start;
    let negative = false;
    const sign = text.charCodeAt(at);
    if (sign === 45 || sign === 43) {
      negative = sign === 45;
      at++;
    }
    const first = at;
    let mantissa = 0;
    let digits = 0;
    let scale = 0;
    while (at < limit && isDigit(text.charCodeAt(at))) {
      mantissa = mantissa * 10 + text.charCodeAt(at++) - 48;
      digits++;
    }
    if (at < limit && text.charCodeAt(at) === 46) {
      at++;
      while (at < limit && isDigit(text.charCodeAt(at))) {
        mantissa = mantissa * 10 + text.charCodeAt(at++) - 48;
        digits++;
        scale++;
      }
    }
    const next = at < limit ? text.charCodeAt(at) : 32;
    if (digits > 0 && digits <= 15 && scale <= 22 && !isWordCode(next) && next !== 46) {
      const value = scale === 0 ? mantissa : mantissa / (powers[scale] ?? 1);
      this.value = negative ? -value : value;
      this.end = at;
      return true;
    }
    return this.readSlowly(first, limit, negative);
  }

  /** Exponents, underscores, other bases, suffixes, many digits. */
  private readSlowly(first: number, limit: number, negative: boolean): boolean {
    const { text } = this;
    let at = first;
    while (at < limit) {
      const code = text.charCodeAt(at);
      const before = at > first ? text.charCodeAt(at - 1) | 32 : 0;
      const exponentSign =
        (code === 43 || code === 45) && before === 101 && isDigit(text.charCodeAt(at + 1)) && !/^0x/i.test(text.slice(first, first + 2));
      if (!isWordCode(code) && code !== 46 && !exponentSign) break;
      at++;
    }
    this.end = at;
    if (at - first > 4096) return false;
    const value = numberOf(text.slice(first, at), this.suffixes);
    if (value === undefined) return false;
    this.value = negative ? -value : value;
    return true;
  }
}

/** An unsigned number as a whole word, or undefined. */
export function numberOf(word: string, suffixes = true): number | undefined {
  const radix = /^0(?:x[\da-f]+(?:_[\da-f]+)*|b[01]+(?:_[01]+)*|o[0-7]+(?:_[0-7]+)*)(?:[uUlL]{1,3}|n)?$/i;
  if (radix.test(word)) return Number(word.replace(/_/g, "").replace(/(?:[uUlL]{1,3}|n)$/, ""));
  const match = /^((?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?(?:[eE][+-]?\d+(?:_\d+)*)?)(.*)$/s.exec(word);
  const body = match?.[1] ?? "";
  const rest = match?.[2] ?? "";
  if (!/^\.?\d/.test(body) || (rest !== "" && !(suffixes && suffix.test(rest)))) return undefined;
  return Number(body.replace(/_/g, ""));
}

export type WordMeaning = { readonly kind: "number"; readonly value: number } | { readonly kind: "missing" | "non-finite" | "truncated" };

const meanings = new Map<string, WordMeaning>();
for (const word of ["true"]) meanings.set(word, { kind: "number", value: 1 });
for (const word of ["false"]) meanings.set(word, { kind: "number", value: 0 });
for (const word of ["nan", "inf", "infinity", "infinite", "-nan", "1.#inf", "1.#qnan"]) meanings.set(word, { kind: "non-finite" });
for (const word of ["none", "null", "nil", "na", "n/a", "<na>", "nat", "undefined", "missing", "nothing", "#n/a", "-", "--", "?"])
  meanings.set(word, { kind: "missing" });
for (const word of ["...", "…", "..", "⋮", "⋯", "ellipsis"]) meanings.set(word, { kind: "truncated" });

/** What a word means where a number was expected; module names before it (`np.nan`, `math.inf`) and signs do not count. */
export function meaningOf(word: string): WordMeaning | undefined {
  if (word.length > 32) return undefined;
  const lower = word.toLowerCase();
  return meanings.get(lower) ?? meanings.get(lower.replace(/^[+-]\s*/, "")) ?? meanings.get(lower.replace(/^[+-]?\s*(?:[a-z_]\w*\.)+/, ""));
}

/** Whether a word stands for a value that is not there, when missing values may be kept: `None`, `NA`, `nan`; infinities do not. */
export function isGap(word: string): boolean {
  const meaning = meaningOf(word);
  return meaning?.kind === "missing" || (meaning?.kind === "non-finite" && /nan$/i.test(word));
}
