// In Restricted Mode the design works, no process is started, and each command says why.
/* global describe, it, before, after */
import assert from "node:assert/strict";
import fs from "node:fs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

/** Processes that run the engine's bundle. */
function engines() {
  return fs.readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/dist/engine.js");
    } catch {
      return false;
    }
  });
}

(process.platform === "linux" ? describe : describe.skip)("an untrusted window", () => {
  let win;
  before(async () => {
    win = await openWindow({ trust: true });
  });
  after(() => win?.close());

  it("reads and designs, and does not run", async () => {
    const { page } = win;
    const before = engines();
    await wb.openFile(page, "tutorial.py");
    await wb.selectLines(page, 3, 8);
    await wb.runCommand(page, "Run RNN on selection");
    await page.locator(".notification-toast", { hasText: "Restricted Mode" }).waitFor();
    await win.shot("untrusted");
    await wb.runCommand(page, "Unroll: Choose");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "SimpleRNN(3)" }).first().waitFor();
    await page.keyboard.press("Enter");
    const designer = await wb.openDesigner(page);
    await designer.locator(".stack", { hasText: "SimpleRNN" }).waitFor();
    assert.deepEqual(engines(), before);
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});
