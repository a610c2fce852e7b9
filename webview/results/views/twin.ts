/** The table behind a strip: the same numbers in the same order. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { type Band, valueAt } from "../band.js";
import { fixed } from "../numbers.js";
import type { Strip } from "../outputs.js";

const MOST_STEPS = 48;
const MOST_UNITS = 64;

export interface TwinProps {
  readonly entry: Strip;
  readonly band: Band;
  readonly from: number;
  /** Of the cursor, from 0 over the whole sequence. */
  readonly step: number;
  readonly caption: string;
}

export function twin(props: TwinProps): TemplateResult {
  const { entry, band, from, step } = props;
  const start = Math.max(0, Math.min(band.steps - MOST_STEPS, step - from - MOST_STEPS / 2));
  const steps = Array.from({ length: Math.min(MOST_STEPS, band.steps) }, (_, i) => start + i);
  const units = Array.from({ length: Math.min(MOST_UNITS, band.units) }, (_, i) => i);
  const now = (at: number): string | typeof nothing => (from + at === step ? "now" : nothing);
  const cut = steps.length < band.steps || units.length < band.units;
  return html`<div class="twin-scroll" tabindex="0" role="group" aria-label=${props.caption}>
      <table class="twin">
        <caption class="sr">
          ${props.caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${entry.what === "input" ? t("feature") : t("unit")}</th>
            ${steps.map((at) => html`<th scope="col" class=${now(at)}>${t("step {n}", { n: from + at + 1 })}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${units.map(
            (unit) =>
              html`<tr>
                <th scope="row">${unit + 1}</th>
                ${steps.map((at) => html`<td class=${now(at)}>${fixed(valueAt(band, unit, at), 4)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${cut ? html`<p class="dim small">${t("A part around the cursor; Data has every value.")}</p>` : nothing}`;
}
