/** The shape box: the last axis to the right, the one before it down, the others into the depth; real values on its face. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { LayerSpec } from "../../../extension/core/model/spec.js";
import type { TensorView } from "../../../extension/core/protocol/results.js";
import { formatNumber, t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { css, ink, mix, paint, type Palette } from "../colour.js";
import type { ShownAxis } from "../convention.js";
import { type FacePlan, facePlan, offsetIn, slabText } from "../face.js";
import { decimalsFor, fixed, largestOf, niceScale } from "../numbers.js";
import type { RunContext, View } from "../view.js";
import { axisWord } from "../../shared/axisWord.js";
import { waiting } from "./frame.js";

export interface DrawnFace {
  readonly content: TemplateResult;
  /** Slabs that stand behind the face, with their numbers. */
  readonly below: TemplateResult | typeof nothing;
  /** Needs the whole width. */
  readonly wide: boolean;
}

const CELL_HEIGHT = 20;
/** Width of a character of the 11 px font, and what a cell has beside its number. */
const CHARACTER = 6.7;
const CELL_PADDING = 9;
/** The left axis's name, the gap, a card's padding and border. */
const AROUND = 60 + 8 + 26;
const GAP = 12;
const NARROWEST_CARD = 300;

export function face(view: RunContext, tensor: TensorView, spec: LayerSpec | null): DrawnFace {
  const plan = facePlan(tensor, spec, view.state.chosen.convention);
  const slice = view.slice({ tensor: tensor.id, start: plan.start, count: plan.count });
  const values = slice.status === "ready" ? slice.values : null;
  const failed = slice.status === "failed" ? waiting(view, slice.message) : nothing;
  const scale = scaleOf(tensor, values);
  const fit = plan.small ? fitOf(plan, values, view.state.width === 0 ? 900 : view.state.width - 32) : null;
  if (fit === null)
    return {
      content: html`${failed}${box(view.palette, plan, null, cells(view.palette, plan, values, scale))}`,
      below: nothing,
      wide: false,
    };
  const { decimals, cell, wide } = fit;
  const print = (slab: readonly number[]): TemplateResult => numbers(view.palette, plan, values, { slab, scale, decimals, cell });
  return {
    content: html`${failed}${box(view.palette, plan, { width: plan.shownColumns * cell, height: plan.shownRows * CELL_HEIGHT }, print(plan.slabs[0] ?? []))}`,
    below:
      plan.slabs.length < 2
        ? nothing
        : html`<div class="slabs">
            ${plan.slabs.slice(1).map(
              (slab) =>
                html`<figure>
                  <figcaption><code class="dim">${slabText(plan, slab)}</code></figcaption>
                  ${print(slab)}
                </figure>`,
            )}
          </div>`,
    wide,
  };
}

/** The box without its numbers, for where they stand beside it. */
export function sketch(view: View, tensor: TensorView): TemplateResult {
  const plan = facePlan(tensor, null, "keras");
  const slice = view.slice({ tensor: tensor.id, start: plan.start, count: plan.count });
  const values = slice.status === "ready" ? slice.values : null;
  return box(view.palette, plan, null, cells(view.palette, plan, values, scaleOf(tensor, values)));
}

interface Fit {
  readonly decimals: number;
  readonly cell: number;
  /** Needs the whole width of the panel. */
  readonly wide: boolean;
}

/** Four decimals in a card, else three; else as many as the whole width takes; null: not even two. */
function fitOf(plan: FacePlan, values: Float32Array | null, room: number): Fit | null {
  const cards = Math.max(1, Math.floor((room + GAP) / (NARROWEST_CARD + GAP)));
  const card = (room - GAP * (cards - 1)) / cards;
  const most = values === null ? 4 : decimalsFor(values, 4);
  const tries = (least: number): number[] =>
    [4, 3, 2, 1, 0].filter((decimals) => decimals <= most && (decimals >= least || decimals === most));
  for (const [width, wide, least] of [
    [card, cards === 1, 3],
    [room, true, 2],
  ] as const) {
    for (const decimals of tries(least)) {
      const cell = cellWidth(values, decimals);
      if (plan.shownColumns * cell + depthOf(plan) + AROUND <= width) return { decimals, cell, wide };
    }
  }
  return null;
}

function cellWidth(values: Float32Array | null, decimals: number): number {
  const longest = values === null ? decimals + 3 : values.reduce((most, v) => Math.max(most, fixed(v, decimals).length), 1);
  return Math.ceil(longest * CHARACTER) + CELL_PADDING;
}

/** Signed values share ±1 until one is larger. */
export function scaleOf(tensor: TensorView, values: Float32Array | null): number {
  const ends = [tensor.min, tensor.max].filter((v): v is number => v !== null && Number.isFinite(v));
  const largest = ends.length > 0 ? largestOf(ends) : values === null ? 1 : largestOf(values);
  return largest <= 1 && largest > 0.2 ? 1 : niceScale(largest);
}

const depthOf = (plan: FacePlan): number => Math.min(6, slabCount(plan)) * 7;
const slabCount = (plan: FacePlan): number => plan.behind.reduce((product, axis) => product * axis.size, 1);

