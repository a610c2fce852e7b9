/** The header: model, layers, shapes, device with its reason, check, time, source, the shape convention, run again. */
import { html, nothing, type TemplateResult } from "lit";
import type { DeviceView } from "../../../extension/core/protocol/device.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { formatDuration, t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { type Convention, shownShape } from "../convention.js";
import { clip } from "../names.js";
import { kindWord } from "../words.js";
import { stackText } from "../outputs.js";
import type { RunContext } from "../view.js";
import { checkFact } from "./check.js";
import { ghost, segmented } from "./controls.js";

export function header(view: RunContext): TemplateResult {
  const { run, model } = view.outputs;
  const running = view.state.activity.phase === "running";
  return html`<header class="head">
    <div class="head-model">
      ${icon("unroll")}
      <h1 title=${clip(run.modelName)}>${clip(run.modelName)}</h1>
      ${model === null ? nothing : html`<span class="head-stack" title=${clip(stackText(model), 2000)}>${clip(stackText(model), 2000)}</span>`}
      ${flow(view)}
    </div>
    <div class="head-actions" role="toolbar" aria-label=${t("Run actions")}>
      ${
        running
          ? html`<button class="ghost" type="button" id="cancel" @click=${() => view.cancel()}>${icon("stop")}${t("Cancel")}</button>`
          : html`<button
              class="icon-button"
              type="button"
              id="rerun"
              aria-label=${t("Run again")}
              title=${t("Run again")}
              @click=${() => view.command("rerun")}
            >
              ${icon("run")}
            </button>`
      }
      <button
        class="icon-button"
        type="button"
        id="open-designer"
        aria-label=${t("Show the model in the designer")}
        title=${t("Show the model in the designer")}
        @click=${() => view.command("openDesigner")}
      >
        ${icon("layer")}
      </button>
      <button
        class="icon-button"
        type="button"
        id="export"
        aria-label=${t("Export…")}
        title=${t("Export…")}
        @click=${() => view.command("export")}
      >
        ${icon("export")}
      </button>
    </div>
    <div class="head-facts">${deviceFact(view)} ${checkFact(view)} ${facts(view)} ${note(view)}</div>
    ${conventionSwitch(view)} ${progress(view)}
  </header>`;
}

function flow(view: RunContext): TemplateResult {
  const { input, returned, layers } = view.outputs;
  const word = (tensor: TensorView): string =>
    shownShape(tensor, layers.find((layer) => layer.index === tensor.layer)?.spec ?? null, view.state.chosen.convention);
  const most = 4;
  const outs = returned.slice(0, most).map(word).join(", ") + (returned.length > most ? ` … +${returned.length - most}` : "");
  return html`<span class="head-flow"
    >${input === null ? nothing : html`<code class="shape">${word(input)}</code>`}<span class="arrow" aria-hidden="true">→</span
    ><span class="sr">${t("to")}</span><code class="shape">${outs}</code></span
  >`;
}

function deviceFact(view: RunContext): TemplateResult {
  const { device } = view.outputs.run;
  const { deviceOpen } = view.state;
  return html`<button
      class="fact"
      type="button"
      id="device"
      aria-expanded=${String(deviceOpen)}
      aria-controls="device-why"
      @click=${() => view.dispatch({ type: "view", view: { deviceOpen: !deviceOpen } })}
    >
      ${icon("chip")}<span class="fact-name">${clip(device.name)}</span>${
        device.reason === null
          ? nothing
          : html`<span class="dim" aria-hidden="true">·</span>${icon("warning", "i warn")}<span
                class="fact-reason"
                title=${clip(device.reason, 2000)}
                >${clip(device.brief ?? device.reason, 300)}</span
              >`
      }
    </button>
    ${deviceOpen ? devicePopover(view, device) : nothing}`;
}

function devicePopover(view: RunContext, device: DeviceView): TemplateResult {
  const close = (): void => {
    view.dispatch({ type: "view", view: { deviceOpen: false } });
    document.getElementById("device")?.focus();
  };
  const wanted = device.chosen === "auto" ? t("The fastest (automatic)") : kindWord(device.chosen);
  const rows: [string, string][] = [
    [t("Wanted"), wanted],
    [t("Used"), device.name],
    [t("Reason"), device.reason ?? t("Nothing better was wanted.")],
    [t("Effect"), device.reason === null ? t("None.") : t("Same results within rounding; large runs take longer.")],
  ];
  return html`<div
    class="popover"
    id="device-why"
    role="dialog"
    aria-labelledby="device-title"
    @keydown=${(event: KeyboardEvent) => event.key === "Escape" && close()}
  >
    <h2 id="device-title">${t("Why this device?")}</h2>
    <dl class="pairs">
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${clip(value, 2000)}</dd>`,
      )}
    </dl>
    <p class="buttons">
      <button class="button secondary" type="button" id="choose-device" @click=${() => view.command("chooseDevice")}>
        ${t("Choose device…")}
      </button>
      <button class="button secondary" type="button" id="doctor" @click=${() => view.command("doctor")}>${t("Doctor report")}</button>
      <button class="button secondary" type="button" id="device-close" @click=${close}>${t("Close")}</button>
    </p>
  </div>`;
}

function facts(view: RunContext): TemplateResult {
  const { run } = view.outputs;
  return html`<span class="fact">${icon("clock")}<span class="sr">${t("Time")}</span>${formatDuration(run.ms)}</span> ${
      run.source === ""
        ? nothing
        : html`<button
            class="fact link"
            type="button"
            id="show-source"
            title=${t("Show the selection in the editor")}
            @click=${() => view.command("showSource")}
          >
            ${icon("file")}<span class="fact-name">${clip(run.source)}</span>
          </button>`
    }`;
}

/** Quiet: it changes nothing that anybody has to do. */
function note(view: RunContext): TemplateResult | typeof nothing {
  const { note: text } = view.state;
  if (text === null) return nothing;
  return html`<span class="fact" id="values-note" title=${text}>${icon("info")}<span class="fact-reason">${clip(text, 300)}</span></span>`;
}

function conventionSwitch(view: RunContext): TemplateResult {
  const choices: { value: Convention; text: string }[] = [
    { value: "keras", text: "Keras" },
    { value: "pytorch", text: "PyTorch" },
    { value: "onnx", text: "ONNX" },
  ];
  return segmented("convention", t("Shape convention"), choices, view.state.chosen.convention, (convention) => view.choose({ convention }));
}

function progress(view: RunContext): TemplateResult | typeof nothing {
  const { activity } = view.state;
  if (activity.phase !== "running") return nothing;
  return html`<progress
    class="progress"
    aria-label=${t("Running {model}", { model: clip(view.outputs.run.modelName, 60) })}
    max=${Math.max(1, activity.total)}
    .value=${activity.done}
  ></progress>`;
}

export function footer(view: RunContext): TemplateResult {
  const { run } = view.outputs;
  const parameters = t("{n} parameters", { n: run.parameters.toLocaleString() });
  if (run.seed === null) return html`<p class="rail-foot"><span>${t("Weights: from the model")} · ${parameters}</span></p>`;
  return html`<p class="rail-foot">
    <span>${t("Weights: seed {seed}", { seed: run.seed })} · ${parameters}</span>
    ${ghost("new-seed", "run", t("New seed"), () => view.command("newSeed"), t("The weights are random. Draw others and run again."))}
  </p>`;
}
