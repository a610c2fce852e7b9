/** Which numbers of the input the last state listened to: a heat map, the text tinted alike, and who was heard most. */
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { Heard, Memory } from "../../../extension/core/memory.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { windowOf } from "../bands.js";
import { css, paint } from "../colour.js";
import type { Band } from "../band.js";
import { shareText } from "../memoryWords.js";
import { fixed, significant } from "../numbers.js";
import { type Strip, stripsOf } from "../outputs.js";
import type { LayerPart } from "../parts.js";
import { decimalsText, drawStrip } from "../stripCanvas.js";
import { partTitle } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { oneOf } from "./controls.js";
import type { Curve } from "./memoryChart.js";
import { sourceText } from "./sourceText.js";
import { stepTable } from "./stepTable.js";

const GUTTER = 28;
const SIDE = 240;
const MOST_ROWS = 64;
const MOST_COLUMNS = 48;

export interface HeardProps {
  readonly input: Strip;
  readonly parts: readonly LayerPart[];
  /** Of the chosen part; null: its memory is not here yet. */
  readonly curve: Curve | null;
}

export function heard(view: RunContext, { input, parts, curve }: HeardProps): TemplateResult {
  const choices = parts.map((part) => ({ value: part.id, text: partTitle(part) }));
  const chosen = curve?.part.id ?? parts.at(-1)?.id ?? "";
  return html`<div class="bar wrap heard-bar">
      <h2>
        ${t("Which of your numbers did it listen to?")} <span class="norm">|∂Σh<sub>T</sub> / ∂x|</span>
      </h2>
      ${choices.length < 2 ? nothing : oneOf("heard", t("Layer"), choices, chosen, (id) => view.choose({ heard: id }))}
    </div>
    ${curve === null ? nothing : drawn(view, input, curve)}`;
}

function drawn(view: RunContext, input: Strip, { memory }: Curve): TemplateResult {
  const alt = sentence(view, input, memory);
  const most = memory.most?.size ?? 0;
  const { table, step } = view.state.chosen;
  const [steps, features] = memory.heardSpan as [number, number];
  const shade = (at: number, column: number): number => {
    const width = memory.heardShape[1] as number;
    return Math.abs(memory.heard[Math.floor(at / steps) * width + Math.floor(column / features)] ?? 0) / (most || 1);
  };
  const window = windowOf(stripsOf(view.outputs), step);
  return html`<p class="summary">${alt}</p>
    <div class="split">
      <div>
        ${table ? twin(memory, alt) : map(view, memory, alt)}
        <p class="legend">
          ${t("weak")} 0<span class="ramp" ${styled({ background: ramp(view) })}></span>${shareText(most)} ${t("strong")}
        </p>
        ${steps > 1 || features > 1 ? html`<p class="dim small">${t("Each cell is the strongest of {steps} steps and {features} features.", { steps, features })}</p>` : nothing}
      </div>
      <div class="readout">${sourceText(view, { entry: { what: "h", reversed: false }, step, window, hit: -1, shade })}</div>
    </div>`;
}

function ramp(view: RunContext): string {
  return `linear-gradient(90deg,${[0, 0.5, 1].map((v) => css(paint(view.palette, v, 1, "amount"))).join(",")})`;
}

function sentence(view: RunContext, input: Strip, { most, least }: Memory): string {
  if (most === null || least === null) return t("Nothing was heard.");
  const value = ({ step, feature }: Heard): string => {
    const slice = view.slice({ tensor: input.tensor.id, start: [view.state.chosen.batch, step, feature], count: [1, 1, 1] });
    return slice.status === "ready" ? significant(slice.values[0] ?? NaN, 4) : "…";
  };
  return t(
    "Most heard: {most} (row {mostRow}, number {mostAt}), {mostSize}. Least heard: {least} (row {leastRow}, number {leastAt}), {leastSize}.",
    {
      most: value(most),
      mostRow: most.step + 1,
      mostAt: most.feature + 1,
      mostSize: shareText(most.size),
      least: value(least),
      leastRow: least.step + 1,
      leastAt: least.feature + 1,
      leastSize: shareText(least.size),
    },
  );
}

/** The same object for the same memory, so that the canvas is not painted again. */
const sizes = new WeakMap<Memory, Float32Array>();

function bandOfMemory(memory: Memory): Band {
  const [steps, features] = memory.heardShape as [number, number];
  let values = sizes.get(memory);
  if (values === undefined) sizes.set(memory, (values = memory.heard.map(Math.abs)));
  return { values, units: features, steps, start: 0, byStep: features };
}

function map(view: RunContext, memory: Memory, alt: string): TemplateResult {
  const { width } = view.state;
  const band = bandOfMemory(memory);
  const room = width === 0 ? 560 : width - 32 - (globalThis.innerWidth > 860 ? SIDE : 0);
  const drawing = {
    band,
    palette: view.palette,
    scale: memory.most?.size || 1,
    kind: "amount",
    text: decimalsText((memory.most?.size ?? 0) < 0.5 ? 3 : 2),
    from: 0,
    axis: true,
    width: Math.min(720, room),
    gutter: GUTTER,
    step: -1,
    cell: null,
    columns: band.steps,
    stepsPer: 1,
    unitsPer: 1,
  } as const;
  return html`<canvas
    class="heard-map"
    role="img"
    aria-label=${alt}
    ${ref((element) => element !== undefined && drawStrip(element as HTMLCanvasElement, drawing))}
  ></canvas>`;
}

/** With their signs: whether the state's sum rises or falls with the number. */
function twin({ heard: values, heardShape, heardSpan }: Memory, caption: string): TemplateResult {
  const [steps, features] = heardShape as [number, number];
  const columns = Array.from({ length: Math.min(MOST_COLUMNS, steps) }, (_, i) => i);
  const rows = Array.from({ length: Math.min(MOST_ROWS, features) }, (_, i) => i);
  return stepTable({
    caption,
    corner: t("feature"),
    columns: columns.map((step) => ({ head: t("step {n}", { n: step * (heardSpan[0] as number) + 1 }), now: false })),
    rows: rows.map((row) => ({
      head: row * (heardSpan[1] as number) + 1,
      cells: columns.map((step) => fixed(values[step * features + row] as number, 4)),
    })),
  });
}
