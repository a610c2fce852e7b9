/** An edge: the line, the shape that flows on it, what is broken there, and why the shape is what it is. */
import { html, nothing, type TemplateResult } from "lit";
import { featuresOf } from "../../../extension/core/model/shapes.js";
import { parameterFormula } from "../../../extension/core/model/params.js";
import { directionsOf, type LayerSpec } from "../../../extension/core/model/spec.js";
import { whyShape } from "../../../extension/core/model/why.js";
import { icon } from "../../shared/icons.js";
import { formatNumber, t, worded } from "../../shared/l10n.js";
import { ordered, outputTuple, type Tuple } from "../axes.js";
import { type Frame, stepsRead } from "../frame.js";
import type { Item } from "../state.js";
import type { Trouble } from "../troubles.js";
import { axisName, layerLabel, spoken, stateNames } from "../words.js";
import { breakable, stepsView, tupleView } from "./tuple.js";

export function edgeView(frame: Frame, item: Item): TemplateResult {
  const layer = frame.model.layers[item - 1];
  const trouble = frame.troubles[item] ?? null;
  const last = item === frame.model.layers.length;
  const classes = ["edge", last ? "last" : "", trouble !== null ? "bad" : "", item === 0 ? "plain" : ""].filter(Boolean).join(" ");
  return html`<div class=${classes}>
    <div class="edge-row">${last ? nothing : insertView(frame, item)}${layer === undefined ? nothing : shapeView(frame, item, layer)}</div>
    ${trouble === null ? nothing : troubleView(frame, item, trouble)}${layer !== undefined && frame.state.why === item ? whyView(frame, item, layer) : nothing}
  </div>`;
}

function insertView({ act, state }: Frame, item: Item): TemplateResult {
  const anchor = `insert${item}`;
  const name = t("Insert a layer here");
  return html`<button
    class="insert"
    type="button"
    data-key=${anchor}
    tabindex=${state.active === item ? 0 : -1}
    title=${name}
    aria-label=${name}
    aria-haspopup="menu"
    aria-expanded=${state.menu?.anchor === anchor}
    @click=${() => act.menu({ kind: "add", index: item, anchor })}
  >
    ${icon("add")}
  </button>`;
}

function shapeView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult {
  const { act, state } = frame;
  const open = state.why === item;
  const last = item === frame.model.layers.length;
  const shown = shownTuple(frame, item, layer);
  const why = t("Why this shape?");
  const tag = [returned(layer), last ? t("Output") : ""].filter(Boolean).join("  ");
  return html`<button
    class="shape"
    type="button"
    data-key=${`edge${item}`}
    tabindex=${state.active === item ? 0 : -1}
    title=${why}
    aria-expanded=${open}
    aria-controls=${open ? `u-why-${item}` : nothing}
    @click=${() => act.dispatch({ type: "toggleWhy", item })}
  >
    ${glyphView(frame, item, layer)}${icon("error", "i bad")}<code class="dims" aria-hidden="true">${tupleView(shown)}</code
    ><span class="tag" aria-hidden="true">${tag}</span
    ><span class="sr spoken">${[last ? t("Output") : "", spoken(shown.dims), returned(layer)].filter(Boolean).join(" ")}. ${why}</span
    >${icon("why", "i why-icon")}
  </button>`;
}

/** The layer's output in the order that was chosen. */
function shownTuple(frame: Frame, item: Item, layer: LayerSpec): Tuple {
  const output = frame.flow[item - 1]?.outputs[0] ?? [];
  return ordered(outputTuple(layer, output), frame.state.convention, layer);
}

/** "+ h, c" where the states are returned too, "× 2" where the directions stay apart. */
function returned(layer: LayerSpec): string {
  const apart = layer.className === "Bidirectional" && layer.mergeMode === null ? "× 2" : "";
  const states = directionsOf(layer)[0]?.returnState === true ? `+ ${stateNames(layer)}` : "";
  return [apart, states].filter(Boolean).join("  ");
}

function glyphView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult {
  const flow = frame.flow[item - 1];
  const cell = directionsOf(layer)[0];
  if (cell !== undefined) return stepsView(stepsRead(frame, item), !cell.returnSequences);
  const output = flow?.outputs[0] ?? [];
  return stepsView(output.length === 3 ? (output[1] ?? null) : 1, false);
}

function troubleView(frame: Frame, item: Item, trouble: Trouble): TemplateResult {
  const fixes = trouble.fixes.map(
    (fix, i) =>
      html`<button class="fix" type="button" data-key=${`fix${item}-${i}`} @click=${() => frame.act.fix(item, trouble, i)}>
        ${icon("bulb")}<span>${worded(fix.label)}</span>
      </button>`,
  );
  return html`<div class="problem">
    <p>${worded(trouble.message)}</p>
    ${fixes.length > 0 ? html`<div class="fixes">${fixes}</div>` : nothing}
  </div>`;
}

// ---------------------------------------------------------------- why this shape?

function whyView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult {
  const why = whyShape(frame.model, item - 1);
  const below = frame.model.layers[item];
  const broken = frame.troubles[item] !== null && below !== undefined;
  const rows = why.rows.map((row) => {
    const missing = broken && row.axis === "time" && row.size === "–";
    const reason = missing ? t("missing: {layer} reads step by step", { layer: layerLabel(below) }) : worded(row.reason);
    return html`<tr class=${missing ? "bad" : ""}>
      <th scope="row">${axisName(row.axis)}</th>
      <td class="n">${row.size}</td>
      <td>${breakable(reason)}</td>
    </tr>`;
  });
  return html`<div class="why" role="region" id=${`u-why-${item}`} aria-label=${t("Why this shape?")}>
    <p class="rule">${worded(why.rule)}</p>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${formulaView(frame, item, layer)}
  </div>`;
}

function formulaView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult | typeof nothing {
  const flow = frame.flow[item - 1];
  const formula = parameterFormula(layer, featuresOf(flow?.input ?? null));
  if (formula === "") return nothing;
  const total = flow?.params == null ? "" : ` = ${formatNumber(flow.params)}`;
  return html`<p class="formula"><span>${t("Parameters")}</span><code>${formula}${total}</code></p>`;
}
