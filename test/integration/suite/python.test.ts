/** Models in Python files: hints, hovers, lenses, diagnostics with their fixes, the way into the designer and out as code. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";
import { presetById } from "../../../extension/core/model/presets.js";
import { fixtures } from "../../support/root.js";
import { within } from "./wait.js";

const broken =
  "from keras import Sequential, layers\nmodel = Sequential([\n    layers.Input((4, 5)),\n    layers.LSTM(8),\n    layers.GRU(4),\n])\n";

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "code.json"), "utf8")) as {
  cases: { id: string; source?: string }[];
};

/** A block of code of the tutorial. */
function block(id: string): string {
  const found = cases.find((one) => one.id === `code/${id}`)?.source;
  assert.ok(found, id);
  return found;
}

async function api(): Promise<UnrollExtensionApi> {
  const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
  assert.ok(extension);
  return extension.activate();
}

async function open(content: string): Promise<vscode.TextDocument> {
  await api();
  const document = await vscode.workspace.openTextDocument({ content, language: "python" });
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  return document;
}

/** The first model waits for the reader's thread. */
const until = within(15);

/** Presses Enter until a command that asks is over. */
async function accepting(command: Thenable<unknown>, what: string): Promise<void> {
  let done = false;
  void command.then(() => (done = true));
  await until(async () => {
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    return done;
  }, what);
}

async function hintsOf(document: vscode.TextDocument): Promise<{ after: string; text: string }[]> {
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", document.uri, whole);
  return hints.map((hint) => ({
    after: document.lineAt(hint.position.line).text.slice(0, hint.position.character).trim(),
    text: typeof hint.label === "string" ? hint.label : hint.label.map((part) => part.value).join(""),
  }));
}

async function lensesOf(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
  return lenses.filter((lens) => lens.command?.command.startsWith("unroll.") === true);
}

async function hoverAt(document: vscode.TextDocument, text: string): Promise<string> {
  const at = document.positionAt(document.getText().indexOf(text) + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, at);
  return hovers.flatMap((hover) => hover.contents.map((part) => (part instanceof vscode.MarkdownString ? part.value : ""))).join("\n");
}

function ours(document: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "Unroll");
}

async function fixesAt(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, range, "quickfix");
}

async function lens(document: vscode.TextDocument, command: string): Promise<vscode.Command> {
  const found = (await lensesOf(document)).find((one) => one.command?.command === command)?.command;
  assert.ok(found, `no lens ${command}`);
  return found;
}

