/** An edge: the line, the shape that flows on it, and what is broken there. */
import { html, nothing, type TemplateResult } from "lit";
import { directionsOf, type LayerSpec, returnsSequences } from "../../../extension/core/model/spec.js";
import { icon } from "../../shared/icons.js";
import { t, worded } from "../../shared/l10n.js";
import { inputTuple, ordered, outputTuple, type Tuple } from "../axes.js";
import { type Frame, stepsRead } from "../frame.js";
import type { Item } from "../state.js";
import type { Trouble } from "../troubles.js";
import { spoken, stateNames } from "../words.js";
import { stepsView, tupleView } from "./tuple.js";
import { whyView } from "./why.js";

export function edgeView(frame: Frame, item: Item): TemplateResult {
  const layer = frame.stack[item - 1]?.layer;
  const trouble = frame.troubles[item] ?? null;
  const warning = frame.warnings[item] ?? null;
  const last = item === frame.stack.length;
  const classes = ["edge", last ? "last" : "", trouble !== null ? "bad" : "", item === 0 ? "plain" : ""].filter(Boolean).join(" ");
  return html`<div class=${classes}>
    <div class="edge-row">${last ? nothing : insertView(frame, item)}${layer === undefined ? nothing : shapeView(frame, item)}</div>
    ${warning === null ? nothing : noticeView(frame, item, warning)}${trouble === null ? nothing : troubleView(frame, item, trouble)}${
      layer !== undefined && frame.state.why === item ? whyView(frame, item, layer) : nothing
    }
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

function shapeView(frame: Frame, item: Item): TemplateResult {
  const { act, state } = frame;
  const open = state.why === item;
  const last = item === frame.stack.length;
  const from = passedBy(frame, item);
  const shown = shownTuple(frame, item);
  const back = from === null ? "" : returned(from);
  const why = t("Why this shape?");
  const tag = [back, last ? t("Output") : ""].filter(Boolean).join("  ");
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
    ${glyphView(frame, item, from)}${icon("error", "i bad")}<code class="dims" aria-hidden="true">${tupleView(shown)}</code
    ><span class="tag" aria-hidden="true">${tag}</span
    ><span class="sr spoken">${[last ? t("Output") : "", spoken(shown.dims), back].filter(Boolean).join(" ")}. ${why}</span
    >${icon("why", "i why-icon")}
  </button>`;
}

/** The layer's output in the order that was chosen; of a layer that is switched off, what passes by. */
function shownTuple(frame: Frame, item: Item): Tuple {
  const output = frame.flow[item - 1]?.outputs[0] ?? [];
  const from = passedBy(frame, item);
  const tuple = from === null ? inputTuple(frame.model) : outputTuple(from, output);
  return ordered(tuple, frame.state.convention, from);
}

/** The layer whose output flows under an item: its own, or the nearest above that runs. null: the input does. */
function passedBy(frame: Frame, item: Item): LayerSpec | null {
  return (
    frame.stack
      .slice(0, item)
      .filter((slot) => !slot.disabled)
      .at(-1)?.layer ?? null
  );
}

/** "+ h, c" where the states are returned too, "× 2" where the directions stay apart. */
function returned(layer: LayerSpec): string {
  const apart = layer.className === "Bidirectional" && layer.mergeMode === null ? "× 2" : "";
  const states = directionsOf(layer)[0]?.returnState === true ? `+ ${stateNames(layer)}` : "";
  return [apart, states].filter(Boolean).join("  ");
}

function glyphView(frame: Frame, item: Item, from: LayerSpec | null): TemplateResult {
  const flow = frame.flow[item - 1];
  if (from !== null && directionsOf(from).length > 0) return stepsView(stepsRead(frame, item), !returnsSequences(from));
  const output = flow?.outputs[0] ?? [];
  return stepsView(output.length === 3 ? (output[1] ?? null) : 1, false);
}

function troubleView(frame: Frame, item: Item, trouble: Trouble): TemplateResult {
  return html`<div class="problem">
    <p>${worded(trouble.message)}</p>
    ${fixesView(frame, item, trouble, "fix")}
  </div>`;
}

/** What may surprise, said without alarm: the run goes on all the same. */
function noticeView(frame: Frame, item: Item, warning: Trouble): TemplateResult {
  return html`<div class="problem notice">
    <p>${icon("warning")}<span>${worded(warning.message)}</span></p>
    ${fixesView(frame, item, warning, "mend")}
  </div>`;
}

function fixesView(frame: Frame, item: Item, trouble: Trouble, key: "fix" | "mend"): TemplateResult | typeof nothing {
  if (trouble.fixes.length === 0) return nothing;
  const fixes = trouble.fixes.map(
    (fix, i) =>
      html`<button class="fix" type="button" data-key=${`${key}${item}-${i}`} @click=${() => frame.act.fix(item, trouble, i)}>
        ${icon("bulb")}<span>${worded(fix.label)}</span>
      </button>`,
  );
  return html`<div class="fixes">${fixes}</div>`;
}
