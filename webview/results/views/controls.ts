/** Small controls that several views use: switches with one tab stop, toggles, legends. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { icon, type IconName } from "../../shared/icons.js";
import { styled } from "../../shared/style.js";
import { css, type Kind, paint } from "../colour.js";
import { fixed, significant } from "../numbers.js";
import type { View } from "../view.js";

/** More buttons than these are no longer taken in at a glance. */
const MOST_SEGMENTS = 4;

export interface Choice<T> {
  readonly value: T;
  readonly text: string;
}

/** A radio group: arrows move and select. `name` is for screen readers. */
export function segmented<T extends string | number>(
  id: string,
  name: string,
  choices: readonly Choice<T>[],
  value: T,
  pick: (value: T) => void,
): TemplateResult {
  const key = (event: KeyboardEvent): void => {
    const target = neighbour(
      event,
      choices.findIndex((choice) => choice.value === value),
      choices.length,
    );
    const next = choices[target];
    if (next === undefined) return;
    event.preventDefault();
    pick(next.value);
    document.getElementById(`${id}-${next.value}`)?.focus();
  };
  return html`<span class="segmented" role="radiogroup" aria-label=${name} @keydown=${key}
    >${choices.map(
      (choice) =>
        html`<button
          role="radio"
          type="button"
          id=${`${id}-${choice.value}`}
          aria-checked=${String(choice.value === value)}
          tabindex=${choice.value === value ? 0 : -1}
          @click=${() => pick(choice.value)}
        >
          ${choice.text}
        </button>`,
    )}</span
  >`;
}

/** One of several as buttons; one of many as a list to open. */
export function oneOf(
  id: string,
  name: string,
  choices: readonly Choice<string>[],
  value: string,
  pick: (value: string) => void,
): TemplateResult {
  if (choices.length <= MOST_SEGMENTS) return segmented(id, name, choices, value, pick);
  const change = (event: Event): void => pick((event.target as HTMLSelectElement).value);
  return html`<label class="one-of" for=${id}
    >${name}
    <select id=${id} .value=${value} @change=${change}>
      ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.text}</option>`)}
    </select></label
  >`;
}

/** Where an arrow, Home or End leads in a ring of `length`; −1 for other keys. */
export function neighbour(event: KeyboardEvent, from: number, length: number): number {
  switch (event.key) {
    case "ArrowRight":
    case "ArrowDown":
      return (from + 1) % length;
    case "ArrowLeft":
    case "ArrowUp":
      return (from - 1 + length) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return -1;
  }
}

export function ghost(id: string, glyph: IconName, text: string, act: () => void, title?: string): TemplateResult {
  return html`<button class="ghost" type="button" id=${id} title=${title ?? nothing} @click=${act}>${icon(glyph)}${text}</button>`;
}

/** Shows for a moment that it was done. */
export function copyButton(view: Pick<View, "state">, id: string, text: string, act: () => void, title?: string): TemplateResult {
  return ghost(id, view.state.copied === id ? "check" : "copy", text, act, title);
}

export function toggle(id: string, glyph: IconName, text: string, on: boolean, act: () => void): TemplateResult {
  return html`<button class="ghost" type="button" id=${id} aria-pressed=${String(on)} @click=${act}>${icon(glyph)}${text}</button>`;
}

export function paletteSwitch(view: Pick<View, "state" | "choose">): TemplateResult {
  const choices = [
    { value: "theme" as const, text: t("Theme") },
    { value: "safe" as const, text: t("Colour-blind safe") },
  ];
  return segmented("palette", t("Palette"), choices, view.state.chosen.palette, (palette) => view.choose({ palette }));
}

/** The scale's two ends and the colours between them. */
export function legend(view: Pick<View, "palette">, scale: number, kind: Kind = "signed"): TemplateResult {
  const word = scaleWord(scale);
  return html`<span class="legend"
    >${kind === "signed" ? `−${word}` : "0"}${ramp(view, kind)}${kind === "signed" ? `+${word}` : word}</span
  >`;
}

/** Of a signed scale, where there is little room. */
export function shortLegend(view: Pick<View, "palette">, scale: number): TemplateResult {
  return html`<span class="legend">±${scaleWord(scale)}${ramp(view, "signed")}</span>`;
}

function ramp(view: Pick<View, "palette">, kind: Kind): TemplateResult {
  const stops = kind === "signed" ? [-1, -0.5, 0, 0.5, 1] : [0, 0.5, 1];
  const colours = stops.map((v) => css(paint(view.palette, v, 1, kind))).join(",");
  return html`<span class="ramp" ${styled({ background: `linear-gradient(90deg,${colours})` })}></span>`;
}

/** Two decimals would make nothing of a small one. */
function scaleWord(scale: number): string {
  return scale < 0.01 ? significant(scale, 1) : fixed(scale, scale < 1 ? 2 : 0);
}

/** Which row of the batch is shown; nothing where there is only one. */
export function batchPicker(view: View, id: string, size: number): TemplateResult | typeof nothing {
  if (size < 2) return nothing;
  return indexPicker(id, t("batch"), view.state.chosen.batch, size, (batch) => view.choose({ batch }));
}

/** An index from 0, with how many there are. */
export function indexPicker(id: string, name: string, value: number, size: number, pick: (value: number) => void): TemplateResult {
  const change = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const wanted = Math.max(0, Math.min(size - 1, Math.trunc(Number(input.value)) || 0));
    input.value = String(wanted);
    pick(wanted);
  };
  return html`<label class="picker" for=${id}
    ><span class="dim">${name}</span
    ><input class="field" id=${id} type="number" min="0" max=${size - 1} step="1" .value=${String(value)} @change=${change} /><span
      class="dim"
      >${t("of {n}", { n: size })}</span
    ></label
  >`;
}
