/** What a kept run is called, and what is said about it in a line and in a tooltip. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { readModel } from "../../core/model/read.js";
import { shapeText } from "../../core/model/shapes.js";
import { stackText } from "../../core/model/stackText.js";
import type { KeptRun } from "../../core/runs/keptRun.js";
import { word } from "../words.js";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

export function runTitle({ title, number }: Pick<KeptRun, "title" | "number">): string {
  return title === "" ? word(msg("Run {n}", { n: number })) : title;
}

/** "(1, 4, 5) → (1, 3)". */
export function runFlow({ data, tensors }: KeptRun): string {
  const outputs = tensors.filter((tensor) => tensor.returned).map((tensor) => shapeText(tensor.shape));
  return [shapeText(data.shape), outputs.slice(0, 2).join(", ") + (outputs.length > 2 ? " …" : "")].join(" → ");
}

/** "5 min ago", of another day its date. */
export function agoText(when: number, now: number): string {
  const past = now - when;
  if (past < MINUTE) return word(msg("just now"));
  if (past < HOUR) return word(msg("{n} min ago", { n: Math.floor(past / MINUTE) }));
  if (past < DAY) return word(msg("{n} h ago", { n: Math.floor(past / HOUR) }));
  return new Date(when).toLocaleDateString(vscode.env.language);
}

/** "(1, 4, 5) → (1, 3) · CPU · 5 min ago". */
export function runLine(run: KeptRun, now: number): string {
  return [runFlow(run), run.device.name, agoText(run.when, now)].join(" · ");
}

export function runTooltip(run: KeptRun): vscode.MarkdownString {
  const model = readModel(run.model);
  const text = new vscode.MarkdownString();
  text.appendMarkdown("**").appendText(runTitle(run)).appendMarkdown("**\n\n");
  if (model.ok) text.appendText(stackText(model.value)).appendMarkdown("\n\n");
  text.appendText(runFlow(run)).appendMarkdown("\n\n---\n\n");
  const when = new Date(run.when).toLocaleString(vscode.env.language);
  const lines = [
    word(msg("{device}, {ms} ms, seed {seed}", { device: run.device.name, ms: run.timing.totalMs.toFixed(1), seed: run.seed })),
    ...(run.device.reason === null ? [] : [run.device.reason]),
    run.name === "" ? sourceLine(run) : `${run.name} · ${sourceLine(run)}`,
    when,
  ];
  for (const line of lines) text.appendText(line).appendMarkdown("\n\n");
  return text;
}

function sourceLine({ source }: KeptRun): string {
  const [first = 0, , last = 0] = source.range;
  const file = vscode.Uri.parse(source.uri).path.split("/").at(-1) ?? "";
  return `${file}:${first + 1}${last > first ? `–${last + 1}` : ""}`;
}
