/** What an open card shows, by kind of layer. */
import { html, type TemplateResult } from "lit";
import { limits } from "../../../extension/core/model/limits.js";
import type { ModelEdit } from "../../../extension/core/model/edit.js";
import type { LayerClass, LayerSpec } from "../../../extension/core/model/spec.js";
import { t } from "../../shared/l10n.js";
import { inputTuple } from "../axes.js";
import type { Frame } from "../frame.js";
import type { Item } from "../state.js";
import { axisWord } from "../../shared/axisWord.js";
import { recurrentOf } from "../words.js";
import { argumentsView } from "./arguments.js";
import { axisSize, type Choice, draftInput, inputField, selectField } from "./fields.js";
import {
  activationField,
  biasSwitch,
  type Card,
  countField,
  keyOf,
  moreView,
  nameField,
  numberField,
  optionEdit,
  rateField,
  switchView,
  unitsField,
} from "./options.js";
import { recurrentBody } from "./recurrent.js";

/** Types in the order of the menus. A Bidirectional is a toggle, as it wraps a layer. */
export const layerTypes = [
  "SimpleRNN",
  "GRU",
  "LSTM",
  "RNN",
  "Dense",
  "Embedding",
  "RepeatVector",
  "Dropout",
  "Masking",
  "Activation",
  "Flatten",
  "Reshape",
] as const;
export const RECURRENT_TYPES = 4;

export function bodyView(frame: Frame, item: Item): TemplateResult {
  const layer = frame.stack[item - 1]?.layer;
  if (layer === undefined) return inputBody(frame);
  const card = { frame, item, layer, path: "" };
  const cell = recurrentOf(layer);
  return html`<div class="card-body" id=${`u-body-${item}`}>
    ${typeField(card)}${cell !== null ? recurrentBody(card, cell) : plainBody(card)}
  </div>`;
}

function inputBody(frame: Frame): TemplateResult {
  const { dims, axes } = inputTuple(frame.model);
  const fields = dims.map((size, i) => {
    const axis = axes[i] ?? "axis";
    const key = `0-${i}`;
    const edit = (text: string) => {
      const next = axisSize(text, axis === "features" ? limits.units : limits.batch);
      if (next === undefined || (next === null && size !== null && axis === "features")) return null;
      return { op: "setInput", shape: dims.map((d, j) => (j === i ? next : d)) } as const;
    };
    const options = { key, caption: axisWord(axis), value: size === null ? "" : String(size), edit, placeholder: "None" };
    return html`<div class="axis-field"><label for=${`u-${key}`}>${axisWord(axis)}</label>${draftInput(frame, options)}</div>`;
  });
  return html`<div class="card-body axes" id="u-body-0">${fields}</div>`;
}

function typeField({ frame, item, layer }: Card): TemplateResult {
  const value = layer.className === "RNN" ? "RNN" : (recurrentOf(layer)?.className ?? layer.className);
  const choices = layerTypes.map((type): Choice => {
    if (type === "RNN") return { value: type, label: t("RNN of cells") };
    const no = type === "Embedding" && frame.places[item - 1] !== 0;
    return no ? { value: type, label: `${type} – ${t("Only as the first layer: it reads token ids")}`, disabled: true } : { value: type };
  });
  return selectField({
    key: `${item}-type`,
    caption: t("Type"),
    value,
    choices,
    choose: (type) => frame.act.setType(item, type as LayerClass),
  });
}

/** The layers around the recurrent ones. */
function plainBody(card: Card): TemplateResult {
  const { layer } = card;
  switch (layer.className) {
    case "Dense":
      return html`${unitsField(card, layer.units)}${activationField(card, layer.activation)}
      ${moreView(card, t("use_bias, name …"), denseMore(card, layer))}`;
    case "Embedding":
      return named(card, embeddingFields(card, layer));
    case "RepeatVector":
      return named(card, countField(card, { option: "n", code: "n", value: layer.n, max: limits.timesteps }));
    case "Dropout":
      return named(card, rateField(card, { option: "rate", code: "rate", value: layer.rate }));
    case "Masking":
      return named(card, numberField(card, { option: "maskValue", code: "mask_value", value: layer.maskValue }));
    case "Activation":
      return named(card, activationField(card, layer.activation));
    case "Reshape":
      return named(card, targetField(card, layer.targetShape));
    default:
      return named(card, html``);
  }
}

function named(card: Card, fields: TemplateResult): TemplateResult {
  return html`${fields}${moreView(card, t("name …"), html`${nameField(card)}${argumentsView(card, card.layer)}`)}`;
}

function denseMore(card: Card, layer: Extract<LayerSpec, { className: "Dense" }>): TemplateResult {
  const effect = layer.timeDistributed ? t("written around Dense") : t("same numbers without it");
  return html`<div class="toggles">
      ${biasSwitch(card, layer.useBias)}${switchView(card, {
        option: "timeDistributed",
        code: "TimeDistributed",
        checked: layer.timeDistributed,
        effect,
      })}
    </div>
    ${nameField(card)}${argumentsView(card, layer)}`;
}

function embeddingFields(card: Card, layer: Extract<LayerSpec, { className: "Embedding" }>): TemplateResult {
  const effect = layer.maskZero ? t("0 is padding") : t("0 is a token");
  return html`${countField(card, { option: "inputDim", code: "input_dim", value: layer.inputDim, max: limits.vocabulary })}
  ${countField(card, { option: "outputDim", code: "output_dim", value: layer.outputDim, max: limits.units })}
  ${switchView(card, { option: "maskZero", code: "mask_zero", checked: layer.maskZero, effect })}`;
}

/** "4, 2" or "(4, -1)". */
function targetField(card: Card, shape: readonly number[]): TemplateResult {
  const edit = (text: string): ModelEdit | null => {
    const sizes = text
      .replace(/[()[\]\s]/g, "")
      .replace(/−/g, "-")
      .replace(/,$/, "")
      .split(",")
      .map((part) => (part === "" ? Number.NaN : Number(part)));
    const fits =
      sizes.every((size) => Number.isSafeInteger(size) && (size > 0 || size === -1)) && sizes.filter((size) => size === -1).length < 2;
    return fits && sizes.length <= 8 ? optionEdit(card, "targetShape", sizes) : null;
  };
  const complaint = t("Sizes with commas between, one of them may be −1.");
  return inputField(card.frame, {
    key: keyOf(card, "targetShape"),
    caption: { code: "target_shape" },
    value: shape.join(", "),
    edit,
    complaint,
  });
}
