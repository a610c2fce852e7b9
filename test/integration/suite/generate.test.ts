/** Generated data, and live mode: a run again by itself when the model or the numbers change. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { presetById } from "../../../extension/core/model/presets.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { within } from "./wait.js";

const until = within(20);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("generated data and live mode", () => {
  let unroll: UnrollExtensionApi;
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration("unroll");
  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
  });
  afterEach(() => settings().update("live.enabled", undefined, vscode.ConfigurationTarget.Global));

  it("are a CSV that runs", async () => {
    unroll.setModel(presetById("simple_rnn")?.build([null, null, 2]) ?? null);
    assert.equal(await vscode.commands.executeCommand("unroll.generateData", { kind: "adding", steps: 30, seed: 7 }), true);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor?.document.isUntitled);
    assert.equal(editor.document.lineAt(0).text, "value,marker");
    await vscode.commands.executeCommand("unroll.runOnSelection");
    assert.deepEqual(unroll.lastRun()?.sourceShape, [30, 2]);
  });

  it("runs again when the model changes, and when other numbers are selected", async () => {
    unroll.setModel(presetById("simple_rnn")?.build([null, null, 2]) ?? null);
    await vscode.commands.executeCommand("unroll.generateData", { kind: "random_walk", steps: 12, features: 2, seed: 1 });
    await vscode.commands.executeCommand("unroll.runOnSelection");
    const first = unroll.lastRun()?.id;
    // Off unless asked for.
    await unroll.editModel({ op: "setOption", index: 0, key: "units", value: 5 });
    await pause(1000);
    assert.equal(unroll.lastRun()?.id, first);

    await settings().update("live.enabled", true, vscode.ConfigurationTarget.Global);
    await until(() => unroll.lastRun()?.id !== first, "a run with the model of now");
    const output = (): readonly number[] | undefined => unroll.lastRun()?.tensors.find((tensor) => tensor.returned)?.shape;
    assert.equal(output()?.at(-1), 5);
    await unroll.editModel({ op: "setOption", index: 0, key: "units", value: 7 });
    await until(() => output()?.at(-1) === 7, "a run with seven units");

    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    editor.selection = new vscode.Selection(1, 0, 6, editor.document.lineAt(6).text.length);
    await until(() => unroll.lastRun()?.sourceShape.join() === "6,2", "a run on six rows");
    // What does not fit, and what is no number, stops nothing and asks nothing.
    const last = unroll.lastRun()?.id;
    editor.selection = new vscode.Selection(0, 0, 0, 2);
    await pause(1000);
    assert.equal(unroll.lastRun()?.id, last);
    assert.equal(unroll.runState().phase, "done");
  });
});
