/** The commands about models and their files. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { pickPreset } from "../run/presetPick.js";
import { word } from "../words.js";
import { openAsText, openInDesigner, saveModelAs } from "./modelFiles.js";
import type { ModelStore } from "./modelStore.js";

/** @param openCode opens the model of a Python file; false: it is none. */
export function modelCommands(store: ModelStore, openCode: (file?: vscode.Uri) => Promise<boolean>): vscode.Disposable[] {
  const command = (id: string, run: (file?: vscode.Uri) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`unroll.${id}`, run);
  return [
    command("chooseModel", async () => {
      const model = await pickPreset(store.model?.input ?? null);
      if (model !== undefined) store.set(model);
    }),
    command("newModel", async () => {
      await vscode.commands.executeCommand("unroll.designer.focus");
      store.set(null);
    }),
    command("openInDesigner", async (file) => {
      if (!(await openCode(file))) await onFile(file, openInDesigner);
    }),
    command("openAsText", (file) => onFile(file, openAsText)),
    command("saveModelAs", async (file) => {
      if (store.model !== null) return saveModelAs(store.model, file);
      void vscode.window.showInformationMessage(word(msg("There is no model yet. Choose one first.")));
      return undefined;
    }),
  ];
}

/** The file that a menu names, else that of the active tab. */
async function onFile(file: vscode.Uri | undefined, open: (file: vscode.Uri) => Promise<void>): Promise<void> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const active = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const uri = file instanceof vscode.Uri ? file : active;
  if (uri !== undefined) return open(uri);
  void vscode.window.showInformationMessage(word(msg("Open a model file first, e.g. model.rnn.json.")));
}
