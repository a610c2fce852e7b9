/** Memory: how much of each step is left in the last state, layer by layer, and which numbers of the input were heard. */
import { html, nothing, type TemplateResult } from "lit";
import type { Memory } from "../../../extension/core/memory.js";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import type { Asked } from "../answers.js";
import { memorySentence, memoryWarning } from "../memoryWords.js";
import { batchOf, stripsOf } from "../outputs.js";
import { type LayerPart, layerParts, partAt, tracedNow } from "../parts.js";
import { partTitle } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { batchPicker, toggle } from "./controls.js";
import { heard } from "./heard.js";
import { type Curve, memoryChart, memoryTable } from "./memoryChart.js";

/** Layers that are told of one by one. */
const MOST_SENTENCES = 3;

export function memoryTab(view: RunContext): TemplateResult {
  const parts = layerParts(view.outputs).filter(remembers);
  if (parts.length === 0) return html`<p class="dim">${t("The model has no recurrent layer, so there is no memory to look at.")}</p>`;
  const current = currentPart(view, parts);
  const asked = parts.map((part) => ({ part, asked: ask(view, part) }));
  const curves = asked.flatMap(({ part, asked: state }): Curve[] => {
    const memory = memoryIn(state);
    return memory === null ? [] : [{ part, memory, current: part === current }];
  });
  const sentences = curves.map(({ part, memory }) => memorySentence(part, memory));
  // Of many layers the one that is looked at: the chart and the table have them all.
  const told = sentences.filter((_, i) => curves.length <= MOST_SENTENCES || curves[i]?.current === true);
  const alt = sentences.join(" ");
  const { table } = view.state.chosen;
  return html`<div class="bar">
      <h2>
        ${t("How much of step t is left in the last state")} <span class="norm">‖∂h<sub>T</sub> / ∂h<sub>t</sub>‖</span>
      </h2>
      ${batchPicker(view, "batch", batchOf(view.outputs))}
      ${toggle("table-twin", "table", t("Table"), table, () => view.choose({ table: !table }))}
    </div>
    ${progress(view, asked)}
    ${
      curves.length === 0
        ? nothing
        : html`<div class="summary">
              ${told.map((sentence) => html`<p>${sentence}</p>`)}
              <p>${t("Frobenius norm of the Jacobian over √units, on this input: the last step is 1. No training is needed.")}</p>
            </div>
            ${warnings(curves)} ${table ? memoryTable(curves, alt) : memoryChart(view, curves, alt)}
            ${hearing(view, parts, curves.find((curve) => curve.current) ?? null)}`
    }`;
}

/** A direction that keeps a state; of an RNN over cells the last one. */
function remembers({ own, cell, spec }: LayerPart): boolean {
  return own !== null && (cell === null || (spec?.className === "RNN" && cell === spec.cells.length - 1));
}

function currentPart(view: RunContext, parts: readonly LayerPart[]): LayerPart {
  const { outputs, state } = view;
  const traced = tracedNow(outputs, state.chosen);
  const looked = traced === null ? null : partAt(outputs, traced);
  return parts.find(({ id }) => id === state.chosen.heard) ?? parts.find(({ id }) => id === looked?.id) ?? (parts.at(-1) as LayerPart);
}

function ask(view: RunContext, { layer, part, direction }: LayerPart): Asked {
  const memory = { layer, backward: direction !== null && part === 1, row: view.state.chosen.batch };
  return view.ask({ about: "memory", memory });
}

function memoryIn(asked: Asked): Memory | null {
  return asked.status === "ready" && asked.answer.about === "memory" ? asked.answer.memory : null;
}

/** What is on its way, was cancelled or refused; nothing once all is here. */
function progress(view: RunContext, all: readonly { readonly part: LayerPart; readonly asked: Asked }[]): TemplateResult[] {
  const pending = all.filter(({ asked }) => asked.status === "pending");
  const out: TemplateResult[] = [];
  const [next] = [...pending].sort((a, b) => doneOf(b.asked) - doneOf(a.asked));
  if (next !== undefined) {
    const args = { name: partTitle(next.part), percent: Math.floor(100 * doneOf(next.asked)) };
    out.push(
      html`<p class="waiting" role="status">
        <progress aria-label=${t("Computing the memory")} max="1" .value=${doneOf(next.asked)}></progress>
        <span>${t("{name}: {percent} % of the way back through time", args)}</span>
        <button class="button secondary" type="button" id="memory-cancel" @click=${() => view.stop("memory")}>${t("Cancel")}</button>
      </p>`,
    );
  }
  for (const { part, asked } of all)
    if (asked.status === "failed")
      out.push(html`<p class="waiting">${icon("warning", "i warn")}<span>${partTitle(part)}: ${asked.message}</span></p>`);
  if (all.some(({ asked }) => asked.status === "cancelled")) {
    out.push(
      html`<p class="waiting">
        <span>${t("The computation was cancelled.")}</span>
        <button class="button secondary" type="button" id="memory-again" @click=${() => view.retry()}>${t("Compute")}</button>
      </p>`,
    );
  }
  return out;
}

function doneOf(asked: Asked): number {
  return asked.status === "pending" && asked.total > 0 ? asked.done / asked.total : 0;
}

function warnings(curves: readonly Curve[]): TemplateResult | typeof nothing {
  const all = curves.map(({ part, memory }) => memoryWarning(part, memory)).filter((text) => text !== null);
  if (all.length === 0) return nothing;
  return html`<ul class="memory-warnings">
    ${all.map((text) => html`<li>${icon("warning", "i warn")}<span>${text}</span></li>`)}
  </ul>`;
}

function hearing(view: RunContext, parts: readonly LayerPart[], curve: Curve | null): TemplateResult | typeof nothing {
  const input = stripsOf(view.outputs)[0];
  return input?.what === "input" ? heard(view, { input, parts, curve }) : nothing;
}
