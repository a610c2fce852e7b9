/** The input's rows as they stand in the text: the step's own strong, those that it depends on lighter; or each number tinted by an amount. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { bandOf, type Window } from "../bands.js";
import { css, ink, paint } from "../colour.js";
import { type Band, valueAt } from "../band.js";
import { significant } from "../numbers.js";
import { type Strip, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";

const MOST_ROWS = 12;
const MOST_COLUMNS = 16;
const MOST_UNITS = 64;

export interface SourceOptions {
  /** Whose rows are told from the others. */
  readonly entry: Pick<Strip, "what" | "reversed">;
  readonly step: number;
  readonly window: Window;
  /** Column of the step's row to point at; −1: none. */
  readonly hit: number;
  /** In place of rows that are told: how strongly a number is tinted, 0 … 1. */
  readonly shade?: (step: number, column: number) => number;
}

export function sourceText(view: RunContext, options: SourceOptions): TemplateResult | typeof nothing {
  const { entry, step, window, shade } = options;
  const input = stripsOf(view.outputs)[0];
  if (input === undefined || input.what !== "input" || input.units > MOST_UNITS) return nothing;
  const { band } = bandOf(input, window, view.state.chosen.batch, (box) => view.slice(box));
  if (band === null) return nothing;
  const from = Math.max(0, Math.min(band.steps - MOST_ROWS, step - window.from - MOST_ROWS / 2));
  const rows = Array.from({ length: Math.min(MOST_ROWS, band.steps) }, (_, i) => from + i);
  const near = (row: number): boolean => entry.what !== "input" && (entry.reversed ? row >= step : row <= step);
  const caption =
    shade === undefined
      ? fromWord(entry, step, input.tensor.shape[1] ?? 1)
      : t("The input, its numbers tinted by how much they were heard");
  const state = (row: number): string => (shade !== undefined ? "" : row === step ? "now" : near(row) ? "near" : "faint");
  return html`<p class="caption" id="from-rows">${caption}</p>
    <pre class="source" tabindex="0" role="group" aria-labelledby="from-rows">
${rows.map((at) => line(view, band, at, { ...options, row: window.from + at, state: state(window.from + at) }))}</pre>`;
}

function fromWord(entry: SourceOptions["entry"], step: number, steps: number): string {
  if (entry.what === "input") return t("This number in the input");
  const [from, to] = entry.reversed ? [step + 1, steps] : [1, step + 1];
  return from === to
    ? t("Computed from row {n} of the input", { n: from })
    : t("Computed from rows {from} to {to} of the input", { from, to });
}

function line(view: RunContext, band: Band, at: number, options: SourceOptions & { row: number; state: string }): TemplateResult {
  const { row, step, hit, shade, state } = options;
  const values = Array.from({ length: Math.min(MOST_COLUMNS, band.units) }, (_, unit) => valueAt(band, unit, at));
  const number = (v: number, column: number): TemplateResult => {
    const ground = shade === undefined ? null : paint(view.palette, shade(row, column), 1, "amount");
    const colours: Record<string, string> = ground === null ? {} : { background: css(ground), color: css(ink(view.palette, ground)) };
    return html`${column > 0 ? ", " : ""}<span class=${row === step && column === hit ? "n hit" : "n"} ${styled(colours)}
        >${significant(v, 4)}</span
      >`;
  };
  return html`<span class=${`line ${state}`}
    ><span class="line-number">${row + 1}</span>[${values.map(number)}${band.units > MOST_COLUMNS ? ", …" : ""}]</span
  >`;
}
