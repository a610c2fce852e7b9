/** A tensor's card: its named axes as a box with the values on its face, the numbers about it, why it has this shape. */
import { html, nothing, type TemplateResult } from "lit";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { formatBytes, formatNumber, t, worded } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { shownShape } from "../convention.js";
import { clip } from "../names.js";
import { fixed } from "../numbers.js";
import type { RunContext } from "../view.js";
import { axisWord } from "../../shared/axisWord.js";
import { originWord, tensorNote, tensorWord } from "../words.js";
import { face } from "./box.js";
import { type Reason, reasonOf } from "./why.js";

export function card(view: RunContext, tensor: TensorView, open: boolean): TemplateResult {
  const spec = view.outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  const { chosen } = view.state;
  const shape = shownShape(tensor, spec, chosen.convention);
  const selected = tensor.id === chosen.tensor;
  const drawn = face(view, tensor, spec);
  const note = tensorNote(tensor);
  const origin = originWord(tensor, view.outputs.run.sourceName);
  return html`<article
    class=${`card${selected ? " chosen" : ""}${drawn.wide ? " wide" : ""}`}
    id=${`card-${tensor.id}`}
    aria-label=${`${tensorWord(tensor)}, ${origin === "" ? "" : `${origin}, `}${shape}`}
  >
    <header>
      <h3>${tensorWord(tensor)}</h3>
      <span class="from small">${[origin, note].filter((text) => text !== "").join(" · ")}</span>
      ${tensor.returned ? html`<span class="tag quiet" title=${t("Keras returns this from the model.")}>${t("returned")}</span>` : nothing}
      <code class="shape">${shape}</code>
    </header>
    <div class="card-body">${drawn.content}${facts(tensor)}</div>
    ${drawn.below}
    <div class="card-foot">
      <details ?open=${open}>
        <summary>${icon("right", "i chevron")}${t("Why this shape?")}</summary>
        ${why(reasonOf(view.outputs, tensor))}
      </details>
      <button class="ghost link" type="button" id=${`values-${tensor.id}`} @click=${() => view.choose({ tensor: tensor.id, tab: "data" })}>
        ${icon("table")}${t("All values")}
      </button>
    </div>
  </article>`;
}

function facts(tensor: TensorView): TemplateResult {
  const number = (v: number | null): string => (v === null ? "–" : fixed(v, 4));
  const fact = (name: string, value: string, bad = false): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd class=${bad ? "bad" : nothing}>${value}</dd>
    </div>`;
  return html`<dl class="facts">
    ${fact("dtype", tensor.dtype)} ${fact(t("size"), formatBytes(tensor.bytes))} ${fact(t("min"), number(tensor.min))}
    ${fact(t("mean"), number(tensor.mean))} ${fact(t("max"), number(tensor.max))}
    ${fact("NaN", formatNumber(tensor.nanCount), tensor.nanCount > 0)}
  </dl>`;
}

function why(reason: Reason): TemplateResult {
  return html`<div class="why">
    ${reason.sentence === "" ? nothing : html`<p>${reason.sentence}</p>`}
    ${
      reason.why === null
        ? nothing
        : html`<p class="rule">
              ${worded(reason.why.rule)
                .split(" → ")
                .map((side, i) => html`${i > 0 ? " → " : ""}<code>${side}</code>`)}
            </p>
            <table class="why-rows">
              <caption class="sr">
                ${t("Why this shape?")}
              </caption>
              <tbody>
                ${reason.why.rows.map(
                  (row) =>
                    html`<tr>
                      <th scope="row">${axisWord(row.axis)}</th>
                      <td class="num">${row.size}</td>
                      <td>${worded(row.reason)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
    }
    ${reason.notes.map((note) => html`<p class="dim">${clip(note, 1000)}</p>`)}
  </div>`;
}
