/** The sentences of Compare. */
import type { Difference } from "../../../extension/core/difference.js";
import { t } from "../../shared/l10n.js";
import { fixed, scientific, significant } from "../numbers.js";
import { stripWord, tensorWord } from "../words.js";
import { type End, inputStep, type Pair } from "./pairs.js";

/** "LSTM · forward", of a tensor without steps its layer and name. */
export function pairWord(pair: Pair): string {
  const end = (pair.a ?? pair.b) as End;
  if (end.strip !== null) return stripWord(end.strip);
  return end.tensor.layer < 0 ? tensorWord(end.tensor) : `${end.tensor.layerName} · ${tensorWord(end.tensor)}`;
}

/** "1e-6", as it is typed. */
export function toleranceWord(tolerance: number): string {
  return tolerance > 0 && tolerance < 1e-3 ? tolerance.toExponential() : significant(tolerance, 3);
}

export function titleWord(pair: Pair, found: Difference, tolerance: number): string {
  if (found.first === null)
    return found.at === null ? t("No difference") : t("No difference beyond {tolerance}", { tolerance: toleranceWord(tolerance) });
  if (pair.a?.strip === null) return t("Different");
  return t("First difference: step {n}", { n: inputStep(pair.a as End, found.first.step) + 1 });
}

/** Where the layer parts from itself, in numbers. */
export function sentenceWord(pair: Pair, found: Difference, tolerance: number): string {
  const layer = pairWord(pair);
  const end = pair.a as End;
  if (found.first === null)
    return found.at === null
      ? t("{layer}: every number is the same.", { layer })
      : t("{layer}: equal within {tolerance}. The largest difference is {largest}.", {
          layer,
          tolerance: toleranceWord(tolerance),
          largest: sizeWord(found.largest),
        });
  const { a, b, unit } = found.first;
  const values = { largest: sizeWord(Math.abs(b - a)), unit: unit + 1, a: fixed(a, 4), b: fixed(b, 4), layer };
  if (end.strip === null) return t("{layer}: the largest difference is {largest}, in unit {unit}: {a} → {b}.", values);
  const step = inputStep(end, found.first.step) + 1;
  const before = step + (end.strip.reversed ? 1 : -1);
  if (before < 1 || before > (end.tensor.shape[1] ?? 1))
    return t(
      "{layer}: different from the first step it takes, step {step}. The largest difference there is {largest}, in unit {unit}: {a} → {b}.",
      {
        ...values,
        step,
      },
    );
  return t(
    "{layer}: equal within {tolerance} up to step {before}. At step {step} the largest difference is {largest}, in unit {unit}: {a} → {b}.",
    { ...values, tolerance: toleranceWord(tolerance), before, step },
  );
}

/** "0.0452", "2.4e−7". */
export function sizeWord(size: number): string {
  if (!Number.isFinite(size)) return "∞";
  return size !== 0 && size < 1e-3 ? scientific(size) : fixed(size, 4);
}

/** `=` within the tolerance, `≈0` where it is too small to print. */
export function deltaWord(delta: number, tolerance: number): string {
  if (Math.abs(delta) <= tolerance || delta !== delta) return delta !== delta ? "NaN" : "=";
  if (Math.abs(delta) < 0.0005) return "≈0";
  return `${delta > 0 ? "+" : ""}${fixed(delta, 3)}`;
}
