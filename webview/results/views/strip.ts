/** A strip as a canvas: hover reads a cell, a click sets the step, arrows move the cell and speak it. */
import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { t } from "../../shared/l10n.js";
import type { Window } from "../bands.js";
import { valueAt } from "../band.js";
import type { Kind } from "../colour.js";
import { fixed } from "../numbers.js";
import type { Strip } from "../outputs.js";
import type { Overview } from "../overview.js";
import { cellAt, drawStrip, geometryOf, type StripDrawing } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { type Traced, tracedOfStrip } from "../parts.js";
import { unitWord } from "../words.js";
import { cellWord } from "./heat.js";
import { openTrace } from "./traceLinks.js";
import { zoomTo } from "./zoom.js";

export interface StripProps {
  readonly entry: Strip;
  readonly overview: Overview;
  readonly alt: string;
  readonly window: Window;
  readonly axis: boolean;
  readonly decimals: number;
  readonly scale: number;
  readonly kind: Kind;
  /** The number of a unit that Trace would show; left out: the state, or the output. */
  readonly traced?: (unit: number) => Traced;
  /** It is the strip whose cell was looked at last. */
  readonly current: boolean;
  /** Where the canvas stands: its id, its width in px and what else is not Heat's. */
  readonly place: { readonly id: string; readonly width: number; readonly gutter: number; readonly rowHeight?: number };
}

export const GUTTER = 28;
const SIDE = 240;

/** Room for the strips of Heat, beside the readout. */
export function stripRoom({ state: { width } }: RunContext): number {
  return width === 0 ? 560 : width - 32 - (globalThis.innerWidth > 860 ? SIDE : 0);
}

/** Columns to ask for: in strides, so that a panel that grows by a few px asks for nothing new. */
export function columnsFor(room: number): number {
  return Math.max(64, Math.floor((room - GUTTER) / 64) * 64);
}

export function strip(view: RunContext, props: StripProps): TemplateResult {
  const { entry, overview, window, current } = props;
  const { band, stepsPer, unitsPer } = overview;
  const { chosen, hover: hovered } = view.state;
  const column = (step: number): number => Math.floor((step - window.from) / stepsPer);
  const drawing: StripDrawing = {
    ...{ band, stepsPer, unitsPer, palette: view.palette, scale: props.scale, kind: props.kind, decimals: props.decimals },
    ...{ from: window.from, axis: props.axis, columns: Math.ceil(window.steps / stepsPer), ...props.place },
    step: column(chosen.step),
    cell: current ? { unit: Math.floor(chosen.unit / unitsPer), step: column(hovered ?? chosen.step) } : null,
  };
  const geometry = geometryOf(drawing);
  const pick = (event: MouseEvent): { unit: number; step: number } | null => {
    const at = cellAt(geometry, band, event.offsetX, event.offsetY);
    if (at === null) return null;
    const last = Math.min(window.from + window.steps, entry.tensor.shape[1] ?? 1) - 1;
    return { unit: Math.min(entry.units - 1, at.unit * unitsPer), step: Math.min(last, window.from + at.step * stepsPer) };
  };
  const hover = (event: MouseEvent): void => {
    const at = pick(event);
    if (at === null || (chosen.strip === entry.id && chosen.unit === at.unit && hovered === at.step)) return;
    view.choose({ strip: entry.id, unit: at.unit });
    view.dispatch({ type: "view", view: { hover: at.step } });
  };
  const click = (event: MouseEvent): void => {
    const at = pick(event);
    if (at !== null) view.choose({ strip: entry.id, unit: at.unit, step: at.step });
  };
  const trace = (event: MouseEvent): void => {
    const at = pick(event);
    if (at !== null && entry.what !== "input") openTrace(view, tracedOf(props, at.unit), at.step);
  };
  const wheel = (event: WheelEvent): void => {
    const at = event.ctrlKey || event.metaKey ? pick(event) : null;
    if (at === null) return;
    event.preventDefault();
    zoomTo(view, at.step, event.deltaY < 0 ? 0.5 : 2);
  };
  return html`<canvas
    role="application"
    aria-roledescription=${t("heat map")}
    tabindex="0"
    id=${props.place.id}
    aria-label=${`${props.alt} ${t("Arrow keys move the cell, Enter traces its number.")}`}
    @mousemove=${hover}
    @mouseleave=${() => hovered !== null && view.dispatch({ type: "view", view: { hover: null } })}
    @click=${click}
    @dblclick=${trace}
    @wheel=${wheel}
    @keydown=${(event: KeyboardEvent) => key(event, view, props)}
    ${ref((element) => element !== undefined && drawStrip(element as HTMLCanvasElement, drawing))}
  ></canvas>`;
}

function tracedOf({ traced, entry }: StripProps, unit: number): Traced {
  return traced?.(unit) ?? tracedOfStrip(entry, unit);
}

const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};
const zooms: Readonly<Record<string, number>> = { "+": 0.5, "=": 0.5, "-": 2, "0": Infinity };

function key(event: KeyboardEvent, view: RunContext, props: StripProps): void {
  const { entry, overview } = props;
  const { chosen } = view.state;
  if (event.key === "Enter" && entry.what !== "input") return openTrace(view, tracedOf(props, chosen.unit), chosen.step);
  const zoom = event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(zooms, event.key) ? undefined : zooms[event.key];
  const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
  if (zoom === undefined && move === undefined) return;
  event.preventDefault();
  if (move === undefined) return zoomTo(view, chosen.step, zoom ?? 1);
  const { stepsPer, unitsPer } = overview;
  const total = entry.tensor.shape[1] ?? 1;
  const own = chosen.strip === entry.id;
  const within = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
  const unit = own ? within(chosen.unit + move[0] * unitsPer, entry.units) : Math.min(chosen.unit, entry.units - 1);
  const step = own ? within(chosen.step + move[1] * stepsPer, total) : chosen.step;
  view.dispatch({ type: "view", view: { hover: null } });
  view.choose({ strip: entry.id, unit, step });
  view.say(spoken(entry, overview, { unit, step, from: props.window.from }));
}

/** The cell's value, or the range of what it stands for. */
function spoken(entry: Strip, overview: Overview, at: { readonly unit: number; readonly step: number; readonly from: number }): string {
  const { low, high, stepsPer, unitsPer } = overview;
  const [row, column] = [Math.floor(at.unit / unitsPer), Math.floor((at.step - at.from) / stepsPer)];
  if (column < 0 || column >= low.steps) return "";
  const [least, most] = [valueAt(low, row, column), valueAt(high, row, column)];
  if (stepsPer === 1 && unitsPer === 1) return cellWord(entry, at.unit, at.step, least);
  const range = t("{low} to {high}", { low: fixed(least, 4), high: fixed(most, 4) });
  return `${unitWord(entry, at.unit)}, ${t("step {n}", { n: at.step + 1 })}, ${range}`;
}
