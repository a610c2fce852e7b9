/** The list of what a file holds, however long: only rows in sight are drawn, and a filter finds the others. */
import { html, nothing, type TemplateResult } from "lit";
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { clip } from "../results/names.js";
import { neighbour } from "../results/views/controls.js";
import { icon } from "../shared/icons.js";
import { formatNumber, t } from "../shared/l10n.js";
import { styled } from "../shared/style.js";
import { entriesOf, type Entry, filtered, rowHeight } from "./entries.js";

/** Fewer are seen at once. */
const FILTERED = 9;
/** Rows that are drawn above and below those in sight. */
const MARGIN = 4;

export interface ListState {
  readonly filter: string;
  readonly top: number;
  readonly height: number;
}

/** First row that is drawn, and the one behind the last. */
export function rowsInSight(
  { top, height }: Pick<ListState, "top" | "height">,
  length: number,
  row: number,
): { first: number; end: number } {
  const first = Math.max(0, Math.min(length, Math.floor(top / row)) - MARGIN);
  return { first, end: Math.min(length, Math.ceil((top + height) / row) + MARGIN) };
}

export interface ListActions {
  choose(id: number): void;
  look(state: Partial<ListState>): void;
}

export function list(file: TensorFile, chosen: number, state: ListState, actions: ListActions): TemplateResult {
  const all = entriesOf(file);
  const shown = filtered(all, state.filter);
  const at = shown.findIndex(({ id }) => id === chosen);
  return html`<nav class="rail" aria-label=${t("Arrays")}>
    <h2 class="rail-title">${t("Arrays")} <span class="dim">${formatNumber(all.length)}</span></h2>
    ${all.length < FILTERED ? nothing : filterBox(state, actions)}
    ${shown.length === 0 ? html`<p class="dim small none">${t("No array has this in its name, shape or type.")}</p>` : rows(shown, at, state, actions)}
  </nav>`;
}

function filterBox(state: ListState, actions: ListActions): TemplateResult {
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    document.getElementById("tree")?.focus();
  };
  return html`<input
    class="field filter"
    id="filter"
    type="search"
    spellcheck="false"
    autocomplete="off"
    aria-label=${t("Filter arrays")}
    placeholder=${t("Filter arrays")}
    .value=${state.filter}
    @input=${(event: Event) => actions.look({ filter: (event.target as HTMLInputElement).value })}
    @keydown=${key}
  />`;
}

function rows(shown: readonly Entry[], at: number, state: ListState, actions: ListActions): TemplateResult {
  const high = rowHeight(shown);
  const { first, end } = rowsInSight(state, shown.length, high);
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Enter") return document.getElementById("datagrid")?.focus();
    const page = Math.max(1, Math.floor(state.height / high) - 1);
    const by = event.key === "PageDown" ? page : event.key === "PageUp" ? -page : 0;
    const to = by === 0 ? neighbour(event, at, shown.length) : Math.max(0, Math.min(shown.length - 1, at + by));
    const next = shown[to];
    if (next === undefined) return;
    event.preventDefault();
    reveal(event.currentTarget as HTMLElement, to, high);
    actions.choose(next.id);
  };
  const inSight = at >= first && at < end;
  return html`<div
    id="tree"
    class="arrays"
    role="listbox"
    tabindex="0"
    aria-label=${t("Arrays")}
    aria-activedescendant=${inSight ? `array-${shown[at]?.id ?? 0}` : nothing}
    @keydown=${key}
    @scroll=${(event: Event) => actions.look({ top: (event.currentTarget as HTMLElement).scrollTop })}
  >
    <div class="sizer" role="presentation" ${styled({ height: `${shown.length * high}px`, "--row": `${high}px` })}>
      ${shown.slice(first, end).map((entry, i) => row(entry, { place: first + i, length: shown.length, selected: first + i === at }, actions))}
    </div>
  </div>`;
}

interface Place {
  readonly place: number;
  readonly length: number;
  readonly selected: boolean;
}

function row({ id, name, label, within, about, problem }: Entry, { place, length, selected }: Place, actions: ListActions): TemplateResult {
  return html`<div
    role="option"
    id=${`array-${id}`}
    aria-selected=${String(selected)}
    aria-setsize=${length}
    aria-posinset=${place + 1}
    class="array"
    title=${clip(name, 500)}
    ${styled({ top: `calc(var(--row) * ${place})` })}
    @click=${() => actions.choose(id)}
  >
    <span class="label">${problem === null ? nothing : icon("warning", "i warn")}${label}</span>
    ${within === "" ? nothing : html`<span class="about within">${within}</span>`}
    <span class="about">${about}</span>
  </div>`;
}

/** Scrolls as far as the row needs. */
export function reveal(element: HTMLElement, place: number, high: number): void {
  const top = place * high;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + high > element.scrollTop + element.clientHeight) element.scrollTop = top + high - element.clientHeight;
}
