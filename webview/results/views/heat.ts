/** Heat: the units of every layer and direction over time, under one time cursor; or the same as tables. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { type Band, valueAt } from "../band.js";
import { bandOf, type Window, windowOf } from "../bands.js";
import { lacksSteps } from "../gates.js";
import { clip } from "../names.js";
import { oddWords } from "../oddWords.js";
import { type Look, type Overview, overviewOf, shownWindow } from "../overview.js";
import { decimalsFor, fixed, niceScale, signed } from "../numbers.js";
import { type Strip, stepsOf, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { findingWord, stripWord, unitsWord, unitWord, partWord } from "../words.js";
import { capturedStates } from "./captured.js";
import { legend, paletteSwitch, toggle } from "./controls.js";
import { waiting } from "./frame.js";
import { readout } from "./readout.js";
import { columnsFor, gutterFor, strip, stripRoom } from "./strip.js";
import { twin } from "./twin.js";
import { zoomButtons } from "./zoom.js";

export function heatTab(view: RunContext): TemplateResult {
  const strips = stripsOf(view.outputs);
  const { table, zoom } = view.state.chosen;
  const window = shownWindow(zoom, stepsOf(view.outputs));
  const current = strips.find((entry) => entry.id === view.state.chosen.strip) ?? strips[0];
  return html`<div class="bar">
      ${paletteSwitch(view)} ${legend(view, current === undefined ? 1 : scaleOfStrip(current))} ${zoomButtons(view)}
      <span class="push">${toggle("table-twin", "table", t("Table"), table, () => view.choose({ table: !table }))}</span>
    </div>
    ${current === undefined ? nothing : summary(view, current, window)}
    <div class="split">
      <div class="strips">
        ${repeat(
          strips,
          (entry) => entry.id,
          (entry, i) => figure(view, entry, { window, first: i === 0, current: entry === current }),
        )}
        ${lacksSteps(view.outputs) ? capturedStates(view) : nothing}
      </div>
      ${current === undefined ? nothing : readout(view, current)}
    </div>`;
}

/** Asks for what the heat map will show, so that it is there when it is opened. */
export function lookAhead(view: RunContext): void {
  const window = shownWindow(view.state.chosen.zoom, stepsOf(view.outputs));
  for (const entry of stripsOf(view.outputs)) overviewOf(entry, look(view, window), (query) => view.band(query));
}

/** h lies within ±1; inputs and other outputs on the next round number. */
export function scaleOfStrip(entry: Strip): number {
  const ends = [entry.tensor.min, entry.tensor.max].filter((v): v is number => v !== null && Number.isFinite(v)).map(Math.abs);
  const largest = Math.max(0, ...ends);
  return entry.what === "h" && largest <= 1 ? 1 : niceScale(largest);
}

function look(view: RunContext, window: Window): Look {
  return { window, batch: view.state.chosen.batch, columns: columnsFor(stripRoom(view)) };
}

/** One sentence first: what the strip shows, and what is odd about it. */
function summary(view: RunContext, entry: Strip, window: Window): TemplateResult {
  const loaded = overviewOf(entry, look(view, window), (query) => view.band(query));
  if (loaded.band === null) return html`<p class="summary">${stripWord(entry)}</p>`;
  const total = stepsOf(view.outputs);
  const { from, steps } = window;
  const part = steps < total ? ` ${t("Steps {from} to {to} of {total} are shown.", { from: from + 1, to: from + steps, total })}` : "";
  const odd = oddWords(entry, loaded.finding, window);
  return html`<p class="summary">${findingWord(entry, loaded.finding, Math.min(steps, entry.tensor.shape[1] ?? 1))}${part}</p>
    ${odd.map((text) => html`<p class="odd">${icon("warning", "i warn")}<span>${text}</span></p>`)}`;
}

interface Place {
  readonly window: Window;
  readonly first: boolean;
  readonly current: boolean;
}

function figure(view: RunContext, entry: Strip, place: Place): TemplateResult {
  const loaded = overviewOf(entry, look(view, place.window), (query) => view.band(query));
  const what = entry.what === "input" ? t("input") : entry.what === "h" ? "h" : t("output");
  const grouped = loaded.band === null ? "" : groupedWord(loaded);
  const parts = [partWord(entry), what, unitsWord(entry), grouped];
  return html`<figure class="strip">
    <figcaption>
      <b>${entry.what === "input" ? "x" : clip(entry.title, 60)}</b>
      <span class="dim small">${parts.filter((text) => text !== "").join(" · ")}</span>
      ${entry.reversed ? html`<span class="tag quiet">${icon("backward")}${t("time reversed")}</span>` : nothing}
    </figcaption>
    ${loaded.band === null ? waiting(view, loaded.message) : drawn(view, entry, loaded, place)}
  </figure>`;
}

/** What a cell stands for, where that is more than one value. */
export function groupedWord({ stepsPer: steps, unitsPer: units }: Overview): string {
  if (units > 1) return t("a cell is {steps} steps × {units} units: the value farthest from 0", { steps, units });
  return steps > 1 ? t("a column is {steps} steps: the value farthest from 0", { steps }) : "";
}

function drawn(view: RunContext, entry: Strip, overview: Overview, { window, first, current }: Place): TemplateResult {
  const { table } = view.state.chosen;
  const alt = findingWord(entry, overview.finding, Math.min(window.steps, entry.tensor.shape[1] ?? 1));
  if (table) return exactTable(view, entry, alt);
  const decimals = entry.what === "input" ? Math.max(1, decimalsFor(sample(overview.band), 2)) : 2;
  // The same for every strip, so that their columns line up.
  const gutter = gutterFor(Math.max(...stripsOf(view.outputs).map(({ units }) => units)));
  const place = { id: `heat-${entry.id}`, width: stripRoom(view), gutter };
  return strip(view, {
    ...{ entry, overview, alt, window, axis: first, decimals, scale: scaleOfStrip(entry), kind: "signed", current, place },
  });
}

/** Every value around the cursor, whatever the strip stands for. */
function exactTable(view: RunContext, entry: Strip, caption: string): TemplateResult {
  const { step, batch } = view.state.chosen;
  const around = windowOf(stripsOf(view.outputs), step);
  const { band } = bandOf(entry, around, batch, (box) => view.slice(box));
  return band === null ? waiting(view, null) : twin({ entry, band, from: around.from, step, caption });
}

/** Enough values to choose the decimals by. */
function* sample(band: Band): Generator<number> {
  for (let step = 0; step < Math.min(band.steps, 32); step++)
    for (let unit = 0; unit < Math.min(band.units, 32); unit++) yield valueAt(band, unit, step);
}

/** The lowest and the highest of what a cell stands for. */
export function rangeWord(low: number, high: number): string {
  return t("{low} to {high}", { low: fixed(low, 4), high: fixed(high, 4) });
}

/** "LSTM · forward, unit 5, step 3: −0.3667", for a screen reader. */
export function cellWord(entry: Strip, unit: number, step: number, value: number): string {
  return `${unitWord(entry, unit)}, ${t("step {n}", { n: step + 1 })}, ${entry.what === "input" ? fixed(value, 4) : signed(value, 4)}`;
}
