/** Curves of what is left of each step, over the steps of the input; or the same as a table. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Memory } from "../../../extension/core/memory.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { logScale, type LogScale, placeOn } from "../logScale.js";
import { shareText } from "../memoryWords.js";
import type { LayerPart } from "../parts.js";
import { partTitle } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { stepTable } from "./stepTable.js";
import { curveHue, MOST_HUES } from "./unitChips.js";

export interface Curve {
  readonly part: LayerPart;
  readonly memory: Memory;
  /** It is the one whose hearing is shown. */
  readonly current: boolean;
}

const HEIGHT = 224;
const LEFT = 56;
const BOTTOM = 32;
/** Room for the names at the ends of the curves; where there is less, or not for all of them, they stand below. */
const NAMES = 168;
/** Steps whose points are marked, and of the current curve their values. */
const MOST_POINTS = 32;
const MOST_VALUES = 12;
const LINE = 16;

interface Frame {
  readonly width: number;
  readonly right: number;
  readonly scale: LogScale;
  readonly steps: number;
}

const xOf = ({ right, steps }: Frame, step: number): number => LEFT + (steps < 2 ? 0.5 : step / (steps - 1)) * (right - LEFT);
const yOf = ({ scale }: Frame, v: number): number => HEIGHT - BOTTOM - placeOn(scale, v) * (HEIGHT - BOTTOM - 12);

export function memoryChart(view: RunContext, curves: readonly Curve[], alt: string): TemplateResult {
  const width = Math.max(260, Math.min(760, (view.state.width || 700) - 32));
  const named = width >= 480 && curves.reduce((height, { part }) => height + nameHeight(part), 0) <= HEIGHT - BOTTOM;
  const steps = Math.max(...curves.map(({ memory }) => memory.steps));
  const frame: Frame = {
    width,
    right: named ? width - NAMES : width - 12,
    scale: logScale(curves.flatMap(({ memory }) => [...memory.shares])),
    steps,
  };
  const hues = huesOf(curves);
  return html`<svg class="memory-chart" viewBox=${`0 0 ${width} ${HEIGHT}`} width=${width} height=${HEIGHT} role="img" aria-label=${alt}>
      ${ground(frame)} ${curves.map((curve, i) => line(frame, curve, hues[i] as string))} ${named ? names(frame, curves, hues) : nothing}
    </svg>
    ${named ? nothing : legend(curves, hues)}`;
}

function ground(frame: Frame): SVGTemplateResult {
  const { right, scale, steps } = frame;
  const every = Math.max(1, Math.ceil((steps * 44) / (right - LEFT)));
  const marks = Array.from({ length: steps }, (_, i) => i).filter(
    (i) => i === 0 || i === steps - 1 || (i % every === 0 && steps - 1 - i >= every),
  );
  // Between two steps, where no value stands.
  const between = xOf(frame, steps < 2 ? 0 : Math.floor(steps / 2) - 0.5);
  return svg`<rect class="grows" x=${LEFT} y=${yOf(frame, scale.high)} width=${right - LEFT} height=${yOf(frame, 1) - yOf(frame, scale.high)}/>
    ${scale.ticks.map((tick) => svg`<path class=${tick === 1 ? "one" : "tick"} d=${`M${LEFT} ${yOf(frame, tick)}H${right}`}/><text class="num" x=${LEFT - 10} y=${yOf(frame, tick) + 4} text-anchor="end">${tickText(tick)}</text>`)}
    <text x=${between} y=${yOf(frame, scale.high) + 14} text-anchor="middle">${t("grows")}</text>
    <text x=${between} y=${yOf(frame, scale.low) - 6} text-anchor="middle">${t("fades")}</text>
    ${marks.map((i) => svg`<text x=${xOf(frame, i)} y=${HEIGHT - 10} text-anchor=${i === 0 ? "start" : i === steps - 1 && steps > 1 ? "end" : "middle"}>${i === 0 ? t("step {n}", { n: 1 }) : i + 1}</text>`)}`;
}

/** Where there are not enough colours for all curves, both directions of a layer have one: these are told apart by their dashes. */
function huesOf(curves: readonly Curve[]): readonly string[] {
  if (curves.length <= MOST_HUES) return curves.map((_, i) => curveHue(i));
  const layers = [...new Set(curves.map(({ part }) => part.layer))];
  return curves.map(({ part }) => curveHue(layers.indexOf(part.layer)));
}

/** Only the digits that it has. */
const tickText = (tick: number): string => (tick >= 0.01 && tick < 1e5 ? String(tick) : shareText(tick));

