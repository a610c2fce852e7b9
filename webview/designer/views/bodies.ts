/** What an open card shows, by kind of layer. */
import { html, nothing, type TemplateResult } from "lit";
import { activationNames } from "../../../extension/core/model/activations.js";
import { limits } from "../../../extension/core/model/limits.js";
import { type LayerClass, type LayerSpec, mergeModes, type RecurrentSpec } from "../../../extension/core/model/spec.js";
import { icon } from "../../shared/icons.js";
import { formatNumber, t } from "../../shared/l10n.js";
import { inputTuple } from "../axes.js";
import { type Frame, stepsRead } from "../frame.js";
import type { Item } from "../state.js";
import { axisName, recurrentOf, stateNames } from "../words.js";
import {
  axisSize,
  type Choice,
  draftInput,
  inputField,
  selectField,
  selectView,
  stepperField,
  toggleView,
  unitNames,
  wholeNumber,
} from "./fields.js";

/** Types in the order of the menus. A Bidirectional is a toggle, as it wraps a layer. */
export const layerTypes = [
  "SimpleRNN",
  "GRU",
  "LSTM",
  "Dense",
  "Embedding",
  "RepeatVector",
  "Dropout",
  "Masking",
  "Activation",
  "Flatten",
  "Reshape",
] as const;

const commonActivations = ["tanh", "sigmoid", "relu", "linear", "softmax", "hard_sigmoid", "elu", "selu", "softplus", "silu"];

interface Card<L = LayerSpec> {
  readonly frame: Frame;
  readonly item: Item;
  readonly layer: L;
}

export function bodyView(frame: Frame, item: Item): TemplateResult {
  const layer = frame.model.layers[item - 1];
  if (layer === undefined) return inputBody(frame);
  const card = { frame, item, layer };
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
    const options = { key, caption: axisName(axis), value: size === null ? "" : String(size), edit, placeholder: "None" };
    return html`<div class="axis-field"><label for=${`u-${key}`}>${axisName(axis)}</label>${draftInput(frame, options)}</div>`;
  });
  return html`<div class="card-body axes" id="u-body-0">${fields}</div>`;
}

