/** Compare: the shown run beside another one, or beside itself on another device or with one option changed. */
import { html, nothing, type TemplateResult } from "lit";
import type { CompareChoice, CompareState, Side } from "../../../extension/core/protocol/compare.js";
import { reasonsForSame } from "../../../extension/core/runs/sameResult.js";
import { icon } from "../../shared/icons.js";
import { t, worded } from "../../shared/l10n.js";
import { pairsOf } from "../compare/pairs.js";
import { pairWord, sentenceWord, titleWord, toleranceWord } from "../compare/words.js";
import { clip } from "../names.js";
import { significant } from "../numbers.js";
import { outputsOf } from "../outputs.js";
import type { RunContext } from "../view.js";
import { chooseCell, type Compared, compareMaps, comparedOf, firstStep } from "./compareMaps.js";
import { profile, type Row, where } from "./compareWhere.js";
import { ghost, oneOf, paletteSwitch, toggle } from "./controls.js";
import { waiting } from "./frame.js";
import { zoomButtons } from "./zoom.js";

interface Sides {
  readonly a: Side;
  readonly b: Side;
}

export function compareTab(view: RunContext): TemplateResult {
  view.compare.want(view.outputs.run.id);
  const host = view.compare.state;
  if (host === null) return waiting(view, null);
  const { swapped } = view.state.compare;
  const current = host.a?.choice === view.outputs.run.id;
  const sides = !current || host.a === null || host.b === null ? null : swapped ? { a: host.b, b: host.a } : { a: host.a, b: host.b };
  return html`${picks(view, host)} ${state(view, host, sides)} ${sides === null ? nothing : compared(view, sides)}`;
}

/** What is compared with what, and up to where two numbers count as equal. */
function picks(view: RunContext, host: CompareState): TemplateResult {
  const { swapped, tolerance } = view.state.compare;
  const shown = html`<span class="compare-side"
    ><span class="letter">${swapped ? "B" : "A"}</span><b>${clip(host.a?.title ?? t("The shown run"))}</b
    ><span class="dim">${host.a?.detail ?? ""}</span
    >${host.a?.pinned === true ? html`<span class="tag quiet">${icon("pin")}${t("pinned")}</span>` : nothing}</span
  >`;
  const other = html`<label class="compare-side" for="compare-other"
      ><span class="letter">${swapped ? "A" : "B"}</span><span class="sr">${t("Compare with")}</span>${choices(view, host)}</label
    >${fileButton(view, host)}`;
  const change = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const value = Number(input.value);
    if (Number.isFinite(value) && value >= 0) view.dispatch({ type: "compare", changes: { tolerance: value } });
    else input.value = toleranceWord(tolerance);
  };
  return html`<div class="compare-pick">
    ${swapped ? other : shown}
    <button
      class="icon-button"
      type="button"
      id="compare-swap"
      aria-label=${t("Swap A and B")}
      title=${t("Swap A and B")}
      @click=${() => view.dispatch({ type: "compare", changes: { swapped: !swapped } })}
    >
      ${icon("swap")}
    </button>
    ${swapped ? shown : other}
    <label class="tolerance" for="tolerance"
      ><span class="dim small">${t("Tolerance")}</span
      ><input class="field" id="tolerance" size="6" inputmode="decimal" .value=${toleranceWord(tolerance)} @change=${change}
    /></label>
  </div>`;
}

function fileButton(view: RunContext, { activity }: CompareState): TemplateResult {
  const name = t("Compare with a file…");
  const busy = activity.phase === "computing";
  return html`<button
    class="ghost"
    type="button"
    id="compare-file"
    title=${name}
    aria-disabled=${String(busy)}
    @click=${() => busy || view.compare.choose({ kind: "file", id: null })}
  >
    ${icon("file")}${t("File…")}
  </button>`;
}

