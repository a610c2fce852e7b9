/** The viewer's page: the file, its arrays at the left, of the chosen one its shape first, then its numbers. */
import { html, nothing, type TemplateResult } from "lit";
import type { StatsView, TensorFile } from "../../extension/core/protocol/tensor.js";
import { clip } from "../results/names.js";
import { elementsOf, tensorById } from "../results/outputs.js";
import type { NumbersContext, View } from "../results/view.js";
import { sketch } from "../results/views/box.js";
import { ghost } from "../results/views/controls.js";
import { valuesOf } from "../results/views/data.js";
import { icon } from "../shared/icons.js";
import { formatBytes, formatNumber, t } from "../shared/l10n.js";
import { facts, type StatsActions } from "./facts.js";
import { entriesOf } from "./entries.js";
import { list, type ListActions, type ListState } from "./list.js";

export interface Viewer {
  readonly file: TensorFile;
  /** Values with all their digits; null: the file holds none. */
  readonly view: NumbersContext | null;
  /** The same as the drawing of a shape takes it. */
  readonly drawn: View | null;
  /** The entry that is looked at, as the list counts them. */
  readonly chosen: number;
  readonly stats: StatsView | undefined;
  readonly list: ListState;
  readonly actions: ListActions & StatsActions & { run(): void; reopen(): void };
}

export function page(viewer: Viewer | null): TemplateResult {
  if (viewer === null)
    return html`<main class="view results tensor-viewer"><p class="waiting dim late">${t("Reading the file…")}</p></main>`;
  const { file, view, chosen, actions } = viewer;
  const many = file.arrays.length + file.refused.length > 1;
  return html`<div class="view results tensor-viewer">
    <header class="head">
      <div class="head-model">
        ${icon("tensor")}
        <h1 title=${clip(file.name, 500)}>${clip(file.name)}</h1>
        ${file.problem === null ? html`<span class="dim about-file">${about(file)}</span>` : nothing}
      </div>
      ${chosen < file.arrays.length ? ghost("run-file", "play", t("Run RNN on file…"), () => actions.run()) : nothing}
    </header>
    ${
      file.problem === null && many
        ? html`<div class="body">
            ${list(file, chosen, viewer.list, actions)}
            <main class="main">${panel(viewer)}</main>
          </div>`
        : html`<main class="main">${panel(viewer)}</main>`
    }
    <p class="sr" role="status" aria-live="polite">${view?.state.spoken ?? ""}</p>
  </div>`;
}

function about({ arrays, refused, bytes }: TensorFile): string {
  const size = formatBytes(bytes);
  const n = arrays.length + refused.length;
  return n === 1 ? size : t("{n} arrays, {size}", { n: formatNumber(n), size });
}

function panel(viewer: Viewer): TemplateResult {
  const { file, chosen } = viewer;
  if (file.problem !== null) return problem(viewer, t("The file cannot be shown"), file.problem);
  const entry = entriesOf(file)[chosen];
  if (entry === undefined) return problem(viewer, t("The file cannot be shown"), t("The file holds no array of numbers."));
  if (entry.problem !== null) return problem(viewer, t("“{name}” cannot be shown", { name: clip(entry.name) }), entry.problem);
  return html`<section class="panel" id="panel">${array(viewer)}</section>`;
}

/** In place of the values; the file is read again by itself when it changes. */
function problem({ actions }: Viewer, title: string, reason: string): TemplateResult {
  return html`<section class="state" id="panel">
    ${icon("error", "i failed bad")}
    <h2>${title}</h2>
    <p role="alert">${clip(reason, 2000)}</p>
    <button class="button secondary" type="button" id="reopen" @click=${() => actions.reopen()}>${t("Try again")}</button>
  </section>`;
}

function array({ file, view, drawn, chosen, stats, actions }: Viewer): TemplateResult | typeof nothing {
  const stored = file.arrays[chosen];
  const tensor = view === null ? null : tensorById(view.outputs.run, chosen);
  if (view === null || drawn === null || stored === undefined || tensor === null) return nothing;
  const empty = elementsOf(tensor) === 0;
  return html`<div class="tensor-top">
      ${facts(stored, stats, actions)}
      ${empty || tensor.shape.length === 0 ? nothing : html`<div class="tensor-face" aria-hidden="true">${sketch(drawn, tensor)}</div>`}
    </div>
    ${empty ? html`<p class="dim">${t("The array is empty: an axis of length 0 leaves no values.")}</p>` : valuesOf(view, tensor, null, nothing)}`;
}
