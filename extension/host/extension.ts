/** Wires the extension: services, views, commands. No logic here. */
import * as vscode from "vscode";
import { Actions } from "./actions.js";
import { announce } from "./announce.js";
import { DesignerDesk, openModelFile } from "./designerDesk.js";
import { ReadDiagnostics } from "./diagnostics.js";
import { doctorReport } from "./doctor.js";
import { Engine } from "./engine.js";
import { exportCode, type ExportChoice } from "./exportCode.js";
import { ModelStore } from "./model/modelStore.js";
import { DesignerView } from "./panels/designerView.js";
import { ResultsPanel } from "./panels/resultsPanel.js";
import { CodeCommands } from "./python/codeCommands.js";
import { CodeDiagnostics } from "./python/codeDiagnostics.js";
import { CodeModels } from "./python/codeModels.js";
import { lensCommands, PythonProviders } from "./python/providers.js";
import { QuickFixes } from "./python/quickFixes.js";
import { Reader } from "./reader.js";
import { ResultsDesk } from "./resultsDesk.js";
import { Checks } from "./run/checks.js";
import { pickPreset } from "./run/presetPick.js";
import { RunController } from "./run/runController.js";
import { SelectionRun } from "./run/selectionRun.js";
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
  const store = new ModelStore(context.workspaceState);
  const diagnostics = new ReadDiagnostics();
  const runs = new RunController(engine, log);
  const selection = new SelectionRun(reader, store, runs, diagnostics);
  const codeModels = new CodeModels(codeReader, log);
  const code = new CodeCommands({ models: codeModels, store, selection });
  const checks = new Checks(engine, runs);
  const actions = new Actions(engine, runs, () => results.show(), log);
  const resultsDesk = new ResultsDesk(engine, runs, checks, actions);
  const results: ResultsPanel = new ResultsPanel(extensionUri, resultsDesk, log);
  const designer = new DesignerView(extensionUri, new DesignerDesk({ engine, store, runs, selection, actions, code, codeReader }), log);
  const statusBar = new StatusBar();
  const watch = new SelectionWatch(reader, store, statusBar);
  const refresh = (): void => {
    designer.update();
    results.update();
    statusBar.show(engine.device());
  };
  const tellModel = (): void => void vscode.commands.executeCommand("setContext", "unroll.hasModel", store.model !== null);

  context.subscriptions.push(
    ...[log, engine, reader, store, diagnostics, runs, checks, results, statusBar, watch],
    ...[codeReader, codeModels, new PythonProviders(codeModels), new QuickFixes(codeModels), new CodeDiagnostics(codeModels)],
    engine.onDidChange(refresh),
    store.onDidChange(refresh),
    store.onDidChange(tellModel),
    runs.onDidChange(() => {
      refresh();
      announce(runs, actions, results.isOpen);
    }),
    runs.onDidComplete(() => results.show()),
    checks.onDidChange(() => results.update()),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.window.registerWebviewViewProvider(DesignerView.id, designer),
    vscode.window.registerWebviewPanelSerializer(ResultsPanel.id, results),
    command("runOnSelection", () => selection.onSelection().then((record) => record?.id)),
    command("cancelRun", () => runs.cancel()),
    command("restartEngine", () => engine.restart()),
    command("showLog", () => log.show()),
    ...modelCommands(store, code),
    command("exportCode", (choice?: ExportChoice) => exportCode(store.model, codeReader, choice)),
    vscode.commands.registerCommand(lensCommands.run, (uri: vscode.Uri, start: number) =>
      code.run(uri, start).then((record) => record?.id),
    ),
    vscode.commands.registerCommand(lensCommands.open, (uri: vscode.Uri, start: number) => code.open(uri, start)),
    command("doctor", async () => {
      const content = await doctorReport(engine, (context.extension.packageJSON as { version: string }).version);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "markdown", content }));
    }),
  );
  refresh();
  tellModel();
  return publicApi({ engine, runs, store, results: resultsDesk });
}

function command(id: string, run: (...args: never[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`unroll.${id}`, run);
}

function modelCommands(store: ModelStore, code: CodeCommands): vscode.Disposable[] {
  return [
    command("chooseModel", async () => {
      const model = await pickPreset(store.model?.input ?? null);
      if (model !== undefined) store.set(model);
    }),
    command("newModel", async () => {
      await vscode.commands.executeCommand("unroll.designer.focus");
      store.set(null);
    }),
    command("openInDesigner", async (file?: vscode.Uri) => {
      if (await code.openFile(file)) return;
      await vscode.commands.executeCommand("unroll.designer.focus");
      await openModelFile(store, file ?? vscode.window.activeTextEditor?.document.uri);
    }),
  ];
}

/** Everything is disposed with the context's subscriptions. */
export function deactivate(): void {
  // Nothing that outlives the subscriptions.
}
