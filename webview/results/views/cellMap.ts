/** Units over time as a canvas: a click or the arrow keys move the cell and speak it, the wheel and + and − zoom. */
import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { t } from "../../shared/l10n.js";
import type { Window } from "../bands.js";
import { valueAt } from "../band.js";
import type { Overview } from "../overview.js";
import { cellAt, drawStrip, geometryOf, type StripDrawing } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { zoomTo } from "./zoom.js";

/** Step of the input and unit of the strip, from 0. */
export interface CellPlace {
  readonly unit: number;
  readonly step: number;
}

type Look = "scale" | "kind" | "text" | "axis" | "width" | "gutter" | "rowHeight" | "widest";

export interface CellMap {
  readonly id: string;
  readonly alt: string;
  readonly overview: Overview;
  readonly window: Window;
  /** Of the whole strip. */
  readonly units: number;
  readonly steps: number;
  readonly look: Pick<StripDrawing, Look>;
  /** The cell that is framed, or that the arrow keys would go to. */
  readonly cell: CellPlace;
  /** It is the map whose cell was looked at last. */
  readonly current: boolean;
  /** A step that is marked; null: none. */
  readonly marked?: number | null;
  /** What the keys do, for who does not see the map. */
  readonly keys: string;
  choose(at: CellPlace): void;
  /** The cell under the mouse; null: it left. */
  hover?(at: CellPlace | null): void;
  /** Enter, or a double click. */
  open?(at: CellPlace): void;
  /** Of what a screen reader says after a key: a value, or the lowest and the highest of several. */
  spoken(at: CellPlace, low: number, high: number): string;
}

export function cellMap(view: RunContext, map: CellMap): TemplateResult {
  const { overview, window } = map;
  const { step } = view.state.chosen;
  const { band, stepsPer, unitsPer } = overview;
  const column = (at: number): number => Math.floor((at - window.from) / stepsPer);
  const marked = map.marked == null ? -1 : column(map.marked);
  const drawing: StripDrawing = {
    ...{ band, stepsPer, unitsPer, palette: view.palette, from: window.from, ...map.look },
    columns: Math.ceil(window.steps / stepsPer),
    step: column(step),
    cell: map.current ? { unit: Math.floor(map.cell.unit / unitsPer), step: column(map.cell.step) } : null,
    marked: marked < band.steps ? marked : -1,
  };
  const geometry = geometryOf(drawing);
  const pick = (event: MouseEvent): CellPlace | null => {
    const at = cellAt(geometry, band, event.offsetX, event.offsetY);
    if (at === null) return null;
    const last = Math.min(window.from + window.steps, map.steps) - 1;
    return { unit: Math.min(map.units - 1, at.unit * unitsPer), step: Math.min(last, window.from + at.step * stepsPer) };
  };
  const on = (act: (at: CellPlace) => void) => (event: MouseEvent) => {
    const at = pick(event);
    if (at !== null) act(at);
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
    id=${map.id}
    aria-label=${`${map.alt} ${map.keys}`}
    @mousemove=${on((at) => map.hover?.(at))}
    @mouseleave=${() => map.hover?.(null)}
    @click=${on((at) => map.choose(at))}
    @dblclick=${on((at) => map.open?.(at))}
    @wheel=${wheel}
    @keydown=${(event: KeyboardEvent) => key(event, view, map)}
    ${ref((element) => element !== undefined && drawStrip(element as HTMLCanvasElement, drawing))}
  ></canvas>`;
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

function key(event: KeyboardEvent, view: RunContext, map: CellMap): void {
  const { unit } = map.cell;
  const from = view.state.chosen.step;
  if (event.key === "Enter" && map.open !== undefined) return map.open({ unit, step: from });
  const zoom = event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(zooms, event.key) ? undefined : zooms[event.key];
  const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
  if (zoom === undefined && move === undefined) return;
  event.preventDefault();
  if (move === undefined) return zoomTo(view, from, zoom ?? 1);
  const { stepsPer, unitsPer } = map.overview;
  const within = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
  const at = map.current
    ? { unit: within(unit + move[0] * unitsPer, map.units), step: within(from + move[1] * stepsPer, map.steps) }
    : { unit: within(unit, map.units), step: from };
  map.hover?.(null);
  map.choose(at);
  view.say(spoken(map, at));
}

function spoken(map: CellMap, at: CellPlace): string {
  const { low, high, stepsPer, unitsPer } = map.overview;
  const [row, column] = [Math.floor(at.unit / unitsPer), Math.floor((at.step - map.window.from) / stepsPer)];
  if (column < 0 || column >= low.steps) return "";
  return map.spoken(at, valueAt(low, row, column), valueAt(high, row, column));
}