/** @param size of the printed face; null: the size of the drawing with coloured cells only. */
function box(palette: Palette, plan: FacePlan, size: { width: number; height: number } | null, front: TemplateResult): TemplateResult {
  const side = cellSide(plan);
  const width = size?.width ?? plan.shownColumns * side;
  const height = size?.height ?? plan.shownRows * side;
  const rank = plan.behind.length;
  const slabs = Math.min(6, slabCount(plan));
  const depth = slabs * 7;
  const behind = plan.behind;
  return html`<div
    class="box"
    role="group"
    aria-label=${plan.axes.map((axis) => (axis.name === "axis" ? axis.size : `${axisWord(axis.name)} ${axis.size}`)).join(", ")}
  >
    ${rank === 0 ? nothing : html`<span class="axis top">${behind.map((axis, i) => html`${i > 0 ? " · " : ""}${axisLabel(axis)}`)}</span>`}
    ${plan.rows === null ? nothing : html`<span class="axis left">${axisLabel(plan.rows)}</span>`}
    <div class="solid" ${styled({ width: `${width + depth + 1}px`, height: `${height + depth + 1}px` })}>
      ${sides(palette, { width, height, slabs })}
      <div class="front" ${styled({ top: `${depth}px`, width: `${width}px`, height: `${height}px` })}>${front}</div>
    </div>
    <span class="axis bottom">${axisLabel(plan.columns)}</span>
  </div>`;
}

function axisLabel(axis: ShownAxis): TemplateResult {
  // "axis 3" would be the name of another.
  if (axis.name === "axis") return html`<b>${formatNumber(axis.size)}</b>`;
  return html`<span>${axisWord(axis.name)} <b>${formatNumber(axis.size)}</b></span>`;
}

function cellSide(plan: FacePlan): number {
  return Math.max(4, Math.min(14, Math.floor(Math.min(116 / plan.shownColumns, 64 / plan.shownRows))));
}

/** The top and right faces, one slab for each index behind the face (six at most), and the outline. */
function sides(palette: Palette, size: { width: number; height: number; slabs: number }): TemplateResult {
  const { width: w, height: h, slabs } = size;
  const d = 7;
  const line = css(mix(palette.back, palette.fore, 0.38));
  const top = css(mix(palette.back, palette.fore, 0.14));
  const right = css(mix(palette.back, palette.fore, 0.09));
  const depth = slabs * d;
  const all = Array.from({ length: slabs }, (_, i) => slabs - 1 - i);
  return html`<svg class="sides" width=${w + depth + 1} height=${h + depth + 1} aria-hidden="true">
    <g stroke=${line} stroke-width="1" stroke-linejoin="round" transform="translate(0.5 0.5)">
      ${all.map((k) => svg`<path d=${`M${k * d} ${depth - k * d}l${d} ${-d}h${w}l${-d} ${d}z`} fill=${top}/><path d=${`M${k * d + w} ${depth - k * d}l${d} ${-d}v${h}l${-d} ${d}z`} fill=${right}/>`)}
      <rect x="0" y=${depth} width=${w} height=${h} fill="none" />
    </g>
  </svg>`;
}

/** The face as coloured cells; its outline is dashed where the box goes on. */
function cells(palette: Palette, plan: FacePlan, values: Float32Array | null, scale: number): TemplateResult {
  const side = cellSide(plan);
  const line = css(mix(palette.back, palette.fore, 0.38));
  const [w, h] = [plan.shownColumns * side, plan.shownRows * side];
  const slab = plan.slabs[0] ?? [];
  const all = Array.from({ length: plan.shownRows * plan.shownColumns }, (_, i) => {
    const [row, column] = [Math.floor(i / plan.shownColumns), i % plan.shownColumns];
    const v = values?.[offsetIn(plan, slab, row, column)] ?? 0;
    return svg`<rect x=${column * side} y=${row * side} width=${side} height=${side} fill=${css(paint(palette, v, scale))} stroke=${line} stroke-opacity="0.45"/>`;
  });
  const ground = css(palette.back);
  const cut = [
    plan.columns.size > plan.shownColumns
      ? svg`<path d=${`M${w} 0v${h}`} stroke=${ground} stroke-width="2.5" stroke-dasharray="3 3"/>`
      : nothing,
    (plan.rows?.size ?? 1) > plan.shownRows
      ? svg`<path d=${`M0 ${h}h${w}`} stroke=${ground} stroke-width="2.5" stroke-dasharray="3 3"/>`
      : nothing,
  ];
  return html`<svg class="cells" width=${w + 1} height=${h + 1} aria-hidden="true">
    <g transform="translate(0.5 0.5)">${all}${cut}</g>
  </svg>`;
}

interface Print {
  readonly slab: readonly number[];
  readonly scale: number;
  readonly decimals: number;
  readonly cell: number;
}

/** The face as a table of numbers. */
function numbers(palette: Palette, plan: FacePlan, values: Float32Array | null, print: Print): TemplateResult {
  const rows = Array.from({ length: plan.shownRows }, (_, row) => row);
  const columns = Array.from({ length: plan.shownColumns }, (_, column) => column);
  return html`<table class="face">
    <caption class="sr">
      ${t("Values {slice}", { slice: slabText(plan, print.slab) })}
    </caption>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => {
              const v = values?.[offsetIn(plan, print.slab, row, column)];
              const ground = paint(palette, v ?? 0, print.scale);
              const style = { width: `${print.cell}px`, background: css(ground), color: css(ink(palette, ground)) };
              return html`<td ${styled(style)}>${v === undefined ? "" : fixed(v, print.decimals)}</td>`;
            })}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
