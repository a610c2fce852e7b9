/** Gates: small multiples of an LSTM's or GRU's gates and states over time, with the curves of chosen units. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { bandOf, windowOf, type Window } from "../bands.js";
import { countGates, farthest, gatedPart, gatedParts, type Panel, panelsOf } from "../gates.js";
import { fixed } from "../numbers.js";
import { batchOf, stepsOf, stripsOf } from "../outputs.js";
import { type Overview, overviewOf, shownWindow } from "../overview.js";
import { type LayerPart, stripOf } from "../parts.js";
import { partTitle } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { gateWord } from "../words.js";
import { captured, type CapturedWords } from "./captured.js";
import { curves } from "./curves.js";
import { legend, oneOf, paletteSwitch, toggle } from "./controls.js";
import { waiting } from "./frame.js";
import { columnsFor, gutterFor, strip } from "./strip.js";
import { twin } from "./twin.js";
import { unitChips } from "./unitChips.js";
import { zoomButtons } from "./zoom.js";

const GUTTER = 20;
const GAP = 20;

const words = (): CapturedWords => ({
  computing: t("Computing the gates of every step…"),
  missing: t("The gates of this run were not captured."),
  ask: t("Capture the gates"),
});

export function gatesTab(view: RunContext): TemplateResult {
  const part = gatedPart(view.outputs, view.state.chosen.strip);
  if (part === null) return html`<p class="dim">${t("No layer of this run has gates.")}</p>`;
  const panels = panelsOf(view.outputs, part);
  return html`${head(view, part)} ${panels.length < 3 ? captured(view, words()) : shown(view, part, panels)}`;
}

function head(view: RunContext, part: LayerPart): TemplateResult {
  const { chosen } = view.state;
  const parts = gatedParts(view.outputs);
  const choices = parts.map((one) => ({ value: one.id, text: partTitle(one) }));
  const pick = (id: string): void => {
    const to = parts.find((one) => one.id === id);
    const strip = to === undefined ? null : stripOf(view.outputs, to);
    if (strip !== null) view.choose({ strip: strip.id });
  };
  return html`<div class="bar">
    ${parts.length < 2 ? nothing : oneOf("part", t("Layer"), choices, part.id, pick)} ${unitChips(view, part.units)}
    <span class="push"
      >${paletteSwitch(view)} ${toggle("table-twin", "table", t("Table"), chosen.table, () => view.choose({ table: !chosen.table }))}</span
    >
  </div>`;
}

function shown(view: RunContext, part: LayerPart, panels: readonly Panel[]): TemplateResult {
  const total = Math.max(stepsOf(view.outputs), part.steps);
  const window = shownWindow(view.state.chosen.zoom, total);
  const { across, width } = layoutOf(view);
  const look = { window, batch: Math.min(view.state.chosen.batch, batchOf(view.outputs) - 1), columns: columnsFor(width) };
  const loaded = panels.map((panel) => overviewOf(panel.strip, look, (query) => view.band(query)));
  const failed = loaded.find((one) => one.band === null && one.message !== null);
  if (failed?.band === null) return waiting(view, failed.message);
  const overviews = loaded.filter((one): one is Overview => one.band !== null);
  if (overviews.length < panels.length) return waiting(view, null);
  const steps = Math.min(window.steps, panels[0]?.strip.tensor.shape[1] ?? 1);
  return html`<p class="summary">${summary(panels, overviews, steps * part.units)}</p>
    <div class="gates" ${styled({ "--across": String(across) })}>
      ${panels.map((panel, i) => figure(view, panel, overviews[i] as Overview, { window, width, values: steps * part.units }))}
    </div>
    ${foot(view, panels)}`;
}

/** Three beside each other, two in a narrow panel, one in the narrowest. */
function layoutOf({ state: { width } }: RunContext): { readonly across: number; readonly width: number } {
  const room = (width === 0 ? 900 : width) - 32;
  const across = room >= 640 ? 3 : room >= 380 ? 2 : 1;
  return { across, width: Math.floor((room - GAP * (across - 1)) / across) };
}

