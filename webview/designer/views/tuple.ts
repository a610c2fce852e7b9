/** Shapes on the screen: the tuple with its axis names, and the squares of its time steps. */
import { html, type TemplateResult } from "lit";
import type { Tuple } from "../axes.js";
import { squares } from "../squares.js";
import { axisWord } from "../../shared/axisWord.js";

/** "(None, 4, 16)"; the axis names show on hover and focus, or always where `named`. */
export function tupleView({ dims, axes }: Tuple, named = false): TemplateResult {
  const parts = dims.map(
    (d, i) =>
      html`<span class="dim"
        ><span class="axis">${axisWord(axes[i] ?? "axis")}</span
        ><b class=${d === null ? "any" : ""}>${d ?? "None"}<span class="sep">${i < dims.length - 1 ? ", " : ")"}</span></b></span
      >`,
  );
  return html`<span class="tuple${named ? " named" : ""}"><span>(</span>${parts}</span>`;
}

/** Text that may be broken after an underscore: Keras's names are longer than a narrow column. */
export function breakable(text: string): readonly (string | TemplateResult)[] {
  return text.split(/(?<=_)(?=\w)/).map((part, i) => (i === 0 ? part : html`<wbr />${part}`));
}

/** @param last only the last step is returned */
export function stepsView(steps: number | null, last: boolean): TemplateResult {
  const classes = { on: "", gone: "gone", etc: "etc", goneEtc: "gone etc" };
  return html`<span class="steps" aria-hidden="true"
    >${squares(steps, last).map((square) => html`<i class=${classes[square]}></i>`)}</span
  >`;
}
