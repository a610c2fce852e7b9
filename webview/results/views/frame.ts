/** The frame around the tabs: header, banner, outputs, tab strip, time bar; or the one state that fills the page. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { outputsOf, stepsOf, stripsOf } from "../outputs.js";
import type { Tab } from "../state.js";
import type { RunContext, View } from "../view.js";
import { compareTab } from "./compare.js";
import { neighbour } from "./controls.js";
import { dataTab } from "./data.js";
import { header } from "./header.js";
import { heatTab } from "./heat.js";
import { shapesTab } from "./shapes.js";
import { banner, emptyPage, failedPage, runningPage } from "./states.js";
import { stepsTab } from "./steps.js";
import { timeBar } from "./timebar.js";
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
        ${tabStrip(view)}
        ${["heat", "steps", "compare"].includes(view.state.chosen.tab) && stepsOf(view.outputs) > 0 ? timeBar(view) : nothing}
        <section class="panel" id="panel" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${view.state.chosen.tab}`}>
          ${tabBody(view)}
        </section>
      </main>
    </div>`;
}

function tabBody(view: RunContext): TemplateResult {
  switch (view.state.chosen.tab) {
    case "shapes":
      return shapesTab(view);
    case "heat":
      return heatTab(view);
    case "steps":
      return stepsTab(view);
    case "compare":
      return compareTab(view);
    case "data":
      return dataTab(view);
  }
}

function tabStrip(view: RunContext): TemplateResult {
  const timed = stripsOf(view.outputs).length > 0 && stepsOf(view.outputs) > 0;
  const all: { id: Tab; text: string }[] = [{ id: "shapes", text: t("Shapes") }];
  if (timed) all.push({ id: "heat", text: t("Heat") }, { id: "steps", text: t("Steps") });
  all.push({ id: "compare", text: t("Compare") }, { id: "data", text: t("Data") });
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
export function waiting(view: View, message: string | null): TemplateResult {
  if (message === null) return html`<p class="waiting dim">${t("Reading values…")}</p>`;
  return html`<p class="waiting">
    ${icon("warning", "i warn")}<span>${message}</span>
    <button class="button secondary" type="button" @click=${() => view.retry()}>${t("Try again")}</button>
  </p>`;
}
