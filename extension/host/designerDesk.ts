/** Behind the designer: its state from model, data and run, and what each of its intents does. */
import * as vscode from "vscode";
import { msg } from "../core/messages.js";
import { wantedRank } from "../core/model/input.js";
import { readModelText } from "../core/model/read.js";
import { presetById } from "../core/model/presets.js";
import { writeModel } from "../core/model/write.js";
import { type DesignerCommand, designerCommands, type DesignerFromView, type DesignerState } from "../core/protocol/designer.js";
import { promote } from "../core/text/shape.js";
import type { Actions } from "./actions.js";
import type { Engine } from "./engine.js";
import { exportCode } from "./exportCode.js";
import type { ModelStore } from "./model/modelStore.js";
import type { DesignerHost } from "./panels/designerView.js";
import type { CodeCommands } from "./python/codeCommands.js";
import type { Reader } from "./reader.js";
import type { RunController } from "./run/runController.js";
import type { SelectionRun } from "./run/selectionRun.js";
import { sourceText } from "./run/source.js";
import { writeDevice } from "./settings.js";
import { word } from "./words.js";

export interface DesignerParts {
  readonly engine: Engine;
  readonly store: ModelStore;
  readonly runs: RunController;
  readonly selection: SelectionRun;
  readonly actions: Actions;
  readonly code: CodeCommands;
  readonly codeReader: Reader;
}

export class DesignerDesk implements DesignerHost {
  constructor(private readonly parts: DesignerParts) {}

  state(): DesignerState {
    const { engine, store, runs, selection } = this.parts;
    const { model } = store;
    const { data } = selection;
    const shape = data === null ? null : (promote(data.shape, (model === null ? null : wantedRank(model)) ?? 3)?.shape ?? data.shape);
    return {
      type: "state",
      model: model === null ? null : writeModel(model),
      document: { kind: "scratch", name: model?.name ?? "", problem: null },
      data: data === null || shape === null ? null : { label: word(sourceText(data.source)), shape: data.shape, tensor: shape },
      device: engine.device(),
      run: runs.state,
      trusted: vscode.workspace.isTrusted,
      commands: designerCommands,
    };
  }

  receive(intent: Exclude<DesignerFromView, { type: "ready" }>): void {
    const { store, runs, selection, actions } = this.parts;
    switch (intent.type) {
      case "editModel": {
        const refused = store.edit(intent.edit);
        if (refused !== null) void vscode.window.showWarningMessage(word(refused.message));
        return;
      }
      case "undo":
        return store.undo();
      case "redo":
        return store.redo();
      case "runRequested":
        return void selection.again();
      case "cancelRequested":
        return runs.cancel();
      case "deviceChosen":
        return void writeDevice(intent.device);
      case "actionChosen":
        return actions.take(intent.id);
      case "command":
        return void this.command(intent.id);
    }
  }

  private async command(id: DesignerCommand): Promise<void> {
    const { store, selection, actions, code, codeReader } = this.parts;
    switch (id) {
      case "tutorial":
        return store.set(presetById("simple_rnn")?.build(null) ?? null);
      case "blank":
        return store.set(presetById("many_to_one")?.build(null) ?? null);
      case "open":
        return openModelFile(store);
      case "python":
        return code.importFile();
      case "export":
        return exportCode(store.model, codeReader);
      case "text":
      case "saveAs":
        return showAsText(store);
      case "showResults":
        return actions.take("showResults");
      case "selection":
        return void (await selection.onSelection());
      default:
        void vscode.window.showInformationMessage(word(msg("This is not built yet.")));
    }
  }
}

/** Reads a Keras config from a file into the designer. */
export async function openModelFile(store: ModelStore, file?: vscode.Uri): Promise<void> {
  const filters = { [word(msg("Keras model config"))]: ["json"] };
  const uri = file ?? (await vscode.window.showOpenDialog({ filters, canSelectMany: false }))?.[0];
  if (uri === undefined) return;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const model = readModelText(text);
  if (model.ok) store.set(model.value);
  else void vscode.window.showErrorMessage(word(model.error.message));
}

/** The model as its file would be, in a new untitled editor. */
async function showAsText(store: ModelStore): Promise<void> {
  if (store.model === null) return;
  const document = await vscode.workspace.openTextDocument({
    language: "json",
    content: `${JSON.stringify(writeModel(store.model), null, 2)}\n`,
  });
  await vscode.window.showTextDocument(document);
}
