/** The open card of a recurrent layer: toggles, both directions, the cells of an RNN. */
import { html, nothing, type TemplateResult } from "lit";
import {
  mergeModes,
  type RecurrentClass,
  recurrentClasses,
  type RecurrentSpec,
  type StackSpec,
} from "../../../extension/core/model/spec.js";
import { icon } from "../../shared/icons.js";
import { formatNumber, t } from "../../shared/l10n.js";
import { stepsRead } from "../frame.js";
import { stateNames } from "../words.js";
import { argumentsView } from "./arguments.js";
import { selectField, selectView, toggleView } from "./fields.js";
import {
  activationChoices,
  activationField,
  biasSwitch,
  type Card,
  groupView,
  keyOf,
  moreView,
  nameField,
  rateField,
  setOption,
  switchView,
  unitsField,
} from "./options.js";

/** @param cell the layer, the forward direction, or the last cell with the RNN's own flags */
export function recurrentBody(card: Card, cell: RecurrentSpec): TemplateResult {
  const { layer } = card;
  const stacked = layer.className === "RNN";
  return html`${stacked ? cellsView(card, layer) : html`${unitsField(card, cell.units)}${activationField(card, cell.activation)}`}
    <fieldset class="toggles">
      <legend class="sr">${t("Options")}</legend>
      ${returnToggles(card, cell)}${statefulToggle(card, cell)}${stacked ? nothing : bidirectionalRow(card)}
    </fieldset>
    ${moreView(card, t("dropout, go_backwards, name …"), recurrentMore(card, cell))}`;
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
  const { layer } = card;
  const reverse = cell.goBackwards ? t("last step first") : t("first step first");
  const zeros = cell.zeroOutputForMask ? t("zeros") : t("held");
  return html`${layer.className === "RNN" ? nothing : cellOptions(card, cell)}
    <div class="toggles">
      ${switchView(card, { option: "goBackwards", code: "go_backwards", checked: cell.goBackwards, effect: reverse })}
      ${switchView(card, { option: "zeroOutputForMask", code: "zero_output_for_mask", checked: cell.zeroOutputForMask, effect: zeros })}
    </div>
    ${nameField(card)}${layer.className === "Bidirectional" ? backwardView(card, layer) : nothing}${argumentsView(card, layer.className === "RNN" ? layer : cell)}`;
}

/** What a cell has beside units and activation. */
function cellOptions(card: Card, cell: RecurrentSpec): TemplateResult {
  const gates = {
    key: keyOf(card, "recurrentActivation"),
    caption: { code: "recurrent_activation" },
    value: cell.recurrentActivation,
    choices: activationChoices(cell.recurrentActivation),
    choose: (name: string) => setOption(card, "recurrentActivation", name),
  };
  return html`${cell.className === "SimpleRNN" ? nothing : selectField(gates)}${rateField(card, {
      option: "dropout",
      code: "dropout",
      value: cell.dropout,
    })}${rateField(card, { option: "recurrentDropout", code: "recurrent_dropout", value: cell.recurrentDropout })}
    <div class="toggles">${biasSwitch(card, cell.useBias)}${gateSwitch(card, cell)}</div>`;
}

/** The one switch that only LSTM, or only GRU has. */
function gateSwitch(card: Card, cell: RecurrentSpec): TemplateResult | typeof nothing {
  if (cell.className === "LSTM") {
    const effect = cell.unitForgetBias ? t("forget bias 1") : t("forget bias 0");
    return switchView(card, { option: "unitForgetBias", code: "unit_forget_bias", checked: cell.unitForgetBias, effect });
  }
  if (cell.className !== "GRU") return nothing;
  const effect = cell.resetAfter ? t("two biases") : t("one bias");
  return switchView(card, { option: "resetAfter", code: "reset_after", checked: cell.resetAfter, effect });
}

// ---------------------------------------------------------------- a backward layer of its own

function backwardView(card: Card, layer: Extract<Card["layer"], { className: "Bidirectional" }>): TemplateResult {
  const own = { ...card, path: "backward." };
  const effect = layer.ownBackward ? t("its own options") : t("a mirror");
  const toggle = switchView(card, { option: "ownBackward", code: "backward_layer", checked: layer.ownBackward, effect });
  if (!layer.ownBackward) return html`<div class="toggles">${toggle}</div>`;
  return html`<div class="toggles">${toggle}</div>
    <fieldset class="inner">
      <legend class="sr"><code>backward_layer</code></legend>
      ${cellView(own, layer.backward)}
    </fieldset>`;
}

// ---------------------------------------------------------------- cells

function cellsView(card: Card, layer: StackSpec): TemplateResult {
  const { frame, item } = card;
  const cells = layer.cells.map((cell, i) => {
    const own = { ...card, path: `cells.${i}.` };
    const remove =
      layer.cells.length < 2
        ? nothing
        : html`<button
            class="ghost"
            type="button"
            @click=${() => frame.act.edit({ op: "removeCell", index: item - 1, cell: i }, { focus: `${item}-addCell` })}
          >
            ${icon("trash")}<span>${t("Remove this cell")}</span>
          </button>`;
    const title = html`${t("Cell {i}", { i: i + 1 })}`;
    return groupView(title, `${cell.className}Cell ${cell.units} · ${cell.activation}`, html`${cellView(own, cell)}${remove}`);
  });
  return html`<div class="cells">
    ${cells}
    <button
      class="ghost"
      type="button"
      data-key=${`${item}-addCell`}
      @click=${() => frame.act.edit({ op: "addCell", index: item - 1 }, { focus: `${item}-addCell` })}
    >
      ${icon("add")}<span>${t("Add a cell")}</span>
    </button>
  </div>`;
}

/** All options of a cell, or of a backward layer. */
function cellView(card: Card, cell: RecurrentSpec): TemplateResult {
  const suffix = card.path.startsWith("cells") ? "Cell" : "";
  const type = {
    key: keyOf(card, "className"),
    caption: t("Type"),
    value: cell.className,
    choices: recurrentClasses.map((value) => ({ value, label: value + suffix })),
    choose: (name: string) => setOption(card, "className", name as RecurrentClass),
  };
  return html`${selectField(type)}${unitsField(card, cell.units)}${activationField(card, cell.activation)}${cellOptions(
    card,
    cell,
  )}${argumentsView(card, cell)}`;
}
