/** The options of a layer as fields: what the bodies of all kinds of cards are made of. */
import { html, type TemplateResult } from "lit";
import { activationNames } from "../../../extension/core/model/activations.js";
import { limits } from "../../../extension/core/model/limits.js";
import type { ModelEdit } from "../../../extension/core/model/edit.js";
import type { OptionValue } from "../../../extension/core/model/options.js";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import { icon } from "../../shared/icons.js";
import { formatNumber, t } from "../../shared/l10n.js";
import type { Frame } from "../frame.js";
import type { Item } from "../state.js";
import { type Choice, inputField, selectField, stepperField, toggleView, unitNames, wholeNumber } from "./fields.js";

export interface Card<L = LayerSpec> {
  readonly frame: Frame;
  readonly item: Item;
  readonly layer: L;
  /** Leads from the layer to whose options these are: "", "cells.0.", "backward.". */
  readonly path: string;
}

const commonActivations = ["tanh", "sigmoid", "relu", "linear", "softmax", "hard_sigmoid", "elu", "selu", "softplus", "silu"];

export function keyOf({ item, path }: Card, option: string): string {
  return `${item}-${path}${option}`;
}

export function setOption({ frame, item, path }: Card, option: string, value: OptionValue): void {
  frame.act.set(item, path + option, value);
}

/** The edit of a typed value; null: it cannot be taken. */
export function optionEdit({ item, path }: Card, option: string, value: OptionValue): ModelEdit | null {
  return value === null ? null : { op: "setOption", index: item - 1, key: path + option, value };
}

export interface Switch {
  readonly option: string;
  readonly code: string;
  readonly checked: boolean;
  readonly effect: string;
}

export function switchView(card: Card, { option, code, checked, effect }: Switch): TemplateResult {
  return toggleView({ key: keyOf(card, option), caption: { code }, checked, effect, set: (value) => setOption(card, option, value) });
}

export function biasSwitch(card: Card, useBias: boolean): TemplateResult {
  return switchView(card, { option: "useBias", code: "use_bias", checked: useBias, effect: useBias ? t("with bias") : t("without bias") });
}

export function activationChoices(current: string): readonly Choice[] {
  const rest = activationNames.filter((name) => !commonActivations.includes(name) && name !== "hard_sigmoid_keras2").sort();
  const all = [...commonActivations, ...rest];
  const known = all.includes(current) ? all : [current, ...all];
  return known.map((value) => (value === rest[0] ? { value, rule: true } : { value }));
}

export function activationField(card: Card, value: string): TemplateResult {
  return selectField({
    key: keyOf(card, "activation"),
    caption: t("Activation"),
    value,
    choices: activationChoices(value),
    choose: (name) => setOption(card, "activation", name),
  });
}

export function unitsField(card: Card, units: number): TemplateResult {
  return stepperField(card.frame, {
    key: keyOf(card, "units"),
    caption: t("Units"),
    value: String(units),
    current: units,
    names: unitNames(),
    number: { min: 1, max: limits.units },
    complaint: sizeComplaint(limits.units),
    edit: (text) => optionEdit(card, "units", wholeNumber(text, 1, limits.units)),
  });
}

function sizeComplaint(max: number): string {
  return t("A whole number from 1 to {max}.", { max: formatNumber(max) });
}

interface NumberOption {
  readonly option: string;
  readonly code: string;
  readonly value: number;
}

/** A size with − and +. */
export function countField(card: Card, { option, code, value, max }: NumberOption & { readonly max: number }): TemplateResult {
  return stepperField(card.frame, {
    key: keyOf(card, option),
    caption: { code },
    value: String(value),
    current: value,
    names: [t("Decrease {option}", { option: code }), t("Increase {option}", { option: code })],
    number: { min: 1, max },
    complaint: sizeComplaint(max),
    edit: (text) => optionEdit(card, option, wholeNumber(text, 1, max)),
  });
}

/** A rate of dropout, in [0, 1). */
export function rateField(card: Card, { option, code, value }: NumberOption): TemplateResult {
  const edit = (text: string): ModelEdit | null => {
    const rate = Number(text);
    return text.trim() !== "" && rate >= 0 && rate < 1 ? optionEdit(card, option, rate) : null;
  };
  return inputField(card.frame, {
    key: keyOf(card, option),
    caption: { code },
    value: String(value),
    edit,
    complaint: t("A number from 0 to below 1."),
    number: { min: 0, max: 0.99, step: 0.05 },
  });
}

/** Any number. */
export function numberField(card: Card, { option, code, value }: NumberOption): TemplateResult {
  const edit = (text: string): ModelEdit | null => {
    const number = Number(text);
    return text.trim() !== "" && Number.isFinite(number) ? optionEdit(card, option, number) : null;
  };
  return inputField(card.frame, { key: keyOf(card, option), caption: { code }, value: String(value), edit, number: { step: "any" } });
}

export function nameField(card: Card): TemplateResult {
  const { frame, item, layer } = card;
  const others = frame.stack.filter((_, i) => i !== item - 1).map((slot) => slot.layer.name);
  const taken = others.includes(frame.state.draft?.text.trim() ?? "");
  const edit = (text: string): ModelEdit | null => {
    const name = text.trim();
    return name !== "" && !others.includes(name) ? optionEdit(card, "name", name) : null;
  };
  const complaint = taken ? t("Another layer has this name.") : t("A layer needs a name.");
  return inputField(frame, { key: keyOf(card, "name"), caption: t("Name"), value: layer.name, edit, complaint });
}

/** "More": opened once, it stays open on every card. */
export function moreView({ frame }: Card, hint: string, content: TemplateResult): TemplateResult {
  const toggle = (event: Event): void => frame.act.dispatch({ type: "more", open: (event.currentTarget as HTMLDetailsElement).open });
  return html`<details class="more" .open=${frame.state.more} @toggle=${toggle}>
    <summary>${icon("right", "i twisty")}<span>${t("More")}</span><span class="hint">${hint}</span></summary>
    ${content}
  </details>`;
}

/** A group inside a card that keeps its own state: cells, initialisers, training. */
export function groupView(title: string | TemplateResult, hint: string, content: TemplateResult): TemplateResult {
  return html`<details class="more group">
    <summary>${icon("right", "i twisty")}<span>${title}</span><span class="hint">${hint}</span></summary>
    ${content}
  </details>`;
}
