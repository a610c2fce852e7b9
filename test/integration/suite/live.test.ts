/** The extension host stays live while the engine computes and while a large selection is read. */
import * as assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import * as vscode from "vscode";
import { presetById } from "../../../extension/core/model/presets.js";
import type { ModelSpec } from "../../../extension/core/model/spec.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";

/** A stalled host is a bug at any speed of machine; the figure to reach, 20 ms, is printed and held by people. */
const STALL_MS = 250;

async function delayWhile(work: () => Promise<unknown>): Promise<{ p99: number; max: number }> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  await work();
  histogram.disable();
  return { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
}

async function select(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ content, language: "csv" });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  editor.selection = new vscode.Selection(0, 0, document.lineCount, 0);
  // The editor has a large file to take in first.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return document;
}

function lstm(units: number, features: number): ModelSpec {
  const model = presetById("lstm")?.build([null, null, features]);
  assert.ok(model);
  return { ...model, layers: model.layers.map((layer) => ({ ...layer, units })) as unknown as ModelSpec["layers"] };
}

describe("the extension host", () => {
  let unroll: UnrollExtensionApi;
  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
  });

  it("stays live in a run of many seconds", async function () {
    this.timeout(120_000);
    await select(Array.from({ length: 60_000 }, (_, i) => `${i % 7},${i % 5}`).join("\n"));
    unroll.setModel(lstm(512, 2));
    const started = performance.now();
    const delay = await delayWhile(async () => {
      const finished = vscode.commands.executeCommand("unroll.runOnSelection");
      const stop = setTimeout(() => void vscode.commands.executeCommand("unroll.cancelRun"), 15_000);
      await finished;
      clearTimeout(stop);
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`      a run of ${seconds} s: event-loop delay p99 ${delay.p99.toFixed(1)} ms, max ${delay.max.toFixed(1)} ms`);
    assert.ok(delay.p99 < STALL_MS, `${delay.p99} ms`);
  });

  it("stays live while 16 MiB are read", async function () {
    this.timeout(120_000);
    const row = `${Array.from({ length: 16 }, (_, i) => `0.12345${i % 10}`).join(",")}\n`;
    const rows = Math.floor((16 * 1024 * 1024 - 1) / row.length);
    await select(row.repeat(rows).trimEnd());
    unroll.setModel(lstm(2, 16));
    const started = performance.now();
    const delay = await delayWhile(() => Promise.resolve(vscode.commands.executeCommand("unroll.runOnSelection")));
    const ms = (performance.now() - started).toFixed(0);
    console.log(
      `      16 MiB of text, read and run in ${ms} ms: event-loop delay p99 ${delay.p99.toFixed(1)} ms, max ${delay.max.toFixed(1)} ms`,
    );
    assert.deepEqual(unroll.lastRun()?.tensors[0]?.shape, [1, rows, 16]);
    assert.ok(delay.p99 < STALL_MS, `${delay.p99} ms`);
  });

  it("stays live while the models of a long Python file are read", async function () {
    this.timeout(60_000);
    const line = (i: number): string => `model_${i} = Sequential([LSTM(${(i % 9) + 1}, input_shape=(4, 5)), Dense(1)])\n`;
    const noise = 'print({"a": [1, 2, 3]}, "text")\n'.repeat(20_000);
    const content = noise + Array.from({ length: 500 }, (_, i) => line(i)).join("");
    const document = await vscode.workspace.openTextDocument({ content, language: "python" });
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    let hints: unknown[] = [];
    const started = performance.now();
    const delay = await delayWhile(async () => {
      hints = await vscode.commands.executeCommand<unknown[]>("vscode.executeInlayHintProvider", document.uri, all);
    });
    const ms = (performance.now() - started).toFixed(0);
    console.log(
      `      500 models in ${(content.length / 2 ** 20).toFixed(1)} MiB after ${ms} ms: event-loop delay max ${delay.max.toFixed(1)} ms`,
    );
    assert.equal(hints.length, 1000);
    assert.ok(delay.p99 < STALL_MS, `${delay.p99} ms`);
  });
});
