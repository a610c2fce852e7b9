/** Why a shape is what it is, why there are so many parameters, and what the states look like: with this model's numbers. */
import { html, nothing, type TemplateResult } from "lit";
import { featuresOf } from "../../../extension/core/model/shapes.js";
import { parameterFormula } from "../../../extension/core/model/params.js";
import { directionsOf, type LayerSpec } from "../../../extension/core/model/spec.js";
import { whyShape } from "../../../extension/core/model/why.js";
import { whyParameters } from "../../../extension/core/model/whyParams.js";
import { formatNumber, t, worded } from "../../shared/l10n.js";
import type { Frame } from "../frame.js";
import type { Item } from "../state.js";
import { stateTuples } from "../states.js";
import { axisWord } from "../../shared/axisWord.js";
import { layerLabel } from "../words.js";
import { breakable, tupleView } from "./tuple.js";

export function whyView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult {
  const place = frame.places[item - 1] ?? -1;
  return html`<div class="why" role="region" id=${`u-why-${item}`} aria-label=${t("Why this shape?")}>
    ${place < 0 ? html`<p>${t("This layer is disabled: what comes in goes on as it is.")}</p>` : reasonsView(frame, item, layer, place)}
  </div>`;
}

function reasonsView(frame: Frame, item: Item, layer: LayerSpec, place: number): TemplateResult {
  const why = whyShape(frame.model, place);
  const below = frame.stack[item]?.layer;
  const broken = frame.troubles[item] !== null && below !== undefined;
  const rows = why.rows.map((row) => {
    const missing = broken && row.axis === "time" && row.size === "–";
    const reason = missing ? t("missing: {layer} reads step by step", { layer: layerLabel(below) }) : worded(row.reason);
    return html`<tr class=${missing ? "bad" : ""}>
      <th scope="row">${axisWord(row.axis)}</th>
      <td class="n">${row.size}</td>
      <td>${breakable(reason)}</td>
    </tr>`;
  });
  return html`<p class="rule">${worded(why.rule)}</p>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${statesView(frame, item, layer)}${parametersView(frame, item, layer)}`;
}

/** In Keras a layer hands its states out when it is asked to; PyTorch's and ONNX's always do. */
function statesView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult | typeof nothing {
  const { convention } = frame.state;
  const states = stateTuples(layer, frame.flow[item - 1]?.outputs[0] ?? [], convention);
  if (states.length === 0) return nothing;
  const hidden = convention === "keras" && directionsOf(layer)[0]?.returnState !== true;
  const hint = hidden ? t("handed out with return_state only") : "";
  return html`<div class="part">
    <p><span>${t("States")}</span> <small>${breakable(hint)}</small></p>
    <table>
      <tbody>
        ${states.map(
          ({ name, tuple }) =>
            html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td>${tupleView(tuple, true)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function parametersView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult | typeof nothing {
  const flow = frame.flow[item - 1];
  const features = featuresOf(flow?.input ?? null);
  const formula = parameterFormula(layer, features);
  if (formula === "") return nothing;
  const { rows, twice } = whyParameters(layer, features);
  const known = flow?.params ?? null;
  const total = known === null ? "" : ` = ${formatNumber(known)}`;
  return html`<div class="part">
    <p class="formula">
      <span>${known === null ? t("Parameters") : t("Why {n} parameters?", { n: formatNumber(known) })}</span><code>${formula}${total}</code>
    </p>
    <table>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row"><code>${breakable(row.name)}</code></th>
              <td><code>${row.sum}</code><br />${breakable(worded(row.reason))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${twice ? html`<p>${t("Twice: forward and backward have the same.")}</p>` : nothing}
  </div>`;
}
