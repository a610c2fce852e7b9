/** Curves of chosen units under a strip, over the same columns; the others are lines in grey. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { OPEN, SHUT } from "../../../extension/core/band.js";
import { type Band, valueAt } from "../band.js";
import type { Window } from "../bands.js";
import { css, mix } from "../colour.js";
import type { Panel } from "../gates.js";
import { fixed } from "../numbers.js";
import { type Overview, overviewOf } from "../overview.js";
import { geometryOf } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { chosenUnits, curveHue } from "./unitChips.js";

const HEIGHT = 52;
/** Lines in grey, and columns up to which points are marked. */
const MOST_GREY = 64;
const MOST_POINTS = 24;

export interface CurvesPlace {
  readonly window: Window;
  readonly width: number;
  readonly gutter: number;
}

interface Scale {
  x(column: number): number;
  y(value: number): number;
  readonly end: number;
}

export function curves(view: RunContext, panel: Panel, overview: Overview, place: CurvesPlace): TemplateResult {
  const { band, stepsPer, unitsPer } = overview;
  const { width, gutter, window } = place;
  const { cellWidth } = geometryOf({ band, axis: false, width, gutter, columns: Math.ceil(window.steps / stepsPer) });
  const [low, high] = [panel.kind === "amount" ? 0 : -panel.scale, panel.scale];
  const scale: Scale = {
    x: (column) => gutter + (column + 0.5) * cellWidth,
    y: (value) => 4 + ((high - Math.max(low, Math.min(high, value))) / (high - low)) * (HEIGHT - 8),
    end: gutter + band.steps * cellWidth,
  };
  const units = chosenUnits(view, panel.strip.units);
  const grey = css(mix(view.palette.back, view.palette.fore, 0.24));
  const others = unitsPer > 1 || stepsPer > 1 || band.units > MOST_GREY ? [] : rows(band.units).filter((unit) => !units.includes(unit));
  const cursor = scale.x(Math.floor((view.state.chosen.step - window.from) / stepsPer));
  return html`<svg class="curves" width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
    ${ground(view, panel, scale, low < 0 ? [low, 0, high] : [low, high], gutter)}
    ${cursor >= gutter && cursor <= scale.end ? svg`<path class="cursor" d=${`M${cursor} 0V${HEIGHT}`}/>` : nothing}
    ${others.map((unit) => svg`<path d=${path(scale, band, unit)} fill="none" stroke=${grey}/>`)}
    ${units.map((unit, i) => curve(view, panel, { unit, hue: curveHue(i), scale, overview, window }))}
  </svg>`;
}

const rows = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function ground(view: RunContext, { kind, key }: Panel, scale: Scale, ticks: readonly number[], gutter: number): SVGTemplateResult[] {
  const marks = kind === "amount" ? [SHUT, OPEN] : key === "candidate" ? [-OPEN, OPEN] : [];
  return [
    ...ticks.map(
      (v) =>
        svg`<path d=${`M${gutter} ${scale.y(v)}H${scale.end}`} stroke=${css(mix(view.palette.back, view.palette.fore, 0.14))}/><text x=${gutter - 6} y=${scale.y(v) + 3} text-anchor="end">${fixed(v, Number.isInteger(v) ? 0 : 1)}</text>`,
    ),
    ...marks.map((v) => svg`<path class="mark" d=${`M${gutter} ${scale.y(v)}H${scale.end}`}/>`),
  ];
}

function path(scale: Scale, band: Band, row: number): string {
  return rows(band.steps)
    .map((column) => ({ column, value: valueAt(band, row, column) }))
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ column, value }, i) => `${i === 0 ? "M" : "L"}${scale.x(column).toFixed(1)} ${scale.y(value).toFixed(1)}`)
    .join("");
}

interface One {
  readonly unit: number;
  readonly hue: string;
  readonly scale: Scale;
  readonly overview: Overview;
  readonly window: Window;
}

/** Where a column stands for several steps, the curve is as thick as what they range over. */
function curve(view: RunContext, panel: Panel, { unit, hue, scale, overview, window }: One): SVGTemplateResult | typeof nothing {
  const { stepsPer, unitsPer } = overview;
  if (stepsPer === 1 && unitsPer === 1) return line(scale, overview.band, unit, hue);
  const alone = { ...panel.strip, offset: panel.strip.offset + unit, units: 1 };
  const look = { window, batch: view.state.chosen.batch, columns: Math.ceil(window.steps / stepsPer) };
  const own = overviewOf(alone, look, (query) => view.band(query));
  if (own.band === null) return nothing;
  if (own.stepsPer === 1) return line(scale, own.band, 0, hue);
  const back = rows(own.low.steps).reverse();
  const down = back.map((column) => `L${scale.x(column).toFixed(1)} ${scale.y(valueAt(own.low, 0, column)).toFixed(1)}`).join("");
  return svg`<path d=${`${path(scale, own.high, 0)}${down}Z`} fill=${hue} fill-opacity="0.55" stroke=${hue}/>`;
}

function line(scale: Scale, band: Band, row: number, hue: string): SVGTemplateResult {
  const points = band.steps > MOST_POINTS ? [] : rows(band.steps);
  return svg`<path d=${path(scale, band, row)} fill="none" stroke=${hue} stroke-width="1.8"/>
    ${points.map((column) => svg`<circle cx=${scale.x(column)} cy=${scale.y(valueAt(band, row, column))} r="2" fill=${hue}/>`)}`;
}
