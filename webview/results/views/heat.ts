/** Heat: the units of every layer and direction over time, under one time cursor; or the same as tables. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { bandOf, MOST_UNITS, type Window, windowOf } from "../bands.js";
import { type Band, findingOf, valueAt } from "../finding.js";
import { clip } from "../names.js";
import { decimalsFor, fixed, niceScale, signed } from "../numbers.js";
import { type Strip, stepsOf, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { findingWord, stripWord, unitsWord, unitWord, partWord } from "../words.js";
import { legend, paletteSwitch, toggle } from "./controls.js";
import { waiting } from "./frame.js";
import { readout } from "./readout.js";
import { strip } from "./strip.js";
import { twin } from "./twin.js";

export function heatTab(view: RunContext): TemplateResult {
  const strips = stripsOf(view.outputs);
  const { step, table } = view.state.chosen;
  const window = windowOf(strips, step);
  const current = strips.find((entry) => entry.id === view.state.chosen.strip) ?? strips[0];
  return html`<div class="bar">
      ${paletteSwitch(view)} ${legend(view, current === undefined ? 1 : scaleOfStrip(current))}
      <span class="push">${toggle("table-twin", "table", t("Table"), table, () => view.choose({ table: !table }))}</span>
    </div>
    ${current === undefined ? nothing : finding(view, current, window)}
    <div class="split">
      <div class="strips">
        ${repeat(
          strips,
          (entry) => entry.id,
          (entry, i) => figure(view, entry, { window, first: i === 0, current: entry === current }),
        )}
      </div>
      ${current === undefined ? nothing : readout(view, current, window)}
    </div>`;
}

/** h lies within ±1; inputs and other outputs on the next round number. */
export function scaleOfStrip(entry: Strip): number {
  const ends = [entry.tensor.min, entry.tensor.max].filter((v): v is number => v !== null && Number.isFinite(v)).map(Math.abs);
  const largest = Math.max(0, ...ends);
  return entry.what === "h" && largest <= 1 ? 1 : niceScale(largest);
}

function finding(view: RunContext, entry: Strip, window: Window): TemplateResult {
  const loaded = bandOf(entry, window, view.state.chosen.batch, (box) => view.slice(box));
  if (loaded.band === null) return html`<p class="summary">${stripWord(entry)}</p>`;
  const total = stepsOf(view.outputs);
  const part =
    window.steps < total
      ? ` ${t("Steps {from} to {to} of {total} are shown.", { from: window.from + 1, to: window.from + window.steps, total })}`
      : "";
  return html`<p class="summary">${findingWord(entry, findingOf(loaded.band), loaded.band.steps, window.from)}${part}</p>`;
}

interface Place {
  readonly window: Window;
  readonly first: boolean;
  readonly current: boolean;
}

function figure(view: RunContext, entry: Strip, place: Place): TemplateResult {
  const loaded = bandOf(entry, place.window, view.state.chosen.batch, (box) => view.slice(box));
  const what = entry.what === "input" ? t("input") : entry.what === "h" ? "h" : t("output");
  const parts = [partWord(entry), what, unitsWord(entry)];
  const cut = entry.units > MOST_UNITS ? t("first {n} shown", { n: MOST_UNITS }) : "";
  return html`<figure class="strip">
    <figcaption>
      <b>${entry.what === "input" ? "x" : clip(entry.title, 60)}</b>
      <span class="dim small">${[...parts, cut].filter((text) => text !== "").join(" · ")}</span>
      ${entry.reversed ? html`<span class="tag quiet">${icon("backward")}${t("time reversed")}</span>` : nothing}
    </figcaption>
    ${loaded.band === null ? waiting(view, loaded.message) : drawn(view, entry, loaded.band, place)}
  </figure>`;
}

function drawn(view: RunContext, entry: Strip, whole: Band, place: Place): TemplateResult {
  const { chosen } = view.state;
  const band: Band = whole.units > MOST_UNITS ? { ...whole, units: MOST_UNITS } : whole;
  const alt = findingWord(entry, findingOf(whole), whole.steps, place.window.from);
  if (chosen.table) return twin({ entry, band, from: place.window.from, step: chosen.step, caption: alt });
  return strip(view, {
    entry,
    band,
    alt,
    window: place.window,
    axis: place.first,
    decimals: entry.what === "input" ? Math.max(1, decimalsFor(sample(band), 2)) : 2,
    scale: scaleOfStrip(entry),
    cell: place.current ? { unit: chosen.unit, step: chosen.step - place.window.from } : null,
  });
}

/** Enough values to choose the decimals by. */
function* sample(band: Band): Generator<number> {
  for (let step = 0; step < Math.min(band.steps, 32); step++)
    for (let unit = 0; unit < Math.min(band.units, 32); unit++) yield valueAt(band, unit, step);
}

/** "LSTM · forward, unit 5, step 3: −0.3667", for a screen reader. */
export function cellWord(entry: Strip, unit: number, step: number, value: number): string {
  return `${unitWord(entry, unit)}, ${t("step {n}", { n: step + 1 })}, ${entry.what === "input" ? fixed(value, 4) : signed(value, 4)}`;
}
