/** Ways into Trace from any view, and back from one number to those before it. */
import { html, nothing, type TemplateResult } from "lit";
import type { TraceAddress } from "../../../extension/core/trace/trace.js";
import { t } from "../../shared/l10n.js";
import { ownPart, partAt, stripOf, type Traced } from "../parts.js";
import type { Around, RunContext } from "../view.js";
import { numberName, placeOf } from "../traceWords.js";
import { ghost } from "./controls.js";

/** Numbers that the way back remembers. */
const MOST_TRAIL = 8;

/** Shows where a number came from; the cursor goes to its step and row. */
export function openTrace(view: Around, traced: Traced, step: number, row = view.state.chosen.batch): void {
  view.dispatch({ type: "view", view: { trail: [], pointed: -1 } });
  go(view, { ...traced, step, row });
}

/** One step further back: the number that is shown now is remembered. */
export function traceFurther(view: RunContext, from: TraceAddress, to: TraceAddress): void {
  view.dispatch({ type: "view", view: { trail: [...view.state.trail, from].slice(-MOST_TRAIL), pointed: -1 } });
  view.point(null);
  go(view, to);
  // The number that was asked for is new; a keyboard goes on from it.
  requestAnimationFrame(() => document.getElementById("traced")?.focus());
}

function go(view: Around, address: TraceAddress): void {
  const { step, row } = address;
  const { layer, part, unit, quantity } = ownPart(view.outputs, address);
  const about = partAt(view.outputs, { layer, part });
  const strip = about === null ? null : stripOf(view.outputs, about);
  const cursor = strip === null ? {} : { strip: strip.id, unit };
  view.choose({ tab: "trace", batch: row, step, ...cursor });
  view.choose({ trace: { layer, part, unit, quantity }, termsFrom: 0 });
}

export function traceButton(view: RunContext, traced: Traced, step: number): TemplateResult {
  return ghost("trace-it", "trace", t("Trace this number"), () => openTrace(view, traced, step));
}

/** The numbers from which one came to this one; each leads back. */
export function trail(view: RunContext): TemplateResult | typeof nothing {
  const { trail: before } = view.state;
  if (before.length === 0) return nothing;
  const back = (i: number): void => {
    view.dispatch({ type: "view", view: { trail: before.slice(0, i), pointed: -1 } });
    go(view, before[i] as TraceAddress);
  };
  return html`<nav class="trail" aria-label=${t("The way back")}>
    ${before.map(
      (address, i) =>
        html`<button class="link" type="button" id=${`trail-${i}`} title=${placeOf(view.outputs, address)} @click=${() => back(i)}>
            ${numberName(view.outputs, address)}</button
          ><span class="dim" aria-hidden="true">›</span>`,
    )}
  </nav>`;
}
