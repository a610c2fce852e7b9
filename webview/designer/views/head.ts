/** The top of the designer: the model's name, the presets, the framework whose order of axes is shown. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon } from "../../shared/icons.js";
import { t } from "../../shared/l10n.js";
import type { Convention } from "../axes.js";
import { type Frame, offers } from "../frame.js";

export function headView(frame: Frame): TemplateResult {
  const { act, state } = frame;
  return html`<header class="head">
      ${nameView(frame)}
      <button
        class="ghost presets"
        type="button"
        data-key="presets"
        aria-haspopup="menu"
        aria-expanded=${state.menu?.anchor === "presets"}
        @click=${() => act.menu({ kind: "presets", anchor: "presets" })}
      >
        <span>${t("Presets")}</span>${icon("down")}
      </button>
    </header>
    <div class="sub"><span class="count">${countView(frame)}</span>${conventionView(frame)}</div>`;
}

function nameView({ act, model, state }: Frame): TemplateResult {
  const value = state.draft?.key === "name" ? state.draft.text : model.name;
  const input = (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement).value;
    act.draft("name", text, text.trim() === "" ? null : { op: "rename", name: text.trim() });
  };
  return html`<input
    class="name"
    type="text"
    data-key="name"
    spellcheck="false"
    autocomplete="off"
    maxlength="200"
    aria-label=${t("Model name")}
    title=${model.name}
    .value=${live(value)}
    @input=${input}
    @change=${() => act.commit("name")}
    @blur=${() => state.draft?.key === "name" && act.forgetDraft()}
  />`;
}

/** How many layers; a scratch model can be given a file here. */
function countView({ act, host, stack }: Frame): TemplateResult {
  const n = stack.length;
  const count = n === 1 ? t("1 layer") : t("{n} layers", { n });
  const scratch = host.document.kind === "scratch" && offers(host, "saveAs");
  const save = html` · <button class="link" type="button" @click=${() => act.command("saveAs")}>${t("Save as…")}</button>`;
  return html`<span title=${host.document.kind === "file" ? host.document.name : nothing}>${count}</span>${scratch ? save : nothing}`;
}

function conventionView({ act, state }: Frame): TemplateResult {
  const names: readonly (readonly [Convention, string])[] = [
    ["keras", "Keras"],
    ["torch", "PyTorch"],
    ["onnx", "ONNX"],
  ];
  const choose = (event: Event): void =>
    act.dispatch({ type: "convention", convention: (event.currentTarget as HTMLSelectElement).value as Convention });
  return html`<label class="conv" title=${t("Order of axes in the shapes below")}
    ><span>${t("Shapes as")}</span
    ><span class="pick"
      ><select data-key="convention" aria-label=${t("Shapes as")} .value=${live(state.convention)} @change=${choose}>
        ${names.map(([value, name]) => html`<option value=${value} ?selected=${value === state.convention}>${name}</option>`)}
      </select></span
    ></label
  >`;
}
