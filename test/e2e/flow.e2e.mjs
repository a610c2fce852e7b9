// What a person does with the tutorial: opens its file, selects, runs from the palette, reads, edits the stack, runs again.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { assertAccessible, assertNoOverflow } from "./lib/look.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

describe("the tutorial's flow", () => {
  let win;
  before(async () => {
    win = await openWindow({
      viewport: { width: 1400, height: 900 },
      files: { "missing.py": "train_X = [\n    [1, 2, 3],\n    [4, nan, 6],\n]\n" },
    });
    // In its first seconds a browser takes two to four seconds for a second webview; people's windows are older.
    await win.page.waitForTimeout(8000);
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed");
  });
  after(() => win?.close());

  it("runs the selection from the palette, the engine cold", async () => {
    const { page } = win;
    await wb.openFile(page, "tutorial.py");
    await wb.selectLines(page, 3, 8);
    await wb.runCommand(page, "Run RNN on selection");
    await wb.quickPickRows(page).first().waitFor();
    assert.match(await wb.quickPickRows(page).first().innerText(), /^SimpleRNN\(3\)/);
    await win.shot("flow-1-presets");
    const started = performance.now();
    await page.keyboard.press("Enter");
    const results = await wb.resultsFrame(page);
    await results.locator(".head-flow", { hasText: "(1, 3)" }).waitFor();
    console.log(`      first result, engine cold: ${(performance.now() - started).toFixed(0)} ms`);
    const text = await results.locator("body").innerText();
    for (const part of ["(1, 4, 5)", "simple_rnn (SimpleRNN)", "(None, 3)", "Total params: 27", "tutorial.py:3–8", "CPU"]) {
      assert.ok(text.includes(part), `${part} in the results`);
    }
    await win.shot("flow-2-results");
    await assertAccessible(results, "results");
    await assertNoOverflow(results, "results");
  });

  it("compares a small run with float64 by itself, and shows it by layer and step", async () => {
    const results = await wb.resultsFrame(win.page);
    await results.locator("#check", { hasText: /Δmax .*e−\d+ vs js/ }).click();
    const detail = results.getByRole("dialog", { name: "Compared with JavaScript" });
    const text = await detail.innerText();
    for (const part of ["equal within the tolerance", "simple_rnn", "1e−5 + 1e−4"]) assert.ok(text.includes(part), `${part} in ${text}`);
    assert.equal(await detail.locator("td").count(), 4, "one difference a step");
    await win.shot("flow-2-check");
    await assertAccessible(results, "the check");
    await assertNoOverflow(results, "the check");
    await detail.getByRole("button", { name: "Close" }).click();
    await detail.waitFor({ state: "detached" });
  });

  it("shows every value of the output", async () => {
    const results = await wb.resultsFrame(win.page);
    await results.getByRole("tab", { name: "Data" }).click();
    const cells = results.locator('[role="gridcell"]');
    await cells.first().waitFor();
    assert.equal(await cells.count(), 3);
    for (const value of await cells.allInnerTexts()) {
      const number = Number(value.replace("−", "-"));
      assert.ok(Math.abs(number) <= 1 && number !== 0, value);
    }
    await results.getByRole("tab", { name: "Shapes" }).click();
  });

  it("unrolls the states of every step, though the layer returns its last one only", async () => {
    const results = await wb.resultsFrame(win.page);
    await results.getByRole("tab", { name: "Steps" }).click();
    await results.locator(".steps .diagram svg .hot").waitFor();
    assert.equal(await results.locator(".steps .diagram svg .step").count(), 4);
    await win.shot("flow-2-steps");
    await results.getByRole("tab", { name: "Heat" }).click();
    await results.locator(".strips figure", { hasText: "simple_rnn" }).locator("canvas").waitFor();
    assert.match(await results.locator(".summary").first().innerText(), /3 units by 4 steps/);
    await win.shot("flow-2-heat");
    await results.getByRole("tab", { name: "Shapes" }).click();
  });

  it("edits the stack in the sidebar and runs again", async () => {
    const { page } = win;
    const designer = await wb.openDesigner(page);
    await designer.locator('[data-key="head1"]').click();
    await designer.getByRole("checkbox", { name: "return_sequences" }).click();
    await designer.getByText("all 4 steps").waitFor();
    assert.match(await designer.locator(".stack").innerText(), /\(None,\s*4,\s*3\)\s*Output/);
    await designer.locator('[data-key="add"]').click();
    await designer.getByRole("menuitem", { name: /^LSTM/ }).click();
    await win.shot("flow-3-stack");
    await designer.locator(".run").first().click();
    const results = await wb.resultsFrame(page);
    await results.locator("body", { hasText: "lstm (LSTM)" }).waitFor();
    await win.shot("flow-4-second-result");
    await assertAccessible(designer, "designer");
    await assertNoOverflow(designer, "designer");
  });

  it("answers again within a moment, the engine warm", async () => {
    const { page } = win;
    const results = await wb.resultsFrame(page);
    await wb.selectLines(page, 11, 14);
    const started = performance.now();
    await page.keyboard.press("Control+Alt+r");
    const picks = wb.quickPickRows(page).first();
    const fits = results.locator(".head-flow", { hasText: "(2, 3, 2)" }).waitFor();
    // The designer's model wants 5 features and the data has 2: a person is asked what to do.
    await Promise.race([fits, picks.waitFor()]);
    if (await picks.isVisible()) await page.keyboard.press("Enter");
    await fits;
    console.log(`      result, engine warm: ${(performance.now() - started).toFixed(0)} ms`);
    assert.deepEqual(win.server.hostCrashes(), []);
  });

  it("marks the exact place of what cannot be read, and keeps the result", async () => {
    const { page } = win;
    await wb.openFile(page, "missing.py");
    await wb.selectLines(page, 1, 4);
    await wb.runCommand(page, "Run RNN on selection");
    await page.locator(".squiggly-error").first().waitFor();
    await win.shot("flow-5-missing-value");
    const results = await wb.resultsFrame(page);
    assert.match(await results.locator("body").innerText(), /\(2, 3, 2\)/);
    assert.deepEqual(win.server.hostCrashes(), []);
  });

  it("says in the doctor's report what the GPU lacks, and what was never proven", async () => {
    const { page } = win;
    await wb.runCommand(page, "Show Devices and Diagnosis");
    const editor = page.locator(".editor-instance .view-lines", { hasText: "CUDA:" }).first();
    await editor.waitFor();
    const text = (await editor.innerText()).replaceAll("\u00a0", " ");
    for (const part of ["Addon:", "CPU kernels:", "NVIDIA driver:", "CUDA: not yet run on hardware"])
      assert.ok(text.includes(part), `${part} in ${text}`);
    await win.shot("flow-6-doctor");
  });

  it("activates in a moment", async () => {
    const { page } = win;
    await wb.runCommand(page, "Developer: Show Running Extensions");
    const row = page.locator(".runtime-extensions-editor .monaco-list-row, .editor-instance .extension", { hasText: "Unroll" }).first();
    await row.waitFor();
    console.log(`      activation: ${/(\d+ms)/.exec(await row.innerText())?.[1] ?? (await row.innerText())}`);
  });
});
