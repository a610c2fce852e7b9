/** A value of any type as text: whole, as programs read it, or as short as people want it. */
import { shortest, significant } from "./numbers.js";

export type Value = number | bigint;

/** Its numbers have no digits behind the point: they are always shown whole. */
export function isWhole(dtype: string): boolean {
  return dtype === "bool" || /^u?int\d+$/.test(dtype);
}

/** Every digit that the type has, as Python writes it. */
export function exactText(v: Value, dtype: string): string {
  if (typeof v === "bigint") return v.toString();
  if (dtype === "bool") return v === 0 ? "False" : "True";
  // float64 has more digits than the shortest that gives the same float32.
  if (Number.isFinite(v) && v !== 0 && (dtype === "float64" || isWhole(dtype))) return String(v);
  return shortest(v);
}

/** For people: at most `digits` significant digits of what is not whole, and the true minus sign. */
export function shownText(v: Value, dtype: string, digits: number): string {
  if (typeof v === "number" && !isWhole(dtype)) return significant(v, digits);
  return exactText(v, dtype).replace("-", "−");
}

/** Most characters of a value as `shownText` gives it. */
export function widthOf(dtype: string, digits: number, ends: readonly (number | null)[]): number {
  if (dtype === "bool") return 5;
  if (!isWhole(dtype)) return digits + 6;
  const known = ends.filter((end): end is number => end !== null);
  const bits = Number(/\d+$/.exec(dtype)?.[0] ?? 64);
  // Beyond 2^53 the ends are rounded, and so may be their length.
  const lengths =
    known.length === 0 ? [Math.ceil(bits * Math.log10(2)) + 1] : known.map((end) => BigInt(Math.trunc(end)).toString().length);
  return Math.max(4, ...lengths);
}
