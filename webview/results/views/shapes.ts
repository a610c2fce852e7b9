/** Shapes: Keras's summary as a table or as text, and a card for every tensor. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { parameterFormula } from "../../../extension/core/model/params.js";
import { featuresOf, flowOf, shapeText } from "../../../extension/core/model/shapes.js";
import type { ModelSpec } from "../../../extension/core/model/spec.js";
import { summaryRows } from "../../../extension/core/model/summary.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { t } from "../../shared/l10n.js";
import { shownShape } from "../convention.js";
import { clip } from "../names.js";
import { partOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { card } from "./card.js";
import { copyButton, ghost, segmented } from "./controls.js";

/** Cards that are drawn at once; the others on demand. */
const FIRST_CARDS = 24;

export function shapesTab(view: RunContext): TemplateResult {
  const tensors = cardsOf(view);
  const shown = view.state.allCards ? tensors : tensors.slice(0, FIRST_CARDS);
  const hidden = tensors.length - shown.length;
  return html`${summary(view)}
    <div class="bar"><h2>${t("Tensors")}</h2></div>
    <div class="cards">
      ${repeat(
        shown,
        (tensor) => `${view.outputs.run.id}/${tensor.id}`,
        (tensor, i) => card(view, tensor, i < 2),
      )}
    </div>
    ${
      hidden === 0
        ? nothing
        : html`<p class="more">
            ${ghost("all-cards", "down", t("Show {n} more", { n: hidden }), () => view.dispatch({ type: "view", view: { allCards: true } }))}
          </p>`
    }`;
}

/** The input, every layer's output, the states; gates when they are selected. The selected tensor is always among them. */
function cardsOf(view: RunContext): TensorView[] {
  const { input, layers } = view.outputs;
  const all = layers.flatMap((layer) => layer.tensors);
  const role = (tensor: TensorView): string => partOf(tensor).role;
  const outs = all.filter((tensor) => role(tensor) === "output");
  const states = all.filter((tensor) => role(tensor) === "last" || (role(tensor) === "every" && partOf(tensor).key === "h"));
  const cards = [...(input === null ? [] : [input]), ...outs, ...states];
  const selected = all.find((tensor) => tensor.id === view.state.chosen.tensor);
  if (selected === undefined || cards.slice(0, FIRST_CARDS).includes(selected)) return cards;
  return [selected, ...cards.filter((tensor) => tensor !== selected)];
}

function summary(view: RunContext): TemplateResult {
  const { run, model } = view.outputs;
  const asText = view.state.chosen.summaryAs === "text" || model === null;
  const choices = [
    { value: "table" as const, text: t("Table") },
    { value: "text" as const, text: t("Text") },
  ];
  return html`<div class="bar">
      <h2>${t("Summary")}<span class="dim model-name"> Model: "${clip(run.modelName)}"</span></h2>
      ${model === null ? nothing : segmented("summary", t("Summary"), choices, asText ? "text" : "table", (summaryAs) => view.choose({ summaryAs }))}
      ${copyButton(view, "copy-summary", t("Copy as text"), () => view.copyText(run.summary, "copy-summary"))}
    </div>
    ${asText || model === null ? html`<pre class="summary-text" tabindex="0" aria-label=${t("Summary")}>${clip(run.summary, 100_000)}</pre>` : table(view, model)}`;
}

/** Keras's words stay English: this is its table. */
function table(view: RunContext, model: ModelSpec): TemplateResult {
  const { run, input, returned } = view.outputs;
  const { convention } = view.state.chosen;
  const bound: ModelSpec = model.input === null && input !== null ? { ...model, input: [null, ...input.shape.slice(1)] } : model;
  const flow = flowOf(bound);
  const nan = run.tensors.reduce((sum, tensor) => sum + tensor.nanCount, 0);
  const specOf = (tensor: TensorView) => view.outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  const alt = t("{layers} layers, {parameters} parameters. Input {input}, output {output}.", {
    layers: model.layers.length,
    parameters: run.parameters,
    input: input === null ? "?" : shownShape(input, null, convention),
    output: returned.map((tensor) => shownShape(tensor, specOf(tensor), convention)).join(", "),
  });
  const total = run.parameters.toLocaleString("en-US");
  return html`<table class="grid summary-table">
    <caption class="sr">
      ${alt} ${nan === 0 ? t("No NaN.") : t("{n} values are NaN.", { n: nan })}
    </caption>
    <thead>
      <tr>
        <th scope="col">Layer (type)</th>
        <th scope="col">Output Shape</th>
        <th scope="col" class="n">Param #</th>
        <th scope="col" class="how">${t("How")}</th>
      </tr>
    </thead>
    <tbody>
      ${summaryRows(bound).map((row, i) => {
        const outputs = row.outputs.map(shapeText);
        const layer = bound.layers[i];
        const how = layer === undefined ? "" : parameterFormula(layer, featuresOf(flow[i]?.input ?? null));
        return html`<tr>
          <td><code>${clip(row.name, 80)} (${row.className})</code></td>
          <td><code>${outputs.length === 1 ? outputs[0] : `[${outputs.join(", ")}]`}</code></td>
          <td class="num">${row.params ?? "?"}</td>
          <td class="how"><code>${how}</code></td>
        </tr>`;
      })}
    </tbody>
    <tfoot>
      <tr>
        <td colspan="4" class="small">Total params: ${total} · Trainable params: ${total} · Non-trainable params: 0</td>
      </tr>
    </tfoot>
  </table>`;
}
