/** Steps: the layer unrolled up to the cursor, with the values that go in and come out of each step. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { t } from "../../shared/l10n.js";
import { bandOf, windowOf } from "../bands.js";
import { css, ink, paint } from "../colour.js";
import { type Band, valueAt } from "../band.js";
import { decimalsFor, fixed, subscript } from "../numbers.js";
import { lacksSteps } from "../gates.js";
import { type Strip, stripsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { stripWord } from "../words.js";
import { styled } from "../../shared/style.js";
import { tracedOfStrip } from "../parts.js";
import { capturedStates } from "./captured.js";
import { oneOf, segmented } from "./controls.js";
import { waiting } from "./frame.js";
import { scaleOfStrip } from "./heat.js";
import { rolled, ROLLED_WIDTH, rolledHeight } from "./rolled.js";
import { equation, isStateful, startState, sums, valueButton } from "./stepSum.js";
import { openTrace } from "./traceLinks.js";

/** Steps that are drawn side by side, and units of a stack. */
const MOST_STEPS = 6;
const MOST_CELLS = 16;

interface Stacks {
  readonly strip: Strip;
  /** What the layer reads; null for the first output of a model whose input has no time steps. */
  readonly below: Strip | null;
  readonly h: Band;
  readonly x: Band | null;
  /** Of the bands: the first step, from 0. */
  readonly from: number;
}

export function stepsTab(view: RunContext): TemplateResult {
  const strips = stripsOf(view.outputs);
  const layers = strips.filter((strip) => strip.what !== "input");
  const strip = layers.find((entry) => entry.id === view.state.chosen.strip) ?? layers[0];
  if (strip === undefined)
    return lacksSteps(view.outputs) ? capturedStates(view) : html`<p class="dim">${t("No layer of this run keeps its time steps.")}</p>`;
  const window = windowOf(strips, view.state.chosen.step);
  const below = belowOf(strips, strip);
  const load = (entry: Strip): ReturnType<typeof bandOf> => bandOf(entry, window, view.state.chosen.batch, (box) => view.slice(box));
  const h = load(strip);
  const x = below === null ? null : load(below);
  const choices = layers.map((entry) => ({ value: entry.id, text: stripWord(entry) }));
  const ways = [
    { value: "unrolled" as const, text: t("Unrolled") },
    { value: "rolled" as const, text: t("Rolled") },
  ];
  return html`<div class="bar wrap">
      ${choices.length < 2 ? nothing : oneOf("layer", t("Layer"), choices, strip.id, (id) => view.choose({ strip: id }))}
      ${segmented("drawn", t("Diagram"), ways, view.state.chosen.drawn, (value) => view.choose({ drawn: value }))}
    </div>
    ${h.band === null ? waiting(view, h.message) : drawn(view, { strip, below, h: h.band, x: x?.band ?? null, from: window.from })}`;
}

/** Both directions of the layer before, where it was merged, are its one output. */
function belowOf(strips: readonly Strip[], strip: Strip): Strip | null {
  const before = strips.filter((entry) => entry.layer < strip.layer);
  const last = before.at(-1);
  return last === undefined || last.direction !== null ? null : last;
}

function drawn(view: RunContext, stacks: Stacks): TemplateResult {
  const alt = sentence(view, stacks);
  return html`<p class="summary"><b>${stripWord(stacks.strip)}</b> · ${alt}</p>
    <div class="steps">
      <div class="diagram">${view.state.chosen.drawn === "rolled" ? rolledDiagram(view, stacks, alt) : diagram(view, stacks, alt)}</div>
      ${table(view, stacks)}
    </div>`;
}

const previous = (strip: Strip, step: number): number => (strip.reversed ? step + 1 : step - 1);

function sentence(view: RunContext, stacks: Stacks): string {
  const { step } = view.state.chosen;
  const { strip, h, below, from } = stacks;
  const total = strip.tensor.shape[1] ?? 1;
  const values = Array.from({ length: h.units }, (_, unit) => valueAt(h, unit, step - from));
  const result =
    values.length <= 4
      ? values.map((v) => fixed(v, 2)).join(", ")
      : t("{n} numbers from {low} to {high}", {
          n: values.length,
          low: fixed(Math.min(...values), 2),
          high: fixed(Math.max(...values), 2),
        });
  const before = previous(strip, step);
  const inputs = below?.units ?? view.outputs.input?.shape.at(-1) ?? 0;
  if (strip.what === "output") return t("Step {n} of {total} gives {result}.", { n: step + 1, total, result });
  if (before < 0 || before >= total)
    return t("Step {n} of {total}: {inputs} inputs and the start state give {result}.", { n: step + 1, total, inputs, result });
  return t("Step {n} of {total}: {inputs} inputs and the state of step {before} give {result}.", {
    n: step + 1,
    total,
    inputs,
    before: before + 1,
    result,
  });
}

const CELL = { width: 72, height: 22, column: 104 } as const;

