/** Wires what shows results: the panel with its checks, gates and questions, and the trees of runs and states. */
import * as vscode from "vscode";
import type { Actions } from "./actions.js";
import { CompareDesk } from "./compareDesk.js";
import { CompareMemory } from "./compareMemory.js";
import { Debounce } from "./debounce.js";
import type { Engine } from "./engine.js";
import type { ModelStore } from "./model/modelStore.js";
import { ResultsPanel } from "./panels/resultsPanel.js";
import type { Reader } from "./reader.js";
import { ResultsDesk } from "./resultsDesk.js";
import { Checks } from "./run/checks.js";
import { Gates } from "./run/gates.js";
import { keptViews } from "./run/keptViews.js";
import type { ModelStates } from "./run/modelStates.js";
import { Questions } from "./run/questions.js";
import type { RunController } from "./run/runController.js";
import { RunStore } from "./run/runStore.js";
import { RunValues } from "./run/runValues.js";
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
  /** Reads files that are compared with. */
  readonly fileReader: Reader;
}

export interface Results {
  readonly panel: ResultsPanel;
  readonly desk: ResultsDesk;
  readonly kept: RunStore;
  /** What people see of the values is another; other views may show it too. */
  readonly onDidChange: vscode.Event<void>;
  readonly disposables: readonly vscode.Disposable[];
}

export function wireResults({ context, log, engine, runs, states, store, actions, codeReader, fileReader }: ResultsContext): Results {
  const kept = new RunStore(vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "runs"), log);
  const values = new RunValues(engine, kept, log);
  const checks = new Checks(engine, runs);
  const gates = new Gates(runs, values);
  const compare = new CompareDesk({ engine, runs, kept, values, reader: fileReader, memory: new CompareMemory(context.workspaceState) });
  const questions = new Questions(engine, runs, values, codeReader);
  const light = new SourceLight();
  const desk = new ResultsDesk({
    runs,
    kept,
    values,
    checks,
    gates,
    compare,
    actions,
    questions,
    light,
    codeReader,
    askExport: (format) => panel.askExport(format),
  });
  const panel: ResultsPanel = new ResultsPanel(context.extensionUri, desk, log);
  const disposables = [
    ...[kept, values, checks, gates, compare, questions, light, panel],
    ...[checks, gates, compare].map((part) => part.onDidChange(() => panel.update())),
    ...keptViews({ store, runs, kept, states, compare, showResults: () => panel.show() }),
    runs.onDidComplete(() => runs.order?.live === true || panel.show()),
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
