/** What is wrong with a layer's numbers, in words: dead units, saturation, a state that explodes. */
import type { Finding } from "../../extension/core/band.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { formatNumber, t } from "../shared/l10n.js";
import type { Window } from "./bands.js";
import { fixed } from "./numbers.js";
import type { Strip } from "./outputs.js";

/** Share of values beyond ±0.95 from which a layer counts as saturated. */
const SATURATED = 0.5;

/** Of the steps in sight. */
export function oddWords(strip: Strip, finding: Finding, { steps }: Window): string[] {
  if (strip.what === "input") return [];
  const all = Math.min(steps, strip.tensor.shape[1] ?? 1) * strip.units;
  const bounded = Math.abs(finding.highest?.value ?? 2) <= 1 && Math.abs(finding.lowest?.value ?? 2) <= 1;
  const share = all === 0 ? 0 : finding.beyond / all;
  const saturated =
    bounded && share >= SATURATED
      ? [
          t("{percent} % of the values lie beyond ±0.95: the layer is saturated, and hardly hears its input.", {
            percent: Math.round(100 * share),
          }),
        ]
      : [];
  return [...healthWords(strip.tensor), ...saturated];
}

/** Of the whole tensor. */
export function healthWords({ health, shape }: Pick<TensorView, "health" | "shape">): string[] {
  if (health === null) return [];
  const words: string[] = [];
  const units = shape.at(-1) ?? 1;
  const { dead, infinite, early, late } = health;
  if (dead === units && units > 0) words.push(t("Every unit is 0 at every step."));
  else if (dead > 0)
    words.push(t("{n} of {units} units are dead: 0 at every step.", { n: formatNumber(dead), units: formatNumber(units) }));
  if (infinite > 0) words.push(t("{n} values are infinite: the state has exploded.", { n: formatNumber(infinite) }));
  else if (late > 10 && late > 10 * early)
    words.push(t("The largest value grows from {early} to {late}: the state explodes.", { early: fixed(early, 2), late: fixed(late, 2) }));
  return words;
}
