/** The palette's commands. Those of models and of Python files stand with what they are about. */
import * as vscode from "vscode";
import type { DesignerParts } from "./designerDesk.js";
import { showDoctor } from "./doctor.js";
import { exportCode, type ExportChoice } from "./exportCode.js";
import { type GenerateChoice, generateData } from "./generateData.js";
import { modelCommands } from "./model/modelCommands.js";
import { showTensors } from "./panels/tensorEditor.js";
import type { FileRun } from "./run/fileRun.js";

/** @param version of the extension, for the doctor's report. */
export function commands(
  parts: DesignerParts & { readonly files: FileRun },
  log: vscode.LogOutputChannel,
  version: string,
): vscode.Disposable[] {
  const { engine, store, runs, selection, files, code, codeReader } = parts;
  return [
    command("runOnSelection", () => selection.onSelection().then((record) => record?.id)),
    command("runOnFile", (uri?: vscode.Uri, array?: unknown) => files.onFile(uri, array).then((record) => record?.id)),
    command("showTensors", showTensors),
    command("changeReading", () => selection.differently().then((record) => record?.id)),
    command("cancelRun", () => runs.cancel()),
    command("restartEngine", () => engine.restart()),
    command("showLog", () => log.show()),
    ...modelCommands(store, (file) => code.openFile(file)),
    command("generateData", (choice?: GenerateChoice) => generateData(store.model, choice).then((editor) => editor !== undefined)),
    command("exportCode", (choice?: ExportChoice) => exportCode(store.model, codeReader, choice)),
    command("doctor", () => showDoctor(engine, version)),
  ];
}

function command(id: string, run: (...args: never[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`unroll.${id}`, run);
}
