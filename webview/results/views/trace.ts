/** Trace: where one number came from. Its formula, every product of its sum, the activation, and the device's value beside the computed one. */
import { html, nothing, type TemplateResult } from "lit";
import { checkTolerance } from "../../../extension/core/compare.js";
import type { Question } from "../../../extension/core/protocol/questions.js";
import type { Quantity, Trace, TraceAddress } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { icon } from "../../shared/icons.js";
import { addressText } from "../convention.js";
import { fixed, scientific, signed } from "../numbers.js";
import { gatesOf, partAt, stripOfTraced, type Traced, tracedNow } from "../parts.js";
import type { Outputs } from "../outputs.js";
import { isTimed, numberName, partTitle, passingSentence, placeOf, recipe, slopeSentence, sumSentence } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { gateWord } from "../words.js";
import { activationCurve } from "./activationCurve.js";
import { ghost, segmented } from "./controls.js";
import { waiting } from "./frame.js";
import { ledger } from "./ledger.js";
import { traceSide } from "./traceSide.js";
import { trail, traceFurther } from "./traceLinks.js";

/** What was last shown of a run, until the next answer is here: scrubbing does not flicker. */
const shown = new WeakMap<Outputs, Trace>();

export function traceTab(view: RunContext): TemplateResult {
  const { outputs, state } = view;
  const traced = tracedNow(outputs, state.chosen);
  const part = traced === null ? null : partAt(outputs, traced);
  if (traced === null || part === null) return html`<p class="dim">${t("This run has no number that can be traced.")}</p>`;
  const asked = view.ask(questionOf(view, traced, part.steps));
  if (asked.status === "ready" && asked.answer.about === "trace") shown.set(outputs, asked.answer.trace);
  if (asked.status === "failed") return html`${trail(view)}${waiting(view, asked.message)}`;
  const trace = asked.status === "ready" && asked.answer.about === "trace" ? asked.answer.trace : shown.get(outputs);
  return trace === undefined ? waiting(view, null) : drawn(view, trace, asked.status !== "ready");
}

function questionOf({ state }: RunContext, traced: Traced, steps: number): Question {
  const { batch, step, gate, termOrder, termsFrom } = state.chosen;
  const own = isGate(traced.quantity) ? traced.quantity : gate;
  return {
    about: "trace",
    trace: { ...traced, row: batch, step: Math.min(step, steps - 1), gate: own, order: termOrder, from: termsFrom },
  };
}

const isGate = (quantity: Quantity): boolean => !["output", "h", "c"].includes(quantity);

function drawn(view: RunContext, trace: Trace, busy: boolean): TemplateResult {
  const sum = trace.kind === "cell" || trace.kind === "dense" ? trace.ledger : null;
  const text = sum !== null ? sumSentence(view.outputs, trace, sum) : passingSentence(trace as Exclude<Trace, { kind: "cell" | "dense" }>);
  return html`<div class="trace" aria-busy=${String(busy)}>
    ${trail(view)} ${head(view, trace)}
    ${trace.kind === "cell" ? html`<div class="recipe">${recipe(trace).map((line) => html`<code>${line}</code>`)}</div>` : nothing}
    <p class="summary">${text}</p>
    <div class="split">
      <div>${sum === null ? ways(view, trace) : html`${gates(view, trace)} ${ledger(view, trace, sum, text)}`} ${check(trace)}</div>
      <aside class="readout" aria-label=${t("Beside the sum")}>
        ${traceSide(view, trace)}
        ${
          sum === null
            ? nothing
            : html`${activationCurve(view, sum)}
                <p class="dim small">${slopeSentence(sum)}</p>`
        }
      </aside>
    </div>
  </div>`;
}

function head(view: RunContext, trace: Trace): TemplateResult {
  return html`<div class="head-number" id="traced" tabindex="-1">
    <h2>${numberName(view.outputs, trace.at)}</h2>
    <output class="big">${signed(trace.engine, 4)}</output>
    <code class="dim">${storedAddress(view, trace.at)}</code>
    <span class="dim">${placeOf(view.outputs, trace.at)}</span>
  </div>`;
}

