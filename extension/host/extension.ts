/** Wires the extension: services, views, commands. No logic here. */
import * as vscode from "vscode";
import { Actions } from "./actions.js";
import { announce } from "./announce.js";
import { commands } from "./commands.js";
import { CompareDesk } from "./compareDesk.js";
import { DesignerDesk } from "./designerDesk.js";
import { ReadDiagnostics } from "./diagnostics.js";
import { Engine } from "./engine.js";
import { LiveRun } from "./liveRun.js";
import { ModelDiagnostics } from "./model/modelDiagnostics.js";
import { MODEL_EDITOR, ModelStore } from "./model/modelStore.js";
import { ModelTexts } from "./model/modelTexts.js";
import { DesignerView } from "./panels/designerView.js";
import { ModelEditor } from "./panels/modelEditor.js";
import { ResultsPanel } from "./panels/resultsPanel.js";
import { CodeCommands } from "./python/codeCommands.js";
import { codeFeatures } from "./python/codeFeatures.js";
import { CodeModels } from "./python/codeModels.js";
import { Reader } from "./reader.js";
import { ResultsDesk } from "./resultsDesk.js";
import { Checks } from "./run/checks.js";
import { keptViews } from "./run/keptViews.js";
import { ModelStates } from "./run/modelStates.js";
import { RunController } from "./run/runController.js";
import { RunStore } from "./run/runStore.js";
import { RunValues } from "./run/runValues.js";
import { SelectionRun } from "./run/selectionRun.js";
import { readSettings } from "./settings.js";
import { SelectionWatch } from "./selectionWatch.js";
import { StatusBar } from "./statusBar.js";
import { publicApi, type UnrollExtensionApi } from "./publicApi.js";

export function activate(context: vscode.ExtensionContext): UnrollExtensionApi {
  const { extensionUri } = context;
  const log = vscode.window.createOutputChannel("Unroll", { log: true });
  const engine = new Engine(extensionUri, log);
  const reader = new Reader(extensionUri, log);
  // In a thread of its own: code that takes a second to read holds up no selection.
  const codeReader = new Reader(extensionUri, log);
  const texts = new ModelTexts();
  const store = new ModelStore(context.workspaceState, texts);
  const diagnostics = new ReadDiagnostics();
  const states = new ModelStates(store, (model) => model.seed ?? readSettings().seed);
  const runs = new RunController(engine, log, states);
  const kept = new RunStore(vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "runs"), log);
  const values = new RunValues(engine, kept, log);
  const selection = new SelectionRun(reader, store, runs, diagnostics);
  const codeModels = new CodeModels(codeReader, log);
  const code = new CodeCommands({ models: codeModels, store, selection });
  const checks = new Checks(engine, runs);
  const actions = new Actions(engine, runs, () => results.show(), log);
  const compare = new CompareDesk(engine, runs, kept, values);
  const resultsDesk = new ResultsDesk(runs, kept, values, checks, compare, actions);
  const results: ResultsPanel = new ResultsPanel(extensionUri, resultsDesk, log);
  const parts = { engine, store, runs, selection, actions, code, codeReader };
  const pane = { extension: extensionUri, log };
  const designer = new DesignerView(new DesignerDesk(parts), pane);
  const editors = new ModelEditor(texts, (model) => new DesignerDesk(parts, model), pane);
  const statusBar = new StatusBar();
  const refresh = (): void => {
    designer.update();
    editors.update();
    results.update();
    statusBar.show(engine.device());
  };
  const tellModel = (): void => void vscode.commands.executeCommand("setContext", "unroll.hasModel", store.model !== null);

  context.subscriptions.push(
    ...[log, engine, reader, texts, store, new ModelDiagnostics(texts), diagnostics, runs, checks, results, statusBar],
    ...[new SelectionWatch(reader, store, statusBar), new LiveRun(store, selection)],
    ...[codeReader, ...codeFeatures(codeModels, code)],
    ...[states, kept, values, compare, values.onDidChange(refresh), compare.onDidChange(() => results.update())],
    ...keptViews({ store, runs, kept, states, compare, showResults: () => results.show() }),
    engine.onDidChange(refresh),
    store.onDidChange(refresh),
    store.onDidChange(tellModel),
    runs.onDidChange(() => {
      refresh();
      announce(runs, actions, results.isOpen);
    }),
    runs.onDidComplete(() => runs.order?.live === true || results.show()),
    checks.onDidChange(() => results.update()),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.window.registerWebviewViewProvider(DesignerView.id, designer),
    vscode.window.registerCustomEditorProvider(MODEL_EDITOR, editors),
    vscode.window.registerWebviewPanelSerializer(ResultsPanel.id, results),
    ...commands(parts, log, (context.extension.packageJSON as { version: string }).version),
  );
  refresh();
  tellModel();
  return publicApi({ engine, runs, store, results: resultsDesk, kept, states });
}

/** Everything is disposed with the context's subscriptions. */
export function deactivate(): void {
  // Nothing that outlives the subscriptions.
}
