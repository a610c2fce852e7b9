/** What an array is: shape first, then its type and size, then what all of its numbers are like. */
import { html, nothing, type TemplateResult } from "lit";
import type { FileArray } from "../../extension/core/protocol/reader.js";
import type { StatsView } from "../../extension/core/protocol/tensor.js";
import { tupleText } from "../results/convention.js";
import { clip } from "../results/names.js";
import { exactText, isWhole, shownText } from "../results/values.js";
import { icon } from "../shared/icons.js";
import { formatBytes, formatNumber, t } from "../shared/l10n.js";

/** Numbers that are looked through without being asked: a second or two. */
export const UNASKED = 2 ** 27;
const DIGITS = 6;

export interface StatsActions {
  count(): void;
  stop(): void;
}

export function facts(array: FileArray, stats: StatsView | undefined, actions: StatsActions): TemplateResult {
  const values = array.shape.reduce((product, d) => product * d, 1);
  const size = t("{n} values, {bytes}", { n: formatNumber(values), bytes: formatBytes(array.bytes) });
  return html`<div class="tensor-facts">
    ${array.name === "" ? nothing : html`<h2 title=${clip(array.name, 500)}>${clip(array.name)}</h2>`}
    <p class="tensor-shape">
      <code class="big">${tupleText(array.shape)}</code> <span class="dtype">${array.dtype}</span> <span class="dim">${size}</span>
    </p>
    <dl class="ends">${ends(array, stats)}</dl>
    ${notice(values, stats, actions)}
  </div>`;
}

function ends({ dtype }: FileArray, stats: StatsView | undefined): TemplateResult[] {
  const known = stats?.phase === "done" ? stats.stats : null;
  const word = (text: string | null | undefined, type: string): string => {
    if (known === null) return "…";
    if (text === null || text === undefined) return "–";
    // Digits of 64 bits are those of the text.
    return isWhole(type) && type !== "bool" ? text.replace("-", "−") : shownText(Number(text), type, DIGITS);
  };
  const exact = (text: string | null | undefined): string =>
    text === null || text === undefined ? "" : isWhole(dtype) ? text : exactText(Number(text), dtype);
  const fact = (term: string, text: string, title = ""): TemplateResult =>
    html`<div>
      <dt>${term}</dt>
      <dd title=${title === "" ? nothing : title}>${text}</dd>
    </div>`;
  return [
    fact(t("min"), word(known?.min, dtype), exact(known?.min)),
    fact(t("mean"), word(known?.mean, "float64"), known?.mean ?? ""),
    fact(t("max"), word(known?.max, dtype), exact(known?.max)),
    fact("NaN", known === null ? "…" : formatNumber(known.nanCount)),
  ];
}

/** What keeps the numbers waiting, and what can be done about it. */
function notice(values: number, stats: StatsView | undefined, actions: StatsActions): TemplateResult | typeof nothing {
  const count = html`<button class="link" type="button" id="count" @click=${() => actions.count()}>
    ${t("Look through all values")}
  </button>`;
  switch (stats?.phase) {
    case "done":
      return nothing;
    case "counting": {
      // What takes a moment is not told of: nothing shall jump.
      if (stats.done === 0) return nothing;
      const share = Math.floor((100 * stats.done) / Math.max(1, stats.total));
      return html`<p class="counting dim small">
        <progress class="page-progress" aria-label=${t("Looking through all values")} max=${stats.total} .value=${stats.done}></progress>
        ${t("Looking through all values: {share} %", { share })}
        <button class="link" type="button" id="stop-count" @click=${() => actions.stop()}>${t("Cancel")}</button>
      </p>`;
    }
    case "failed":
      return html`<p class="waiting" role="alert">${icon("warning", "i warn")}<span>${stats.message}</span> ${count}</p>`;
    case "cancelled":
      return html`<p class="counting dim small">${t("Colours follow the values that were shown so far.")} ${count}</p>`;
    default:
      return values <= UNASKED
        ? nothing
        : html`<p class="counting dim small">${t("{n} values take a while to look through.", { n: formatNumber(values) })} ${count}</p>`;
  }
}
