/** Data: every value of the selected tensor in a grid, the slice it shows, and copies for other programs. */
import { html, nothing, type TemplateResult } from "lit";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import { MAX_SLICE_ELEMENTS, type TensorView } from "../../../extension/core/protocol/results.js";
import { formatNumber, t } from "../../shared/l10n.js";
import { addressText, shownShape } from "../convention.js";
import { type CopyFormat, copyFormats } from "../copy.js";
import { cellOf, indexOf, type Plane, planeOf } from "../matrix.js";
import { partOfTensor } from "../copier.js";
import { elementsOf, isReversed, tensorById } from "../outputs.js";
import { elementsIn } from "../slices.js";
import { digitChoices } from "../state.js";
import { exactText, isWhole } from "../values.js";
import type { Around, NumbersContext } from "../view.js";
import { axisName, originWord, tensorNote, tensorWord } from "../words.js";
import { scaleOf } from "./box.js";
import { copyButton, ghost, indexPicker, legend, paletteSwitch, segmented, toggle } from "./controls.js";
import { waiting } from "./frame.js";
import { grid } from "./grid.js";
import { sliceBox } from "./sliceBox.js";

export function dataTab(view: NumbersContext): TemplateResult {
  const tensor = tensorById(view.outputs.run, view.state.chosen.tensor);
  if (tensor === null) return html`<p class="dim">${t("This run has no values.")}</p>`;
  const spec = view.outputs.layers.find((layer) => layer.index === tensor.layer)?.spec ?? null;
  return valuesOf(view, tensor, spec, title(view, tensor, spec));
}

/** @param name of the tensor, where it does not stand above */
export function valuesOf(
  view: NumbersContext,
  tensor: TensorView,
  spec: LayerSpec | null,
  name: TemplateResult | typeof nothing,
): TemplateResult {
  const plane = planeOf(tensor, view.state.chosen.leading, view.state.chosen.slice);
  const named = name !== nothing;
  return html`<div class="data">
    <div class="bar data-title">
      ${name}<span class=${named ? "push slice" : "slice"}>${sliceBox(view, plane, spec)}</span> ${pickers(view, plane)}
      ${named ? nothing : copies(view, tensor)}
    </div>
    ${tools(view, tensor, named ? copies(view, tensor) : nothing)} ${readout(view, plane, spec)} ${grid(view, plane, spec)}
  </div>`;
}

function title(view: Around, tensor: TensorView, spec: LayerSpec | null): TemplateResult {
  const { convention } = view.state.chosen;
  const origin = [originWord(tensor, view.outputs.run.sourceName), tensorNote(tensor)].filter((text) => text !== "").join(" · ");
  return html`<h2>${tensorWord(tensor)}</h2>
    <span class="dim small">${origin}</span>
    <code class="shape">${shownShape(tensor, spec, convention)}</code>
    <span class="dim small">${tensor.dtype}</span>
    ${isReversed(tensor, spec) ? html`<span class="tag quiet">${t("time reversed")}</span>` : nothing}`;
}

/** One for every axis that the grid does not spread out. */
function pickers(view: Around, { tensor, start, pickers: axes }: Plane): TemplateResult[] {
  const { leading } = view.state.chosen;
  return axes.flatMap(({ axis, from, count }) => {
    if (count < 2) return [];
    const name = axisName(tensor, axis);
    const pick = (value: number): void => {
      const at = Math.max(from, Math.min(from + count - 1, value));
      view.choose(axis === 0 && tensor.axes[0] === "batch" ? { batch: at } : { leading: leading.map((old, k) => (k === axis ? at : old)) });
    };
    return [indexPicker(`leading-${axis}`, name, start[axis] ?? 0, tensor.shape[axis] ?? 1, pick)];
  });
}

const formatNames: Readonly<Record<CopyFormat, string>> = { numpy: "NumPy", csv: "CSV", json: "JSON" };

