/** Code: the model that ran, as source text for other frameworks. */
import { html, type TemplateResult } from "lit";
import type { Target } from "../../../extension/core/code/write/code.js";
import { codeTargets } from "../../../extension/core/protocol/questions.js";
import { t } from "../../shared/l10n.js";
import type { RunContext } from "../view.js";
import { copyButton, ghost, segmented } from "./controls.js";
import { waiting } from "./frame.js";

const names: Readonly<Record<Target, string>> = { keras3: "Keras 3", pytorch: "PyTorch", numpy: "NumPy" };

export function codeTab(view: RunContext): TemplateResult {
  const { target } = view.state.chosen;
  const asked = view.ask({ about: "code", target });
  const code = asked.status === "ready" && asked.answer.about === "code" ? asked.answer.text : null;
  const choices = codeTargets.map((value) => ({ value, text: names[value] }));
  return html`<div class="bar">
      ${segmented("target", t("Framework"), choices, target, (value) => view.choose({ target: value }))}
      ${code === null ? "" : actions(view, target, code)}
    </div>
    ${code === null ? waiting(view, asked.status === "failed" ? asked.message : null) : text(target, code)}
    <p class="dim small">${note(target)}</p>`;
}

function actions(view: RunContext, target: Target, code: string): TemplateResult {
  return html`<span class="push">
    ${copyButton(view, "copy-code", t("Copy"), () => view.copyText(code, "copy-code"), t("Copy the code"))}
    ${ghost("open-code", "file", t("Open in an editor"), () => view.openCode(target))}
  </span>`;
}

function text(target: Target, code: string): TemplateResult {
  return html`<pre class="code" tabindex="0" role="group" aria-label=${t("{target} code", { target: names[target] })}>${code}</pre>`;
}

function note(target: Target): string {
  return target === "numpy"
    ? t("Every step written out. The weights are read from a file; without one they are random.")
    : t("The weights are not part of the code: a model made from it starts with new ones.");
}