describe("models in Python files", () => {
  it("the tutorial's blocks have shapes behind their layers and commands over their models", async () => {
    for (const [id, expected] of [
      ["tutorial_simple_rnn_with_printed_summary", ["SimpleRNN(3, batch_input_shape=(8,2,10)) → (8, 3)"]],
      [
        "tutorial_layers_called_on_data",
        [
          "SimpleRNN(3, return_sequences=True, return_state=True) → [(None, 4, 3), (None, 3)]",
          "LSTM(3, return_sequences=False, return_state=True) → [(None, 3), (None, 3), (None, 3)]",
          "Bidirectional(LSTM(3, return_sequences=True, return_state=True)) → [(None, 4, 6), (None, 3), (None, 3), (None, 3), (None, 3)]",
        ],
      ],
      // Its sizes are names that the block does not bind: they are marked, and asked for when it is opened.
      ["tutorial_deep_bidirectional_unbound_names", []],
    ] as const) {
      const document = await open(block(id));
      const hints = (await hintsOf(document)).map(({ after, text }) => `${after.replace(/^.*?(?=[A-Z]\w*\()/, "")} ${text}`);
      assert.deepEqual(hints, expected, id);
      const titles = (await lensesOf(document)).map((one) => one.command?.title);
      assert.ok(titles.includes("$(play) Run RNN") && titles.includes("Open in designer"), id);
    }
  });

  it("says nothing in Python without models", async () => {
    const document = await open("import os\n\n\nclass Model:\n    pass\n\n\nprint(os.getcwd())\n");
    assert.deepEqual(await hintsOf(document), []);
    assert.deepEqual(await lensesOf(document), []);
    assert.deepEqual(ours(document), []);
  });

  it("reads the cells of a notebook together", async () => {
    await api();
    const cell = (text: string): vscode.NotebookCellData => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python");
    const notes = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, "GRU(9)", "markdown");
    const cells = [
      cell("units = 8\nmodel = Sequential()"),
      notes,
      cell("%time\nmodel.add(LSTM(units, input_shape=(4, 5)))"),
      cell("model.add(GRU(2))"),
    ];
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", new vscode.NotebookData(cells));
    await vscode.window.showNotebookDocument(notebook);
    const documents = notebook.getCells().map(({ document }) => document);
    const [first, , lstm, gru] = documents;
    assert.ok(first && lstm && gru);
    assert.deepEqual(await hintsOf(lstm), [{ after: "model.add(LSTM(units, input_shape=(4, 5))", text: "→ (None, 8)" }]);
    assert.deepEqual(
      (await hintsOf(gru)).map(({ text }) => text),
      ["→ (None, 2)"],
    );
    assert.equal((await lensesOf(first)).length, 2);
    assert.equal((await lensesOf(gru)).length, 0);
    const warning = await until(() => ours(gru).find(({ code }) => code === "shape"), "the warning");
    const edit = (await fixesAt(gru, warning.range)).find(({ title }) => title === "Turn on return_sequences")?.edit;
    assert.ok(edit, "the fix of the other cell");
    await vscode.workspace.applyEdit(edit);
    assert.match(lstm.getText(), /LSTM\(units, input_shape=\(4, 5\), return_sequences=True\)/);
  });

  it("explains a layer's shape with its numbers, and lists the model", async () => {
    const document = await open(broken);
    const text = await hoverAt(document, "LSTM");
    assert.match(text, /Why this shape\?/);
    assert.match(text, /gone: only the last step is returned/);
    assert.match(text, /448 = 4 × \(5 × 8 \+ 8 × 8 \+ 8\)/);
    assert.match(text, /\| GRU \|/);
    assert.match(await hoverAt(document, "model ="), /\| LSTM \| `\(None, 8\)` \| 448 \|/);
  });

  it("warns of what does not fit; its quick fix mends the text, and the warning goes", async () => {
    const document = await open(broken);
    const warning = await until(() => ours(document).find(({ code }) => code === "shape"), "the warning");
    assert.equal(document.getText(warning.range), "layers.GRU(4)");
    assert.equal(warning.severity, vscode.DiagnosticSeverity.Warning);
    const fixes = await fixesAt(document, warning.range);
    assert.deepEqual(
      fixes.map(({ title }) => title).filter((title) => /return_sequences|designer/.test(title)),
      ["Turn on return_sequences", "Open in designer"],
    );
    const edit = fixes.find(({ title }) => title === "Turn on return_sequences")?.edit;
    assert.ok(edit);
    await vscode.workspace.applyEdit(edit);
    assert.match(document.getText(), /layers\.LSTM\(8, return_sequences=True\),/);
    await until(() => (ours(document).length === 0 ? true : undefined), "no warning");
    assert.deepEqual(
      (await hintsOf(document)).map(({ text }) => text),
      ["→ (None, 4, 8)", "→ (None, 4)"],
    );
  });

  it("marks what was not understood, as a hint", async () => {
    const document = await open("import sys\nmodel = Sequential([LSTM(int(sys.argv[1]), input_shape=(4, 5)), Dense(1)])\n");
    const hint = await until(() => ours(document).find(({ code }) => code === "not-understood"), "the hint");
    assert.equal(hint.severity, vscode.DiagnosticSeverity.Hint);
    assert.match(document.getText(hint.range), /sys\.argv/);
  });

  it("each can be switched off", async () => {
    const document = await open(broken);
    await until(() => ours(document)[0], "the warning");
    const settings = vscode.workspace.getConfiguration("unroll");
    const names = ["inlayHints", "hover", "codeLens", "diagnostics"].map((feature) => `${feature}.enabled`);
    for (const name of names) await settings.update(name, false, vscode.ConfigurationTarget.Global);
    try {
      assert.deepEqual(await hintsOf(document), []);
      assert.deepEqual(await lensesOf(document), []);
      assert.doesNotMatch(await hoverAt(document, "LSTM"), /Why this shape/);
      await until(() => (ours(document).length === 0 ? true : undefined), "no warning");
    } finally {
      for (const name of names) await settings.update(name, undefined, vscode.ConfigurationTarget.Global);
    }
    await until(() => ours(document)[0], "the warning again");
    assert.equal((await hintsOf(document)).length, 2);
  });

  it("opens the model of a lens in the designer", async () => {
    const unroll = await api();
    unroll.setModel(null);
    const document = await open(block("functional_chain"));
    const { command, arguments: place } = await lens(document, "unroll.openModelInCode");
    await vscode.commands.executeCommand(command, ...(place as unknown[]));
    assert.ok((unroll.model()?.layers.length ?? 0) > 0);
  });

  it("asks for the sizes that a block of the tutorial only names", async () => {
    const unroll = await api();
    unroll.setModel(null);
    const document = await open(block("tutorial_deep_bidirectional_unbound_names"));
    const { command, arguments: place } = await lens(document, "unroll.openModelInCode");
    // Each question has a value to begin with.
    await accepting(vscode.commands.executeCommand(command, ...(place as unknown[])), "the answers");
    assert.deepEqual(unroll.model()?.input, [null, 4, 5]);
    assert.deepEqual(
      unroll.model()?.layers.map((layer) => (layer.className === "Bidirectional" ? layer.layer.units : 0)),
      [8, 8, 8],
    );
  });

  it("opens an active Python file with the same command as a model file", async () => {
    const unroll = await api();
    unroll.setModel(null);
    await open("model = Sequential([LSTM(7, input_shape=(4, 5)), Dense(1)])\n");
    await vscode.commands.executeCommand("unroll.openInDesigner");
    assert.equal(unroll.model()?.name, "model");
    assert.deepEqual(
      unroll.model()?.layers.map(({ className }) => className),
      ["LSTM", "Dense"],
    );
  });

  it("runs the model of a lens on the data of the last run", async () => {
    const unroll = await api();
    unroll.setModel(presetById("simple_rnn")?.build([null, null, 5]) ?? null);
    const data = await open(
      "x = [[0.1, 4.2, 1.5, 1.1, 2.8], [1.0, 3.1, 2.5, 0.7, 1.1], [0.3, 2.1, 1.5, 2.1, 0.1], [2.2, 1.4, 0.5, 0.9, 1.1]]",
    );
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor?.document === data);
    editor.selection = new vscode.Selection(0, 0, 1, 0);
    await vscode.commands.executeCommand("unroll.runOnSelection");
    const document = await open("model = Sequential([LSTM(6, return_sequences=True, input_shape=(4, 5)), Dense(2)])\n");
    const { command, arguments: place } = await lens(document, "unroll.runModelInCode");
    await vscode.commands.executeCommand(command, ...(place as unknown[]));
    const output = unroll.lastRun()?.tensors.find((tensor) => tensor.returned);
    assert.deepEqual(output?.shape, [1, 4, 2]);
    assert.equal(unroll.model()?.name, "model");
  });

  it("runs the model of a lens on example numbers where the last data do not fit", async () => {
    const unroll = await api();
    const document = await open("tiny = Sequential([GRU(2, input_shape=(3, 7))])\n");
    const { command, arguments: place } = await lens(document, "unroll.runModelInCode");
    await accepting(vscode.commands.executeCommand(command, ...(place as unknown[])), "the choice of the example");
    assert.deepEqual(unroll.lastRun()?.tensors[0]?.shape, [1, 3, 7]);
    assert.equal(unroll.lastRun()?.parameters, 3 * (7 * 2 + 2 * 2 + 2 * 2));
  });

  it("exports the model to an editor or the clipboard, and what it wrote is read back the same", async () => {
    const unroll = await api();
    unroll.setModel(presetById("deep_rnn")?.build([null, 4, 5]) ?? null);
    const model = unroll.model();
    await vscode.commands.executeCommand("unroll.exportCode", { target: "keras3", to: "editor" });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, "python");
    assert.match(document.getText(), /keras\.Sequential/);
    await vscode.commands.executeCommand("unroll.openInDesigner");
    assert.deepEqual(unroll.model()?.layers, model?.layers);
    for (const target of ["pytorch", "numpy"]) {
      await vscode.commands.executeCommand("unroll.exportCode", { target, to: "clipboard" });
      assert.match(await vscode.env.clipboard.readText(), target === "pytorch" ? /from torch import nn/ : /import numpy as np/);
    }
  });
});
