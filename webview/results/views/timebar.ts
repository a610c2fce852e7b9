/** The one time cursor of Heat and Steps: previous, play, next, a slider, and the input of that step. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon, type IconName } from "../../shared/icons.js";
import { bandOf, windowOf } from "../bands.js";
import { valueAt } from "../band.js";
import { significant, subscript } from "../numbers.js";
import { batchOf, stepsOf, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { batchPicker } from "./controls.js";

const MOST_TICKS = 32;

export function timeBar(view: RunContext): TemplateResult {
  const steps = stepsOf(view.outputs);
  const { step } = view.state.chosen;
  const { playing } = view.state;
  const go = (by: number): void => view.choose({ step: (step + by + steps) % steps });
  const word = t("step {n} of {total}", { n: step + 1, total: steps });
  return html`<div class="timebar" role="group" aria-label=${t("Time step")}>
    ${button("prev", "prev", t("Previous step"), () => go(-1))}
    ${button("play", playing ? "pause" : "play", playing ? t("Pause") : t("Play"), () => view.dispatch({ type: "view", view: { playing: !playing } }))}
    ${button("next", "next", t("Next step"), () => go(1))}
    <div class="scrub">
      <span class="scrub-ticks" aria-hidden="true"
        >${steps > MOST_TICKS ? nothing : Array.from({ length: steps }, () => html`<i></i>`)}</span
      >
      <input
        type="range"
        id="scrub"
        min="1"
        max=${steps}
        step="1"
        aria-label=${t("Time step")}
        aria-valuetext=${word}
        .value=${String(step + 1)}
        @input=${(event: Event) => view.choose({ step: Number((event.target as HTMLInputElement).value) - 1 })}
      />
    </div>
    <output id="step-label" for="scrub">${word}</output>
    ${batchPicker(view, "batch", batchOf(view.outputs))} ${sourceRow(view)}
  </div>`;
}

function button(id: string, glyph: IconName, name: string, act: () => void): TemplateResult {
  return html`<button class="icon-button" type="button" id=${id} aria-label=${name} title=${name} @click=${act}>${icon(glyph)}</button>`;
}

/** What the model reads at this step; a click shows the selection in the editor. */
function sourceRow(view: RunContext): TemplateResult | typeof nothing {
  const strip = stripsOf(view.outputs)[0];
  if (strip === undefined || strip.what !== "input") return nothing;
  const { step, batch } = view.state.chosen;
  const window = windowOf(stripsOf(view.outputs), step);
  const { band } = bandOf(strip, window, batch, (box) => view.slice(box));
  if (band === null) return nothing;
  const most = 12;
  const values = Array.from({ length: Math.min(most, band.units) }, (_, unit) => significant(valueAt(band, unit, step - window.from), 4));
  const text = `x${subscript(step + 1)} = [${values.join(", ")}${band.units > most ? ", …" : ""}]`;
  if (view.outputs.run.source === "") return html`<code class="step-source">${text}</code>`;
  return html`<button
    class="step-source link"
    type="button"
    id="step-source"
    title=${t("Show the selection in the editor")}
    @click=${() => view.command("showSource")}
  >
    ${text}
  </button>`;
}
