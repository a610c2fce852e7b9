/** One item of the stack: a card, and the edge that leaves it. */
import { html, nothing, type TemplateResult } from "lit";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import { icon, isIcon } from "../../shared/icons.js";
import { formatCount, t } from "../../shared/l10n.js";
import { inputTuple, ordered, outputTuple } from "../axes.js";
import type { Frame } from "../frame.js";
import type { Item } from "../state.js";
import { description, recurrentOf, size, spoken, spokenHead, title } from "../words.js";
import { bodyView } from "./bodies.js";
import { dragHandlers } from "./drag.js";
import { edgeView } from "./edge.js";
import { tupleView } from "./tuple.js";

export function itemView(frame: Frame, item: Item): TemplateResult {
  const { state } = frame;
  const layer = frame.stack[item - 1]?.layer;
  const drag = layer === undefined && item !== 0 ? null : dragHandlers(frame, item);
  const place = state.drag?.over?.item === item ? state.drag.over.place : nothing;
  return html`<li
    class=${classesOf(frame, item, layer)}
    data-item=${item}
    data-run=${runPart(frame, item)}
    data-drop=${place}
    @dragover=${drag?.over}
    @dragleave=${drag?.leave}
    @drop=${drag?.drop}
  >
    <div class="card">
      ${layer === undefined ? nothing : gripView(drag)}${headView(frame, item, layer)}${layer === undefined ? nothing : toolsView(frame, item, layer)}
      ${state.open === item ? bodyView(frame, item) : nothing}
    </div>
    ${edgeView(frame, item)}
  </li>`;
}

function classesOf(frame: Frame, item: Item, layer: LayerSpec | undefined): string {
  const classes = ["item"];
  if (layer === undefined) classes.push("is-input");
  else if (recurrentOf(layer) !== null) classes.push("rnn");
  else if (layer.className === "Dense") classes.push("dense");
  if (isOff(frame, item)) classes.push("is-off");
  if (frame.flow[item - 1]?.assumed === true) classes.push("stale");
  if (frame.state.drag?.from === item) classes.push("dragging");
  return classes.join(" ");
}

function isOff(frame: Frame, item: Item): boolean {
  return frame.stack[item - 1]?.disabled === true;
}

/** Where a run that lasts has come to. */
function runPart(frame: Frame, item: Item): string | typeof nothing {
  const { run } = frame.host;
  const place = frame.places[item - 1] ?? -1;
  if (place < 0 || run.phase !== "running" || !frame.state.runRevealed) return nothing;
  return place + 1 < run.layer ? "done" : place + 1 === run.layer ? "now" : "wait";
}

function gripView(drag: ReturnType<typeof dragHandlers> | null): TemplateResult {
  const hint = t("Drag to reorder, or Alt+↑ and Alt+↓");
  return html`<span class="grip" draggable="true" aria-hidden="true" title=${hint} @dragstart=${drag?.start} @dragend=${drag?.end}
    >${icon("grip")}</span
  >`;
}

function headView(frame: Frame, item: Item, layer: LayerSpec | undefined): TemplateResult {
  const { act, state } = frame;
  const open = state.open === item;
  return html`<button
    class="card-head"
    type="button"
    data-key=${`head${item}`}
    tabindex=${state.active === item ? 0 : -1}
    aria-expanded=${open}
    aria-controls=${open ? `u-body-${item}` : nothing}
    @click=${() => act.dispatch({ type: "toggleCard", item })}
    @focus=${() => state.active !== item && act.dispatch({ type: "activate", item })}
  >
    ${layer === undefined ? inputHead(frame) : layerHead(frame, item, layer)}${icon("right", "i twisty")}
  </button>`;
}

function inputHead(frame: Frame): TemplateResult {
  const tuple = ordered(inputTuple(frame.model), frame.state.convention, null);
  const kind = frame.model.layers[0]?.className === "Embedding" ? "int32" : "float32";
  return html`${icon("Input", "kind")}<span class="title"
      ><span class="type">${t("Input")}<span class="after">, ${spoken(tuple.dims)}</span></span></span
    ><span class="desc" aria-hidden="true">${tupleView(tuple, true)}</span><span class="cost" aria-hidden="true">${kind}</span>`;
}

function layerHead(frame: Frame, item: Item, layer: LayerSpec): TemplateResult | typeof nothing {
  const flow = frame.flow[item - 1];
  if (flow === undefined) return nothing;
  const kind = layer.className === "Bidirectional" ? "both" : layer.className;
  const cost = flow.params === null || flow.params === 0 ? "" : t("{n} params", { n: formatCount(flow.params) });
  const off = isOff(frame, item);
  const output = ordered(outputTuple(layer, flow.outputs[0] ?? []), frame.state.convention, layer);
  const about = off ? t("disabled, passed through") : description(layer, flow);
  return html`${icon(isIcon(kind) ? kind : "layer", "kind")}<span class="title"
      ><span class="sr before">${t("Layer {i} of {n}, ", { i: item, n: frame.stack.length })}</span
      ><span class="type"
        >${title(layer)}<span class="after">${spokenHead(layer, output.dims)}${off ? `, ${t("disabled")}` : ""}</span></span
      ><code class="units" aria-hidden="true">${size(layer)}</code></span
    ><span class="desc" aria-hidden="true" title=${about}>${about}</span><span class="cost" aria-hidden="true">${cost}</span>`;
}

function toolsView(frame: Frame, item: Item, layer: LayerSpec): TemplateResult {
  const { act, state } = frame;
  const tabindex = state.active === item ? 0 : -1;
  const name = (label: string): string => `${label}: ${title(layer)}`;
  const [copy, remove, more] = [t("Duplicate"), t("Remove"), t("More actions")];
  const only = frame.stack.length < 2 || !act.canSpare(item);
  const anchor = `more${item}`;
  const openMenu = (): void => act.menu({ kind: "layer", item, anchor });
  return html`<div class="tools">
    <button class="tool" type="button" tabindex=${tabindex} title=${copy} aria-label=${name(copy)} @click=${() => act.duplicate(item)}>
      ${icon("copy")}
    </button>
    ${
      only
        ? nothing
        : html`<button
            class="tool"
            type="button"
            tabindex=${tabindex}
            title=${remove}
            aria-label=${name(remove)}
            @click=${() => act.remove(item)}
          >
            ${icon("trash")}
          </button>`
    }
    <button
      class="tool"
      type="button"
      data-key=${anchor}
      tabindex=${tabindex}
      title=${more}
      aria-label=${name(more)}
      aria-haspopup="menu"
      aria-expanded=${state.menu?.anchor === anchor}
      @click=${openMenu}
    >
      ${icon("more")}
    </button>
  </div>`;
}
