/** Which units have a curve of their own: a button each, or the chosen ones and a field for others where there are many. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { MOST_CURVES } from "../state.js";
import type { RunContext } from "../view.js";

const HUES = ["green", "purple", "yellow", "red"] as const;
/** Curves that have a colour of their own. */
export const MOST_HUES = HUES.length;
/** Units that have a button each. */
const MOST_CHIPS = 16;

/** Never blue or orange: those are signs. */
export function curveHue(index: number): string {
  return `var(--vscode-charts-${HUES[index % HUES.length] as string})`;
}

/** Those that this layer has. */
export function chosenUnits({ state: { chosen } }: RunContext, units: number): readonly number[] {
  return chosen.units.filter((unit) => unit < units);
}

export function unitChips(view: RunContext, units: number): TemplateResult {
  const chosen = chosenUnits(view, units);
  const many = units > MOST_CHIPS;
  const listed = many ? [...chosen].sort((a, b) => a - b) : Array.from({ length: units }, (_, unit) => unit);
  const flip = (unit: number): void =>
    view.choose({ units: chosen.includes(unit) ? chosen.filter((one) => one !== unit) : [...chosen, unit].slice(-MOST_CURVES) });
  const add = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const unit = Math.trunc(Number(field.value)) - 1;
    field.value = "";
    if (unit >= 0 && unit < units && !chosen.includes(unit)) flip(unit);
  };
  return html`<span class="dim small" id="units-label">${t("Units")}</span
    ><span class="chips" role="group" aria-labelledby="units-label"
      >${listed.map((unit) => {
        const at = chosen.indexOf(unit);
        return html`<button
          type="button"
          id=${`unit-${unit + 1}`}
          aria-pressed=${String(at >= 0)}
          aria-label=${t("unit {n}", { n: unit + 1 })}
          ${styled({ "--curve": at >= 0 ? curveHue(at) : "transparent" })}
          @click=${() => flip(unit)}
        >
          ${unit + 1}
        </button>`;
      })}</span
    >${
      many
        ? html`<input
            class="field unit-field"
            id="add-unit"
            type="number"
            min="1"
            max=${units}
            placeholder=${t("1 to {n}", { n: units })}
            aria-label=${t("Add a unit")}
            @change=${add}
          />`
        : nothing
    }`;
}
