/** A strip of Heat or Gates: hover reads a cell, a double click or Enter traces its number. */
import type { TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import type { Window } from "../bands.js";
import type { Kind } from "../colour.js";
import type { Strip } from "../outputs.js";
import type { Overview } from "../overview.js";
import { decimalsText } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { type Traced, tracedOfStrip } from "../parts.js";
import { unitWord } from "../words.js";
import { cellMap, type CellPlace } from "./cellMap.js";
import { cellWord, rangeWord } from "./heat.js";
import { openTrace } from "./traceLinks.js";

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

const GUTTER = 28;
const SIDE = 240;

/** Room for the strips of Heat, beside the readout. */
export function stripRoom({ state: { width } }: RunContext): number {
  return width === 0 ? 560 : width - 32 - (globalThis.innerWidth > 860 ? SIDE : 0);
}

/** Room at the left for the numbers of so many units. */
export function gutterFor(units: number, least = GUTTER): number {
  return Math.max(least, 10 + 6 * String(units).length);
}

/** Columns to ask for: in strides, so that a panel that grows by a few px asks for nothing new. */
export function columnsFor(room: number): number {
  return Math.max(64, Math.floor((room - GUTTER) / 64) * 64);
}

export function strip(view: RunContext, props: StripProps): TemplateResult {
  const { entry, overview, alt, window, current, scale, kind, axis } = props;
  const { chosen, hover: hovered } = view.state;
  const { id, ...place } = props.place;
  const point = (at: CellPlace | null): void => {
    if (at === null) return void (hovered !== null && view.dispatch({ type: "view", view: { hover: null } }));
    if (chosen.strip === entry.id && chosen.unit === at.unit && hovered === at.step) return;
    view.choose({ strip: entry.id, unit: at.unit });
    view.dispatch({ type: "view", view: { hover: at.step } });
  };
  const traced = (unit: number): Traced => props.traced?.(unit) ?? tracedOfStrip(entry, unit);
  return cellMap(view, {
    ...{ id, alt, overview, window, current, units: entry.units, steps: entry.tensor.shape[1] ?? 1 },
    look: { scale, kind, axis, text: decimalsText(props.decimals), ...place },
    cell: { unit: chosen.unit, step: hovered ?? chosen.step },
    keys: t("Arrow keys move the cell, Enter traces its number."),
    choose: ({ unit, step }) => view.choose({ strip: entry.id, unit, step }),
    hover: point,
    ...(entry.what !== "input" && { open: ({ unit, step }) => openTrace(view, traced(unit), step) }),
    spoken: ({ unit, step }, low, high) =>
      low === high || overview.stepsPer * overview.unitsPer === 1
        ? cellWord(entry, unit, step, low)
        : `${unitWord(entry, unit)}, ${t("step {n}", { n: step + 1 })}, ${rangeWord(low, high)}`,
  });
}