function choices(view: RunContext, host: CompareState): TemplateResult {
  const change = (event: Event): void => {
    const choice = choiceOf((event.target as HTMLSelectElement).value);
    if (choice !== null) view.compare.choose(choice);
  };
  const busy = host.activity.phase === "computing";
  const chosen = host.b === null ? null : host.b.choice;
  const group = (label: string, options: readonly TemplateResult[]): TemplateResult | typeof nothing =>
    options.length === 0 ? nothing : html`<optgroup label=${label}>${options}</optgroup>`;
  return html`<select id="compare-other" ?disabled=${busy} @change=${change}>
    ${chosen === null ? html`<option value="" selected>${t("Choose…")}</option>` : nothing}
    ${group(
      t("Kept runs"),
      host.runs.map(
        (run) => html`<option value=${`run ${run.id}`} ?selected=${run.id === chosen}>${clip(run.title)} · ${run.detail}</option>`,
      ),
    )}
    ${group(
      t("Files"),
      host.files.map(
        (file) =>
          html`<option value=${`file ${file.id}`} ?selected=${file.id === chosen}>
            ${[file.title, file.detail]
              .filter((text) => text !== "")
              .map((text) => clip(text))
              .join(" · ")}
          </option>`,
      ),
    )}
    ${group(
      t("The same run on another device"),
      host.devices.map(({ kind, name }) => html`<option value=${`device ${kind}`}>${clip(name)}</option>`),
    )}
    ${group(
      t("What if: one option changed"),
      host.flips.map((flip) => html`<option value=${`flip ${flip.layer} ${flip.key}`}>${clip(flip.text)}</option>`),
    )}
  </select>`;
}

function choiceOf(value: string): CompareChoice | null {
  const [kind, first = "", key = ""] = value.split(" ");
  if (kind === "run") return { kind, id: first };
  if (kind === "device" && (first === "cuda" || first === "cpu" || first === "js")) return { kind, device: first };
  if (kind === "file") return { kind, id: first };
  return kind === "flip" ? { kind, layer: Number(first), key } : null;
}

/** Why there is nothing to see, as long as there is not. */
function state(view: RunContext, { activity, runs }: CompareState, sides: Sides | null): TemplateResult | typeof nothing {
  if (activity.phase === "failed") return waiting(view, activity.message);
  if (activity.phase === "computing") {
    const text = activity.other === "file" ? t("Waiting for the file…") : t("Computing both runs…");
    return html`<p class="waiting dim" role="status">${text}</p>`;
  }
  if (sides !== null) return nothing;
  return html`<p class="dim">
    ${
      runs.length === 0
        ? t("There is no other run yet. Run on other numbers, or choose another device, a changed option or a file above.")
        : t("Choose what to compare with.")
    }
  </p>`;
}

function compared(view: RunContext, { a, b }: Sides): TemplateResult {
  const { tolerance } = view.state.compare;
  const pairs = pairsOf(outputsOf(a.run), outputsOf(b.run));
  const fitting = pairs.filter((pair) => pair.part !== null);
  const parts = fitting.flatMap((pair) => pair.part ?? []);
  const measured = view.compare.measure({ a: a.id, b: b.id, tolerance, parts });
  if (measured.status !== "ready") return waiting(view, measured.status === "failed" ? measured.message : null);
  const rows = pairs.map((pair): Row => ({ pair, found: measured.parts[fitting.indexOf(pair)] ?? null }));
  const timed = rows.filter((row) => row.found !== null && row.pair.a?.strip != null);
  const chosen = timed.find((row) => row.pair.key === view.state.compare.pair) ?? firstDifferent(timed) ?? firstLayer(timed) ?? timed[0];
  const pick = (pair: string): void => view.dispatch({ type: "compare", changes: { pair } });
  const shown = chosen === undefined ? null : comparedOf(a, b, chosen);
  const layers = timed.map((row) => ({ value: row.pair.key, text: pairWord(row.pair) }));
  return html`${verdict(view, { a, b }, rows, chosen ?? rows.find((row) => row.found !== null))}
    <div class="bar wrap">
      ${layers.length < 2 ? nothing : oneOf("compare-layer", t("Layer"), layers, chosen?.pair.key ?? "", pick)} ${paletteSwitch(view)}
      <span class="rest"
        >${shown === null ? nothing : jump(view, shown)} ${zoomButtons(view)}
        <span class="push"
          >${toggle("table-twin", "table", t("Table"), view.state.chosen.table, () => view.choose({ table: !view.state.chosen.table }))}</span
        >
      </span>
    </div>
    ${shown === null ? nothing : compareMaps(view, shown)}
    <div class="compare-below">
      ${chosen?.found == null ? nothing : profile(view, chosen.pair, chosen.found, tolerance)} ${where(rows, chosen?.pair.key ?? "", pick)}
    </div>`;
}

