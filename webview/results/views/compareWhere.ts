/** Below the pictures of Compare: the largest difference of each step, and where each tensor begins to differ. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Difference } from "../../../extension/core/difference.js";
import { shapeText } from "../../../extension/core/model/shapes.js";
import { t } from "../../shared/l10n.js";
import { type End, inputStep, type Pair } from "../compare/pairs.js";
import { pairWord, sizeWord, toleranceWord } from "../compare/words.js";
import { scientific } from "../numbers.js";
import type { RunContext } from "../view.js";

const HEIGHT = 160;
const BASE = HEIGHT - 22;
const TOP = 18;
/** More bars than these have no numbers of their own. */
const MOST_LABELS = 12;

/** Bars on a logarithmic scale: a difference that grows does so by factors. */
export function profile(view: RunContext, pair: Pair, found: Difference, tolerance: number): TemplateResult {
  const end = pair.a as End;
  const total = end.tensor.shape[1] ?? 1;
  // In the order of the input, whichever way the tensor runs.
  const sizes = end.strip?.flipped === true ? [...found.steps].reverse() : [...found.steps];
  const title = t("Largest |Δ| at each step");
  const width = Math.max(240, view.state.width > 860 ? (view.state.width - 56) * 0.5 : view.state.width - 32);
  if (view.state.chosen.table)
    return html`<section>
      <h2>${title}</h2>
      ${table(sizes, found.span)}
    </section>`;
  const left = 56;
  const column = (width - left - 8) / sizes.length;
  const low = Math.log10(Math.max(tolerance, 1e-12)) - 1;
  const high = Math.max(low + 2, Math.log10(Math.max(1e-12, ...sizes.filter(Number.isFinite))));
  const y = (size: number): number => BASE - ((Math.min(high, Math.log10(size)) - low) / (high - low)) * (BASE - TOP);
  const labelled = sizes.length <= MOST_LABELS;
  const bar = (size: number, i: number): unknown => {
    const [first, last] = [i * found.span, Math.min(total, (i + 1) * found.span) - 1];
    const now = view.state.chosen.step >= first && view.state.chosen.step <= last;
    const beyond = size > tolerance;
    const [x, mid] = [left + i * column, left + (i + 0.5) * column];
    const bars = Math.max(1, Math.min(44, column * 0.55));
    const top = Number.isFinite(size) ? y(size) : TOP;
    return svg`<g class=${now ? "now" : ""} @click=${() => view.choose({ step: first })}>
      <rect class="hit" x=${x} y="0" width=${column} height=${HEIGHT}/>
      ${beyond ? svg`<rect class="bar" x=${mid - bars / 2} y=${top} width=${bars} height=${Math.max(1, BASE - top)}/>` : nothing}
      ${labelled ? svg`<text x=${mid} y=${beyond ? top - 6 : BASE - 6}>${beyond ? scientific(size) : t("equal")}</text>` : nothing}
      ${labelled || i === 0 || i === sizes.length - 1 ? svg`<text class=${!labelled && i > 0 ? "last" : ""} x=${!labelled && i > 0 ? width - 8 : mid} y=${HEIGHT - 6}>${first + 1}</text>` : nothing}
    </g>`;
  };
  return html`<section>
    <h2>${title}</h2>
    <svg
      class="profile"
      viewBox=${`0 0 ${width} ${HEIGHT}`}
      width=${width}
      height=${HEIGHT}
      role="img"
      aria-label=${profileAlt(sizes, found.span, tolerance)}
    >
      <line class="limit" x1=${left} x2=${width} y1=${y(tolerance)} y2=${y(tolerance)} />
      <text class="limit-name" x=${left - 6} y=${y(tolerance) + 4}>${toleranceWord(tolerance)}</text>
      <line class="base" x1=${left} x2=${width} y1=${BASE} y2=${BASE} />
      ${sizes.map(bar)}
    </svg>
  </section>`;
}

function profileAlt(sizes: readonly number[], span: number, tolerance: number): string {
  const beyond = sizes.filter((size) => size > tolerance).length;
  const worst = sizes.indexOf(Math.max(...sizes));
  return t("{n} of {total} bars are beyond {tolerance}; the largest is {largest}, at step {step}.", {
    n: beyond,
    total: sizes.length,
    tolerance: toleranceWord(tolerance),
    largest: sizeWord(sizes[worst] ?? 0),
    step: worst * span + 1,
  });
}

function table(sizes: readonly number[], span: number): TemplateResult {
  return html`<div class="twin-scroll" tabindex="0" role="group" aria-label=${t("Largest |Δ| at each step")}>
    <table class="twin">
      <thead>
        <tr>
          <th scope="col">${t("step")}</th>
          <th scope="col">max |Δ|</th>
        </tr>
      </thead>
      <tbody>
        ${sizes.map(
          (size, i) =>
            html`<tr>
              <th scope="row">${span === 1 ? i + 1 : `${i * span + 1}–`}</th>
              <td>${sizeWord(size)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export interface Row {
  readonly pair: Pair;
  readonly found: Difference | null;
}

/** One row a tensor; what does not match says why. */
export function where(rows: readonly Row[], chosen: string, pick: (key: string) => void): TemplateResult {
  return html`<section>
    <h2 id="where-title">${t("Where it starts")}</h2>
    <table class="where" aria-labelledby="where-title">
      <thead>
        <tr>
          <th scope="col">${t("Tensor")}</th>
          <th scope="col">${t("First step")}</th>
          <th scope="col">max |Δ|</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr class=${row.pair.key === chosen ? "now" : ""}>
              <th scope="row">${name(row, pick)}</th>
              ${cells(row)}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function name({ pair, found }: Row, pick: (key: string) => void): TemplateResult {
  const text = pairWord(pair);
  if (found === null || pair.a?.strip == null) return html`${text}`;
  return html`<button class="link" type="button" id=${`where-${pair.key}`} @click=${() => pick(pair.key)}>${text}</button>`;
}

function cells({ pair, found }: Row): TemplateResult {
  if (found === null) return html`<td colspan="2" class="dim">${mismatch(pair)}</td>`;
  const { first } = found;
  const step =
    first === null ? "=" : pair.a?.strip == null ? "–" : `${inputStep(pair.a, first.step) + 1}${pair.a.strip.reversed ? " ←" : ""}`;
  return html`<td>${step}</td>
    <td>${sizeWord(found.largest)}</td>`;
}

function mismatch({ a, b }: Pair): string {
  if (b === null) return t("only in A");
  if (a === null) return t("only in B");
  return t("{a} and {b}: not comparable", { a: shapeText(a.tensor.shape), b: shapeText(b.tensor.shape) });
}
