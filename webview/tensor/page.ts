/** The viewer's page: the file, its arrays at the left, of the chosen one its shape first, then its numbers. */
import { html, nothing, type TemplateResult } from "lit";
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { shownShape } from "../results/convention.js";
import { clip } from "../results/names.js";
import { fixed } from "../results/numbers.js";
import { tensorById } from "../results/outputs.js";
import type { RunContext } from "../results/view.js";
import { face } from "../results/views/box.js";
import { ghost, neighbour } from "../results/views/controls.js";
import { dataTab } from "../results/views/data.js";
import { formatBytes, formatNumber, t } from "../shared/l10n.js";
import { icon } from "../shared/icons.js";
import { styled } from "../shared/style.js";

export interface Viewer {
  readonly file: TensorFile;
  /** null: the file cannot be read. */
  readonly view: RunContext | null;
  /** Why the chosen array has no statistics; null: it has, or they are on their way. */
  readonly statsProblem: string | null;
  /** They are known. */
  readonly counted: boolean;
  run(): void;
}

export function page(viewer: Viewer): TemplateResult {
  const { file, view } = viewer;
  const many = file.arrays.length > 1;
  return html`<div class="view results tensor-viewer">
    <header class="head">
      <div class="head-model">
        ${icon("tensor")}
        <h1 title=${clip(file.name)}>${clip(file.name)}</h1>
        ${file.problem === null ? html`<span class="dim">${about(file)}</span>` : nothing}
      </div>
      ${view === null ? nothing : ghost("run-file", "play", t("Run RNN on file…"), () => viewer.run())}
    </header>
    <div class=${many ? "body" : "body single"}>
      ${many && view !== null ? list(view) : nothing}
      <main class="main"><section class="panel" id="panel">${view === null ? problem(file) : chosen(viewer, view)}</section></main>
    </div>
    <p class="sr" role="status" aria-live="polite">${view?.state.spoken ?? ""}</p>
  </div>`;
}

function about({ arrays, bytes }: TensorFile): string {
  const size = formatBytes(bytes);
  return arrays.length === 1 ? size : t("{n} arrays · {size}", { n: formatNumber(arrays.length), size });
}

function problem({ problem: reason }: TensorFile): TemplateResult {
  return html`<p class="waiting">${icon("warning", "i warn")}<span>${reason}</span></p>`;
}

function list(view: RunContext): TemplateResult {
  const { tensors } = view.outputs.run;
  const at = tensors.findIndex(({ id }) => id === view.state.chosen.tensor);
  const key = (event: KeyboardEvent): void => {
    const next = tensors[neighbour(event, at, tensors.length)];
    if (next === undefined) return;
    event.preventDefault();
    view.choose({ tensor: next.id });
    requestAnimationFrame(() => document.getElementById(`array-${next.id}`)?.scrollIntoView({ block: "nearest" }));
  };
  return html`<nav class="rail" aria-label=${t("Arrays")}>
    <h2 class="rail-title">${t("Arrays")}</h2>
    <ul id="tree" role="listbox" tabindex="0" aria-label=${t("Arrays")} aria-activedescendant=${`array-${tensors[at]?.id ?? 0}`} @keydown=${key}>
      ${tensors.map(
        (tensor) =>
          html`<li role="option" id=${`array-${tensor.id}`} aria-selected=${String(tensor.id === view.state.chosen.tensor)}>
            <div class="row" ${styled({ "--level": "1" })} title=${clip(tensor.name)} @click=${() => view.choose({ tensor: tensor.id })}>
              ${icon("tensor", "i kind")}<span class="label">${clip(tensor.name)}</span>
              <span class="shape">${shownShape(tensor, null, "keras")}</span>
            </div>
          </li>`,
      )}
    </ul>
  </nav>`;
}

function chosen(viewer: Viewer, view: RunContext): TemplateResult {
  const { file } = viewer;
  const tensor = tensorById(view.outputs.run, view.state.chosen.tensor);
  if (tensor === null) return html`<p class="dim">${t("The file holds no array of numbers.")}</p>${refused(file)}`;
  const dtype = file.arrays[tensor.id]?.dtype ?? "";
  const drawn = tensor.shape.length === 0 ? null : face(view, tensor, null);
  const word = (value: number | null): string => (value === null ? (viewer.counted ? "–" : "…") : fixed(value, 4));
  const fact = (name: string, value: string): TemplateResult => html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
  return html`<div class="tensor-top">
      ${drawn === null ? nothing : html`<div class="tensor-face">${drawn.content}</div>`}
      <dl class="facts">
        ${fact(t("shape"), shownShape(tensor, null, "keras"))} ${fact("dtype", dtype)}
        ${fact(t("values"), formatNumber(tensor.bytes / 4))} ${fact(t("min"), word(tensor.min))} ${fact(t("mean"), word(tensor.mean))}
        ${fact(t("max"), word(tensor.max))} ${fact("NaN", viewer.counted ? formatNumber(tensor.nanCount) : "…")}
      </dl>
    </div>
    ${viewer.statsProblem === null ? nothing : html`<p class="dim small">${viewer.statsProblem}</p>`}
    ${dtype === tensor.dtype ? nothing : html`<p class="dim small">${t("Shown as {shown}; the file has {dtype}.", { shown: tensor.dtype, dtype })}</p>`}
    ${dataTab(view)} ${refused(file)}`;
}

function refused({ refused: reasons }: TensorFile): TemplateResult | typeof nothing {
  if (reasons.length === 0) return nothing;
  return html`<details class="refused">
    <summary>${icon("right", "i chevron")}${t("{n} entries of the file cannot be shown", { n: formatNumber(reasons.length) })}</summary>
    <ul>
      ${reasons.slice(0, 50).map((reason) => html`<li>${clip(reason, 500)}</li>`)}
    </ul>
  </details>`;
}
