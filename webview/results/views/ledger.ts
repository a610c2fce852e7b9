/** The ledger of a sum: value × weight, product, its bar from the running sum, group by group or the largest first. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Ledger, Term, Trace, TraceAddress } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { styled } from "../../shared/style.js";
import { css, ink, mix, paint } from "../colour.js";
import { decimalsFor, fixed, niceScale, signed } from "../numbers.js";
import { partAt } from "../parts.js";
import { activationName, isTimed, numberName, partTitle, quantityName, symbol, termName } from "../traceWords.js";
import type { RunContext } from "../view.js";
import { traceFurther } from "./traceLinks.js";

interface Row {
  readonly term: Term;
  readonly start: number;
  readonly end: number;
}

export function ledger(view: RunContext, trace: Trace, sum: Ledger, caption: string): TemplateResult {
  let running = sum.before;
  const rows = sum.terms.map((term): Row => ({ term, start: running, end: (running += term.product) }));
  const scale = scaleOf([...rows.flatMap(({ start, end }) => [start, end]), sum.sum]);
  const before = (i: number): Term | undefined => rows[i - 1]?.term;
  return html`<div class="ledger-scroll">
      <table class="ledger">
        <caption class="sr">
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t("Term")}</th>
            <th scope="col" class="n">${t("Value × weight")}</th>
            <th scope="col" class="n">${t("Product")}</th>
            <th scope="col"><span class="sr">${t("Contribution")}</span></th>
            <th scope="col" class="n">${t("Running sum")}</th>
          </tr>
        </thead>
        <tbody>
          ${
            sum.from === 0
              ? nothing
              : html`<tr>
                  <th scope="row" class="dim">${t("{n} larger", { n: sum.from })}</th>
                  <td></td>
                  <td></td>
                  <td class="fall">${fall(view, 0, sum.before, scale, false)}</td>
                  <td class="n dim">${fixed(sum.before, 4)}</td>
                </tr>`
          }
          ${rows.map(
            (row, i) =>
              html`${sum.order === "given" && groupOf(before(i)) !== groupOf(row.term) ? group(view, trace, row.term) : nothing}${line(view, trace, row, scale)}`,
          )}
          ${rest(sum, running)}
        </tbody>
        <tfoot>
          ${total(view, trace, sum, scale)}
        </tfoot>
      </table>
    </div>
    ${pages(view, sum)}`;
}

const groupOf = (term: Term | undefined): string => (term === undefined ? "" : term.source === "recurrentBias" ? "bias" : term.source);

function group(view: RunContext, trace: Trace, { source }: Term): TemplateResult {
  return html`<tr class="group">
    <th colspan="5" scope="colgroup">${groupWord(view, trace, source)}</th>
  </tr>`;
}

function groupWord({ outputs }: RunContext, trace: Trace, source: Term["source"]): string {
  if (source === "h") {
    const before = trace.kind === "cell" ? trace.stepBefore : null;
    return before === null ? t("From the start state") : t("From the state of step {n}", { n: before + 1 });
  }
  if (source !== "x") return t("From the bias");
  const { input } = trace;
  const part = partAt(outputs, input);
  const timed = isTimed(outputs, trace.at);
  if (input.layer < 0)
    return timed ? t("From the input of step {n} · {source}", { n: input.step + 1, source: outputs.run.source }) : t("From the input");
  const name = part === null ? "" : input.quantity === "h" ? partTitle(part) : (part.spec?.name ?? part.title);
  return timed ? t("From {name}, step {n}", { name, n: input.step + 1 }) : t("From {name}", { name });
}

function line(view: RunContext, trace: Trace, { term, start, end }: Row, scale: Scale): TemplateResult {
  const { value, weight, factor, product, source, index } = term;
  const bias = source === "bias" || source === "recurrentBias";
  const inText = source === "x" && trace.input.layer < 0;
  const digits = inText ? Math.max(1, decimalsFor([value], 4)) : 4;
  const parts = [
    ...(factor === null ? [] : [fixed(factor, 4)]),
    ...(bias ? (factor === null ? [] : [fixed(weight, 4)]) : [fixed(value, digits), fixed(weight, 4)]),
  ];
  const point = (): void => {
    if (!inText || view.state.pointed === index) return;
    view.dispatch({ type: "view", view: { pointed: index } });
    view.point(flatIndex(view, trace, index));
  };
  const leave = (): void => {
    if (view.state.pointed < 0) return;
    view.dispatch({ type: "view", view: { pointed: -1 } });
    view.point(null);
  };
  return html`<tr @mouseenter=${point} @mouseleave=${leave}>
    <th scope="row">${nameOf(view, trace, term)}</th>
    <td class="n">${parts.join(" × ")}</td>
    <td class="n">${signed(product, 4)}</td>
    <td class="fall">${fall(view, start, end, scale, false)}</td>
    <td class="n dim">${fixed(end, 4)}</td>
  </tr>`;
}

/** The name leads on: to the number's own sum, or into the text. */
function nameOf(view: RunContext, trace: Trace, term: Term): TemplateResult {
  const name = termName(term, trace, isTimed(view.outputs, trace.at));
  const id = `term-${term.source}-${term.index}`;
  const { row } = trace.at;
  const further = (address: TraceAddress): TemplateResult =>
    html`<button
      class="term link"
      type="button"
      id=${id}
      title=${t("Trace {name}", { name: numberName(view.outputs, address) })}
      @click=${() => traceFurther(view, trace.at, address)}
    >
      ${name}
    </button>`;
  if (term.source === "h" && trace.kind === "cell" && trace.stepBefore !== null)
    return further({ ...trace.at, step: trace.stepBefore, unit: term.index, quantity: "h" });
  if (term.source !== "x") return html`<span class="term">${name}</span>`;
  if (trace.input.layer >= 0) return further({ ...trace.input, row, unit: term.index });
  if (view.outputs.run.source === "") return html`<span class="term">${name}</span>`;
  return html`<button
    class="term link"
    type="button"
    id=${id}
    title=${t("Show this number in the editor")}
    @click=${() => view.point(flatIndex(view, trace, term.index), true)}
  >
    ${name}
  </button>`;
}

