/** The bottom of the designer: how the last run went, totals, the data, Run. */
import { html, nothing, type TemplateResult } from "lit";
import { icon, type IconName } from "../../shared/icons.js";
import { formatBytes, formatCount, formatDuration, formatNumber, t, worded } from "../../shared/l10n.js";
import { type Frame, offers } from "../frame.js";
import { countTroubles } from "../troubles.js";

export function footView(frame: Frame): TemplateResult {
  return html`<footer class="foot">${noteView(frame)}${totalsView(frame)}${sourceView(frame)}${runBar(frame)}</footer>`;
}

/** Running, as far as it is shown: a run that is over in an instant is not. */
export function isRunning({ host, state }: Pick<Frame, "host" | "state">): boolean {
  return host.run.phase === "running" && state.runRevealed;
}

// ---------------------------------------------------------------- the note

interface Note {
  readonly kind: "chip" | "error" | "warning" | "check";
  readonly text: string;
  readonly small?: string;
  readonly actions?: readonly { readonly label: string; readonly run: () => void }[];
}

function noteView(frame: Frame): TemplateResult | typeof nothing {
  const note = noteOf(frame);
  if (note === null) return nothing;
  const actions = note.actions ?? [];
  return html`<div class="note" data-kind=${note.kind}>
    ${icon(note.kind satisfies IconName)}
    <div>
      <p>${note.text}${note.small === undefined ? nothing : html`<small>${note.small}</small>`}</p>
      ${
        actions.length === 0
          ? nothing
          : html`<div class="note-actions">
              ${actions.map((action) => html`<button class="link" type="button" data-key="note" @click=${action.run}>${action.label}</button>`)}
            </div>`
      }
    </div>
  </div>`;
}

/** What matters most: a run that goes on, then text that cannot be read, then shapes, then the last run. */
function noteOf(frame: Frame): Note | null {
  const { act, host, overLimit, state } = frame;
  if (isRunning(frame) && host.run.phase === "running") {
    const { layer, layers, done, total } = host.run;
    const text = t("Layer {i} of {n} · step {s} of {t}", { i: layer, n: layers, s: formatNumber(done), t: formatNumber(total) });
    return { kind: "chip", text, small: t("This run uses the model as it was. You can go on editing.") };
  }
  const problem = host.document.problem ?? (state.unreadable === null ? null : worded(state.unreadable.message));
  if (problem !== null) {
    const actions = offers(host, "goToProblem") ? [{ label: goToText(host), run: () => act.command("goToProblem") }] : [];
    return { kind: "error", text: problem, actions };
  }
  return shapeNote(frame) ?? outcomeNote(frame) ?? (overLimit === null ? null : { kind: "warning", text: overText(overLimit) });
}

/** "Go to line 14", or without its number where nobody knows it. */
export function goToText({ document }: Frame["host"]): string {
  return document.line == null ? t("Go to the line") : t("Go to line {n}", { n: document.line });
}

function overText({ bytes, limit }: NonNullable<Frame["overLimit"]>): string {
  const sizes = { bytes: formatBytes(bytes), limit: formatBytes(limit) };
  return t("On this data the model takes about {bytes}; the limit is {limit}.", sizes);
}

function shapeNote(frame: Frame): Note | null {
  if (frame.model.layers.length === 0) return { kind: "error", text: t("The model has no layers. Add one, e.g. SimpleRNN(3).") };
  const count = countTroubles(frame.troubles);
  if (count === 0) return null;
  return { kind: "error", text: fitText(count), actions: [{ label: t("Show"), run: () => frame.act.showTrouble(frame.troubles) }] };
}

/** "1 shape does not fit". */
export function fitText(count: number): string {
  return count === 1 ? t("1 shape does not fit") : t("{n} shapes do not fit", { n: count });
}

function outcomeNote({ act, host }: Frame): Note | null {
  const { run } = host;
  if (run.phase !== "done" && run.phase !== "failed") return null;
  const actions = run.actions.map(({ id, label }) => ({ label, run: () => act.action(id) }));
  if (run.phase === "failed") return { kind: "error", text: run.message, actions };
  if (actions.length === 0 && offers(host, "showResults"))
    actions.push({ label: t("Show results"), run: () => act.command("showResults") });
  const shape = `(${run.outputShape.join(", ")})`;
  if (run.warning !== null) return { kind: "warning", text: run.warning, actions };
  return { kind: "check", text: t("{shape} in {time}", { shape, time: formatDuration(run.ms) }), actions };
}

// ---------------------------------------------------------------- totals and data

