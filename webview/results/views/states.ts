/** What fills the page without a run to show, and the banner over a run that stays when the next one fails. */
import { html, nothing, type TemplateResult } from "lit";
import type { ResultsState } from "../../../extension/core/protocol/results.js";
import { formatNumber, t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { clip } from "../names.js";
import type { View } from "../view.js";

type Running = Extract<ResultsState["activity"], { phase: "running" }>;
type Failed = Extract<ResultsState["activity"], { phase: "failed" }>;

export function emptyPage(view: View): TemplateResult {
  const mac = /mac/i.test(navigator.platform);
  const keys = mac ? ["⌘", "⌥", "R"] : ["Ctrl", "Alt", "R"];
  return html`<main class="state">
    ${icon("unroll", "i big")}
    <h1>${t("No run yet")}</h1>
    <p class="dim">${t("Select numbers in the editor and run recurrent layers on them.")}</p>
    <button class="button" type="button" id="run-selection" @click=${() => view.command("runSelection")}>
      ${t("Run RNN on selection")}
    </button>
    <p class="keys">${keys.map((key) => html`<kbd>${key}</kbd> `)}</p>
    <div class="list">
      <button class="link" type="button" id="run-file" @click=${() => view.command("runFile")}>${t("Choose a file…")}</button>
      <button class="link" type="button" id="empty-designer" @click=${() => view.command("openDesigner")}>
        ${t("Build a model in the designer")}
      </button>
    </div>
  </main>`;
}

export function runningPage(view: View, activity: Running): TemplateResult {
  const steps = { done: formatNumber(activity.done), total: formatNumber(activity.total) };
  return html`<main class="state late">
    ${icon("unroll", "i big")}
    <h1>${t("Running")}</h1>
    ${activity.total > 0 ? html`<p>${t("step {done} of {total}", steps)}</p>` : nothing}
    <progress class="page-progress" aria-label=${t("Running")} max=${Math.max(1, activity.total)} .value=${activity.done}></progress>
    <button class="button secondary" type="button" id="cancel" @click=${() => view.cancel()}>${t("Cancel")}</button>
  </main>`;
}

export function failedPage(view: View, activity: Failed): TemplateResult {
  return html`<main class="state">
    ${icon("error", "i failed bad")}
    <h1>${t("The run failed")}</h1>
    <p role="alert">${clip(activity.message, 4000)}</p>
    ${activity.actions.length === 0 ? nothing : html`<p class="buttons">${buttons(view, activity)}</p>`}
  </main>`;
}

function buttons(view: View, activity: Failed): TemplateResult[] {
  return activity.actions.map(
    (action, i) =>
      html`<button class=${i === 0 ? "button" : "button secondary"} type="button" @click=${() => view.action(action.id)}>
        ${clip(action.label, 120)}
      </button>`,
  );
}

/** The run that is shown is the one before: the sentence and its actions stand above it. */
export function banner(view: View): TemplateResult | typeof nothing {
  const { activity, dismissed } = view.state;
  if (activity.phase !== "failed" || dismissed) return nothing;
  return html`<div class="banner" role="alert">
    ${icon("warning", "i warn")}
    <p>${clip(activity.message, 4000)} <span class="dim">${t("The values below are from the run before.")}</span></p>
    <span class="buttons">${buttons(view, activity)}</span>
    <button
      class="icon-button"
      type="button"
      id="dismiss"
      aria-label=${t("Dismiss")}
      title=${t("Dismiss")}
      @click=${() => view.dispatch({ type: "view", view: { dismissed: true } })}
    >
      ${icon("close")}
    </button>
  </div>`;
}
