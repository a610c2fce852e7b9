/** A, B and B − A of one layer side by side: as pictures under one cursor, or as tables. */
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { t } from "../../shared/l10n.js";
import { cellUnder, deltaOf, draw, type Drawing, type Grid } from "../compare/grid.js";
import type { Pair } from "../compare/pairs.js";
import { deltaWord, pairWord } from "../compare/words.js";
import { fixed, niceScale } from "../numbers.js";
import type { RunContext } from "../view.js";
import { legend } from "./controls.js";
import { scaleOfStrip } from "./heat.js";
import { stepTable, tablePart } from "./stepTable.js";

/** Room of three pictures side by side; of less, they stand one below the other. */
const NARROW = 620;
const GAPS = 48;

export interface Maps {
  readonly pair: Pair;
  readonly a: Grid;
  readonly b: Grid;
  readonly titles: { readonly a: TemplateResult; readonly b: TemplateResult };
  /** The largest difference, over the whole run. */
  readonly largest: number;
  readonly tolerance: number;
  /** What the comparison found, for who does not see it. */
  readonly alt: string;
}

interface Map {
  readonly id: string;
  readonly title: TemplateResult;
  readonly grid: Grid;
  readonly scale: number;
  readonly alt: string;
  readonly text: (value: number) => string;
}

export function compareMaps(view: RunContext, maps: Maps): TemplateResult {
  const { pair, a, b, titles, tolerance, alt } = maps;
  const ends = [pair.a?.strip, pair.b?.strip].flatMap((strip) => (strip == null ? [] : [scaleOfStrip(strip)]));
  const scale = Math.max(...ends);
  const layer = pairWord(pair);
  const plain = (value: number): string => fixed(value, 2);
  const delta = { title: html`<b>B − A</b><span class="dim small">${t("difference")}</span>`, scale: deltaScale(maps) };
  const all: Map[] = [
    { id: "a", title: titles.a, grid: a, scale, alt: t("{layer} of A", { layer }), text: plain },
    { id: "b", title: titles.b, grid: b, scale, alt: t("{layer} of B", { layer }), text: plain },
    { id: "delta", ...delta, grid: deltaOf(a, b), alt, text: (value) => deltaWord(value, tolerance) },
  ];
  return html`<div class="three">${all.map((map) => figure(view, map))}</div>`;
}

/** ± the largest difference, rounded up to a number that can be read; where nothing differs any will do. */
function deltaScale({ largest, tolerance }: Maps): number {
  return Number.isFinite(largest) && largest > tolerance ? niceScale(largest) : 1;
}

function figure(view: RunContext, map: Map): TemplateResult {
  const { table } = view.state.chosen;
  return html`<figure class="third" id=${`compare-${map.id}`}>
    <figcaption>${map.title}<span class="push">${table ? nothing : legend(view, map.scale)}</span></figcaption>
    ${table ? twin(view, map) : picture(view, map)}
  </figure>`;
}

function picture(view: RunContext, map: Map): TemplateResult {
  const { chosen, width } = view.state;
  const room = width === 0 ? 280 : width - 32;
  const drawing: Drawing = {
    grid: map.grid,
    palette: view.palette,
    scale: map.scale,
    width: width > NARROW ? (room - GAPS) / 3 : room,
    text: map.text,
    step: chosen.step,
    unit: chosen.unit,
  };
  const click = (event: MouseEvent): void => {
    const at = cellUnder(drawing, event.offsetX, event.offsetY);
    if (at !== null) view.choose(at);
  };
  return html`<canvas
    role="application"
    aria-roledescription=${t("heat map")}
    tabindex="0"
    id=${`map-${map.id}`}
    aria-label=${`${map.alt} ${t("Arrow keys move the cell.")}`}
    @click=${click}
    @keydown=${(event: KeyboardEvent) => key(event, view, map)}
    ${ref((element) => element !== undefined && draw(element as HTMLCanvasElement, drawing))}
  ></canvas>`;
}

function key(event: KeyboardEvent, view: RunContext, map: Map): void {
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
  if (move === undefined) return;
  event.preventDefault();
  const { chosen } = view.state;
  const unit = Math.max(0, Math.min(map.grid.units - 1, chosen.unit + move[0]));
  const step = Math.max(0, chosen.step + move[1]);
  view.choose({ unit, step });
  const within = step - map.grid.from;
  if (within < 0 || within >= map.grid.steps) return;
  view.say(t("unit {unit}, step {step}: {value}", { unit: unit + 1, step: step + 1, value: map.text(map.grid.at(unit, within)) }));
}

function twin(view: RunContext, { grid, alt, id, text }: Map): TemplateResult {
  const { step } = view.state.chosen;
  const { steps, units } = tablePart(grid, step);
  const word = (value: number): string => (id === "delta" ? text(value) : fixed(value, 4));
  return stepTable({
    caption: alt,
    corner: t("unit"),
    columns: steps.map((k) => ({ head: t("step {n}", { n: grid.from + k + 1 }), now: grid.from + k === step })),
    rows: units.map((unit) => ({ head: unit + 1, cells: steps.map((k) => word(grid.at(unit, k))) })),
  });
}
