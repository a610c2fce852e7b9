/** The activation around the sum: its curve, and the point on it. */
import { html, nothing, svg, type TemplateResult } from "lit";
import { vectorActivations } from "../../../extension/core/model/activations.js";
import { activate } from "../../../extension/core/reference/activations.js";
import type { Ledger } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { css, mix } from "../colour.js";
import { fixed } from "../numbers.js";
import { activationName } from "../traceWords.js";
import type { RunContext } from "../view.js";

const WIDTH = 216;
const HEIGHT = 96;
const EDGE = 4;
const POINTS = 97;
/** Sums that are always in sight. */
const REACH = 3.2;

export function activationCurve(view: RunContext, { activation, sum, value, slope }: Ledger): TemplateResult | typeof nothing {
  const name = activationName(activation);
  const title =
    slope === null ? `${t("Activation")} · ${name}` : `${t("Activation")} · ${name} · ${t("slope {n}", { n: fixed(slope, 2) })}`;
  if (vectorActivations.has(activation) || !Number.isFinite(sum) || !Number.isFinite(value)) return html`<p class="caption">${title}</p>`;
  const reach = Math.max(REACH, Math.abs(sum) * 1.15);
  const xs = Float64Array.from({ length: POINTS }, (_, i) => ((2 * i) / (POINTS - 1) - 1) * reach);
  const ys = xs.slice();
  activate(activation, ys, 0, ys.length);
  const [low, high] = [Math.min(0, value, ...ys), Math.max(0, value, ...ys)];
  const x = (v: number): number => EDGE + ((v + reach) / (2 * reach)) * (WIDTH - 2 * EDGE);
  const y = (v: number): number => HEIGHT - EDGE - ((v - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const { palette } = view;
  const colour = css(value < 0 ? palette.negative : palette.positive);
  const path = Array.from(xs, (v, i) => `${i === 0 ? "M" : "L"}${x(v).toFixed(1)} ${y(ys[i] as number).toFixed(1)}`).join("");
  // The labels stand on the side of the curve that is free.
  const below = value < 0;
  return html`<p class="caption">${title}</p>
    <svg class="curve" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`${name}(${fixed(sum, 4)}) = ${fixed(value, 4)}`}>
      <path d=${`M${EDGE} ${y(0)}H${WIDTH - EDGE}M${x(0)} ${EDGE}V${HEIGHT - EDGE}`} stroke=${css(mix(palette.back, palette.fore, 0.16))} />
      <path d=${path} fill="none" stroke=${css(mix(palette.back, palette.fore, 0.6))} stroke-width="1.5" />
      <path d=${`M${x(sum)} ${y(0)}V${y(value)}H${x(0)}`} fill="none" stroke=${colour} stroke-dasharray="3 3" />
      ${svg`<circle cx=${x(sum)} cy=${y(value)} r="4" fill=${colour} stroke=${css(palette.back)}/>`}
      ${label(sum, { x: x(sum), y: y(0) + (below ? -5 : 13), anchor: sum < 0 ? "start" : "end", clamp: true })}
      ${label(value, { x: x(0) + (sum < 0 ? 5 : -5), y: y(value) + (below ? 11 : -4), anchor: sum < 0 ? "start" : "end", clamp: false })}
    </svg>`;
}

function label(v: number, place: { x: number; y: number; anchor: "start" | "end"; clamp: boolean }): TemplateResult {
  const x = place.clamp ? Math.max(30, Math.min(WIDTH - 30, place.x + (place.anchor === "start" ? -6 : 6))) : place.x;
  const y = Math.max(11, Math.min(HEIGHT - 3, place.y));
  const anchor = place.clamp ? (place.anchor === "start" ? "end" : "start") : place.anchor;
  return html`${svg`<text x=${x} y=${y} text-anchor=${anchor}>${fixed(v, 2)}</text>`}`;
}
