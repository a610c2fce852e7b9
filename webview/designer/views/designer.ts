/** The whole view: head, stack, foot, the open menu, and what a screen reader hears. */
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../../shared/icons.js";
import { formatDuration, language, t, worded } from "../../shared/l10n.js";
import type { Controller } from "../controller.js";
import { type Frame, frameOf } from "../frame.js";
import { countTroubles } from "../troubles.js";
import { spoken } from "../words.js";
import { itemView } from "./card.js";
import { emptyView } from "./empty.js";
import { fitText, footView, isRunning } from "./foot.js";
import { headView } from "./head.js";
import { menuView } from "./menus.js";

export function designerView(act: Controller): TemplateResult | typeof nothing {
  const { host, menu } = act.state;
  if (host === null) return nothing;
  const frame = frameOf(act.state, act);
  const classes = ["view", "designer", frame === null ? "is-empty" : isRunning(frame) ? "is-running" : ""].filter(Boolean).join(" ");
  return html`<main class=${classes} lang=${language()} aria-label=${t("Model designer")}>
    <h1 class="sr">${t("Model designer")}</h1>
    ${frame === null ? emptyView(act, host) : modelView(frame)}${frame !== null && menu !== null ? menuView(frame, menu) : nothing}
    <p class="sr live" role="status" aria-live="polite">${frame === null ? "" : newsText(frame)}</p>
  </main>`;
}

function modelView(frame: Frame): TemplateResult {
  const { act, stack, state } = frame;
  const count = stack.length;
  const items = Array.from({ length: count + 1 }, (_, item) => itemView(frame, item));
  return html`${progressView(frame)}${headView(frame)}
    <div class="scroll">
      <ol class="stack" aria-label=${t("Layers")}>
        ${items}
      </ol>
      <button
        class="ghost add"
        type="button"
        data-key="add"
        aria-haspopup="menu"
        aria-expanded=${state.menu?.anchor === "add"}
        @click=${() => act.menu({ kind: "add", index: count, anchor: "add" })}
      >
        ${icon("add")}<span>${t("Add layer")}</span>
      </button>
    </div>
    ${footView(frame)}`;
}

/** The width of the bar is set after rendering, in the style object: the CSP allows no style attributes. */
function progressView({ host, state }: Frame): TemplateResult | typeof nothing {
  if (!isRunning({ host, state }) || host.run.phase !== "running") return nothing;
  const percent = host.run.total > 0 ? Math.min(100, Math.round((100 * host.run.done) / host.run.total)) : null;
  return html`<div
    class="progress"
    role="progressbar"
    aria-label=${t("Run")}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent ?? nothing}
    data-percent=${percent ?? nothing}
  >
    <span></span>
  </div>`;
}

let latest: { readonly serial: number; readonly text: string } = { serial: 0, text: "" };

/** What the live region says, worded once for each piece of news, so that typing does not repeat it. */
function newsText(frame: Frame): string {
  const { news } = frame.state;
  if (news === null) return "";
  if (news.serial !== latest.serial) latest = { serial: news.serial, text: wordedNews(frame, news) };
  return latest.text;
}

/** Equal texts in a row are told apart by a space that nobody hears. */
function wordedNews(frame: Frame, news: NonNullable<Frame["state"]["news"]>): string {
  const text = news.kind === "edited" ? editedText(frame, news.before === null ? null : worded(news.before)) : runText(frame);
  return news.serial % 2 === 0 ? text : `${text}\u00a0`;
}

function editedText({ flow, troubles }: Frame, before: string | null): string {
  const count = countTroubles(troubles);
  const output = flow.at(-1)?.outputs[0];
  const fit = count > 0 ? fitText(count) : output === undefined ? "" : t("All shapes fit. Output {shape}", { shape: spoken(output) });
  return [before, fit].filter(Boolean).join(". ");
}

function runText({ host }: Frame): string {
  const { run } = host;
  if (run.phase === "failed") return run.message;
  if (run.phase !== "done") return "";
  const done = t("Output {shape}, {device}, {time}", {
    shape: spoken(run.outputShape),
    device: host.device.name,
    time: formatDuration(run.ms),
  });
  return run.warning === null ? done : `${done}. ${run.warning}`;
}