/** Where the number lies in its tensor, from 0; empty where the run keeps no such tensor. */
function storedAddress({ outputs, state }: RunContext, at: TraceAddress): string {
  const part = partAt(outputs, at);
  const strip = stripOfTraced(outputs, at);
  if (strip === null || (at.quantity !== "h" && at.quantity !== "output")) return "";
  const stored = strip.flipped ? (strip.tensor.shape[1] ?? 1) - 1 - at.step : at.step;
  const { convention } = state.chosen;
  return `h${addressText(strip.tensor, part?.spec ?? null, convention, [at.row, stored, strip.offset + at.unit])}`;
}

/** Whose sum is listed. */
function gates(view: RunContext, trace: Trace): TemplateResult {
  const { termOrder } = view.state.chosen;
  const part = partAt(view.outputs, trace.at);
  const keys = part === null || trace.kind !== "cell" ? [] : gatesOf(part);
  const current = trace.kind === "cell" ? trace.ledger.gate : null;
  const pick = (gate: Quantity): void => {
    view.choose({
      gate,
      termsFrom: 0,
      ...(isGate(trace.at.quantity) && trace.kind === "cell" && keys.length > 0 && { trace: { ...trace.at, quantity: gate } }),
    });
    view.say(gateWord(gate));
  };
  const choices = keys.map((key) => ({ value: key, text: key === "candidate" ? "c̃" : key }));
  const orders = [
    { value: "given" as const, text: t("In order") },
    { value: "size" as const, text: t("By size") },
  ];
  const long = (trace.kind === "cell" || trace.kind === "dense") && trace.ledger.count > trace.ledger.terms.length;
  return html`<div class="bar">
    ${
      current === null || keys.length === 0
        ? nothing
        : html`<span class="dim">${t("Sum of")}</span> ${segmented("gate", t("Sum of"), choices, current, pick)}<span class="dim small"
              >${gateWord(current)}</span
            >`
    }
    <span class="push"
      >${long ? html`<span class="dim small">${t("By size")}</span>` : segmented("order", t("Order of the terms"), orders, termOrder, (value) => view.choose({ termOrder: value, termsFrom: 0 }))}</span
    >
  </div>`;
}

/** From a number that was not computed here to those that were. */
function ways(view: RunContext, trace: Trace): TemplateResult {
  const to = (id: string, address: TraceAddress): TemplateResult =>
    ghost(id, "trace", t("Trace {name}", { name: nameIn(view, address) }), () => traceFurther(view, trace.at, address));
  if (trace.kind === "held") {
    if (trace.from === null || trace.how === "shut") return html``;
    return html`<p class="acts">${to("from-step", { ...trace.at, quantity: trace.at.quantity === "c" ? "c" : "h", step: trace.from })}</p>`;
  }
  if (trace.kind === "merge") {
    const side = (part: 0 | 1): TraceAddress => ({ ...trace.at, part, step: trace.steps[part], quantity: "h" });
    return html`<p class="acts">${to("from-forward", side(0))} ${to("from-backward", side(1))}</p>`;
  }
  if (trace.kind === "passed" && trace.input.layer >= 0)
    return html`<p class="acts">${to("from-below", { ...trace.input, row: trace.at.row, unit: trace.unit })}</p>`;
  return html``;
}

function nameIn(view: RunContext, address: TraceAddress): string {
  const part = partAt(view.outputs, address);
  const name = numberName(view.outputs, address);
  return part === null
    ? name
    : `${name} (${partTitle(part)}${isTimed(view.outputs, address) ? ` · ${t("step {n}", { n: address.step + 1 })}` : ""})`;
}

/** The device's value beside the one that was computed here. */
function check({ value, engine }: Trace): TemplateResult {
  const difference = Math.abs(value - engine);
  const same = Object.is(value, engine) || difference <= checkTolerance.absolute + checkTolerance.relative * Math.abs(value);
  const args = { engine: fixed(engine, 6), value: fixed(value, 6), difference: scientific(difference) };
  return html`<p class="trace-check" role="note">
    ${icon(same ? "check" : "warning", same ? "i ok" : "i warn")}<span
      >${
        same
          ? t("The device has {engine}, float64 gives {value}: apart by {difference}, within the tolerance.", args)
          : t("The device has {engine}, float64 gives {value}: apart by {difference}, beyond the tolerance.", args)
      }</span
    >
  </p>`;
}