function summary(panels: readonly Panel[], overviews: readonly Overview[], values: number): string {
  const findings = overviews.map(({ finding }) => finding);
  const { gates, saturated, candidates, beyond } = countGates(panels, findings, values);
  const sentences: string[] = [];
  if (gates > 0) sentences.push(t("Of {n} gate values, {saturated} are saturated (below 0.05 or above 0.95).", { n: gates, saturated }));
  if (candidates > 0) sentences.push(t("{n} of {all} candidate values lie beyond ±0.95.", { n: beyond, all: candidates }));
  const state = panels.findIndex(({ key }) => key === "c");
  const at = state < 0 ? panels.findIndex(({ key }) => key === "h") : state;
  const most = findings[at] === undefined ? null : farthest(findings[at]);
  if (most !== null) {
    const args = { value: fixed(most.value, 2), unit: most.unit + 1, step: most.step + 1 };
    sentences.push(
      state < 0
        ? t("The hidden state reaches {value} in unit {unit} at step {step}.", args)
        : t("The cell state reaches {value} in unit {unit} at step {step}.", args),
    );
  }
  return sentences.join(" ");
}

interface Place {
  readonly window: Window;
  readonly width: number;
  /** Values that each panel stands for. */
  readonly values: number;
}

function nameOf(key: Panel["key"]): string {
  return key === "c" ? t("cell state") : key === "h" ? t("hidden state") : gateWord(key);
}

function figure(view: RunContext, panel: Panel, overview: Overview, place: Place): TemplateResult {
  const { key, kind, scale } = panel;
  const name = nameOf(key);
  const shares = shareWords(panel, overview, place.values);
  const alt = `${name}. ${shares.join(", ")}.`;
  return html`<figure>
    <figcaption>
      <b>${key === "candidate" ? "c̃" : key}</b
      ><span class="dim small">${name}${kind === "signed" && scale !== 1 ? ` · ±${scale}` : ""}</span>
    </figcaption>
    ${view.state.chosen.table ? exact(view, panel, alt) : drawn(view, panel, overview, { ...place, alt })}
    <div class="share">${shares.map((text) => html`<span>${text}</span>`)}</div>
  </figure>`;
}

function drawn(view: RunContext, panel: Panel, overview: Overview, place: Place & { readonly alt: string }): TemplateResult {
  const { chosen } = view.state;
  const { strip: entry, key, kind, scale } = panel;
  const { window, width, alt } = place;
  const gutter = gutterFor(entry.units, GUTTER);
  const rowHeight = overview.band.units <= 32 ? 14 : overview.band.units <= 96 ? 4 : 2;
  return html`${strip(view, {
    ...{ entry, overview, alt, window, axis: false, decimals: 2, scale, kind, current: chosen.strip === entry.id, traced: panel.traced },
    place: { id: `gate-${key}`, width, gutter, rowHeight },
  })}
  ${curves(view, panel, overview, { window, width, gutter })}`;
}

function exact(view: RunContext, { strip: entry }: Panel, caption: string): TemplateResult {
  const { step, batch } = view.state.chosen;
  const around = windowOf([...stripsOf(view.outputs), entry], step);
  const { band } = bandOf(entry, around, batch, (box) => view.slice(box));
  return band === null ? waiting(view, null) : twin({ entry, band, from: around.from, step, caption });
}

function shareWords({ key, kind }: Panel, { finding }: Overview, values: number): string[] {
  const percent = (count: number): number => (values === 0 ? 0 : Math.round((100 * count) / values));
  if (kind === "amount")
    return [t("shut {percent} %", { percent: percent(finding.shut) }), t("open {percent} %", { percent: percent(finding.open) })];
  if (key === "candidate") return [t("beyond ±0.95: {percent} %", { percent: percent(finding.beyond) })];
  const most = farthest(finding);
  return [t("largest {value}", { value: most === null ? "–" : fixed(Math.abs(most.value), 2) })];
}

function foot(view: RunContext, panels: readonly Panel[]): TemplateResult {
  const gates = panels.some(({ kind }) => kind === "amount");
  return html`<div class="bar gates-foot">
    ${gates ? html`<span class="legend">${t("shut")}</span>${legend(view, 1, "amount")}<span class="legend">${t("open")}</span>` : nothing}
    ${legend(view, 1)} ${zoomButtons(view)} ${gates ? html`<span class="legend push">${t("shut < 0.05 · open > 0.95")}</span>` : nothing}
  </div>`;
}
