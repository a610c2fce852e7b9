/** A model file: the designer and its text in step, both ways, with the editor's own undo. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { presetById } from "../../../extension/core/model/presets.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { within } from "./wait.js";

const text = `{
  // Reads the days.
  "class_name": "Sequential",
  "config": {
    "name": "days",
    "layers": [
      { "class_name": "InputLayer", "config": { "batch_shape": [null, 4, 5] } },
      { "class_name": "LSTM", "config": { "units": 8 } }, // the first
      { "class_name": "GRU", "config": { "units": 4 } }
    ]
  }
}
`;

const until = within(10);

describe("a model file", () => {
  let unroll: UnrollExtensionApi;
  let files = 0;

  const units = (): unknown[] => unroll.model()?.layers.map((layer) => ("units" in layer ? layer.units : null)) ?? [];
  const activeTab = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const sidebar = (name: string): Promise<true> => until(() => unroll.modelDocument().name === name, `the sidebar shows ${name}`);

  async function fileOf(content: string): Promise<vscode.Uri> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder, `days${files++}.rnn.json`);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
    return uri;
  }

  /** Opens it as a person would, from the explorer. */
  async function open(content = text): Promise<vscode.TextDocument> {
    const uri = await fileOf(content);
    await vscode.commands.executeCommand("vscode.open", uri);
    await sidebar(uri.path.split("/").at(-1) as string);
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    assert.ok(document);
    return document;
  }

  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
  });

  afterEach(async () => {
    for (const document of vscode.workspace.textDocuments) {
      if (document.isDirty && document.uri.scheme === "file") await document.save();
    }
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await until(() => unroll.modelDocument().kind === "scratch", "the scratch model is back");
  });

  it("opens in the designer, and the sidebar shows it until it is closed", async () => {
    unroll.setModel(presetById("lstm")?.build(null) ?? null);
    const document = await open();
    const tab = activeTab();
    assert.ok(tab instanceof vscode.TabInputCustom && tab.viewType === "unroll.modelEditor", "not the designer");
    assert.deepEqual(units(), [8, 4]);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: "[[1, 2]]", language: "python" }));
    assert.deepEqual(units(), [8, 4], "numbers are selected in another editor: the model stays");
    assert.equal(document.isDirty, false);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await until(() => unroll.modelDocument().kind === "scratch", "the scratch model");
    assert.deepEqual(units(), [3]);
  });

  it("is edited by the designer where it changes and nowhere else; undo, redo and the dirty state are the editor's", async () => {
    const document = await open();
    assert.equal(await unroll.editModel({ op: "setOption", index: 0, key: "units", value: 16 }), null);
    const wider = text.replace(`"units": 8`, `"units": 16`);
    assert.equal(document.getText(), wider);
    assert.ok(document.isDirty);
    await unroll.editModel({ op: "setOption", index: 0, key: "returnSequences", value: true });
    const both = wider.replace(`"units": 16 }`, `"units": 16, "return_sequences": true }`);
    assert.equal(document.getText(), both);
    await vscode.commands.executeCommand("undo");
    await until(() => document.getText() === wider, "one step back");
    await vscode.commands.executeCommand("undo");
    await until(() => document.getText() === text && units()[0] === 8, "two steps back");
    await until(() => !document.isDirty, "clean again");
    await vscode.commands.executeCommand("redo");
    await vscode.commands.executeCommand("redo");
    await until(() => document.getText() === both && units()[0] === 16, "two steps forth");
    await document.save();
    assert.equal(document.isDirty, false);
    assert.equal(new TextDecoder().decode(await vscode.workspace.fs.readFile(document.uri)), both);
  });

  it("takes edits one after the other, however fast they come", async () => {
    const document = await open();
    await Promise.all([1, 2, 3, 4, 5].map((value) => unroll.editModel({ op: "setOption", index: 1, key: "units", value })));
    await unroll.editModel({ op: "move", from: 1, to: 0 });
    assert.deepEqual(units(), [5, 8]);
    assert.ok(document.getText().includes("// Reads the days.") && document.getText().includes("// the first"));
  });

  it("follows its text in an editor beside, and back", async () => {
    const document = await open();
    await vscode.commands.executeCommand("unroll.openAsText", document.uri);
    await until(() => activeTab() instanceof vscode.TabInputText, "the text");
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), document.uri.toString());
    const at = document.positionAt(text.indexOf(`8 }`));
    await editor?.edit((edit) => edit.replace(new vscode.Range(at, at.translate(0, 1)), "32"));
    await until(() => units()[0] === 32, "the designer follows");
    assert.equal(await unroll.editModel({ op: "remove", index: 1 }), null);
    assert.ok(!document.getText().includes("GRU"));
    // Undo is of whatever has the focus, which comes a moment after the tab.
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("undo");
    await until(() => units().length === 2, "undo in the text brings the layer back");
  });

  it("keeps the last good model while its text is broken, says where, and is not edited", async () => {
    const document = await open();
    const broken = new vscode.WorkspaceEdit();
    const line = document.lineAt(7);
    broken.replace(document.uri, line.range, line.text.replace(`"units": 8`, `"units": `));
    await vscode.workspace.applyEdit(broken);
    await until(() => unroll.modelDocument().problem !== null, "the problem");
    assert.equal(unroll.modelDocument().line, 8);
    assert.deepEqual(units(), [8, 4]);
    const before = document.getText();
    assert.match((await unroll.editModel({ op: "remove", index: 0 })) ?? "", /cannot be read/);
    assert.equal(document.getText(), before);
    await until(() => vscode.languages.getDiagnostics(document.uri).some((one) => one.source === "Unroll"), "the diagnostic");
    await vscode.commands.executeCommand("undo");
    await until(() => unroll.modelDocument().problem === null, "mended");
  });

  it("has diagnostics at the layer that does not fit, and their fix is an edit", async () => {
    const document = await open();
    const found = (): vscode.Diagnostic | undefined => vscode.languages.getDiagnostics(document.uri).find((one) => one.source === "Unroll");
    await until(() => found() !== undefined, "a diagnostic");
    assert.equal(document.getText(found()?.range), `"GRU"`);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      found()?.range,
    );
    const fix = actions.find((action) => action.isPreferred === true);
    assert.ok(fix?.edit, actions.map((action) => action.title).join());
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), text.replace(`"units": 8 }`, `"units": 8, "return_sequences": true }`));
    await until(() => found() === undefined, "nothing wrong any more");
  });

  it("marks what cannot be read, and offers the repair", async () => {
    const document = await open(text.replace(`"GRU"`, `"Gru"`));
    const found = (): vscode.Diagnostic | undefined =>
      vscode.languages.getDiagnostics(document.uri).find((one) => one.code === "UNSUPPORTED");
    await until(() => found() !== undefined, "a diagnostic");
    assert.equal(document.getText(found()?.range), `"Gru"`);
    assert.equal(unroll.model(), null, "never was a good one");
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      found()?.range,
    );
    const edit = actions.find((action) => action.title.includes(`"GRU"`))?.edit;
    assert.ok(edit, actions.map((action) => action.title).join());
    await vscode.workspace.applyEdit(edit);
    await until(() => units().length === 2, "read again");
  });

  it("is completed and explained in its text", async () => {
    const document = await open();
    const inside = document.positionAt(text.indexOf(`"units": 4`));
    const complete = async (at: vscode.Position): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, at);
      return list.items.map((item) => (typeof item.label === "string" ? item.label : item.label.label));
    };
    const options = await complete(inside);
    for (const option of ["reset_after", "return_sequences", "recurrent_activation"]) assert.ok(options.includes(option), options.join());
    assert.ok(!options.includes("unit_forget_bias"), "an LSTM's option in a GRU");
    const names = await complete(document.positionAt(text.indexOf(`"GRU"`) + 1));
    for (const name of ["LSTM", "Bidirectional", "Dense"]) assert.ok(names.includes(`"${name}"`), names.join());
    const layers = await complete(document.positionAt(text.indexOf(`"layers": [`) + `"layers": [`.length));
    for (const name of ["LSTM", "Bidirectional"]) assert.ok(layers.includes(name), layers.join());
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, inside);
    const said = hovers.flatMap((hover) => hover.contents.map((content) => (typeof content === "string" ? content : content.value)));
    assert.match(said.join(), /How many numbers/);
  });

  it("is not run as it was before while its text is broken", async () => {
    const document = await open(text.replace(`"units": 8 }`, `"units": 8, "return_sequences": true }`));
    const broken = new vscode.WorkspaceEdit();
    broken.insert(document.uri, new vscode.Position(3, 0), ",");
    await vscode.workspace.applyEdit(broken);
    await until(() => unroll.modelDocument().problem !== null, "the problem");
    const before = unroll.lastRun()?.id;
    const data = await vscode.workspace.openTextDocument({ content: "[[1, 2, 3, 4, 5]]", language: "python" });
    await vscode.window.showTextDocument(data);
    await vscode.commands.executeCommand("unroll.runOnSelection");
    assert.equal(unroll.lastRun()?.id, before);
    await vscode.commands.executeCommand("notifications.clearAll");
  });

  it("is compared as text", async () => {
    const [left, right] = [await fileOf(text), await fileOf(text.replace("8", "9"))];
    await vscode.commands.executeCommand("vscode.diff", left, right);
    await until(() => vscode.window.tabGroups.activeTabGroup.activeTab !== undefined, "the comparison");
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff, `a comparison in ${String(input?.constructor.name)}`);
  });

  it("is what the scratch model is saved to", async () => {
    unroll.setModel(presetById("deep")?.build(null) ?? null);
    const uri = await fileOf("");
    await vscode.commands.executeCommand("unroll.saveModelAs", uri);
    await sidebar(uri.path.split("/").at(-1) as string);
    assert.deepEqual(units(), [8, 4]);
    const saved = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))) as { class_name: string };
    assert.equal(saved.class_name, "Sequential");
  });

  it("runs from the designer as it is shown", async () => {
    await open(text.replace(`"units": 8 }`, `"units": 8, "return_sequences": true }`));
    const rows = "[[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]";
    const data = await vscode.workspace.openTextDocument({ content: rows, language: "python" });
    await vscode.window.showTextDocument(data);
    await vscode.commands.executeCommand("unroll.runOnSelection");
    assert.deepEqual(unroll.lastRun()?.tensors.find((tensor) => tensor.returned)?.shape, [1, 4]);
  });
});
