/** A step in numbers: its equation, what goes in, and the sums that make each unit; every value leads into its trace. */
import { html, nothing, type TemplateResult } from "lit";
import type { CellTrace, Trace } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { css, ink, type Kind, paint } from "../colour.js";
import { denseEquation, equationsOf } from "../equations.js";
import { fixed, subscript } from "../numbers.js";
import type { Strip } from "../outputs.js";
import { type LayerPart, partAt, type Traced, tracedOfStrip } from "../parts.js";
import { activationName, quantityName } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { scaleOfStrip } from "./heat.js";
import { openTrace } from "./traceLinks.js";

/** Units whose sums stand side by side. */
const MOST_COLUMNS = 3;

export interface StepPlace {
  readonly strip: Strip;
  /** From 0. */
  readonly step: number;
  /** The step whose state was read, from 0; null: the start state. */
  readonly before: number | null;
}

/** A value that leads to its trace. */
export function valueButton(view: RunContext, id: string, traced: Traced, step: number, value: TemplateResult): TemplateResult {
  return html`<button class="traced" type="button" id=${id} title=${t("Trace this number")} @click=${() => openTrace(view, traced, step)}>
    ${value}
  </button>`;
}

export function equation(view: RunContext, { strip, step, before }: StepPlace): TemplateResult | typeof nothing {
  const part = partAt(view.outputs, tracedOfStrip(strip, 0));
  if (part === null) return nothing;
  if (part.own !== null)
    return html`<div class="equations">${equationsOf(part.own, { now: step + 1, before: before === null ? 0 : before + 1 })}</div>`;
  if (part.spec?.className !== "Dense") return nothing;
  return html`<div class="equations">${denseEquation(part.spec.activation, part.spec.useBias, step + 1)}</div>`;
}

/** Sums of the first units of a SimpleRNN or Dense; of an LSTM or GRU those of the chosen unit. */
export function sums(view: RunContext, place: StepPlace): TemplateResult | typeof nothing {
  const { strip } = place;
  const part = partAt(view.outputs, tracedOfStrip(strip, 0));
  if (part === null) return nothing;
  const gated = part.own !== null && part.own.className !== "SimpleRNN";
  if (!gated && part.own === null && part.spec?.className !== "Dense") return nothing;
  const chosen = Math.min(view.state.chosen.unit, strip.units - 1);
  const first = Math.max(0, Math.min(strip.units - MOST_COLUMNS, chosen - 1));
  const units = gated ? [chosen] : Array.from({ length: Math.min(MOST_COLUMNS, strip.units) }, (_, i) => first + i);
  const traces = units.map((unit) => asked(view, tracedOfStrip(strip, unit), part, place.step));
  const known = traces.filter((trace): trace is Trace => trace !== null);
  if (known.length < units.length) return nothing;
  const cells = known.filter((trace): trace is CellTrace => trace.kind === "cell");
  if (gated) return cells.length === 0 ? nothing : gatedSums(view, place, cells[0] as CellTrace, chosen);
  return table(view, place, known, units);
}

/** Its start state may be what another run left. */
export function isStateful({ outputs }: RunContext, strip: Strip): boolean {
  return partAt(outputs, tracedOfStrip(strip, 0))?.own?.stateful ?? false;
}

/** What the first step read of the state before it: zeros, or of a stateful layer what its trace says. */
export function startState(view: RunContext, { strip, step }: StepPlace, units: number): number[] {
  const zeros = Array.from({ length: units }, () => 0);
  const part = partAt(view.outputs, tracedOfStrip(strip, 0));
  if (part === null || !isStateful(view, strip)) return zeros;
  const trace = asked(view, tracedOfStrip(strip, Math.min(view.state.chosen.unit, strip.units - 1)), part, step);
  if (trace?.kind !== "cell" || trace.ledger.terms.length < trace.ledger.count) return zeros.map(() => NaN);
  return trace.ledger.terms.flatMap(({ source, value }) => (source === "h" ? [value] : [])).slice(0, units);
}

function asked({ ask, state }: RunContext, traced: Traced, part: LayerPart, step: number): Trace | null {
  const row = state.chosen.batch;
  const question = { ...traced, row, step: Math.min(step, part.steps - 1), gate: null, order: "given", from: 0 } as const;
  const answer = ask({ about: "trace", trace: question });
  return answer.status === "ready" && answer.answer.about === "trace" ? answer.answer.trace : null;
}