/** Each point at the step of the input that it is of. */
function pointsOf(frame: Frame, { part, memory }: Curve): { x: number; y: number; share: number }[] {
  return Array.from(memory.shares, (share, i) => {
    const taken = Math.min(memory.steps - 1, i * memory.span);
    return { x: xOf(frame, part.reversed ? memory.steps - 1 - taken : taken), y: yOf(frame, share), share };
  });
}

function line(frame: Frame, curve: Curve, hue: string): SVGTemplateResult {
  const points = pointsOf(frame, curve);
  const { current, part } = curve;
  const path = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const marked = points.length <= MOST_POINTS;
  const valued = current && points.length <= MOST_VALUES;
  return svg`<path class=${current ? "curve current" : "curve"} d=${path} stroke=${hue} stroke-dasharray=${part.reversed ? "5 3" : "none"}/>
    ${marked ? points.map(({ x, y }) => svg`<circle cx=${x} cy=${y} r=${current ? 3.5 : 2.5} fill=${hue}/>`) : nothing}
    ${valued ? points.slice(0, -1).map(({ x, y, share }) => svg`<text class="num value" x=${x <= LEFT ? x + 8 : x} y=${y > HEIGHT - BOTTOM - 18 ? y - 8 : y + 16} text-anchor=${x <= LEFT ? "start" : x >= frame.right - 16 ? "end" : "middle"}>${shareText(share)}</text>`) : nothing}`;
}

/** At the right ends of the curves, moved apart where they would cover each other. */
function names(frame: Frame, curves: readonly Curve[], hues: readonly string[]): SVGTemplateResult[] {
  const ends = curves.map((curve, index) => {
    const points = pointsOf(frame, curve);
    const end = (curve.part.reversed ? points[0] : points.at(-1)) ?? { y: 0 };
    return { curve, index, y: end.y + 4 };
  });
  ends.sort((a, b) => a.y - b.y || a.index - b.index);
  let free = 10;
  // From the top down; what would leave the bottom is pushed up again.
  const placed = ends.map((end) => {
    const y = Math.max(end.y, free);
    free = y + nameHeight(end.curve.part);
    return { ...end, y };
  });
  const over = Math.max(0, free - LINE - (HEIGHT - 20));
  return placed.map(
    ({ curve, index, y }) =>
      svg`<text class=${isChosen(curve, curves) ? "name chosen" : "name"} x=${frame.right + 12} y=${y - over} fill=${hues[index] as string}>${short(partTitle(curve.part))}</text>${curve.part.reversed ? svg`<text x=${frame.right + 12} y=${y - over + 14}>${t("time reversed")}</text>` : nothing}`,
  );
}

/** One curve needs no mark. */
const isChosen = ({ current }: Pick<Curve, "current">, curves: readonly Curve[]): boolean => current && curves.length > 1;

/** With the line below it that says which way it goes. */
const nameHeight = ({ reversed }: LayerPart): number => LINE * (reversed ? 2 : 1);

const short = (name: string): string => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

function legend(curves: readonly Curve[], hues: readonly string[]): TemplateResult {
  return html`<ul class="memory-legend">
    ${curves.map(
      ({ part, ...curve }, i) =>
        html`<li class=${isChosen(curve, curves) ? "chosen" : ""}>
          <span class=${part.reversed ? "dashed" : "solid"} ${styled({ "border-color": hues[i] as string })}></span
          >${partTitle(part)}${part.reversed ? ` · ${t("time reversed")}` : ""}
        </li>`,
    )}
  </ul>`;
}

/** Columns of the table; more steps are there every so many. */
const MOST_COLUMNS = 48;

export function memoryTable(curves: readonly Curve[], caption: string): TemplateResult {
  const steps = Math.max(...curves.map(({ memory }) => memory.steps));
  const every = Math.ceil(steps / MOST_COLUMNS);
  const columns = Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
  const share = ({ part, memory }: Curve, step: number): string => {
    if (step >= memory.steps) return "";
    const taken = part.reversed ? memory.steps - 1 - step : step;
    return shareText(memory.shares[Math.floor(taken / memory.span)] as number);
  };
  return stepTable({
    caption,
    corner: t("Layer"),
    columns: columns.map((step) => ({ head: t("step {n}", { n: step + 1 }), now: false })),
    rows: curves.map((curve) => ({ head: partTitle(curve.part), cells: columns.map((step) => share(curve, step)) })),
  });
}