function diagram(view: RunContext, stacks: Stacks, alt: string): TemplateResult {
  const { strip, h, x, from } = stacks;
  const { step } = view.state.chosen;
  const first = Math.max(0, Math.min(h.steps - MOST_STEPS, step - from - Math.floor(MOST_STEPS / 2)));
  const shown = Array.from({ length: Math.min(MOST_STEPS, h.steps) }, (_, i) => first + i);
  const rows = Math.min(MOST_CELLS, h.units);
  const inputs = x === null ? 0 : Math.min(MOST_CELLS, x.units);
  const yCell = 24 + rows * CELL.height + 22;
  const yX = yCell + 36 + 22;
  const bottom = yX + inputs * CELL.height + 22;
  const width = 44 + shown.length * CELL.column + 24;
  const cell = { view, stacks, yCell, yX, rows, inputs, bottom };
  return html`<svg viewBox=${`0 0 ${width} ${bottom}`} width=${width} height=${bottom} role="img" aria-label=${alt}>
    ${shown.map((at, i) => column(cell, at, 44 + i * CELL.column, { first: from + at === (strip.reversed ? (strip.tensor.shape[1] ?? 1) - 1 : 0) }))}
  </svg>`;
}

/** One cell with its state led back into it, at the cursor's step. */
function rolledDiagram(view: RunContext, stacks: Stacks, alt: string): TemplateResult {
  const { strip, h, x, from } = stacks;
  const { step } = view.state.chosen;
  const [rows, inputs] = [Math.min(MOST_CELLS, h.units), x === null ? 0 : Math.min(MOST_CELLS, x.units)];
  const before = previous(strip, step);
  const size = { width: ROLLED_WIDTH, height: rolledHeight({ rows, inputs }) };
  const own = { scale: scaleOfStrip(strip), hidden: false, decimals: 2, traced: { strip, step } };
  const props = {
    kind: kindWord(strip),
    step,
    before: before < 0 || before >= (strip.tensor.shape[1] ?? 1) ? null : before,
    recurrent: strip.what === "h",
    rows,
    inputs,
    out: (left: number, y: number) => stack(view, h, step - from, { ...own, x: left, y, count: rows }),
    into: (left: number, y: number) =>
      x === null ? [] : stack(view, x, step - from, { ...inputProps(stacks, step - from), x: left, y, count: inputs }),
  };
  return html`<svg viewBox=${`0 0 ${size.width} ${size.height}`} width=${size.width} height=${size.height} role="img" aria-label=${alt}>
    ${rolled(props)}
  </svg>`;
}

function kindWord({ className }: Strip): string {
  return className.length > 9 ? `${className.slice(0, 8)}…` : className;
}

function inputProps({ x, below }: Stacks, at: number): Omit<StackProps, "x" | "y" | "count"> {
  const decimals = x === null ? 2 : Math.max(1, decimalsFor(rowOf(x, at), 2));
  return { scale: below === null ? 1 : scaleOfStrip(below), hidden: false, decimals, traced: null };
}

interface Layout {
  readonly view: RunContext;
  readonly stacks: Stacks;
  readonly yCell: number;
  readonly yX: number;
  readonly rows: number;
  readonly inputs: number;
  readonly bottom: number;
}

function column(layout: Layout, at: number, x: number, place: { first: boolean }): SVGTemplateResult {
  const { view, stacks, yCell, yX, rows, inputs, bottom } = layout;
  const { strip, h, from } = stacks;
  const step = from + at;
  const hot = step === view.state.chosen.step;
  const seen = strip.reversed ? step >= view.state.chosen.step : step <= view.state.chosen.step;
  const mid = x + CELL.width / 2;
  const cls = `step${hot ? " hot" : ""}${seen ? "" : " later"}`;
  const recurrent = strip.what === "h";
  const gap = CELL.column - CELL.width;
  const [from_, to] = strip.reversed ? [x + CELL.width + gap - 2, x + CELL.width + 2] : [x - gap + 2, x - 2];
  const tip = strip.reversed ? 5 : -5;
  return svg`<g class=${cls} @click=${() => view.choose({ step })}>
    <rect class="frame" x=${x - 10} y="2" width=${CELL.width + 20} height=${bottom - 4} rx="6"/>
    <text class="name" x=${mid} y="17">h${subscript(step + 1)}</text>
    ${stack(view, h, at, { x, y: 24, count: rows, scale: scaleOfStrip(strip), hidden: !seen, decimals: 2, traced: { strip, step } })}
    ${arrow(`M${mid} ${yCell}V${24 + rows * CELL.height + 4}`, `M${mid - 3} ${24 + rows * CELL.height + 9}l3 -5l3 5`)}
    <rect class="cell" x=${x} y=${yCell} width=${CELL.width} height="36" rx="6"/>
    <text class="kind" x=${mid} y=${yCell + 22}>${kindWord(strip)}</text>
    ${recurrent ? arrow(`M${from_} ${yCell + 18}H${to}`, `M${to + tip} ${yCell + 15}l${-tip} 3l${tip} 3`) : nothing}
    ${recurrent && place.first ? svg`<text class="start" x=${strip.reversed ? x + CELL.width + 20 : x - 20} y=${yCell + 13}>${isStateful(view, strip) ? "h₀" : "0"}</text>` : nothing}
    ${
      stacks.x === null || stacks.below === null
        ? nothing
        : svg`${arrow(`M${mid} ${yX - 2}V${yCell + 38}`, `M${mid - 3} ${yCell + 43}l3 -5l3 5`)}
          ${stack(view, stacks.x, at, { ...inputProps(stacks, at), x, y: yX, count: inputs })}
          <text class="name" x=${mid} y=${bottom - 8}>x${subscript(step + 1)}</text>`
    }
  </g>`;
}