function typeField({ frame, item, layer }: Card): TemplateResult {
  const value = recurrentOf(layer)?.className ?? layer.className;
  const choices = layerTypes.map((type): Choice => {
    const no = type === "Embedding" && item > 1;
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

function activationChoices(current: string): readonly Choice[] {
  const rest = activationNames.filter((name) => !commonActivations.includes(name) && name !== "hard_sigmoid_keras2").sort();
  const all = [...commonActivations, ...rest];
  const known = all.includes(current) ? all : [current, ...all];
  return known.map((value) => (value === rest[0] ? { value, rule: true } : { value }));
}

function activationField({ frame, item }: Card, value: string): TemplateResult {
  const choose = (name: string): void => frame.act.set(item, "activation", name);
  return selectField({ key: `${item}-activation`, caption: t("Activation"), value, choices: activationChoices(value), choose });
}

function unitsField({ frame, item }: Card, units: number): TemplateResult {
  return stepperField(frame, {
    key: `${item}-units`,
    caption: t("Units"),
    value: String(units),
    current: units,
    names: unitNames(),
    number: { min: 1, max: limits.units },
    edit: (text) => numberEdit(item, "units", wholeNumber(text, 1, limits.units)),
  });
}

function numberEdit(item: Item, key: string, value: number | null) {
  return value === null ? null : ({ op: "setOption", index: item - 1, key, value } as const);
}

// ---------------------------------------------------------------- recurrent layers

function recurrentBody(card: Card, cell: RecurrentSpec): TemplateResult {
  return html`${unitsField(card, cell.units)}${activationField(card, cell.activation)}
    <fieldset class="toggles">
      <legend class="sr">${t("Options")}</legend>
      ${returnToggles(card, cell)}${statefulToggle(card, cell)}${bidirectionalRow(card)}
    </fieldset>
    ${moreView(card, t("dropout, go_backwards, name …"), recurrentMore(card, cell))}`;
}

interface Switch {
  readonly option: string;
  readonly code: string;
  readonly checked: boolean;
  readonly effect: string;
}

function switchView({ frame, item }: Card, { option, code, checked, effect }: Switch): TemplateResult {
  return toggleView({ key: `${item}-${option}`, caption: { code }, checked, effect, set: (value) => frame.act.set(item, option, value) });
}

function returnToggles(card: Card, cell: RecurrentSpec): TemplateResult {
  const read = stepsRead(card.frame, card.item);
  const steps = read === null ? "T" : formatNumber(read);
  const sequences = cell.returnSequences ? t("all {t} steps", { t: steps }) : t("last step only");
  const state = cell.returnState ? `+ ${stateNames(card.layer)}` : t("output only");
  return html`${switchView(card, { option: "returnSequences", code: "return_sequences", checked: cell.returnSequences, effect: sequences })}
  ${switchView(card, { option: "returnState", code: "return_state", checked: cell.returnState, effect: state })}`;
}

function statefulToggle(card: Card, cell: RecurrentSpec): TemplateResult {
  const { frame, item } = card;
  if (frame.model.input?.[0] != null || cell.stateful) {
    const effect = cell.stateful ? t("kept between runs") : t("starts from zero");
    return switchView(card, { option: "stateful", code: "stateful", checked: cell.stateful, effect });
  }
  const reason = `u-reason-${item}`;
  return html`${toggleView({ key: `${item}-stateful`, caption: { code: "stateful" }, checked: false, effect: "", set: () => {}, offBecause: reason })}
    <p class="reason" id=${reason}>
      <span>${t("Needs a fixed batch.")}</span>
      <button class="link" type="button" @click=${() => frame.act.fixBatch(frame.model, item)}>${t("Set batch to 1")}</button>
    </p>`;
}

function bidirectionalRow({ frame, item, layer }: Card): TemplateResult {
  const both = layer.className === "Bidirectional";
  const toggle = toggleView({
    key: `${item}-both`,
    caption: t("Bidirectional"),
    checked: both,
    effect: both ? "" : t("forward only"),
    set: (checked) => frame.act.wrap(item, checked),
  });
  if (!both) return html`<div class="toggle-row">${toggle}</div>`;
  const choose = (mode: string): void => frame.act.set(item, "mergeMode", mode === "none" ? null : mode);
  const choices = mergeModes.map((mode) => ({ value: mode ?? "none" }));
  const merge = selectView({ key: `${item}-merge`, value: layer.mergeMode ?? "none", choices, label: t("Merge mode"), choose });
  return html`<div class="toggle-row">${toggle}<span class="select merge">${merge}</span></div>`;
}

function recurrentMore(card: Card, cell: RecurrentSpec): TemplateResult {
  const { frame, item } = card;
  const gated = cell.className !== "SimpleRNN";
  const choose = (name: string): void => frame.act.set(item, "recurrentActivation", name);
  const gates = {
    key: `${item}-recurrentActivation`,
    caption: { code: "recurrent_activation" },
    value: cell.recurrentActivation,
    choices: activationChoices(cell.recurrentActivation),
    choose,
  };
  const reverse = cell.goBackwards ? t("last step first") : t("first step first");
  return html`${gated ? selectField(gates) : nothing}${rateField(card, "dropout", "dropout", cell.dropout)}${rateField(
    card,
    "recurrentDropout",
    "recurrent_dropout",
    cell.recurrentDropout,
  )}
  ${switchView(card, { option: "goBackwards", code: "go_backwards", checked: cell.goBackwards, effect: reverse })}
  ${biasSwitch(card, cell.useBias)}${
    cell.className === "GRU"
      ? switchView(card, {
          option: "resetAfter",
          code: "reset_after",
          checked: cell.resetAfter,
          effect: cell.resetAfter ? t("two biases") : t("one bias"),
        })
      : nothing
  }
  ${nameField(card)}`;
}

function biasSwitch(card: Card, useBias: boolean): TemplateResult {
  return switchView(card, { option: "useBias", code: "use_bias", checked: useBias, effect: useBias ? t("with bias") : t("without bias") });
}

/** A rate of dropout, in [0, 1). */
function rateField({ frame, item }: Card, option: string, code: string, value: number): TemplateResult {
  const edit = (text: string) => {
    const rate = Number(text);
    return text.trim() !== "" && rate >= 0 && rate < 1 ? numberEdit(item, option, rate) : null;
  };
  return inputField(frame, {
    key: `${item}-${option}`,
    caption: { code },
    value: String(value),
    edit,
    number: { min: 0, max: 0.99, step: 0.05 },
  });
}

function nameField({ frame, item, layer }: Card): TemplateResult {
  const taken = frame.model.layers.some((other, i) => i !== item - 1 && other.name === frame.state.draft?.text.trim());
  const edit = (text: string) => {
    const value = text.trim();
    const free = frame.model.layers.every((other, i) => i === item - 1 || other.name !== value);
    return value !== "" && free ? ({ op: "setOption", index: item - 1, key: "name", value } as const) : null;
  };
  const complaint = taken ? t("Another layer has this name.") : t("A layer needs a name.");
  return inputField(frame, { key: `${item}-name`, caption: t("Name"), value: layer.name, edit, complaint });
}

function moreView({ frame }: Card, hint: string, content: TemplateResult): TemplateResult {
  const toggle = (event: Event): void => frame.act.dispatch({ type: "more", open: (event.currentTarget as HTMLDetailsElement).open });
  return html`<details class="more" .open=${frame.state.more} @toggle=${toggle}>
    <summary>${icon("right", "i twisty")}<span>${t("More")}</span><span class="hint">${hint}</span></summary>
    ${content}
  </details>`;
}

// ---------------------------------------------------------------- the layers around them

function plainBody(card: Card): TemplateResult {
  const { layer } = card;
  switch (layer.className) {
    case "Dense":
      return html`${unitsField(card, layer.units)}${activationField(card, layer.activation)}
      ${moreView(card, t("use_bias, name"), html`${biasSwitch(card, layer.useBias)}${nameField(card)}`)}`;
    case "Embedding":
      return embeddingBody(card, layer);
    case "RepeatVector":
      return named(card, countField(card, { option: "n", code: "n", value: layer.n, max: limits.timesteps }));
    case "Dropout":
      return named(card, rateField(card, "rate", "rate", layer.rate));
    case "Masking":
      return named(card, maskField(card, layer.maskValue));
    case "Activation":
      return named(card, activationField(card, layer.activation));
    case "Reshape":
      return named(card, targetView(card, layer.targetShape));
    default:
      return named(card, html``);
  }
}

function named(card: Card, fields: TemplateResult): TemplateResult {
  return html`${fields}${nameField(card)}`;
}

interface Count {
  readonly option: string;
  readonly code: string;
  readonly value: number;
  readonly max: number;
}

function countField({ frame, item }: Card, { option, code, value, max }: Count): TemplateResult {
  const edit = (text: string) => numberEdit(item, option, wholeNumber(text, 1, max));
  const names = [t("Decrease {option}", { option: code }), t("Increase {option}", { option: code })] as const;
  return stepperField(frame, {
    key: `${item}-${option}`,
    caption: { code },
    value: String(value),
    current: value,
    names,
    number: { min: 1, max },
    edit,
  });
}

function embeddingBody(card: Card, layer: Extract<LayerSpec, { className: "Embedding" }>): TemplateResult {
  const effect = layer.maskZero ? t("0 is padding") : t("0 is a token");
  return html`${countField(card, { option: "inputDim", code: "input_dim", value: layer.inputDim, max: limits.vocabulary })}
  ${countField(card, { option: "outputDim", code: "output_dim", value: layer.outputDim, max: limits.units })}
  ${switchView(card, { option: "maskZero", code: "mask_zero", checked: layer.maskZero, effect })}${nameField(card)}`;
}

function maskField({ frame, item }: Card, value: number): TemplateResult {
  const edit = (text: string) => {
    const number = Number(text);
    return text.trim() !== "" && Number.isFinite(number) ? numberEdit(item, "maskValue", number) : null;
  };
  return inputField(frame, {
    key: `${item}-maskValue`,
    caption: { code: "mask_value" },
    value: String(value),
    edit,
    number: { step: "any" },
  });
}

/** A list is no value of `setOption`: it is edited in the text. */
function targetView({ frame }: Card, shape: readonly number[]): TemplateResult {
  return html`<div class="field">
    <span><code>target_shape</code></span>
    <span class="as-text"
      ><code>(${shape.join(", ")})</code>
      <button class="link" type="button" @click=${() => frame.act.command("text")}>${t("Show in text")}</button></span
    >
  </div>`;
}