/** @param beside what stands at the end of the line */
function tools(view: Around, tensor: TensorView, beside: TemplateResult | typeof nothing): TemplateResult {
  const { digits, tinted } = view.state.chosen;
  const choices = digitChoices.map((value) => ({ value, text: String(value) }));
  return html`<div class="bar">
    ${
      isWhole(tensor.dtype)
        ? nothing
        : html`<span class="dim small" aria-hidden="true">${t("Digits")}</span>
            ${segmented("digits", t("Digits"), choices, digits as (typeof digitChoices)[number], (value) => view.choose({ digits: value }))}`
    }
    ${toggle("tinted", "contrast", t("Colours"), tinted, () => view.choose({ tinted: !tinted }))}
    ${tinted ? html`${paletteSwitch(view)} ${legend(view, scaleOf(tensor, null))}` : nothing} ${beside}
  </div>`;
}

/** Of the whole tensor, or of the slice that was typed. */
function copies(view: Around, tensor: TensorView): TemplateResult {
  const elements = elementsIn(partOfTensor(tensor, view.state.chosen.slice).box.count);
  const whole = elements === elementsOf(tensor);
  const title = (format: string): string =>
    whole ? t("Copy the whole tensor as {format}", { format }) : t("Copy the slice as {format}", { format });
  return html`<span class="push copies" role="group" aria-label=${t("Copy")}>
    ${
      elements > MAX_SLICE_ELEMENTS
        ? html`<span class="dim small">${t("{n} values: too many to copy.", { n: formatNumber(elements) })}</span>`
        : html`<span class="dim small copy-label" aria-hidden="true">${t("Copy")}</span
            >${copyFormats.map((format) => copyButton(view, `copy-${format}`, formatNames[format], () => view.copyTensor(tensor.id, format), title(formatNames[format])))}`
    }
    ${view.saveTensor === null ? nothing : ghost("save-npy", "export", t("Save as npy…"), () => view.saveTensor?.(tensor.id), t("Save the whole tensor for NumPy"))}
  </span>`;
}

/** The selected cell: its address, its value with every digit, what row and column mean. */
function readout(view: NumbersContext, plane: Plane, spec: LayerSpec | null): TemplateResult {
  const { row, column, convention } = view.state.chosen;
  const { tensor } = plane;
  const value = cellOf(plane, row, column, (box) => view.slice(box));
  if (typeof value === "string") return waiting(view, value);
  const address = addressText(tensor, spec, convention, indexOf(plane, row, column));
  const exact = value === null ? "…" : exactText(value, tensor.dtype).replace("-", "−");
  return html`<p class="cell-readout">
    <code class="dim">${address}</code><output class="big">${exact}</output
    ><span class="dim">${placeWord(tensor, spec, indexOf(plane, row, column))}</span>
    ${value === null ? nothing : copyButton(view, "copy-cell", t("Copy"), () => view.copyText(exactText(value, tensor.dtype), "copy-cell"), t("Copy this number"))}
  </p>`;
}

/** "step 3 · unit 2": people count from 1. Of the last two axes, and of the batch where it is one of several. */
export function placeWord(tensor: TensorView, spec: LayerSpec | null, index: readonly number[]): string {
  // Axes without names: the index says it all.
  if (tensor.axes.includes("axis")) return "";
  const at = (axis: number): string => {
    const value = index[axis] ?? 0;
    switch (tensor.axes[axis]) {
      case "time":
        return t("step {n}", { n: isReversed(tensor, spec) ? (tensor.shape[axis] ?? 1) - value : value + 1 });
      case "features":
        return t("feature {n}", { n: value + 1 });
      case "batch":
        return t("sequence {n}", { n: value + 1 });
      default:
        return t("unit {n}", { n: value + 1 });
    }
  };
  return index
    .map((_, axis) => axis)
    .filter((axis) => axis >= index.length - 2 || (tensor.shape[axis] ?? 1) > 1)
    .map(at)
    .join(" · ");
}
