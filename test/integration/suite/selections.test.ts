/** Selections in the real editor: cases of selections.json, several and boxes, cells of a notebook, other readings and their memory. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { presetById } from "../../../extension/core/model/presets.js";
import type { RunView } from "../../../extension/core/protocol/results.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { fixtures } from "../../support/root.js";
import { within } from "./wait.js";

interface Case {
  readonly id: string;
  readonly text?: string;
  readonly language: string;
  readonly also_accept?: unknown;
  readonly expect: { readonly kind: string; readonly shape?: number[]; readonly values?: number[]; readonly error?: string };
}

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "selections.json"), "utf8")) as { cases: Case[] };
const run = "unroll.runOnSelection";
const until = within(10);

let unroll: UnrollExtensionApi;

async function open(content: string, language: string, ...selections: vscode.Selection[]): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  editor.selections = selections.length > 0 ? selections : [new vscode.Selection(0, 0, document.lineCount, 0)];
  return editor;
}

const at = (line: number, from: number, to: number): vscode.Selection => new vscode.Selection(line, from, line, to);

/** A model that takes data of this shape. */
function takes(steps: number | null, features: number | null): void {
  const model = presetById("simple_rnn")?.build([null, steps, features]);
  assert.ok(model);
  unroll.setModel(model);
}

async function input(): Promise<{ shape: number[]; values: number[] }> {
  const shape = unroll.lastRun()?.tensors[0]?.shape ?? [];
  return {
    shape: [...shape],
    values: [
      ...(await unroll.readSlice(
        0,
        shape.map(() => 0),
        shape,
      )),
    ],
  };
}

/** Runs without a question: one that came up would never be answered here. */
async function runSilently(command = run): Promise<RunView | null> {
  const before = unroll.lastRun()?.id;
  await vscode.commands.executeCommand(command);
  assert.notEqual(unroll.lastRun()?.id, before, "nothing ran");
  return unroll.lastRun();
}

/** Takes the first choice of each question until the command is over. Gives how many it took at most. */
async function runAccepting(command = run): Promise<void> {
  const before = unroll.lastRun()?.id;
  let over = false;
  const done = vscode.commands.executeCommand(command).then(() => (over = true));
  for (let i = 0; i < 40 && !over; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (!over) await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
  }
  await done;
  assert.notEqual(unroll.lastRun()?.id, before, "nothing ran");
}

const found = (uri: vscode.Uri): vscode.Diagnostic | undefined =>
  vscode.languages.getDiagnostics(uri).find((diagnostic) => diagnostic.source === "Unroll");

