/** Wires the extension: services, views, commands. No logic here. */
import * as vscode from "vscode";
import { Actions } from "./actions.js";
import { announce } from "./announce.js";
import { commands } from "./commands.js";
import { DesignerDesk } from "./designerDesk.js";
import { ReadDiagnostics } from "./diagnostics.js";
import { Engine } from "./engine.js";
import { LiveRun } from "./liveRun.js";
import { ModelDiagnostics } from "./model/modelDiagnostics.js";
import { MODEL_EDITOR, ModelStore } from "./model/modelStore.js";
import { ModelTexts } from "./model/modelTexts.js";
import { DesignerView } from "./panels/designerView.js";
import { ModelEditor } from "./panels/modelEditor.js";
import { TensorEditor } from "./panels/tensorEditor.js";
import { CodeCommands } from "./python/codeCommands.js";
import { codeFeatures } from "./python/codeFeatures.js";
import { CodeModels } from "./python/codeModels.js";
import { Reader } from "./reader.js";
import { type Results, wireResults } from "./resultsParts.js";
import { FileInPieces } from "./run/fileInPieces.js";
import { FileRun } from "./run/fileRun.js";
import { ModelStates } from "./run/modelStates.js";
import { RunController } from "./run/runController.js";
import { ReadingMemory } from "./run/readingMemory.js";
import { SelectionRun, shapeTexts } from "./run/selectionRun.js";
import { SelectionText } from "./run/selectionText.js";
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
  const memory = new ReadingMemory(context.workspaceState);
  const text = new SelectionText(reader, diagnostics, memory);
  const selection = new SelectionRun({ reader, text, memory, store, runs });
  // Nor does a file that is large.
  const fileReader = new Reader(extensionUri, log);
  const files = new FileRun({ reader: fileReader, memory, text, selection, pieces: new FileInPieces(engine, selection, log) });
  const codeModels = new CodeModels(codeReader, log);
  const code = new CodeCommands({ models: codeModels, store, selection });
  const actions = new Actions(engine, runs, () => results.panel.show(), log);
  const results: Results = wireResults({ context, log, engine, runs, states, store, actions, codeReader });
  const parts = { engine, store, runs, selection, actions, code, codeReader };
  const pane = { extension: extensionUri, log };
  const designer = new DesignerView(new DesignerDesk(parts), pane);
  const editors = new ModelEditor(texts, (model) => new DesignerDesk(parts, model), pane);
  const statusBar = new StatusBar();
  const refresh = (): void => {
    designer.update();
    editors.update();
    results.panel.update();
    statusBar.show(engine.device());
  };
  const tellModel = (): void => void vscode.commands.executeCommand("setContext", "unroll.hasModel", store.model !== null);

  context.subscriptions.push(
    ...[log, engine, reader, texts, store, new ModelDiagnostics(texts), diagnostics, runs, states, statusBar],
    ...[selection, new SelectionWatch(text, store, statusBar), new LiveRun(store, selection)],
    ...[codeReader, fileReader, ...codeFeatures(codeModels, code)],
    ...results.disposables,
    ...[engine, store, results].map((part) => part.onDidChange(refresh)),
    store.onDidChange(tellModel),
    runs.onDidChange(() => {
      refresh();
      announce(runs, actions, results.panel.isOpen);
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri, isUntitled }) => (isUntitled ? memory.forget(uri) : undefined)),
    selection.onDidShape(({ taken, model }) => statusBar.showSelection(shapeTexts(taken, model))),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.window.registerWebviewViewProvider(DesignerView.id, designer),
    vscode.window.registerCustomEditorProvider(MODEL_EDITOR, editors),
    vscode.window.registerCustomEditorProvider(TensorEditor.id, new TensorEditor(fileReader, pane), {
      supportsMultipleEditorsPerDocument: true,
    }),
    ...commands({ ...parts, files }, log, (context.extension.packageJSON as { version: string }).version),
  );
  refresh();
  tellModel();
  return publicApi({ engine, runs, store, results: results.desk, kept: results.kept, states });
}

/** Everything is disposed with the context's subscriptions. */
export function deactivate(): void {
  // Nothing that outlives the subscriptions.
}