function totalsView({ cost, overLimit }: Frame): TemplateResult {
  const count = cost.params === null ? "–" : formatCount(cost.params);
  const bytes = overLimit?.bytes ?? cost.bytes;
  const memory = bytes === null ? "–" : formatBytes(bytes);
  const adds = cost.multiplyAdds === null ? "–" : formatNumber(cost.multiplyAdds, { notation: "compact", maximumFractionDigits: 1 });
  const sizes = { w: formatBytes(cost.weightBytes ?? 0), o: formatBytes(cost.outputBytes ?? 0) };
  const open = t("Not known before the data is: a size is open");
  const tip = t("Weights {w} and outputs {o}, float32, batch of 1", sizes);
  const memoryTip = cost.bytes === null ? open : overLimit === null ? tip : overText(overLimit);
  const addsTip = cost.multiplyAdds === null ? open : t("For one sequence");
  return html`<dl class="totals">
    <div title=${cost.params === null ? open : formatNumber(cost.params)}>
      <dt>${t("Parameters")}</dt>
      <dd>${count}</dd>
    </div>
    <div title=${memoryTip} class=${overLimit === null ? "" : "over"}>
      <dt>${t("Memory use")}</dt>
      <dd>${memory}</dd>
    </div>
    <div title=${addsTip}>
      <dt>${t("Multiply-adds")}</dt>
      <dd>${adds}</dd>
    </div>
  </dl>`;
}

function sourceView({ act, host }: Frame): TemplateResult {
  const { data } = host;
  if (data === null) {
    const take = offers(host, "selection")
      ? html`<button class="link" type="button" data-key="take" @click=${() => act.command("selection")}>
          ${t("Take the selection in the editor")}
        </button>`
      : html`<span>${t("Nothing is selected yet")}</span>`;
    return html`<p class="source">${icon("select")}${take}</p>`;
  }
  const tensor = `(${data.tensor.join(", ")})`;
  const written = data.shape.join(" × ");
  const shapes =
    data.shape.length === data.tensor.length && data.shape.every((d, i) => d === data.tensor[i]) ? tensor : `${written} → ${tensor}`;
  return html`<p class="source" title=${data.label}>${icon("select")}<span>${t("Last selection")}</span><code>${shapes}</code></p>`;
}

// ---------------------------------------------------------------- run

function runBar(frame: Frame): TemplateResult {
  const { act, host } = frame;
  const canExport = offers(host, "export");
  const label = t("Export as code…");
  return html`<div class="runbar${canExport ? "" : " alone"}">
    ${isRunning(frame) ? cancelButton(frame) : runButtons(frame)}${
      canExport
        ? html`<button class="tool export" type="button" title=${label} aria-label=${label} @click=${() => act.command("export")}>
            ${icon("export")}
          </button>`
        : nothing
    }
  </div>`;
}

function badgeView({ host }: Frame): TemplateResult {
  const { device } = host;
  return html`<span class="badge" title=${device.reason ?? device.name}>${icon("chip")}<span>${device.name}</span></span>`;
}

function cancelButton(frame: Frame): TemplateResult {
  return html`<button class="run" type="button" data-key="run" title=${t("Cancel")} @click=${() => frame.act.cancel()}>
    ${icon("stop")}<span class="run-label">${t("Cancel")}</span>${badgeView(frame)}
  </button>`;
}

function runButtons(frame: Frame): TemplateResult {
  const { act, state } = frame;
  const blocked = countTroubles(frame.troubles) > 0 || frame.model.layers.length === 0;
  const more = t("Choose data and device");
  return html`<button
      class="run"
      type="button"
      data-key="run"
      title=${`${t("Run")} (Ctrl+Enter)`}
      aria-disabled=${blocked ? "true" : nothing}
      @click=${() => run(frame)}
    >
      ${icon("play")}<span class="run-label">${t("Run")}</span>${badgeView(frame)}</button
    ><button
      class="run-more"
      type="button"
      data-key="runmore"
      title=${more}
      aria-label=${more}
      aria-haspopup="menu"
      aria-expanded=${state.menu?.anchor === "runmore"}
      @click=${() => act.menu({ kind: "run", anchor: "runmore" })}
    >
      ${icon("down")}
    </button>`;
}

/** What Run does, from the button and from Ctrl+Enter: a model that does not fit leads to its first problem. */
export function run(frame: Frame): void {
  if (countTroubles(frame.troubles) > 0) frame.act.showTrouble(frame.troubles);
  else if (frame.host.run.phase !== "running" && frame.model.layers.length > 0) frame.act.run();
}
