/** No model yet: ways to start, none of them a dead end. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { DesignerState } from "../../../extension/core/protocol/designer.js";
import { icon } from "../../shared/icons.js";
import { t, worded } from "../../shared/l10n.js";
import type { Controller } from "../controller.js";
import { offers } from "../frame.js";
import { goToText } from "./foot.js";

const hero = svg`<g class="hero-line"
    ><path d="M28 32h12M64 32h12M100 32h12"/><path d="M16 44v7M52 44v7M88 44v7M124 44v7"/><path class="faint" d="M16 20V8M52 20V8M88 20V8"/><path
      d="M124 20V6m-3 3 3-3 3 3"
    /><path d="m37 29 3 3-3 3M73 29l3 3-3 3M109 29l3 3-3 3"/></g
  ><g class="hero-box"
    ><rect x="4.5" y="20.5" width="23" height="23" rx="3"/><rect x="40.5" y="20.5" width="23" height="23" rx="3"/><rect
      x="76.5"
      y="20.5"
      width="23"
      height="23"
      rx="3"
    /><rect class="on" x="112.5" y="20.5" width="23" height="23" rx="3"
  /></g>`;

export function emptyView(act: Controller, host: DesignerState): TemplateResult {
  const problem = host.document.problem ?? (act.state.unreadable === null ? null : worded(act.state.unreadable.message));
  const starts = [
    ["tutorial", "learn", t("Start from the tutorial"), t("SimpleRNN(3) on a list of 4 × 5 numbers")],
    ["python", "python", t("Import from a Python file…"), t("Keras or PyTorch, read without running it")],
    ["blank", "add", t("Blank model"), t("One layer, input from your selection")],
  ] as const;
  const offered = starts.filter(([id]) => offers(host, id));
  return html`<div class="scroll">
    <div class="empty">
      <svg class="hero" viewBox="0 0 148 52" aria-hidden="true">${hero}</svg>
      <h2>${t("No model yet")}</h2>
      <p>${t("Stack recurrent layers and see every shape before anything runs.")}</p>
      ${problem === null ? nothing : problemView(act, host, problem)}
      <ul>
        ${offered.map(
          ([id, name, title, text]) =>
            html`<li>
              <button class="start" type="button" @click=${() => act.command(id)}>
                ${icon(name)}<span class="start-title">${title}</span><span class="start-text">${text}</span>
              </button>
            </li>`,
        )}
      </ul>
      <p class="empty-foot"><button class="link" type="button" @click=${() => act.command("open")}>${t("Open a model file…")}</button></p>
    </div>
  </div>`;
}

function problemView(act: Controller, host: DesignerState, problem: string): TemplateResult {
  const go = offers(host, "goToProblem")
    ? html`<div class="note-actions">
        <button class="link" type="button" @click=${() => act.command("goToProblem")}>${goToText(host)}</button>
      </div>`
    : nothing;
  return html`<div class="note" data-kind="error">
    ${icon("error")}
    <div>
      <p>${problem}</p>
      ${go}
    </div>
  </div>`;
}