/** x W, h U and b, unit by unit. */
function table(view: RunContext, place: StepPlace, traces: readonly Trace[], units: readonly number[]): TemplateResult | typeof nothing {
  const ledgers = traces.flatMap((trace) => (trace.kind === "cell" || trace.kind === "dense" ? [trace.ledger] : []));
  const whole = ledgers.length === traces.length && ledgers.every(({ terms, count }) => terms.length === count);
  const [first] = ledgers;
  if (!whole || first === undefined) return nothing;
  const s = subscript(place.step + 1);
  const b = subscript(place.before === null ? 0 : place.before + 1);
  const part = (source: string): number[] =>
    ledgers.map(({ terms }) => terms.filter((term) => term.source === source).reduce((sum, { product }) => sum + product, 0));
  const has = (source: string): boolean => first.terms.some((term) => term.source === source);
  const rows = [
    { name: `x${s} W`, values: part("x") },
    ...(has("h") ? [{ name: `+ h${b} U`, values: part("h") }] : []),
    ...(has("bias") ? [{ name: "+ b", values: part("bias") }] : []),
  ];
  const letter = traces[0]?.kind === "dense" ? "y" : "h";
  return html`<table class="sum">
    <caption class="sr">
      ${t("Step {n} in numbers", { n: place.step + 1 })}
    </caption>
    <thead>
      <tr>
        <td></td>
        ${units.map((unit) => html`<th scope="col">${t("unit {n}", { n: unit + 1 })}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, values }) =>
          html`<tr>
            <th scope="row">${name}</th>
            ${values.map((v) => html`<td>${fixed(v, 4)}</td>`)}
          </tr>`,
      )}
      <tr class="total">
        <th scope="row">= a${s}</th>
        ${ledgers.map(({ sum }) => html`<td>${fixed(sum, 4)}</td>`)}
      </tr>
      <tr>
        <th scope="row">${activationName(first.activation)} a${s} = ${letter}${s}</th>
        ${ledgers.map(({ value }, i) => html`<td>${result(view, place, units[i] as number, value)}</td>`)}
      </tr>
    </tbody>
  </table>`;
}

function result(view: RunContext, { strip, step }: StepPlace, unit: number, value: number): TemplateResult {
  return valueButton(view, `sum-${unit}`, tracedOfStrip(strip, unit), step, swatch(view, value, scaleOfStrip(strip)));
}

function swatch(view: RunContext, value: number, scale: number, kind: Kind = "signed"): TemplateResult {
  const ground = paint(view.palette, value, scale, kind);
  return html`<span class="swatch" ${styled({ background: css(ground), color: css(ink(view.palette, ground)) })}>${fixed(value, 4)}</span>`;
}

/** Each gate of the unit, and how they make its states. */
function gatedSums(view: RunContext, place: StepPlace, trace: CellTrace, unit: number): TemplateResult {
  const { strip, step } = place;
  const traced = tracedOfStrip(strip, unit);
  const s = subscript(step + 1);
  const b = subscript(place.before === null ? 0 : place.before + 1);
  const gate = (key: string): number => trace.gates.find((one) => one.key === key)?.value ?? NaN;
  const line = (name: string, value: TemplateResult | string, cls = ""): TemplateResult =>
    html`<tr class=${cls}>
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  const to = (id: string, quantity: Traced["quantity"], value: number, scale = 1, kind: Kind = "signed"): TemplateResult =>
    valueButton(view, id, { ...traced, part: trace.at.part, unit: trace.at.unit, quantity }, step, swatch(view, value, scale, kind));
  const f = (v: number): string => fixed(v, 2);
  return html`<table class="sum">
    <caption>
      ${t("unit {n}", { n: unit + 1 })}
    </caption>
    <tbody>
      ${trace.gates.map(({ key, sum, value, activation }) =>
        line(
          `${quantityName(key)} = ${activationName(activation)}(${fixed(sum, 3)})`,
          to(`gate-${key}-now`, key, value, 1, key === "candidate" ? "signed" : "amount"),
        ),
      )}
      ${
        trace.c === null
          ? html`${line(`z · h${b} = ${f(gate("z"))} · ${f(trace.hBefore)}`, fixed(gate("z") * trace.hBefore, 4), "total")}
            ${line(`+ (1 − z) · c̃ = ${f(1 - gate("z"))} · ${f(gate("candidate"))}`, fixed((1 - gate("z")) * gate("candidate"), 4))}
            ${line(`= h${s}`, to("h-now", traced.quantity, trace.h), "total")}`
          : html`${line(`f · c${b} = ${f(gate("f"))} · ${f(trace.c.before)}`, fixed(gate("f") * trace.c.before, 4), "total")}
            ${line(`+ i · c̃ = ${f(gate("i"))} · ${f(gate("candidate"))}`, fixed(gate("i") * gate("candidate"), 4))}
            ${line(`= c${s}`, to("c-now", "c", trace.c.value, Math.max(1, Math.abs(trace.c.value))), "total")}
            ${line(`h${s} = o · ${activationName(trace.activation)} c${s}`, to("h-now", "h", trace.h))}`
      }
    </tbody>
  </table>`;
}
