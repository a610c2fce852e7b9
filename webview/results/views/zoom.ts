/** Buttons that show more or fewer steps of the strips. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon, type IconName } from "../../shared/icons.js";
import { stepsOf } from "../outputs.js";
import { LEAST_STEPS, zoomAround } from "../overview.js";
import type { RunContext } from "../view.js";
import { ghost } from "./controls.js";

/** Nothing where all steps are in sight as they are. */
export function zoomButtons(view: RunContext): TemplateResult | typeof nothing {
  const total = stepsOf(view.outputs);
  if (total <= LEAST_STEPS) return nothing;
  const { zoom, step } = view.state.chosen;
  const least = (zoom?.steps ?? total) <= LEAST_STEPS;
  const button = (id: string, glyph: IconName, name: string, change: { readonly factor: number; readonly off: boolean }): TemplateResult =>
    html`<button
      class="icon-button"
      type="button"
      id=${id}
      title=${name}
      aria-label=${name}
      aria-disabled=${String(change.off)}
      @click=${() => change.off || zoomTo(view, step, change.factor)}
    >
      ${icon(glyph)}
    </button>`;
  return html`<span class="zoom" role="group" aria-label=${t("Zoom")}
    >${button("zoom-out", "minus", t("Show more steps"), { factor: 2, off: zoom === null })}${button(
      "zoom-in",
      "add",
      t("Show fewer steps"),
      { factor: 0.5, off: least },
    )}${zoom === null ? nothing : ghost("zoom-all", "forward", t("All steps"), () => view.choose({ zoom: null }))}</span
  >`;
}

/** Shows `factor` times as many steps around one; the cursor goes there, so that it stays in sight. */
export function zoomTo(view: RunContext, step: number, factor: number): void {
  const total = stepsOf(view.outputs);
  const { zoom } = view.state.chosen;
  view.choose({ zoom: zoomAround(zoom, step, total, (zoom?.steps ?? total) * factor), step });
}
