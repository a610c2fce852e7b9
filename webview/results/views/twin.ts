/** The table behind a strip: the same numbers in the same order. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { type Band, valueAt } from "../band.js";
import { fixed } from "../numbers.js";
import type { Strip } from "../outputs.js";
import { stepTable, tablePart } from "./stepTable.js";

export interface TwinProps {
  readonly entry: Strip;
  readonly band: Band;
  readonly from: number;
  /** Of the cursor, from 0 over the whole sequence. */
  readonly step: number;
  readonly caption: string;
}

export function twin({ entry, band, from, step, caption }: TwinProps): TemplateResult {
  const { steps, units } = tablePart({ ...band, from }, step);
  const cut = steps.length < band.steps || units.length < band.units;
  return html`${stepTable({
    caption,
    corner: entry.what === "input" ? t("feature") : t("unit"),
    columns: steps.map((at) => ({ head: t("step {n}", { n: from + at + 1 }), now: from + at === step })),
    rows: units.map((unit) => ({ head: unit + 1, cells: steps.map((at) => fixed(valueAt(band, unit, at), 4)) })),
  })}
  ${cut ? html`<p class="dim small">${t("A part around the cursor; Data has every value.")}</p>` : nothing}`;
}