function arrow(line: string, head: string): SVGTemplateResult {
  return svg`<path class="arrow" d=${line}/><path class="arrow" d=${head}/>`;
}

function rowOf(band: Band, at: number): number[] {
  return Array.from({ length: Math.min(MOST_CELLS, band.units) }, (_, unit) => valueAt(band, unit, at));
}

interface StackProps {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  readonly scale: number;
  readonly hidden: boolean;
  readonly decimals: number;
  /** A click on a value traces it; null: there is nothing behind it. */
  readonly traced: { readonly strip: Strip; readonly step: number } | null;
}

/** One value below the other; a stack with more units than fit says so in its last cell. */
function stack(view: RunContext, band: Band, at: number, props: StackProps): SVGTemplateResult[] {
  return Array.from({ length: props.count }, (_, unit) => {
    const more = unit === props.count - 1 && band.units > props.count;
    const v = valueAt(band, unit, at);
    const colour = props.hidden || more ? view.palette.back : paint(view.palette, v, props.scale);
    const text = more ? `+${band.units - props.count + 1}` : props.hidden ? "" : fixed(v, props.decimals);
    const y = props.y + unit * CELL.height;
    const { traced } = props;
    const click = (event: Event): void => {
      if (traced === null || props.hidden || more) return;
      event.stopPropagation();
      openTrace(view, tracedOfStrip(traced.strip, unit), traced.step);
    };
    return svg`<g class=${traced === null || props.hidden || more ? "" : "leads"} @click=${click}><rect x=${props.x} y=${y} width=${CELL.width} height=${CELL.height - 1} rx="2" fill=${css(colour)} stroke=${props.hidden || more ? css(view.palette.zero) : "none"}/><text class="value" x=${props.x + CELL.width / 2} y=${y + CELL.height / 2 + 3.5} fill=${css(ink(view.palette, colour))}>${text}</text></g>`;
  });
}

/** The step in numbers: what went in, the state before, what came out. */
function table(view: RunContext, stacks: Stacks): TemplateResult {
  const { strip, h, x, from } = stacks;
  const { step } = view.state.chosen;
  const total = strip.tensor.shape[1] ?? 1;
  const before = previous(strip, step);
  const inside = before >= from && before - from < h.steps;
  const rows: { name: string; values: number[]; scale: number; decimals: number; leads?: true }[] = [];
  const scale = scaleOfStrip(strip);
  if (x !== null && stacks.below !== null)
    rows.push({
      name: `x${subscript(step + 1)}`,
      values: rowOf(x, step - from),
      scale: scaleOfStrip(stacks.below),
      decimals: decimalsFor(rowOf(x, step - from), 4),
    });
  if (strip.what === "h" && (inside || before < 0 || before >= total)) {
    const start = before < 0 || before >= total;
    rows.push({
      name: start ? t("start") : `h${subscript(before + 1)}`,
      values: start ? startState(view, { strip, step, before: null }, rowOf(h, 0).length) : rowOf(h, before - from),
      scale,
      decimals: start && !isStateful(view, strip) ? 0 : 4,
    });
  }
  rows.push({ name: `h${subscript(step + 1)}`, values: rowOf(h, step - from), scale, decimals: 4, leads: true });
  const place = { strip, step, before: inside ? before : null };
  return html`<section class="step-table" aria-labelledby="step-title">
    <div class="bar">
      <h2 id="step-title">${t("Step {n} in numbers", { n: step + 1 })}</h2>
      <span class="dim small">${t("Select a value to trace it.")}</span>
    </div>
    ${equation(view, place)}
    ${rows.map(
      (row) =>
        html`<div class="vector-row">
          <code class="vector-name">${row.name} =</code
          ><span class="vector"
            >${row.values.map((v, unit) => {
              const ground = paint(view.palette, v, row.scale);
              const cell = html`<span ${tint(css(ground), css(ink(view.palette, ground)))}>${fixed(v, row.decimals)}</span>`;
              return row.leads === true ? valueButton(view, `h-${unit}`, tracedOfStrip(strip, unit), step, cell) : cell;
            })}</span
          >
        </div>`,
    )}
    ${sums(view, place)}
    ${h.units > MOST_CELLS ? html`<p class="dim small">${t("The first {n} of {total}; Data has every value.", { n: MOST_CELLS, total: h.units })}</p>` : nothing}
  </section>`;
}

function tint(background: string, color: string): ReturnType<typeof styled> {
  return styled({ background, color });
}
