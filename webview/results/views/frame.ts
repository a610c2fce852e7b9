/** The frame around the tabs: header, banner, outputs, tab strip, time bar; or the one state that fills the page. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { gatedParts } from "../gates.js";
import { layerParts } from "../parts.js";
import { outputsOf, stepsOf, stripsOf } from "../outputs.js";
import type { Tab } from "../state.js";
import type { RunContext, View } from "../view.js";
import { compareTab } from "./compare.js";
import { neighbour } from "./controls.js";
import { codeTab } from "./code.js";
import { dataTab } from "./data.js";
import { header } from "./header.js";
import { gatesTab } from "./gates.js";
import { heatTab } from "./heat.js";
import { shapesTab } from "./shapes.js";
import { banner, emptyPage, failedPage, runningPage } from "./states.js";
import { memoryTab } from "./memory.js";
import { stepsTab } from "./steps.js";
import { timeBar } from "./timebar.js";
import { traceTab } from "./trace.js";
import { rail } from "./tree.js";

export function page(view: View): TemplateResult {
  return html`<div class="view results">
    ${body(view)}
    <p class="sr" id="live" role="status" aria-live="polite">${view.state.spoken}</p>
  </div>`;
}

function body(view: View): TemplateResult {
  const { run, activity } = view.state;
  if (run !== null) return ready({ ...view, outputs: outputsOf(run) });
  if (activity.phase === "running") return runningPage(view, activity);
  if (activity.phase === "failed") return failedPage(view, activity);
  return emptyPage(view);
}

function ready(view: RunContext): TemplateResult {
  return html`${header(view)} ${banner(view)}
    <div class="body">
      ${rail(view)}
      <main class="main">
        ${tabStrip(view)} ${hasCursor(view) ? timeBar(view) : nothing}
        <section class="panel" id="panel" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${view.state.chosen.tab}`}>
          ${tabBody(view)}
        </section>
      </main>
    </div>`;
}

/** Do the steps of the shown tab follow the time cursor? */
function hasCursor({ outputs, state }: RunContext): boolean {
  return ["heat", "steps", "gates", "trace", "compare"].includes(state.chosen.tab) && stepsOf(outputs) > 0;
}

function tabBody(view: RunContext): TemplateResult {
  switch (view.state.chosen.tab) {
    case "shapes":
      return shapesTab(view);
    case "heat":
      return heatTab(view);
    case "steps":
      return stepsTab(view);
    case "gates":
      return gatesTab(view);
    case "trace":
      return traceTab(view);
    case "memory":
      return memoryTab(view);
    case "compare":
      return compareTab(view);
    case "data":
      return dataTab(view);
    case "code":
      return codeTab(view);
  }
}

/** The tabs that this run has. */
export function tabsOf(view: RunContext): { id: Tab; text: string }[] {
  const timed = stripsOf(view.outputs).length > 0 && stepsOf(view.outputs) > 0;
  const all: { id: Tab; text: string }[] = [{ id: "shapes", text: t("Shapes") }];
  if (timed) all.push({ id: "heat", text: t("Heat") }, { id: "steps", text: t("Steps") });
  if (gatedParts(view.outputs).length > 0) all.push({ id: "gates", text: t("Gates") });
  all.push({ id: "trace", text: t("Trace") });
  if (layerParts(view.outputs).some(({ own }) => own !== null)) all.push({ id: "memory", text: t("Memory") });
  all.push({ id: "compare", text: t("Compare") }, { id: "data", text: t("Data") }, { id: "code", text: t("Code") });
  return all;
}

function tabStrip(view: RunContext): TemplateResult {
  const all = tabsOf(view);
  const { tab } = view.state.chosen;
  const key = (event: KeyboardEvent): void => {
    const next =
      all[
        neighbour(
          event,
          all.findIndex((entry) => entry.id === tab),
          all.length,
        )
      ];
    if (next === undefined) return;
    event.preventDefault();
    view.choose({ tab: next.id });
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${t("Views")} @keydown=${key}>
    ${all.map(
      ({ id, text }) =>
        html`<button
          role="tab"
          type="button"
          id=${`tab-${id}`}
          aria-selected=${String(id === tab)}
          aria-controls=${id === tab ? "panel" : nothing}
          tabindex=${id === tab ? 0 : -1}
          @click=${() => view.choose({ tab: id })}
        >
          ${text}
        </button>`,
    )}
  </div>`;
}

/** In place of values that are still on their way, or that could not be read. */
export function waiting(view: Pick<View, "retry">, message: string | null): TemplateResult {
  if (message === null) return html`<p class="waiting dim">${t("Reading values…")}</p>`;
  return html`<p class="waiting">
    ${icon("warning", "i warn")}<span>${message}</span>
    <button class="button secondary" type="button" @click=${() => view.retry()}>${t("Try again")}</button>
  </p>`;
}
