/** A, B and B − A of one layer side by side, over the whole sequence: as pictures under one cursor, or as tables around it. */
import { html, nothing, type TemplateResult } from "lit";
import { delta, type Difference } from "../../../extension/core/difference.js";
import type { Side } from "../../../extension/core/protocol/compare.js";
import { t } from "../../shared/l10n.js";
import { type Band, valueAt } from "../band.js";
import { bandOf, type Loaded, windowOf } from "../bands.js";
import { type End, inputStep, type Pair } from "../compare/pairs.js";
import { deltaWord, pairWord, sentenceWord, toleranceWord } from "../compare/words.js";
import { clip } from "../names.js";
import { fixed, niceScale } from "../numbers.js";
import type { Strip } from "../outputs.js";
import { type LoadedOverview, type Look, overviewOf, shownWindow } from "../overview.js";
import { type CellText, decimalsText } from "../stripCanvas.js";
import type { RunContext } from "../view.js";
import { cellMap, type CellPlace } from "./cellMap.js";
import { shortLegend } from "./controls.js";
import { waiting } from "./frame.js";
import { groupedWord, rangeWord, scaleOfStrip } from "./heat.js";
import { stepTable, tablePart } from "./stepTable.js";
import { columnsFor, gutterFor } from "./strip.js";

/** Room of three pictures side by side; of less, they stand one below the other. */
const NARROW = 620;
const GAPS = 48;
/** Three pictures share the room of one: a column of them need not be wider than its number. */
const WIDEST = 96;

/** A layer of both sides that both keep for every step. */
export interface Compared {
  readonly a: Side;
  readonly b: Side;
  readonly pair: Pair & { readonly a: StripEnd; readonly b: StripEnd; readonly part: NonNullable<Pair["part"]> };
  readonly found: Difference;
}

type StripEnd = End & { readonly strip: Strip };

/** null: one side does not have it, or not for every step. */
export function comparedOf(a: Side, b: Side, { pair, found }: { pair: Pair; found: Difference | null }): Compared | null {
  const { a: endA, b: endB, part } = pair;
  if (endA?.strip == null || endB?.strip == null || part === null || found === null) return null;
  return { a, b, found, pair: { key: pair.key, a: { ...endA, strip: endA.strip }, b: { ...endB, strip: endB.strip }, part } };
}

interface Map {
  readonly id: "a" | "b" | "delta";
  readonly title: TemplateResult;
  readonly scale: number;
  readonly alt: string;
  readonly text: CellText;
}

export function compareMaps(view: RunContext, compared: Compared): TemplateResult {
  const { table } = view.state.chosen;
  const { tolerance } = view.state.compare;
  const { pair, found } = compared;
  const scale = Math.max(scaleOfStrip(pair.a.strip), scaleOfStrip(pair.b.strip));
  const layer = pairWord(pair);
  const letter = (text: string, side: Side): TemplateResult =>
    html`<span class="letter">${text}</span><span class="side-name">${clip(side.title)}</span>`;
  const plain = decimalsText(2);
  const maps: Map[] = [
    { id: "a", title: letter("A", compared.a), scale, alt: t("{layer} of A", { layer }), text: plain },
    { id: "b", title: letter("B", compared.b), scale, alt: t("{layer} of B", { layer }), text: plain },
    {
      id: "delta",
      title: html`<b>B − A</b><span class="dim small">${t("difference")}</span>`,
      scale: deltaScale(found, tolerance),
      alt: sentenceWord(pair, found, tolerance),
      text: { key: `Δ ${tolerance}`, of: (value) => deltaWord(value, tolerance) },
    },
  ];
  return html`<div class="three">
      ${maps.map(
        (map) =>
          html`<figure class="third" id=${`compare-${map.id}`}>
            <figcaption>${map.title}<span class="push">${table ? nothing : shortLegend(view, map.scale)}</span></figcaption>
            ${table ? twin(view, compared, map) : picture(view, compared, map)}
          </figure>`,
      )}
    </div>
    ${table ? nothing : html`<p class="dim small compare-cell" id="compare-cell">${below(view, compared)}</p>`}`;
}

/** ± the largest difference, rounded up to a number that can be read; where nothing differs any will do. */
function deltaScale({ largest }: Difference, tolerance: number): number {
  return Number.isFinite(largest) && largest > tolerance ? niceScale(largest) : 1;
}

/** The step of the input at which the layer parts from itself; null: nowhere. */
export function firstStep({ pair, found }: Pick<Compared, "pair" | "found">): number | null {
  return found.first === null ? null : inputStep(pair.a, found.first.step);
}

function lookOf(view: RunContext, { pair }: Compared): Look & { readonly width: number } {
  const { chosen, width } = view.state;
  const room = width === 0 ? 280 : width - 32;
  const own = width > NARROW ? (room - GAPS) / 3 : room;
  return { window: shownWindow(chosen.zoom, stepsIn(pair)), batch: chosen.batch, columns: columnsFor(own), width: own };
}

function stepsIn({ a }: Compared["pair"]): number {
  return a.tensor.shape[1] ?? 1;
}

