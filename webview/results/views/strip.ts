/** A strip as a canvas: hover reads a cell, a click sets the step, arrows move the cell and speak it. */
import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { t } from "../../shared/l10n.js";
import type { Window } from "../bands.js";
import { type Band, valueAt } from "../finding.js";
import type { Strip } from "../outputs.js";
import { cellAt, drawStrip, geometryOf, type StripDrawing } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { tracedOfStrip } from "../parts.js";
import { cellWord } from "./heat.js";
import { openTrace } from "./traceLinks.js";

export interface StripProps {
  readonly entry: Strip;
  readonly band: Band;
  readonly alt: string;
  readonly window: Window;
  readonly axis: boolean;
  readonly decimals: number;
  readonly scale: number;
  /** Within the band; null: another strip has the cell. */
  readonly cell: { readonly unit: number; readonly step: number } | null;
}

const GUTTER = 28;
const SIDE = 240;

export function strip(view: RunContext, props: StripProps): TemplateResult {
  const { entry, band } = props;
  const { chosen, width } = view.state;
  const room = width === 0 ? 560 : width - 32 - (globalThis.innerWidth > 860 ? SIDE : 0);
  const drawing: StripDrawing = {
    band,
    palette: view.palette,
    scale: props.scale,
    kind: "signed",
    decimals: props.decimals,
    from: props.window.from,
    axis: props.axis,
    width: room,
    gutter: GUTTER,
    step: chosen.step - props.window.from,
    cell: props.cell,
    columns: props.window.steps,
  };
  const geometry = geometryOf(drawing);
  const pick = (event: MouseEvent): { unit: number; step: number } | null => cellAt(geometry, band, event.offsetX, event.offsetY);
  const hover = (event: MouseEvent): void => {
    const at = pick(event);
    if (at === null || (chosen.strip === entry.id && chosen.unit === at.unit && view.state.hover === at.step + props.window.from)) return;
    view.choose({ strip: entry.id, unit: at.unit });
    view.dispatch({ type: "view", view: { hover: at.step + props.window.from } });
  };
  const click = (event: MouseEvent): void => {
    const at = pick(event);
    if (at !== null) view.choose({ strip: entry.id, unit: at.unit, step: at.step + props.window.from });
  };
  const trace = (event: MouseEvent): void => {
    const at = pick(event);
    if (at !== null && entry.what !== "input") openTrace(view, tracedOfStrip(entry, at.unit), at.step + props.window.from);
  };
  const hovered = view.state.hover;
  const cell = props.cell === null ? null : { unit: props.cell.unit, step: (hovered ?? chosen.step) - props.window.from };
  return html`<canvas
    role="application"
    aria-roledescription=${t("heat map")}
    tabindex="0"
    id=${`heat-${entry.id}`}
    aria-label=${`${props.alt} ${t("Arrow keys move the cell, Enter traces its number.")}`}
    @mousemove=${hover}
    @mouseleave=${() => hovered !== null && view.dispatch({ type: "view", view: { hover: null } })}
    @click=${click}
    @dblclick=${trace}
    @keydown=${(event: KeyboardEvent) => key(event, view, props)}
    ${ref((element) => element !== undefined && drawStrip(element as HTMLCanvasElement, { ...drawing, cell }))}
  ></canvas>`;
}

function key(event: KeyboardEvent, view: RunContext, props: StripProps): void {
  if (event.key === "Enter" && view.state.chosen.strip === props.entry.id && props.entry.what !== "input") {
    event.preventDefault();
    return openTrace(view, tracedOfStrip(props.entry, view.state.chosen.unit), view.state.chosen.step);
  }
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -Infinity],
    End: [0, Infinity],
  };
  const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
  if (move === undefined) return;
  event.preventDefault();
  const { entry, band, window } = props;
  const { chosen } = view.state;
  const total = entry.tensor.shape[1] ?? 1;
  const own = chosen.strip === entry.id;
  const unit = own ? Math.max(0, Math.min(band.units - 1, chosen.unit + move[0])) : Math.min(chosen.unit, band.units - 1);
  const step = own ? Math.max(0, Math.min(total - 1, chosen.step + move[1])) : chosen.step;
  view.dispatch({ type: "view", view: { hover: null } });
  view.choose({ strip: entry.id, unit, step });
  const within = step - window.from;
  if (within >= 0 && within < band.steps) view.say(cellWord(entry, unit, step, valueAt(band, unit, within)));
}