/** A difference of the input is the cause, not the finding: the first layer that differs is shown. */
function firstDifferent(rows: readonly Row[]): Row | undefined {
  const different = rows.filter((row) => row.found?.first != null);
  return firstLayer(different) ?? different[0];
}

function firstLayer(rows: readonly Row[]): Row | undefined {
  return rows.find((row) => (row.pair.a?.tensor.layer ?? -1) >= 0);
}

function verdict(view: RunContext, sides: Sides, rows: readonly Row[], row: Row | undefined): TemplateResult {
  const { tolerance } = view.state.compare;
  const causes = causesOf(sides, rows);
  if (row?.found == null)
    return html`<div class="verdict" role="status">
      ${icon("info", "i")}
      <p>${t("Nothing of the two runs can be compared number by number.")}</p>
    </div>`;
  return html`<div class="verdict" role="status">
    ${icon("info", "i")}
    <div>
      <b>${titleWord(row.pair, row.found, tolerance)}</b>
      <p id="compare-sentence">${sentenceWord(row.pair, row.found, tolerance)}</p>
      ${causes.map((cause) => html`<p>${cause}</p>`)}
      ${
        sides.a.run.source === ""
          ? nothing
          : html`<button class="link" type="button" id="compare-source" @click=${() => view.command("showSource")}>
              ${clip(view.outputs.run.source)}
            </button>`
      }
    </div>
  </div>`;
}

/** What the two runs began with differently. */
function causesOf({ a, b }: Sides, rows: readonly Row[]): string[] {
  const causes: string[] = [];
  const input = rows.find((row) => (row.pair.a ?? row.pair.b)?.tensor.layer === -1);
  const first = input?.found?.first;
  if (first != null) {
    const args = { row: first.step + 1, number: first.unit + 1, a: significant(first.a, 4), b: significant(first.b, 4) };
    causes.push(t("The input differs first: row {row}, number {number}, {a} → {b}.", args));
  }
  if (a.run.seed !== b.run.seed)
    causes.push(t("The weights are others: seed {a} and seed {b}.", { a: a.run.seed ?? "–", b: b.run.seed ?? "–" }));
  if (JSON.stringify(a.run.model) !== JSON.stringify(b.run.model)) causes.push(t("The models differ."));
  if (a.run.device.name !== b.run.device.name)
    causes.push(t("Computed on {a} and on {b}.", { a: a.run.device.name, b: b.run.device.name }));
  return [...causes, ...reasons({ a, b }, rows)];
}

/** Why the models differ and no number does. */
function reasons({ a, b }: Sides, rows: readonly Row[]): string[] {
  const [left, right] = [outputsOf(a.run), outputsOf(b.run)];
  const equal = rows.every(({ found }) => found !== null && found.first === null);
  if (!equal || left.model === null || right.model === null || a.run.seed !== b.run.seed) return [];
  return reasonsForSame(left.model, right.model, left.input?.shape[1] ?? 1).map(worded);
}

/** To the step at which the layer parts from itself, in the row of the batch and the unit that differ most there. */
function jump(view: RunContext, compared: Compared): TemplateResult | typeof nothing {
  const { first } = compared.found;
  const step = firstStep(compared);
  if (first === null || step === null) return nothing;
  const go = (): void => {
    view.choose({ batch: first.batch });
    chooseCell(view, { unit: first.unit, step });
  };
  return ghost("compare-first", "forward", t("To the first difference"), go);
}