function overview(view: RunContext, { a, b, pair }: Compared, id: Map["id"], look: Look): LoadedOverview {
  if (id === "a") return overviewOf(pair.a.strip, look, (query) => view.compare.band(a, query));
  if (id === "b") return overviewOf(pair.b.strip, look, (query) => view.compare.band(b, query));
  // In the order of A: what B's tensor turns round is turned where the difference is taken.
  return overviewOf(pair.a.strip, look, ({ box }) => view.compare.differenceBand({ a: a.id, b: b.id, part: pair.part, box }));
}

function picture(view: RunContext, compared: Compared, map: Map): TemplateResult {
  const look = lookOf(view, compared);
  const { pair } = compared;
  const loaded = overview(view, compared, map.id, look);
  if (loaded.band === null) return waiting(view, loaded.message);
  const one = loaded.stepsPer * loaded.unitsPer === 1;
  return cellMap(view, {
    ...{ id: `map-${map.id}`, alt: map.alt, overview: loaded, window: look.window, units: pair.a.units, steps: stepsIn(pair) },
    look: {
      scale: map.scale,
      kind: "signed",
      text: map.text,
      axis: true,
      width: look.width,
      gutter: gutterFor(pair.a.units),
      widest: WIDEST,
    },
    cell: cellOf(view, compared),
    current: true,
    marked: firstStep(compared),
    keys: t("Arrow keys move the cell."),
    choose: (at) => chooseCell(view, at),
    spoken: ({ unit, step }, low, high) =>
      t("unit {unit}, step {step}: {value}", {
        unit: unit + 1,
        step: step + 1,
        value: one ? map.text.of(low) : rangeWord(low, high),
      }),
  });
}

export function chooseCell(view: RunContext, { unit, step }: CellPlace): void {
  view.dispatch({ type: "compare", changes: { unit } });
  view.choose({ step });
}

function cellOf(view: RunContext, { pair }: Compared): CellPlace {
  return { unit: Math.min(view.state.compare.unit, pair.a.units - 1), step: view.state.chosen.step };
}

/** The numbers of the framed cell; and, where a column is more than a step, what it shows. */
function below(view: RunContext, compared: Compared): string {
  const loaded = overview(view, compared, "delta", lookOf(view, compared));
  const grouped = loaded.band === null ? "" : groupedWord(loaded);
  const { unit, step } = cellOf(view, compared);
  const value = ({ tensor, strip }: StripEnd, side: Side): number | null => {
    const at = strip.flipped ? (tensor.shape[1] ?? 1) - 1 - step : step;
    const start = [view.state.chosen.batch, at, strip.offset + unit];
    const found = view.compare.slice(side, { tensor: tensor.id, start, count: [1, 1, 1] });
    return found.status === "ready" ? (found.values[0] ?? null) : null;
  };
  const [a, b] = [value(compared.pair.a, compared.a), value(compared.pair.b, compared.b)];
  const number = (v: number | null): string => (v === null ? "…" : fixed(v, 4));
  const args = { unit: unit + 1, step: step + 1, a: number(a), b: number(b) };
  const d = a === null || b === null ? "…" : deltaWord(delta(a, b), view.state.compare.tolerance);
  const cell =
    d === "="
      ? t("unit {unit}, step {step}: {a} → {b}, equal", args)
      : t("unit {unit}, step {step}: {a} → {b}, difference {d}", { ...args, d });
  const first = firstStep(compared);
  const mark = first === null ? "" : t("▾ first difference beyond {tolerance}", { tolerance: toleranceWord(view.state.compare.tolerance) });
  return [cell, mark, grouped].filter((text) => text !== "").join(" · ");
}

/** Every value around the cursor, whatever the picture's cells stand for. */
function twin(view: RunContext, { a, b, pair }: Compared, map: Map): TemplateResult {
  const { step, batch } = view.state.chosen;
  const around = windowOf([pair.a.strip, pair.b.strip], step);
  const of = (end: StripEnd, side: Side): Loaded => bandOf(end.strip, around, batch, (box) => view.compare.slice(side, box));
  const [left, right] = [of(pair.a, a), of(pair.b, b)];
  const failed = [left, right].find((side) => side.band === null);
  if (left.band === null || right.band === null) return waiting(view, failed?.band === null ? failed.message : null);
  const [bandA, bandB] = [left.band, right.band];
  const { steps, units } = tablePart({ ...around, units: pair.a.units }, step);
  const word = (unit: number, at: number): string => cellOfTable(map, bandA, bandB, { unit, step: at });
  return stepTable({
    caption: map.alt,
    corner: t("unit"),
    columns: steps.map((k) => ({ head: t("step {n}", { n: around.from + k + 1 }), now: around.from + k === step })),
    rows: units.map((unit) => ({ head: unit + 1, cells: steps.map((k) => word(unit, k)) })),
  });
}

function cellOfTable(map: Map, a: Band, b: Band, { unit, step }: CellPlace): string {
  if (map.id !== "delta") return fixed(valueAt(map.id === "a" ? a : b, unit, step), 4);
  return map.text.of(delta(valueAt(a, unit, step), valueAt(b, unit, step)));
}
