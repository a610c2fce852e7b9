/** The list of what a file holds, however long: only rows in sight are drawn, and a filter finds the others. */
import { html, nothing, type TemplateResult } from "lit";
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { tupleText } from "../results/convention.js";
import { clip } from "../results/names.js";
import { neighbour } from "../results/views/controls.js";
import { icon } from "../shared/icons.js";
import { formatBytes, formatNumber, t } from "../shared/l10n.js";
import { styled } from "../shared/style.js";

export const ROW = 40;
/** Fewer are seen at once. */
const FILTERED = 9;
const MARGIN = 4;
/** Characters of a name that a row has room for; its end tells it from its neighbours. */
const NAME = 34;

export interface Entry {
  /** Index of the array; behind all arrays those that cannot be read. */
  readonly id: number;
  readonly name: string;
  readonly about: string;
  /** Why it cannot be read; null: it can. */
  readonly problem: string | null;
}

export interface ListState {
  readonly filter: string;
  readonly top: number;
  readonly height: number;
}

const known = new WeakMap<TensorFile, readonly Entry[]>();

/** Made once for a file: it may have thousands, and is drawn with every step of a scroll. */
export function entriesOf(file: TensorFile): readonly Entry[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const { arrays, refused } = file;
  const entries = [
    ...arrays.map(({ name, dtype, shape, bytes }, id) => ({
      ...{ id, name, problem: null },
      about: `${tupleText(shape)} · ${dtype} · ${formatBytes(bytes)}`,
    })),
    ...refused.map(({ name, reason }, i) => ({ id: arrays.length + i, name, about: t("cannot be read"), problem: reason })),
  ];
  known.set(file, entries);
  return entries;
}

let last: { readonly entries: readonly Entry[]; readonly filter: string; readonly found: readonly Entry[] } | null = null;

/** Every word of the filter is in the name, or in what stands below it. */
export function filtered(entries: readonly Entry[], filter: string): readonly Entry[] {
  if (last?.entries !== entries || last.filter !== filter) last = { entries, filter, found: find(entries, filter) };
  return last.found;
}

function find(entries: readonly Entry[], filter: string): readonly Entry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return words.length === 0
    ? entries
    : entries.filter(({ name, about }) => words.every((word) => `${name} ${about}`.toLowerCase().includes(word)));
}

/** "model.la….q_proj.weight". */
export function middle(name: string, most = NAME): string {
  const letters = [...name.slice(0, 4096)];
  if (letters.length <= most) return clip(name);
  return clip(`${letters.slice(0, 9).join("")}…${letters.slice(10 - most).join("")}`);
}

/** First row that is drawn, and the one behind the last. */
export function rowsInSight({ top, height }: Pick<ListState, "top" | "height">, length: number): { first: number; end: number } {
  const first = Math.max(0, Math.min(length, Math.floor(top / ROW)) - MARGIN);
  return { first, end: Math.min(length, Math.ceil((top + height) / ROW) + MARGIN) };
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
  const { first, end } = rowsInSight(state, shown.length);
  const key = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(state.height / ROW) - 1);
    const by = event.key === "PageDown" ? page : event.key === "PageUp" ? -page : 0;
    const to = by === 0 ? neighbour(event, at, shown.length) : Math.max(0, Math.min(shown.length - 1, at + by));
    const next = shown[to];
    if (next === undefined) return;
    event.preventDefault();
    reveal(event.currentTarget as HTMLElement, to);
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
    <div class="sizer" role="presentation" ${styled({ height: `${shown.length * ROW}px` })}>
      ${shown.slice(first, end).map((entry, i) => row(entry, first + i, first + i === at, shown.length, actions))}
    </div>
  </div>`;
}

function row({ id, name, about, problem }: Entry, place: number, selected: boolean, length: number, actions: ListActions): TemplateResult {
  return html`<div
    role="option"
    id=${`array-${id}`}
    aria-selected=${String(selected)}
    aria-setsize=${length}
    aria-posinset=${place + 1}
    class="array"
    title=${clip(name, 500)}
    ${styled({ top: `${place * ROW}px` })}
    @click=${() => actions.choose(id)}
  >
    <span class="label">${problem === null ? nothing : icon("warning", "i warn")}${middle(name)}</span>
    <span class="about">${about}</span>
  </div>`;
}

/** Scrolls as far as the row needs. */
export function reveal(element: HTMLElement, place: number): void {
  const top = place * ROW;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
}