describe("selections in the editor", function () {
  this.timeout(60_000);

  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
  });
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await vscode.commands.executeCommand("notifications.clearAll");
  });

  for (const { id, text, language, expect, also_accept: others } of cases) {
    const values = expect.values ?? [];
    // What may be read in two ways is for the units.
    if (text === undefined || text === "" || others !== undefined) continue;
    if (expect.kind === "tensor" && (values.length === 0 || values.length > 1000)) continue;
    it(id, async () => {
      const editor = await open(text, language);
      if (expect.kind === "error") {
        takes(null, null);
        const command = vscode.commands.executeCommand(run);
        const diagnostic = await until(() => found(editor.document.uri), "a diagnostic");
        assert.equal(diagnostic.code, expect.error);
        await vscode.commands.executeCommand("notifications.clearAll");
        await command;
        return;
      }
      const shape = expect.shape ?? [];
      const tensor = shape.length === 3 ? shape : shape.length === 2 ? [1, ...shape] : [1, shape[0] ?? 1, 1];
      takes(tensor[1] ?? null, tensor[2] ?? null);
      await runSilently();
      assert.deepEqual(await input(), { shape: tensor, values: values.map(Math.fround) });
    });
  }

  it("several selections are a batch", async () => {
    takes(2, 2);
    await open("1,2\n3,4\n\n5,6\n7,8\n", "plaintext", new vscode.Selection(0, 0, 1, 3), new vscode.Selection(3, 0, 4, 3));
    await runSilently();
    assert.deepEqual(await input(), { shape: [2, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] });
  });

  it("a box is a table, also out of a literal", async () => {
    takes(3, 2);
    await open("x = [\n  [1, 2, 9],\n  [3, 4, 9],\n  [5, 6, 9],\n]\n", "python", at(1, 2, 7), at(2, 2, 7), at(3, 2, 7));
    await runSilently();
    assert.deepEqual(await input(), { shape: [1, 3, 2], values: [1, 2, 3, 4, 5, 6] });
  });

  it("of several selections, marks the cell in the one that is wrong", async () => {
    const { document } = await open("[1, 2]\n\n[3, oops]\n", "python", at(0, 0, 6), at(2, 0, 9));
    await vscode.commands.executeCommand(run);
    const diagnostic = await until(() => found(document.uri), "a diagnostic");
    assert.equal(document.getText(diagnostic.range), "oops");
  });

  it("nothing selected: the array around the cursor", async () => {
    takes(2, 2);
    await open("a = 1\nx = [[1, 2],\n     [3, 4]]\nprint(x)\n", "python", new vscode.Selection(2, 7, 2, 7));
    await runSilently();
    assert.deepEqual(await input(), { shape: [1, 2, 2], values: [1, 2, 3, 4] });
  });

  it("offers the axes that fit, and reads the file so from then on", async () => {
    takes(2, 3);
    const editor = await open("1,2\n3,4\n5,6\n", "plaintext");
    await runAccepting();
    assert.deepEqual(await input(), { shape: [1, 2, 3], values: [1, 3, 5, 2, 4, 6] });
    takes(null, 3);
    editor.selection = new vscode.Selection(0, 0, 2, 3);
    const again = await runSilently();
    assert.deepEqual(again?.tensors[0]?.shape, [1, 2, 3]);
    assert.ok(
      again?.notes.some((note) => note.includes("Read Selection Differently")),
      "it is said",
    );
    await runAccepting("unroll.changeReading");
    assert.deepEqual(unroll.lastRun()?.tensors[0]?.shape, [1, 2, 3]);
  });

  it("sets the model's input where no reading fits", async () => {
    takes(7, 7);
    await open("1,2\n3,4\n5,6\n", "plaintext");
    await runAccepting();
    assert.deepEqual(unroll.lastRun()?.tensors[0]?.shape, [1, 3, 2]);
    assert.deepEqual(unroll.model()?.input, [null, 3, 2]);
  });

  it("missing values and scales as the settings say", async () => {
    takes(3, 1);
    const settings = vscode.workspace.getConfiguration("unroll");
    await settings.update("selection.missingValues", "forwardFill", vscode.ConfigurationTarget.Global);
    await settings.update("selection.scaling", "minMax", vscode.ConfigurationTarget.Global);
    try {
      await open("[10, None, 20]", "python");
      const view = await runSilently();
      assert.deepEqual(await input(), { shape: [1, 3, 1], values: [0, 0, 1] });
      assert.ok(view?.notes.some((note) => /repeat.*: 1\./.test(note)));
    } finally {
      await settings.update("selection.missingValues", undefined, vscode.ConfigurationTarget.Global);
      await settings.update("selection.scaling", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("reads cells of a notebook, and marks what is wrong in the cell", async () => {
    takes(2, 2);
    const code = (text: string): vscode.NotebookCellData => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python");
    const data = new vscode.NotebookData([code("import numpy as np"), code("x = np.array([[1, 2], [3, 4]])"), code("y = [1, oops]")]);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    const editor = await vscode.window.showNotebookDocument(notebook);
    const select = async (index: number): Promise<void> => {
      editor.selection = new vscode.NotebookRange(index, index + 1);
      await vscode.commands.executeCommand("notebook.cell.edit");
      await until(() => vscode.window.activeTextEditor?.document === notebook.cellAt(index).document, `the editor of cell ${index}`);
    };
    await select(1);
    const view = await runSilently();
    assert.deepEqual(await input(), { shape: [1, 2, 2], values: [1, 2, 3, 4] });
    assert.match(view?.source ?? "", /cell 2/);
    assert.equal(view?.sourceName, "x");
    await select(2);
    await vscode.commands.executeCommand(run);
    const { document } = notebook.cellAt(2);
    const diagnostic = await until(() => found(document.uri), "a diagnostic");
    assert.equal(document.getText(diagnostic.range), "oops");
    await vscode.commands.executeCommand("notebook.cell.quitEdit");
    editor.selection = new vscode.NotebookRange(1, 2);
    await until(() => editor.selection.start === 1, "the selected cell");
    assert.match((await runSilently())?.source ?? "", /cell 2/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});
