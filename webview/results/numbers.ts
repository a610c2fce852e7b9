/** Numbers as people and as programs read them. Display uses the true minus sign; copies use ASCII. */

const MINUS = "−";

function special(v: number): string | null {
  if (Number.isNaN(v)) return "NaN";
  if (v === Infinity) return "∞";
  if (v === -Infinity) return `${MINUS}∞`;
  return null;
}

function minus(text: string): string {
  return text.replace("e+", "e").replaceAll("-", MINUS);
}

/** A fixed number of decimals; never "−0.00". Very large and very small values become exponents. */
export function fixed(v: number, decimals: number): string {
  const word = special(v);
  if (word !== null) return word;
  const size = Math.abs(v);
  if (size >= 1e7) return minus(v.toExponential(Math.min(decimals, 3)));
  const text = v.toFixed(decimals);
  if (Number(text) !== 0) return minus(text);
  if (size > 0 && decimals >= 4) return minus(v.toExponential(1));
  return text.replace("-", "");
}

/** Two digits, for differences: "2.4e−7", "0.93". */
export function scientific(v: number): string {
  const size = Math.abs(v);
  if (size >= 0.01 && size < 1000) return minus(String(Number(v.toPrecision(2))));
  return special(v) ?? (v === 0 ? "0" : minus(v.toExponential(1)));
}

export function signed(v: number, decimals: number): string {
  const text = fixed(v, decimals);
  return v > 0 && !text.startsWith(MINUS) ? `+${text}` : text;
}

/** `digits` significant digits, as far as a float32 has them: 0.1 stays "0.1". */
export function significant(v: number, digits: number): string {
  const word = special(v);
  if (word !== null) return word;
  if (v === 0) return "0";
  const short = shortest(v);
  if (countDigits(short) <= digits) return minus(short);
  const size = Math.abs(v);
  if (size < 1e-4 || size >= 10 ** Math.max(digits, 6)) return minus(v.toExponential(digits - 1));
  return minus(v.toPrecision(digits));
}

/** The shortest decimal that gives the same float32 again, as NumPy prints it. */
export function shortest(v: number): string {
  if (Number.isNaN(v)) return "nan";
  if (!Number.isFinite(v)) return v > 0 ? "inf" : "-inf";
  if (Object.is(v, -0)) return "-0";
  if (Math.fround(v) !== v) return String(v);
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(v.toPrecision(digits));
    if (Math.fround(candidate) === v) return String(candidate);
  }
  return String(Number(v.toPrecision(9)));
}

function countDigits(text: string): number {
  const mantissa = (text.split("e")[0] ?? "").replace(/[-.]/g, "").replace(/^0+/, "");
  return Math.max(1, mantissa.length);
}

/** Decimals with which all of `values` line up: as few as they need, at most `most`. */
export function decimalsFor(values: Iterable<number>, most: number): number {
  let needed = 0;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    const text = shortest(v);
    if (text.includes("e")) return most;
    const decimals = text.split(".")[1]?.length ?? 0;
    if (decimals >= most) return most;
    if (decimals > needed) needed = decimals;
  }
  return needed;
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below `largest`; 1 where there is nothing to scale. */
export function niceScale(largest: number): number {
  if (!Number.isFinite(largest) || largest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  for (const step of [1, 2, 5, 10]) if (largest <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

/** "₃" for 3. */
export function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)] ?? digit);
}

/** The largest magnitude of the finite values; 0 where there is none. */
export function largestOf(values: Iterable<number>): number {
  let largest = 0;
  for (const v of values) if (Number.isFinite(v) && Math.abs(v) > largest) largest = Math.abs(v);
  return largest;
}
