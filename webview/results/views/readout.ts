/** The cell that was looked at, beside the strips: its value, where it stands on its scale, what it was computed from. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { bandOf, windowOf } from "../bands.js";
import { css, paint } from "../colour.js";
import { addressText } from "../convention.js";
import { valueAt } from "../band.js";
import { fixed, shortest, signed } from "../numbers.js";
import { type Strip, stripsOf } from "../outputs.js";
import { tracedOfStrip } from "../parts.js";
import type { RunContext } from "../view.js";
import { stripWord, unitWord } from "../words.js";
import { copyButton, ghost } from "./controls.js";
import { scaleOfStrip } from "./heat.js";
import { sourceText } from "./sourceText.js";
import { traceButton } from "./traceLinks.js";

export function readout(view: RunContext, entry: Strip): TemplateResult {
  const { chosen, hover } = view.state;
  const step = hover ?? chosen.step;
  const window = windowOf(stripsOf(view.outputs), step);
  const { band } = bandOf(entry, window, chosen.batch, (box) => view.slice(box));
  const within = step - window.from;
  const value = band === null || within < 0 || within >= band.steps ? null : valueAt(band, chosen.unit, within);
  return html`<aside class="readout" aria-label=${t("The selected value")}>
    <div><b>${stripWord(entry)}</b><span class="dim"> · ${unitWord(entry, chosen.unit)} · ${t("step {n}", { n: step + 1 })}</span></div>
    ${
      value === null
        ? nothing
        : html`<output class="big">${entry.what === "input" ? fixed(value, 4) : signed(value, 4)}</output>
            ${range(view, value, scaleOfStrip(entry))}
            <code class="dim">${addressOf(view, entry, step)}</code>
            ${sourceText(view, { entry, step, window, hit: entry.what === "input" ? chosen.unit : -1 })}
            <p class="acts">
              ${entry.what === "input" ? nothing : traceButton(view, tracedOfStrip(entry, chosen.unit), step)}
              ${copyButton(view, "copy-it", t("Copy"), () => view.copyText(shortest(value), "copy-it"), t("Copy this number"))}
              ${ghost("data-it", "table", t("All values"), () => openData(view, entry, step))}
            </p>`
    }
  </aside>`;
}

function storedStep(entry: Strip, step: number): number {
  return entry.flipped ? (entry.tensor.shape[1] ?? 1) - 1 - step : step;
}

function openData(view: RunContext, entry: Strip, step: number): void {
  view.choose({ tensor: entry.tensor.id });
  view.choose({ tab: "data", slice: "", row: storedStep(entry, step), column: entry.offset + view.state.chosen.unit });
}

function addressOf(view: RunContext, entry: Strip, step: number): string {
  const { batch, unit, convention } = view.state.chosen;
  const spec = view.outputs.layers.find((layer) => layer.index === entry.layer)?.spec ?? null;
  return addressText(entry.tensor, spec, convention, [batch, storedStep(entry, step), entry.offset + unit]);
}

function range(view: RunContext, value: number, scale: number): TemplateResult {
  const share = Math.max(-1, Math.min(1, (Number.isFinite(value) ? value : 0) / scale)) * 50;
  const bar = {
    left: `${50 + Math.min(0, share)}%`,
    width: `${Math.abs(share)}%`,
    background: css(paint(view.palette, value, scale * 0.6)),
  };
  return html`<div class="range" aria-hidden="true">
    <span class="rail-line" ${styled({ background: css(view.palette.zero) })}></span><span class="amount" ${styled(bar)}></span
    ><span class="zero"></span>
  </div>`;
}
