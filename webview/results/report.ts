/** The results as a file: a report of every tab, or a picture of the one that is shown. */
import { render } from "lit";
import type { ExportFormat } from "../../extension/core/protocol/results.js";
import { language, t } from "../shared/l10n.js";
import { clip } from "./names.js";
import { htmlOf, pngOf, stillOf, stylesOf, svgOf } from "./snapshot.js";
import type { Tab } from "./state.js";
import type { View } from "./view.js";
import { page, tabsOf } from "./views/frame.js";
import { outputsOf } from "./outputs.js";

/** Tabs of a report, in its order; Trace and Data are of one number and of all. */
const REPORTED: readonly Tab[] = ["shapes", "heat", "steps", "gates", "memory", "code"];
/** Longest wait for the values of one tab. */
const PATIENCE_MS = 5000;
const WIDTH = 1000;

/** @param busy values are on their way. null: there is nothing to export, or the browser could not draw it. */
export async function exportAs(format: ExportFormat, view: View, busy: () => boolean): Promise<string | Uint8Array | null> {
  const panel = document.getElementById("panel");
  const { run } = view.state;
  if (run === null || panel === null) return null;
  const classes = document.body.className;
  if (format === "html") {
    const body = await report(view, busy);
    return htmlOf({ body, styles: stylesOf(body), classes }, clip(run.modelName), language());
  }
  const [width, height] = [panel.clientWidth, panel.scrollHeight];
  const body = framed(stillOf(panel));
  const svg = svgOf({ body, styles: stylesOf(body), classes }, width, height);
  return format === "svg" ? svg : pngOf(svg, width, height);
}

/** As deep in the page as the styles want it. */
function framed(...children: readonly HTMLElement[]): HTMLElement {
  const frame = document.createElement("div");
  frame.className = "view results still";
  frame.append(...children);
  return frame;
}

/** Every tab is drawn out of sight, one after the other, once its values are there. */
async function report(view: View, busy: () => boolean): Promise<HTMLElement> {
  const hidden = document.createElement("div");
  hidden.setAttribute("aria-hidden", "true");
  hidden.className = "report-stage";
  hidden.style.width = `${WIDTH}px`;
  document.body.append(hidden);
  const parts: HTMLElement[] = [];
  try {
    for (const { id, text } of reportedTabs(view)) {
      const panel = await drawn(hidden, { view, busy }, id);
      if (parts.length === 0) parts.push(...[...hidden.querySelectorAll(".head")].map(stillOf));
      const title = document.createElement("h2");
      title.className = "report-title";
      title.textContent = text;
      parts.push(title, panel ?? said(t("This tab was not ready.")));
    }
  } finally {
    hidden.remove();
  }
  return framed(...parts);
}

function reportedTabs(view: View): { id: Tab; text: string }[] {
  const { run, gates } = view.state;
  if (run === null) return [];
  return tabsOf({ ...view, outputs: outputsOf(run) }).filter(
    ({ id }) => REPORTED.includes(id) && (id !== "gates" || gates.phase === "done"),
  );
}

async function drawn(stage: HTMLElement, { view, busy }: { view: View; busy: () => boolean }, tab: Tab): Promise<HTMLElement | null> {
  const { state } = view;
  const staged: View = { ...view, state: { ...state, width: WIDTH, railOpen: false, chosen: { ...state.chosen, tab } } };
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    render(page(staged), stage);
    await new Promise((resolve) => setTimeout(resolve, 60));
    // With what came meanwhile.
    render(page(staged), stage);
    const panel = stage.querySelector("#panel");
    if (panel !== null && !busy() && panel.querySelector(".waiting, progress") === null) return stillOf(panel);
    if (performance.now() > until) return null;
  }
}

function said(text: string): HTMLElement {
  const line = document.createElement("p");
  line.textContent = text;
  return line;
}
