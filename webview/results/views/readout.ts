/** The cell that was looked at, beside the strips: its value, where it stands on its scale, what it was computed from. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { bandOf, type Window } from "../bands.js";
import { css, paint } from "../colour.js";
import { addressText } from "../convention.js";
import { type Band, valueAt } from "../finding.js";
import { fixed, shortest, signed, significant } from "../numbers.js";
import { type Strip, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { stripWord, unitWord } from "../words.js";
import { copyButton, ghost } from "./controls.js";
import { scaleOfStrip } from "./heat.js";

export function readout(view: RunContext, entry: Strip, window: Window): TemplateResult {
  const { chosen, hover } = view.state;
  const step = hover ?? chosen.step;
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
            ${source(view, entry, step, window)}
            <p class="acts">
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
  view.choose({ tab: "data", row: storedStep(entry, step), column: entry.offset + view.state.chosen.unit });
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

const MOST_ROWS = 12;
const MOST_COLUMNS = 16;

/** The input's rows: the step's own strong, those that it depends on lighter, the others faint. */
function source(view: RunContext, entry: Strip, step: number, window: Window): TemplateResult | typeof nothing {
  const input = stripsOf(view.outputs)[0];
  if (input === undefined || input.what !== "input" || input.units > 64) return nothing;
  const { band } = bandOf(input, window, view.state.chosen.batch, (box) => view.slice(box));
  if (band === null) return nothing;
  const from = Math.max(0, Math.min(band.steps - MOST_ROWS, step - window.from - MOST_ROWS / 2));
  const rows = Array.from({ length: Math.min(MOST_ROWS, band.steps) }, (_, i) => from + i);
  const near = (row: number): boolean => entry.what !== "input" && (entry.reversed ? row >= step : row <= step);
  const hit = entry.what === "input" ? view.state.chosen.unit : -1;
  return html`<p class="caption" id="from-rows">${fromWord(entry, step, input.tensor.shape[1] ?? 1)}</p>
    <pre class="source" tabindex="0" role="group" aria-labelledby="from-rows">
${rows.map((at) => line(band, { at, row: window.from + at, step, hit, near: near(window.from + at) }))}</pre>`;
}

function fromWord(entry: Strip, step: number, steps: number): string {
  if (entry.what === "input") return t("This number in the input");
  const [from, to] = entry.reversed ? [step + 1, steps] : [1, step + 1];
  return from === to
    ? t("Computed from row {n} of the input", { n: from })
    : t("Computed from rows {from} to {to} of the input", { from, to });
}

interface Line {
  readonly at: number;
  readonly row: number;
  readonly step: number;
  /** Column to point at; −1: none. */
  readonly hit: number;
  readonly near: boolean;
}

function line(band: Band, options: Line): TemplateResult {
  const now = options.row === options.step;
  const values = Array.from({ length: Math.min(MOST_COLUMNS, band.units) }, (_, unit) => valueAt(band, unit, options.at));
  const state = now ? "now" : options.near ? "near" : "faint";
  return html`<span class=${`line ${state}`}
    ><span class="line-number">${options.row + 1}</span>[${values.map(
      (v, i) => html`${i > 0 ? ", " : ""}<span class=${now && i === options.hit ? "n hit" : "n"}>${significant(v, 4)}</span>`,
    )}${band.units > MOST_COLUMNS ? ", …" : ""}]</span
  >`;
}
