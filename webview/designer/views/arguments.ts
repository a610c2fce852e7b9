/** The arguments under More that have no field of their own: initialisers, and what only training and files know. */
import { html, nothing, type TemplateResult } from "lit";
import { spelled } from "../../../extension/core/code/write/python.js";
import {
  type Argument,
  initializerNumbers,
  initializersOf,
  keptNumbers,
  trainingArgumentsOf,
} from "../../../extension/core/model/arguments.js";
import type { ModelEdit } from "../../../extension/core/model/edit.js";
import { type Initializer, type LayerSpec } from "../../../extension/core/model/spec.js";
import { t } from "../../shared/l10n.js";
import { inputField, selectField } from "./fields.js";
import { type Card, groupView, keyOf, numberField, optionEdit, setOption, switchView } from "./options.js";

/** Both groups. @param owner whose arguments they are: the layer, a cell, a direction */
export function argumentsView(card: Card, owner: LayerSpec): TemplateResult {
  const initializers = initializersOf(owner);
  const training = trainingArgumentsOf(owner);
  return html`${
    initializers.length === 0
      ? nothing
      : groupView(
          t("Initializers"),
          t("of random weights"),
          html`${initializers.map((argument) => initializerView(card, owner, argument))}`,
        )
  }${
    training.length === 0
      ? nothing
      : groupView(
          t("Training only"),
          t("kept; a run does not use them"),
          html`${training.map((argument) => keptView(card, owner, argument))}`,
        )
  }`;
}

function initializerView(card: Card, owner: LayerSpec, argument: Argument): TemplateResult {
  const value = (owner as unknown as Record<string, Initializer>)[argument.option];
  if (value === undefined) return html``;
  const known = Object.keys(initializerNumbers);
  const choices = (known.includes(value.className) ? known : [value.className, ...known]).map((name) => ({ value: name }));
  const numbers = initializerNumbers[value.className] ?? {};
  return html`${selectField({
    key: keyOf(card, argument.option),
    caption: { code: argument.code },
    value: value.className,
    choices,
    choose: (name) => setOption(card, argument.option, name),
  })}${numbersView(card, argument, numbers, value.config)}`;
}

/** The numbers of an initialiser, a regulariser, a constraint. */
function numbersView(
  card: Card,
  argument: Argument,
  numbers: Readonly<Record<string, number>>,
  config: Readonly<Record<string, unknown>>,
): readonly TemplateResult[] {
  return Object.entries(numbers).map(([code, byDefault]) => {
    const value = typeof config[code] === "number" ? config[code] : byDefault;
    return html`<div class="inner">${numberField(card, { option: `${argument.option}.${code}`, code, value })}</div>`;
  });
}

function keptView(card: Card, owner: LayerSpec, argument: Argument): TemplateResult {
  const value = owner.kept[argument.code];
  switch (argument.kind) {
    case "regularizer":
    case "constraint":
      return objectView(card, argument, value);
    case "flag": {
      const checked = typeof value === "boolean" ? value : argument.values?.[0] === true;
      return switchView(card, { option: argument.option, code: argument.code, checked, effect: "" });
    }
    case "integer":
      return integerView(card, argument, value);
    default:
      return choiceView(card, argument, value);
  }
}

/** None, one of Keras's own classes, or whatever the file has. */
function objectView(card: Card, argument: Argument, value: unknown): TemplateResult {
  const known = keptNumbers[argument.kind === "regularizer" ? "regularizer" : "constraint"];
  const object = typeof value === "object" && value !== null ? (value as { class_name?: unknown; config?: unknown }) : null;
  const current = object === null ? (typeof value === "string" ? value : "None") : String(object.class_name);
  const names = ["None", ...Object.keys(known)];
  const config = typeof object?.config === "object" && object.config !== null ? (object.config as Readonly<Record<string, unknown>>) : {};
  return html`${selectField({
    key: keyOf(card, argument.option),
    caption: { code: argument.code },
    value: current,
    choices: (names.includes(current) ? names : [current, ...names]).map((name) => ({ value: name })),
    choose: (name) => setOption(card, argument.option, name === "None" ? null : name),
  })}${object === null ? nothing : numbersView(card, argument, known[current] ?? {}, config)}`;
}

/** A whole number, or nothing. */
function integerView(card: Card, argument: Argument, value: unknown): TemplateResult {
  const edit = (text: string): ModelEdit | null => {
    if (text.trim() === "") return { op: "setOption", index: card.item - 1, key: card.path + argument.option, value: null };
    return Number.isSafeInteger(Number(text)) ? optionEdit(card, argument.option, Number(text)) : null;
  };
  const shown = typeof value === "number" ? String(value) : "";
  return inputField(card.frame, {
    key: keyOf(card, argument.option),
    caption: { code: argument.code },
    value: shown,
    edit,
    placeholder: "None",
  });
}

function choiceView(card: Card, argument: Argument, value: unknown): TemplateResult {
  const values = argument.values ?? [];
  const current = spelled(value ?? values[0]);
  return selectField({
    key: keyOf(card, argument.option),
    caption: { code: argument.code },
    value: current,
    choices: values.map((one) => ({ value: spelled(one) })),
    choose: (name) => setOption(card, argument.option, values.find((one) => spelled(one) === name) ?? null),
  });
}
