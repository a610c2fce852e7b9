/** The command, end to end, in a real extension host. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { presetById } from "../../../extension/core/model/presets.js";
import { within } from "./wait.js";

const numbers = "train_X = [[0.1, 4.2, 1.5, 1.1, 2.8], [1.0, 3.1, 2.5, 0.7, 1.1], [0.3, 2.1, 1.5, 2.1, 0.1], [2.2, 1.4, 0.5, 0.9, 1.1]]";

async function api(): Promise<UnrollExtensionApi> {
  const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
  assert.ok(extension, "the extension is not there");
  return extension.activate();
}

async function open(content: string, language: string): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ content, language }),
    vscode.ViewColumn.One,
  );
  editor.selection = new vscode.Selection(0, 0, editor.document.lineCount, 0);
  return editor;
}

async function runSelection(content: string, language: string): Promise<unknown> {
  await open(content, language);
  return vscode.commands.executeCommand("unroll.runOnSelection");
}

const until = within(10);

function preset(id: string): NonNullable<ReturnType<UnrollExtensionApi["model"]>> {
  const found = presetById(id);
  assert.ok(found);
  return found.build([null, null, 5]);
}

describe("Unroll", () => {
  it("activates and registers its commands", async () => {
    const started = performance.now();
    await api();
    console.log(`      activation: ${(performance.now() - started).toFixed(1)} ms`);
    const commands = await vscode.commands.getCommands(true);
    for (const id of ["runOnSelection", "chooseModel", "newModel", "openInDesigner", "cancelRun", "restartEngine", "doctor", "showLog"]) {
      assert.ok(commands.includes(`unroll.${id}`), id);
    }
    assert.equal((await api()).enginePid(), undefined, "no engine before the first run");
  });

  it("runs the tutorial's selection: (4, 5) becomes (1, 4, 5), the output is (1, 3)", async () => {
    const unroll = await api();
    unroll.setModel(preset("simple_rnn"));
    const started = performance.now();
    await runSelection(numbers, "python");
    console.log(`      first result, engine cold: ${(performance.now() - started).toFixed(0)} ms`);
    const run = unroll.lastRun();
    assert.ok(run, "no result");
    assert.deepEqual(run.tensors[0]?.shape, [1, 4, 5]);
    assert.equal(run.sourceName, "train_X");
    assert.deepEqual(run.sourceShape, [4, 5]);
    const output = run.tensors.find((tensor) => tensor.returned);
    assert.deepEqual(output?.shape, [1, 3]);
    assert.equal(run.parameters, 27);
    assert.equal(run.device.used, "cpu", run.device.reason ?? "");
    assert.ok(run.summary.includes("simple_rnn (SimpleRNN)"));
    const values = await unroll.readSlice(output?.id ?? 0, [0, 0], [1, 3]);
    assert.ok(values.every((value) => Math.abs(value) <= 1 && value !== 0));
    assert.deepEqual([...(await unroll.readSlice(0, [0, 3, 0], [1, 1, 5]))], [2.2, 1.4, 0.5, 0.9, 1.1].map(Math.fround));
  });

  it("runs again warm with the same numbers, for every row of the tutorial", async () => {
    const unroll = await api();
    const shapes: Record<string, number[][]> = {
      simple_rnn: [[1, 3]],
      simple_rnn_sequences: [[1, 4, 3]],
      simple_rnn_state: [
        [1, 3],
        [1, 3],
      ],
      simple_rnn_sequences_state: [
        [1, 4, 3],
        [1, 3],
      ],
      lstm: [
        [1, 4, 3],
        [1, 3],
        [1, 3],
      ],
      deep_rnn: [[1, 4, 3]],
      bidirectional_lstm: [
        [1, 4, 6],
        [1, 3],
        [1, 3],
        [1, 3],
        [1, 3],
      ],
      deep_bidirectional: [[1, 4, 6]],
    };
    for (const [id, expected] of Object.entries(shapes)) {
      unroll.setModel(preset(id));
      await runSelection(numbers, "python");
      const returned = unroll.lastRun()?.tensors.filter((tensor) => tensor.returned) ?? [];
      assert.deepEqual(
        returned.map((tensor) => tensor.shape),
        expected,
        id,
      );
    }
    const started = performance.now();
    await runSelection(numbers, "python");
    console.log(`      result, engine warm: ${(performance.now() - started).toFixed(0)} ms`);
  });

  it("marks the exact place of what cannot be read, and keeps the last result", async () => {
    const unroll = await api();
    const before = unroll.lastRun()?.id;
    const cases: [string, string, string, string][] = [
      ["[[1, 2], [3, ", "python", "unbalanced", ""],
      ["[[1, 2, 3], [4, 5]]", "python", "ragged", ""],
      ["[[1. 2. ... 3. 4.]]", "plaintext", "truncated", "..."],
      ["a,b\n1,2\n3,\n", "csv", "missing-value", ""],
      ["no numbers in here", "plaintext", "no-numbers", ""],
    ];
    for (const [text, language, kind, culprit] of cases) {
      const editor = await open(text, language);
      const command = vscode.commands.executeCommand("unroll.runOnSelection");
      const found = (): vscode.Diagnostic | undefined =>
        vscode.languages.getDiagnostics(editor.document.uri).find((diagnostic) => diagnostic.source === "Unroll");
      await until(() => found() !== undefined, `a diagnostic for ${kind}`);
      assert.equal(found()?.code, kind);
      if (culprit !== "") assert.equal(editor.document.getText(found()?.range), culprit);
      assert.equal(unroll.lastRun()?.id, before);
      await vscode.commands.executeCommand("notifications.clearAll");
      await command;
    }
  });

  it("keeps the last result when the engine dies in a run, and starts another for the next", async function () {
    this.timeout(60_000);
    const unroll = await api();
    const before = unroll.lastRun()?.id;
    const rows = Array.from({ length: 4000 }, (_, i) => `${i % 7},${i % 5}`).join("\n");
    const model = preset("lstm");
    unroll.setModel({
      ...model,
      input: [null, null, 2],
      layers: model.layers.map((layer) => ({ ...layer, units: 1024 })) as typeof model.layers,
    });
    const finished = runSelection(rows, "csv");
    await until(() => unroll.enginePid() !== undefined && unroll.runState().phase === "running", "the run");
    process.kill(unroll.enginePid() as number, "SIGSEGV");
    await finished;
    assert.equal(unroll.runState().phase, "failed");
    assert.equal(unroll.lastRun()?.id, before);
    unroll.setModel(preset("simple_rnn"));
    await runSelection(numbers, "python");
    assert.notEqual(unroll.lastRun()?.id, before);
  });

  it("cancels a run and answers the next", async function () {
    this.timeout(60_000);
    const unroll = await api();
    const rows = Array.from({ length: 4000 }, (_, i) => `${i % 7},${i % 5}`).join("\n");
    const model = preset("lstm");
    unroll.setModel({
      ...model,
      input: [null, null, 2],
      layers: model.layers.map((layer) => ({ ...layer, units: 1024 })) as typeof model.layers,
    });
    const finished = runSelection(rows, "csv");
    await until(() => unroll.runState().phase === "running", "the run");
    const started = performance.now();
    await vscode.commands.executeCommand("unroll.cancelRun");
    await finished;
    console.log(`      cancelled after ${(performance.now() - started).toFixed(0)} ms`);
    assert.equal(unroll.runState().phase, "idle");
    unroll.setModel(preset("simple_rnn"));
    await runSelection(numbers, "python");
    assert.equal(unroll.runState().phase, "done");
  });
});
