/** The check in the header: how far the devices are apart, and a click away by layer and step. */
import { html, nothing, type TemplateResult } from "lit";
import { firstBeyond, largestOf, pairAgrees, type StepSeries, stepSeries } from "../../../extension/core/compare.js";
import type { CheckReport, PairCheck, TensorCheck } from "../../../extension/core/protocol/check.js";
import { icon } from "../../shared/icons.js";
import { t, worded } from "../../shared/l10n.js";
import { joined } from "../checkSteps.js";
import { clip } from "../names.js";
import { scientific } from "../numbers.js";
import type { RunContext } from "../view.js";
import { directionWord, kindWord } from "../words.js";

/** Columns of steps; more steps are joined. */
const MOST_COLUMNS = 6;

export function checkFact(view: RunContext): TemplateResult | typeof nothing {
  const { check, activity } = view.state;
  // While another run is computed there is no time for one, and afterwards it is about that run.
  if (activity.phase === "running") return nothing;
  switch (check.phase) {
    case "none":
      return nothing;
    case "offered":
      return fact(view, "check", t("Compare with js"), t("Runs it on every device, and compares every step with JavaScript in float64"));
    case "running": {
      const share = check.total > 0 ? ` ${Math.floor((100 * check.done) / check.total)} %` : "";
      return fact(view, "cancelCheck", `${t("Comparing…")}${share}`, t("Cancel"));
    }
    case "failed":
      return fact(view, "check", t("Not compared"), clip(check.message, 2000), true);
    case "done":
      return outcome(view, check.report);
  }
}

function fact(view: RunContext, command: "check" | "cancelCheck", text: string, title: string, warn = false): TemplateResult {
  return html`<button class="fact" type="button" id="check" title=${title} @click=${() => view.command(command)}>
    ${warn ? icon("warning", "i warn") : icon("check")}<span class="fact-name">${text}</span>
  </button>`;
}

function outcome(view: RunContext, report: CheckReport): TemplateResult {
  const { checkOpen } = view.state;
  // The one that differs; else that of the device that computed the run.
  const pair =
    report.pairs.find((one) => !pairAgrees(one)) ??
    report.pairs.find((one) => one.kind === view.outputs.run.device.used) ??
    report.pairs[0];
  if (pair === undefined) return html``;
  const difference = scientific(largestOf(pair));
  return html`<button
      class="fact"
      type="button"
      id="check"
      title=${t("{device} ⇄ {reference}: largest difference {difference}", {
        device: kindWord(pair.kind),
        reference: kindWord(report.reference),
        difference,
      })}
      aria-expanded=${String(checkOpen)}
      aria-controls="check-why"
      @click=${() => view.dispatch({ type: "view", view: { checkOpen: !checkOpen } })}
    >
      ${pairAgrees(pair) ? icon("check", "i ok") : icon("warning", "i warn")}<span class="fact-name"
        >${t("Δmax {difference} vs js", { difference })}</span
      >
    </button>
    ${checkOpen ? popover(view, report) : nothing}`;
}

function popover(view: RunContext, report: CheckReport): TemplateResult {
  const close = (): void => {
    view.dispatch({ type: "view", view: { checkOpen: false } });
    document.getElementById("check")?.focus();
  };
  const tolerance = { absolute: report.absolute.toExponential(), relative: report.relative.toExponential() };
  return html`<div
    class="popover wide"
    id="check-why"
    role="dialog"
    aria-labelledby="check-title"
    @keydown=${(event: KeyboardEvent) => event.key === "Escape" && close()}
  >
    <h2 id="check-title">${t("Compared with JavaScript (float64)")}</h2>
    ${report.pairs.map((pair) => pairView(pair))}
    ${report.missing.map(
      ({ kind, reason }) =>
        html`<p class="dim">
          ${t("{device}: not compared.", { device: kindWord(kind) })} ${reason === null ? nothing : clip(worded(reason), 2000)}
        </p>`,
    )}
    <p class="dim">${t("Tolerance: {absolute} + {relative} × |js|", tolerance).replaceAll("-", "−")}</p>
    <p class="buttons">
      <button class="button secondary" type="button" id="check-close" @click=${close}>${t("Close")}</button>
    </p>
  </div>`;
}

function pairView(pair: PairCheck): TemplateResult {
  const first = firstBeyond(pair);
  const args = { device: clip(pair.name, 200), difference: scientific(largestOf(pair)) };
  const sentence =
    first === null
      ? t("{device}: equal within the tolerance. Largest difference {difference}.", args)
      : t("{device}: beyond the tolerance, first in {where}. Largest difference {difference}.", { ...args, where: placeWord(first) });
  const series = stepSeries(pair);
  return html`<p>${sentence}</p>
    ${series.length === 0 ? nothing : seriesTable(series, sentence)}`;
}

function placeWord({ layerName, name, firstBeyond: step }: TensorCheck): string {
  const tensor = `${clip(layerName, 60)} ${name}`;
  return step === null ? tensor : t("{tensor}, step {n}", { tensor, n: step + 1 });
}

/** A row a layer and direction; the largest difference of each step, or of several. */
function seriesTable(series: readonly StepSeries[], caption: string): TemplateResult {
  const columns = Math.min(MOST_COLUMNS, Math.max(...series.map(({ steps }) => steps.length)));
  return html`<div class="twin-scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="twin">
      <caption class="sr">
        ${caption}
      </caption>
      ${series.map((one, i) => {
        const parts = joined(one, columns);
        const heads = parts.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
        const before = series[i - 1];
        const same = before !== undefined && before.steps.length === one.steps.length && before.span === one.span;
        return html`${
            same
              ? nothing
              : html`<tr>
                  <th scope="col">${t("step")}</th>
                  ${heads.map((head) => html`<th scope="col">${head}</th>`)}
                </tr>`
          }
          <tr>
            <th scope="row">${seriesWord(one)}</th>
            ${parts.map(({ largest, beyond }) => html`<td class=${beyond ? "bad" : nothing}>${scientific(largest)}</td>`)}
          </tr>`;
      })}
    </table>
  </div>`;
}

function seriesWord({ layerName, prefix }: StepSeries): string {
  const direction = prefix === "forward/" || prefix === "backward/" ? directionWord(prefix === "forward/" ? "forward" : "backward") : "";
  const part = direction === "" ? prefix.slice(0, -1) : direction;
  return part === "" ? clip(layerName, 60) : `${clip(layerName, 60)} · ${part}`;
}
