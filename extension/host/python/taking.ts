/** A reading becomes a model; what could not be read of it is said, with its place. */
import * as vscode from "vscode";
import type { CodeReading } from "../../core/code/readings.js";
import type { Range } from "../../core/code/python/syntax.js";
import { msg } from "../../core/messages.js";
import { layerEntries, readModel } from "../../core/model/read.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { word } from "../words.js";
import { type PythonSource, rangeIn } from "./source.js";

/** undefined: a layer has no value that can be told, e.g. `LSTM(int(sys.argv[1]))`, and the person does not want to do without it. */
export async function specOf(document: vscode.TextDocument, source: PythonSource, reading: CodeReading): Promise<ModelSpec | undefined> {
  const whole = readModel(reading.config);
  if (whole.ok) return whole.value.layers.length === 0 ? undefined : { ...whole.value, name: reading.name };
  const rest = readModel(withoutUnread(reading));
  const [show, leaveOut] = [word(msg("Show")), word(msg("Leave it out"))];
  const offers = rest.ok && rest.value.layers.length > 0 ? [show, leaveOut] : [show];
  const picked = await vscode.window.showWarningMessage(word(whole.error.message), ...offers);
  if (picked === show) await reveal(document, source, reading.problems[0] ?? reading.layers.find(({ name }) => name === "") ?? reading);
  return picked === leaveOut && rest.ok ? { ...rest.value, name: reading.name } : undefined;
}

/** One notification for all places: the editor marks each of them. */
export function tellProblems(document: vscode.TextDocument, source: PythonSource, reading: CodeReading): void {
  const { name, problems } = reading;
  const [first] = problems;
  if (first === undefined) return;
  const text =
    problems.length === 1
      ? msg("One place of {name} was not understood: {reason}", { name, reason: word(first.message) })
      : msg("{n} places of {name} were not understood, the first: {reason}", { n: problems.length, name, reason: word(first.message) });
  const show = word(msg("Show"));
  void vscode.window.showWarningMessage(word(text), show).then((picked) => (picked === show ? reveal(document, source, first) : undefined));
}

/** Layers that cannot be read have no name. */
function withoutUnread({ config, layers }: CodeReading): Readonly<Record<string, unknown>> {
  const inner = config["config"] as { readonly layers?: readonly unknown[] };
  const unread = new Set<unknown>(layerEntries(config).filter((_, i) => layers[i]?.name === ""));
  return { ...config, config: { ...inner, layers: (inner.layers ?? []).filter((entry) => !unread.has(entry)) } };
}

async function reveal(document: vscode.TextDocument, source: PythonSource, place: Range): Promise<void> {
  const range = rangeIn(document, source, place);
  await vscode.window.showTextDocument(document, range === undefined ? {} : { selection: range });
}
