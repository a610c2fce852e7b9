/** The table behind a chart: a row a unit, or a curve, over steps; the same numbers in the same order. */
import { html, nothing, type TemplateResult } from "lit";

export interface StepTable {
  readonly caption: string;
  /** What the rows are. */
  readonly corner: string;
  readonly columns: readonly { readonly head: string; readonly now: boolean }[];
  readonly rows: readonly { readonly head: string | number; readonly cells: readonly string[] }[];
}

export function stepTable({ caption, corner, columns, rows }: StepTable): TemplateResult {
  const now = (at: number): string | typeof nothing => (columns[at]?.now === true ? "now" : nothing);
  return html`<div class="twin-scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="twin">
      <caption class="sr">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${corner}</th>
          ${columns.map(({ head }, i) => html`<th scope="col" class=${now(i)}>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ head, cells }) =>
            html`<tr>
              <th scope="row">${head}</th>
              ${cells.map((cell, i) => html`<td class=${now(i)}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const MOST_STEPS = 48;
const MOST_UNITS = 64;

/** The steps of a window that a table shows, around the cursor, and the units. */
export function tablePart(window: { from: number; steps: number; units: number }, step: number): { steps: number[]; units: number[] } {
  const start = Math.max(0, Math.min(window.steps - MOST_STEPS, step - window.from - MOST_STEPS / 2));
  return {
    steps: Array.from({ length: Math.min(MOST_STEPS, window.steps) }, (_, i) => start + i),
    units: Array.from({ length: Math.min(MOST_UNITS, window.units) }, (_, i) => i),
  };
}
