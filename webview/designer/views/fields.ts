/** The fields of an open card: typed values are drafts until they are left, so that shapes follow every key. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { ModelEdit } from "../../../extension/core/model/edit.js";
import { icon } from "../../shared/icons.js";
import { t } from "../../shared/l10n.js";
import type { Frame } from "../frame.js";
import { breakable } from "./tuple.js";

/** A caption: our words, or a Keras argument in monospace. */
export type Caption = string | { readonly code: string };

function captionView(caption: Caption): TemplateResult | string {
  return typeof caption === "string" ? caption : html`<code>${breakable(caption.code)}</code>`;
}

export interface FieldOptions {
  /** Unique in the view; also the `data-key`. */
  readonly key: string;
  readonly caption: Caption;
}

export interface InputOptions extends FieldOptions {
  readonly value: string;
  /** The edit that a text stands for; null: it cannot be taken. */
  readonly edit: (text: string) => ModelEdit | null;
  readonly number?: { readonly min?: number; readonly max?: number; readonly step?: number | "any" };
  readonly placeholder?: string;
  /** Why the text cannot be taken, where that is not plain. */
  readonly complaint?: string;
}

/** An input whose text is a draft: posted when it is left or Enter is pressed. */
export function draftInput(frame: Frame, options: InputOptions): TemplateResult {
  const { act, state } = frame;
  const { key, value, number } = options;
  const draft = state.draft?.key === key ? state.draft : null;
  const invalid = draft !== null && draft.edit === null;
  const input = (event: InputEvent): void => {
    const field = event.currentTarget as HTMLInputElement;
    // The browser's undo reaches fields that were left; the designer has its own.
    if (event.inputType?.startsWith("history") && field !== document.activeElement) return act.forgetDraft();
    act.draft(key, field.value, options.edit(field.value));
  };
  return html`<input
    id=${`u-${key}`}
    data-key=${key}
    type=${number === undefined ? "text" : "number"}
    min=${number?.min ?? nothing}
    max=${number?.max ?? nothing}
    step=${number?.step ?? nothing}
    inputmode=${number === undefined && options.placeholder !== undefined ? "numeric" : nothing}
    placeholder=${options.placeholder ?? nothing}
    aria-invalid=${invalid ? "true" : nothing}
    title=${invalid && options.complaint !== undefined ? options.complaint : nothing}
    spellcheck="false"
    autocomplete="off"
    .value=${live(draft?.text ?? value)}
    @input=${input}
    @change=${() => act.commit(key)}
    @blur=${() => state.draft?.key === key && act.forgetDraft()}
  />`;
}

export function inputField(frame: Frame, options: InputOptions): TemplateResult {
  return html`<div class="field">
    <label for=${`u-${options.key}`}>${captionView(options.caption)}</label>${draftInput(frame, options)}
  </div>`;
}

/** A whole number with − and + beside it; the keyboard has the arrow keys of the field. */
export function stepperField(
  frame: Frame,
  options: InputOptions & { readonly current: number; readonly names: readonly [string, string] },
): TemplateResult {
  const by = (step: number): void => {
    const edit = options.edit(String(options.current + step));
    if (edit !== null) frame.act.edit(edit);
  };
  const button = (step: number, name: string, sign: "minus" | "add"): TemplateResult =>
    html`<button type="button" tabindex="-1" aria-label=${name} title=${name} @click=${() => by(step)}>${icon(sign)}</button>`;
  return html`<div class="field">
    <label for=${`u-${options.key}`}>${captionView(options.caption)}</label>
    <span class="stepper">${button(-1, options.names[0], "minus")}${draftInput(frame, options)}${button(1, options.names[1], "add")}</span>
  </div>`;
}

export interface Choice {
  readonly value: string;
  readonly label?: string;
  readonly disabled?: boolean;
  /** A line above: another group begins. */
  readonly rule?: boolean;
}

export interface SelectOptions {
  readonly key: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly label?: string;
  readonly choose: (value: string) => void;
}

export function selectView(options: SelectOptions): TemplateResult {
  const choose = (event: Event): void => options.choose((event.currentTarget as HTMLSelectElement).value);
  return html`<select
    id=${`u-${options.key}`}
    data-key=${options.key}
    aria-label=${options.label ?? nothing}
    .value=${live(options.value)}
    @change=${choose}
  >
    ${options.choices.map(
      (choice) =>
        html`${choice.rule === true ? html`<hr />` : nothing}
          <option value=${choice.value} ?disabled=${choice.disabled ?? false} ?selected=${choice.value === options.value}>
            ${choice.label ?? choice.value}
          </option>`,
    )}
  </select>`;
}

export function selectField(options: SelectOptions & { readonly caption: Caption }): TemplateResult {
  return html`<div class="field">
    <label for=${`u-${options.key}`}>${captionView(options.caption)}</label><span class="select">${selectView(options)}</span>
  </div>`;
}

export interface ToggleOptions extends FieldOptions {
  readonly checked: boolean;
  readonly effect: string;
  readonly set: (checked: boolean) => void;
  /** The id of the line that says why it cannot be used. */
  readonly offBecause?: string;
}

/** A toggle that says its effect. One that cannot be used stays reachable and says why. */
export function toggleView(options: ToggleOptions): TemplateResult {
  const off = options.offBecause !== undefined;
  const change = (event: Event): void => {
    const box = event.currentTarget as HTMLInputElement;
    if (off) box.checked = options.checked;
    else options.set(box.checked);
  };
  return html`<label class="toggle${off ? " off" : ""}"
    ><input
      type="checkbox"
      id=${`u-${options.key}`}
      data-key=${options.key}
      aria-disabled=${off ? "true" : nothing}
      aria-describedby=${options.offBecause ?? nothing}
      .checked=${live(options.checked)}
      @change=${change}
    />${typeof options.caption === "string" ? html`<span>${options.caption}</span>` : html`<code>${options.caption.code}</code>`}<span
      class="effect"
      >${options.effect}</span
    ></label
  >`;
}

/** A whole number in [min, max], or null. */
export function wholeNumber(text: string, min: number, max: number): number | null {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max ? value : null;
}

/** A size of the input: a number from 1, or nothing for "only the data knows". undefined: neither. */
export function axisSize(text: string, max: number): number | null | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "" || trimmed === "none") return null;
  return wholeNumber(trimmed, 1, max) ?? undefined;
}

export const unitNames = (): readonly [string, string] => [t("Decrease units"), t("Increase units")];
