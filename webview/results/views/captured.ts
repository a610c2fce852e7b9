/** What stands where gates or states of every step will be: they are computed by the same run once more, when they are looked at. */
import { html, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import type { RunContext } from "../view.js";

export interface CapturedWords {
  readonly computing: string;
  readonly missing: string;
  readonly ask: string;
}

export function captured(view: RunContext, words: CapturedWords): TemplateResult {
  const { gates } = view.state;
  const ask = (text: string): TemplateResult =>
    html`<button class="button secondary" type="button" id="capture" @click=${() => view.command("captureGates")}>${text}</button>`;
  switch (gates.phase) {
    case "failed":
      return html`<p class="waiting">${icon("warning", "i warn")}<span>${gates.message}</span> ${ask(t("Try again"))}</p>`;
    case "none":
      return html`<p class="waiting"><span class="dim">${words.missing}</span> ${ask(words.ask)}</p>`;
    default:
      return html`<p class="waiting dim" role="status">${words.computing}</p>`;
  }
}

/** Of a layer that returns its last state only. */
export function capturedStates(view: RunContext): TemplateResult {
  return captured(view, {
    computing: t("Computing the states of every step…"),
    missing: t("A layer returns its last state only; those of the other steps were not captured."),
    ask: t("Capture the states"),
  });
}
