/** Wires what shows results: the panel with its checks, gates and questions, and the trees of runs and states. */
import * as vscode from "vscode";
import type { Actions } from "./actions.js";
import { CompareDesk } from "./compareDesk.js";
import { Debounce } from "./debounce.js";
import type { Engine } from "./engine.js";
import type { ModelStore } from "./model/modelStore.js";
import { ResultsPanel } from "./panels/resultsPanel.js";
import type { Reader } from "./reader.js";
import { ResultsDesk } from "./resultsDesk.js";
import { Checks } from "./run/checks.js";
import { Gates } from "./run/gates.js";
import type { ModelStates } from "./run/modelStates.js";
import { Questions } from "./run/questions.js";
import type { RunController } from "./run/runController.js";
import { runsCommands } from "./run/runsCommands.js";
import { RunsTree } from "./run/runsTree.js";
import { RunStore } from "./run/runStore.js";
import { RunValues } from "./run/runValues.js";
import { statesCommands } from "./run/statesCommands.js";
import { StatesTree } from "./run/statesTree.js";
import { numberAt, SourceLight } from "./sourceLight.js";

/** A cursor that is on its way marks nothing. */
const CURSOR_MS = 120;

export interface ResultsContext {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: Engine;
  readonly runs: RunController;
  readonly states: ModelStates;
  readonly store: ModelStore;
  readonly actions: Actions;
  /** Writes models as code. */
  readonly codeReader: Reader;
}

export interface Results {
  readonly panel: ResultsPanel;
  readonly desk: ResultsDesk;
  readonly kept: RunStore;
  /** What people see of the values is another; other views may show it too. */
  readonly onDidChange: vscode.Event<void>;
  readonly disposables: readonly vscode.Disposable[];
}

export function wireResults({ context, log, engine, runs, states, store, actions, codeReader }: ResultsContext): Results {
  const kept = new RunStore(vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "runs"), log);
  const values = new RunValues(engine, kept, log);
  const checks = new Checks(engine, runs);
  const gates = new Gates(runs, values);
  const compare = new CompareDesk(engine, runs, kept, values);
  const questions = new Questions(engine, runs, values, codeReader);
  const light = new SourceLight();
  const desk = new ResultsDesk({
    runs,
    kept,
    values,
    checks,
    compare,
    gates,
    actions,
    questions,
    light,
    codeReader,
    askExport: (format) => panel.askExport(format),
  });
  const panel: ResultsPanel = new ResultsPanel(context.extensionUri, desk, log);
  const tree = new RunsTree(kept, runs);
  const show = (): void => panel.show();
  const beside = (id: string): void => {
    compare.reveal(id);
    show();
  };
  const commands = [...runsCommands({ kept, runs, tree, showResults: show, compare: beside }), ...statesCommands(states)];
  const disposables = [
    ...[kept, values, checks, compare, gates, questions, light, panel, tree, new StatesTree(states, store.onDidChange), ...commands],
    ...[checks, compare, gates].map((part) => part.onDidChange(() => panel.update())),
    runs.onDidComplete(() => runs.order?.live === true || panel.show()),
    runs.onDidComplete((record) => void kept.add(record, { live: runs.order?.live === true })),
    ...followCursor(runs, panel),
    vscode.window.registerWebviewPanelSerializer(ResultsPanel.id, panel),
  ];
  return { panel, desk, kept, onDidChange: values.onDidChange, disposables };
}

/** The cursor in the text marks the step in the panel. */
function followCursor(runs: RunController, panel: ResultsPanel): vscode.Disposable[] {
  const later = new Debounce<"cursor">(CURSOR_MS);
  const follow = (editor: vscode.TextEditor): void => {
    const { record } = runs;
    const index = record === null || !panel.isOpen ? null : numberAt(record.data, editor);
    if (record !== null && index !== null) panel.point(record.id, index);
  };
  return [later, vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => later.later("cursor", () => follow(textEditor)))];
}
