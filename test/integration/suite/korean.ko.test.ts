/** The extension in Korean. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

describe("한국어", () => {
  it("has its words in Korean", async () => {
    const extension = vscode.extensions.getExtension("unroll.unroll");
    assert.ok(extension);
    await extension.activate();
    const bundle = vscode.l10n.bundle ?? {};
    assert.equal(vscode.env.language, "ko");
    const commands = (extension.packageJSON as { contributes: { commands: { command: string; title: unknown }[] } }).contributes.commands;
    const title = commands.find((command) => command.command === "unroll.chooseModel")?.title;
    assert.match(JSON.stringify(title), /모델 선택/);
    void bundle;
  });

  it("says a refusal in Korean", async () => {
    const document = await vscode.workspace.openTextDocument({ content: "[[1, 2, 3], [4, 5]]", language: "python" });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 1, 0);
    const command = vscode.commands.executeCommand("unroll.runOnSelection");
    const end = Date.now() + 10_000;
    while (vscode.languages.getDiagnostics(document.uri).length === 0 && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const [diagnostic] = vscode.languages.getDiagnostics(document.uri);
    assert.match(diagnostic?.message ?? "", /[가-힣]/);
    await vscode.commands.executeCommand("notifications.clearAll");
    await command;
  });
});
