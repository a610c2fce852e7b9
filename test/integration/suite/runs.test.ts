/** Kept runs: the list, showing one again, values computed again, and the states that go on from run to run. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as vscode from "vscode";
import { presetById } from "../../../extension/core/model/presets.js";
import type { ModelSpec } from "../../../extension/core/model/spec.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { within } from "./wait.js";

const until = within(20);

const numbers = "x = [[0.1, 4.2, 1.5, 1.1, 2.8], [1.0, 3.1, 2.5, 0.7, 1.1], [0.3, 2.1, 1.5, 2.1, 0.1], [2.2, 1.4, 0.5, 0.9, 1.1]]";

describe("kept runs", () => {
  let unroll: UnrollExtensionApi;
  const command = (id: string, ...args: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(`unroll.${id}`, ...args);
  const run = async (content = numbers): Promise<string> => {
    const editor = await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ content, language: "python" }),
      vscode.ViewColumn.One,
    );
    editor.selection = new vscode.Selection(0, 0, editor.document.lineCount, 0);
    const id = await command("runOnSelection");
    assert.equal(typeof id, "string");
    await until(() => unroll.keptRuns()[0]?.id === id, "the run in the list");
    return id as string;
  };
  const output = async (): Promise<number[]> => {
    const tensor = unroll.lastRun()?.tensors.find((one) => one.returned);
    assert.ok(tensor);
    return [
      ...(await unroll.readSlice(
        tensor.id,
        tensor.shape.map(() => 0),
        tensor.shape,
      )),
    ];
  };
  const set = (id: string, more: { stateful?: boolean; units?: number } = {}): void => {
    const model = presetById(id)?.build([more.stateful === true ? 1 : null, null, 5]);
    assert.ok(model);
    unroll.setModel({ ...model, layers: model.layers.map((layer) => ({ ...layer, ...more })) } as ModelSpec);
  };
  const kept = (id: string): ReturnType<UnrollExtensionApi["keptRuns"]>[number] | undefined =>
    unroll.keptRuns().find((one) => one.id === id);

  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
  });

  it("are shown again with their own numbers, after others and after another engine", async () => {
    set("simple_rnn");
    const first = await run();
    const before = await output();
    set("lstm");
    await run();
    assert.notDeepEqual(await output(), before);
    await command("showRun", { id: first });
    await until(() => unroll.lastRun()?.id === first, "the first run");
    assert.deepEqual(await output(), before);
    const pid = unroll.enginePid();
    await command("restartEngine");
    assert.deepEqual(await output(), before, "computed again by itself");
    assert.notEqual(unroll.enginePid(), pid);
    // Asked for at once by many views, it is computed once; each gets its own box.
    await command("restartEngine");
    const tensor = unroll.lastRun()?.tensors.find((one) => one.returned);
    const boxes = await Promise.all(before.map((_, k) => unroll.readSlice(tensor?.id ?? 0, [0, k], [1, 1])));
    assert.deepEqual(
      boxes.map((box) => box[0]),
      before,
    );
  });

  it("are pinned, and deleted; the files go with them", async () => {
    const id = await run();
    const folders = (): string[] => fs.readdirSync(unroll.runsFolder());
    await until(() => folders().includes(`${id}.json`), "the files");
    await command("pinRun", { id });
    assert.equal(kept(id)?.pinned, true);
    await command("unpinRun", { id });
    assert.equal(kept(id)?.pinned, false);
    await command("deleteRun", { id });
    assert.equal(kept(id), undefined);
    await until(() => !folders().some((name) => name.startsWith(id)), "no files");
  });

  it("are run again as they were: same numbers, another entry", async () => {
    set("lstm");
    const id = await run();
    const before = await output();
    set("simple_rnn");
    await command("repeatRun", { id });
    await until(() => unroll.keptRuns()[0]?.id !== id, "another run");
    assert.deepEqual(await output(), before);
  });

  it("carry the states of a stateful model on; a changed model starts at zero", async () => {
    set("simple_rnn", { stateful: true });
    assert.equal(unroll.carriedStates(), null);
    await run();
    const [first, states] = [await output(), unroll.carriedStates()];
    assert.deepEqual(states, [{ shape: [1, 3], values: first }], "the last output is the state");
    const second = await run();
    const carried = await output();
    assert.notDeepEqual(carried, first);
    assert.ok(unroll.lastRun()?.notes.includes("The states go on from the run before."));
    // Not even another engine loses them, nor what the second run began with.
    await command("restartEngine");
    assert.deepEqual(await output(), carried, "computed again from the states that it began with");
    await run();
    const third = await output();
    assert.notDeepEqual(third, carried);
    await command("showRun", { id: second });
    await until(() => unroll.lastRun()?.id === second, "the second run");
    assert.deepEqual(await output(), carried);

    await command("resetStates");
    assert.equal(unroll.carriedStates(), null);
    await run();
    assert.deepEqual(await output(), first);
    set("simple_rnn", { stateful: true, units: 4 });
    assert.equal(unroll.carriedStates(), null);
    await run();
    assert.ok(unroll.lastRun()?.notes.includes("The model changed: its states start at zero."));
  });
});
