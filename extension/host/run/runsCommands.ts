/** What can be done with a kept run. Each command takes the run that a menu names, else the selected one. */
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import { withInput } from "../../core/model/input.js";
import { summaryText } from "../../core/model/summary.js";
import type { KeptRun } from "../../core/runs/keptRun.js";
import { word } from "../words.js";
import type { RunController } from "./runController.js";
import type { RunsTree } from "./runsTree.js";
import type { RunStore } from "./runStore.js";
import { runTitle } from "./runWords.js";

export interface RunsParts {
  readonly kept: RunStore;
  readonly runs: RunController;
  readonly tree: RunsTree;
  /** Brings the results panel to the front. */
  readonly showResults: () => void;
  /** Puts a kept run beside the one that is shown. */
  readonly compare: (id: string) => void;
}

export function runsCommands(parts: RunsParts): vscode.Disposable[] {
  const { kept, runs, tree } = parts;
  const command = (id: string, act: (run: KeptRun) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`unroll.${id}`, (given?: { readonly id?: unknown }) => {
      // A tree's item may be older than the run is by now.
      const run = kept.get(typeof given?.id === "string" ? given.id : (tree.view.selection[0]?.id ?? ""));
      return run === undefined ? undefined : act(run);
    });
  return [
    command("showRun", (run) => withRecord(parts, run, (record) => (runs.show(record), parts.showResults()))),
    command("repeatRun", (run) =>
      withRecord(parts, run, ({ model, data, seed, asked: device }) =>
        runs.run({ model, data, seed, ...(device !== undefined && { device }) }),
      ),
    ),
    command("compareRun", (run) => parts.compare(run.id)),
    command("pinRun", (run) => kept.change(run.id, { pinned: true })),
    command("unpinRun", (run) => kept.change(run.id, { pinned: false })),
    command("renameRun", (run) => rename(kept, run)),
    command("copyRunSummary", (run) =>
      withRecord(parts, run, ({ model, data }) => vscode.env.clipboard.writeText(summaryText(withInput(model, data.shape)))),
    ),
    command("deleteRun", (run) => remove(kept, run)),
    vscode.commands.registerCommand("unroll.deleteRuns", () => removeLoose(kept)),
  ];
}

/** Says where a run cannot be read any more. */
async function withRecord<T>(
  { kept }: RunsParts,
  run: KeptRun,
  act: (record: Awaited<ReturnType<RunStore["record"]>>) => T,
): Promise<T | undefined> {
  try {
    return act(await kept.record(run.id));
  } catch (error) {
    if (!(error instanceof UnrollError)) throw error;
    const forget = word(msg("Delete"));
    void vscode.window.showErrorMessage(word(error.failure.message), forget).then((picked) => picked === forget && kept.delete([run]));
    return undefined;
  }
}

async function rename(kept: RunStore, run: KeptRun): Promise<void> {
  const title = await vscode.window.showInputBox({
    title: word(msg("Rename run")),
    prompt: word(msg("Empty: it is called by its number.")),
    value: runTitle(run),
    validateInput: (text) => (text.length > 200 ? word(msg("At most {n} characters.", { n: 200 })) : null),
  });
  if (title === undefined) return;
  const own = title.trim() === runTitle({ ...run, title: "" }) ? "" : title.trim();
  await kept.change(run.id, { title: own });
}

/** Pinned runs were to stay: they go only when somebody says so twice. */
async function remove(kept: RunStore, run: KeptRun): Promise<void> {
  if (!run.pinned || (await confirmed(word(msg("Delete the pinned run “{title}”?", { title: runTitle(run) }))))) kept.delete([run]);
}

async function removeLoose(kept: RunStore): Promise<void> {
  const loose = kept.runs.filter((run) => !run.pinned);
  if (loose.length > 0 && (await confirmed(word(msg("Delete {n} runs? Pinned runs stay.", { n: loose.length }))))) kept.delete(loose);
}

async function confirmed(question: string): Promise<boolean> {
  const yes = word(msg("Delete"));
  return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
}
