/** Beside the sum: every unit and step of the layer to pick from, and the rows of the text that the number depends on. */
import { html, nothing, type TemplateResult } from "lit";
import type { Trace } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { bandOf, windowOf } from "../bands.js";
import { css, ink, paint } from "../colour.js";
import { type Band, valueAt } from "../band.js";
import { fixed } from "../numbers.js";
import { type Strip, stripsOf } from "../outputs.js";
import { type LayerPart, partAt, stripOfTraced, type Traced } from "../parts.js";
import type { RunContext } from "../view.js";
import { indexPicker } from "./controls.js";
import { scaleOfStrip } from "./heat.js";
import { sourceText } from "./sourceText.js";

/** Cells that are shown around the number. */
const MOST_UNITS = 8;
const MOST_STEPS = 4;

export function traceSide(view: RunContext, trace: Trace): TemplateResult {
  const { outputs } = view;
  const part = partAt(outputs, trace.at);
  const strip = stripOfTraced(outputs, trace.at);
  return html`${strip === null ? units(view, trace, part) : picker(view, trace, strip)} ${source(view, trace, part)}`;
}

/** Where the run keeps no steps there is nothing to show: the unit is chosen by its number. */
function units(view: RunContext, { at }: Trace, part: LayerPart | null): TemplateResult | typeof nothing {
  if (part === null || part.units < 2) return nothing;
  const pick = (unit: number): void =>
    view.choose({ trace: { layer: at.layer, part: at.part, quantity: at.quantity, unit }, termsFrom: 0 });
  return html`<p class="caption">${t("Unit, from 0")}</p>
    ${indexPicker("trace-unit", t("unit"), at.unit, part.units, pick)}`;
}

function picker(view: RunContext, trace: Trace, strip: Strip): TemplateResult | typeof nothing {
  const window = windowOf(stripsOf(view.outputs), trace.at.step);
  const { band } = bandOf(strip, window, trace.at.row, (box) => view.slice(box));
  if (band === null) return nothing;
  const around = (at: number, most: number, length: number): number[] => {
    const first = Math.max(0, Math.min(length - most, at - Math.floor(most / 2)));
    return Array.from({ length: Math.min(most, length) }, (_, i) => first + i);
  };
  const { unit } = trace.at;
  const rows = around(Math.min(unit, band.units - 1), MOST_UNITS, band.units);
  const steps = around(trace.at.step - window.from, MOST_STEPS, band.steps);
  const all = rows.length === band.units && steps.length === (strip.tensor.shape[1] ?? 1);
  const name = quantityName(trace.at, strip);
  return html`<p class="caption" id="pick-title">
      ${all ? t("{name}, every unit and step", { name }) : t("{name}, units and steps around it", { name })}
    </p>
    <table class="pick" aria-labelledby="pick-title">
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${t("unit {n}", { n: row + 1 })}</th>
              ${steps.map((step) => html`<td>${pickButton(view, { strip, band, row, step, from: window.from, on: row === unit && window.from + step === trace.at.step, traced: { ...trace.at, unit: row } })}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`;
}

interface Pick {
  readonly strip: Strip;
  readonly band: Band;
  readonly row: number;
  readonly step: number;
  readonly from: number;
  readonly on: boolean;
  /** The number of the row. */
  readonly traced: Traced;
}

function quantityName({ quantity }: Traced, strip: Strip): string {
  if (quantity === "candidate") return "c̃";
  return quantity !== "output" ? quantity : strip.what === "h" ? "h" : "y";
}

function pickButton(view: RunContext, { strip, band, row, step, from, on, traced }: Pick): TemplateResult {
  const value = valueAt(band, row, step);
  const ground = paint(view.palette, value, scaleOfStrip(strip));
  const at = from + step;
  const go = (): void => {
    const { layer, part, unit, quantity } = traced;
    view.dispatch({ type: "view", view: { trail: [], pointed: -1 } });
    view.choose({ strip: strip.id, unit: row, step: at, trace: { layer, part, unit, quantity }, termsFrom: 0 });
  };
  return html`<button
    type="button"
    id=${`pick-${row}-${at}`}
    aria-pressed=${String(on)}
    aria-label=${`${t("unit {n}", { n: row + 1 })}, ${t("step {n}", { n: at + 1 })}, ${fixed(value, 2)}`}
    ${styled({ background: css(ground), color: css(ink(view.palette, ground)) })}
    @click=${go}
  >
    ${fixed(value, 2)}
  </button>`;
}

/** The rows of the input, where its steps are the layer's. */
function source(view: RunContext, trace: Trace, part: LayerPart | null): TemplateResult | typeof nothing {
  const input = stripsOf(view.outputs)[0];
  if (part === null || input?.what !== "input" || part.steps !== (input.tensor.shape[1] ?? 1)) return nothing;
  const direct = trace.input.layer < 0;
  const largest = trace.kind === "cell" || trace.kind === "dense" ? trace.ledger.largest : null;
  const strongest = direct && largest?.source === "x" ? largest.index : -1;
  const { pointed } = view.state;
  const window = windowOf(stripsOf(view.outputs), trace.at.step);
  const entry = { what: "h", reversed: part.reversed } as const;
  return sourceText(view, { entry, step: direct ? trace.input.step : trace.at.step, window, hit: pointed >= 0 ? pointed : strongest });
}