/** Of a number of the input, among all its values. */
function flatIndex({ outputs }: RunContext, trace: Trace, index: number): number {
  const shape = outputs.input?.shape ?? [1];
  const features = shape.at(-1) ?? 1;
  const steps = shape.length === 3 ? (shape[1] ?? 1) : 1;
  return (trace.at.row * steps + (shape.length === 3 ? trace.input.step : 0)) * features + index;
}

function rest(sum: Ledger, running: number): TemplateResult | typeof nothing {
  const left = sum.count - sum.from - sum.terms.length;
  if (left <= 0) return nothing;
  return html`<tr>
    <th scope="row" class="dim">${t("{n} smaller", { n: left })}</th>
    <td></td>
    <td class="n">${signed(sum.sum - running, 4)}</td>
    <td></td>
    <td class="n dim">${fixed(sum.sum, 4)}</td>
  </tr>`;
}

function total(view: RunContext, trace: Trace, sum: Ledger, scale: Scale): TemplateResult {
  const step = isTimed(view.outputs, trace.at) ? trace.at.step : null;
  const amount = ["i", "f", "o", "z", "r"].includes(sum.gate);
  const ground = paint(
    view.palette,
    sum.value,
    Math.abs(sum.value) <= 1 ? 1 : niceScale(Math.abs(sum.value)),
    amount ? "amount" : "signed",
  );
  const gate =
    sum.gate === "output" || sum.gate === "h" ? numberName(view.outputs, trace.at) : symbol(quantityName(sum.gate), step, trace.at.unit);
  return html`<tr class="end">
      <th scope="row">${t("Sum {name}", { name: `a${symbol("", step, trace.at.unit)}` })}</th>
      <td></td>
      <td class="n">${signed(sum.sum, 4)}</td>
      <td class="fall">${fall(view, 0, sum.sum, scale, true)}</td>
      <td></td>
    </tr>
    <tr class="result">
      <th scope="row">${gate}</th>
      <td class="n">${activationName(sum.activation)}(${fixed(sum.sum, 4)})</td>
      <td class="n">
        <span class="swatch" ${styled({ background: css(ground), color: css(ink(view.palette, ground)) })}>${signed(sum.value, 4)}</span>
      </td>
      <td></td>
      <td></td>
    </tr>`;
}

function pages(view: RunContext, sum: Ledger): TemplateResult | typeof nothing {
  if (sum.count <= sum.terms.length) return nothing;
  const page = sum.terms.length;
  const last = sum.from + page;
  const go = (from: number): void => view.choose({ termsFrom: Math.max(0, from) });
  return html`<p class="bar pages">
    <button class="button secondary" type="button" id="terms-before" ?disabled=${sum.from === 0} @click=${() => go(sum.from - 64)}>
      ${t("Larger")}
    </button>
    <span class="dim">${t("Terms {from} to {to} of {total}, the largest first", { from: sum.from + 1, to: last, total: sum.count })}</span>
    <button class="button secondary" type="button" id="terms-after" ?disabled=${last >= sum.count} @click=${() => go(last)}>
      ${t("Smaller")}
    </button>
  </p>`;
}

interface Scale {
  readonly low: number;
  readonly span: number;
}

function scaleOf(values: readonly number[]): Scale {
  const finite = [0, ...values.filter(Number.isFinite)];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return { low, span: high - low || 1 };
}

/** The bar from one running sum to the next, and the line on which the next one stands. */
function fall(view: RunContext, start: number, end: number, { low, span }: Scale, solid: boolean): TemplateResult | typeof nothing {
  if (!Number.isFinite(start) || !Number.isFinite(end)) return nothing;
  const x = (v: number): number => 2 + ((v - low) / span) * 96;
  const { palette } = view;
  const colour = css(end - start < 0 ? palette.negative : palette.positive);
  const [from, to] = [Math.min(x(start), x(end)), Math.max(x(start), x(end))];
  const box = { y: solid ? 4 : 5, height: solid ? 14 : 12 };
  return html`<svg viewBox="0 0 100 22" preserveAspectRatio="none" aria-hidden="true">
    <path class="zero" d=${`M${x(0)} 0V22`} vector-effect="non-scaling-stroke" />
    <rect x=${from} y=${box.y} width=${Math.max(0.4, to - from)} height=${box.height} fill=${colour} />
    ${solid ? nothing : svg`<path d=${`M${x(end)} 11V22`} stroke=${css(mix(palette.back, palette.fore, 0.5))} vector-effect="non-scaling-stroke"/>`}
  </svg>`;
}
