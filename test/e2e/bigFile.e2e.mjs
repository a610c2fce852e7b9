// A file that memory does not hold: progress with a cancel that leaves nothing, then the result beside it, a click away.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const value = (i) => [Math.sin(i).toFixed(5), Math.cos(i).toFixed(5), i % 7];
const rows = Array.from({ length: 1000 }, (_, i) => `2026-01-01,${value(i).join()}\n`).join("");
const lists = Array.from({ length: 1000 }, (_, i) => `[${value(i).join()}]`).join(",\n");
const files = {
  "sensors.csv": `day,temp,rain,wind\n${rows.repeat(3000)}`,
  "sensors.json": `[${Array.from({ length: 3000 }, () => lists).join(",\n")}]\n`,
};
const looks = [
  {
    name: "dark",
    file: "sensors.csv",
    theme: "dark",
    locale: "en",
    menu: "Run RNN on file…",
    running: "piece by piece",
    cancel: "Cancel",
    open: "Open",
  },
  {
    name: "ko",
    file: "sensors.json",
    theme: "light",
    locale: "ko",
    menu: "파일로 RNN 실행…",
    running: "조각으로 나누어",
    cancel: "Cancel",
    open: "열기",
  },
];

for (const { name, file, theme, locale, menu, running, cancel, open } of looks) {
  describe(`a long file: ${name}`, () => {
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width: 1200, height: 800 }, files: { [file]: files[file] } });
      // A limit of the machine: a browser's user settings do not say it, those of the workspace do.
      fs.mkdirSync(path.join(win.workspace, ".vscode"));
      fs.writeFileSync(path.join(win.workspace, ".vscode", "settings.json"), '{ "unroll.memoryLimitMB": 64 }');
      await win.page.locator(".explorer-folders-view .monaco-list-row", { hasText: ".vscode" }).waitFor();
      await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
    });
    afterEach(async function () {
      if (this.currentTest.state === "failed") await win?.shot(`bigFile-${name}-failed`);
    });
    after(() => win?.close());
    const toast = (text) => win.page.locator(".notification-toast", { hasText: text }).first();
    const results = () => fs.readdirSync(win.workspace).filter((file) => file.includes(".out"));

    it("tells how far it is, and ends at once", async () => {
      const { page } = win;
      await wb.runOnFile(page, file, menu);
      await wb.quickPickRows(page).first().waitFor();
      await page.keyboard.press("Enter");
      await toast("MiB").waitFor();
      await win.shot(`bigFile-${name}-1-progress`);
      await toast(running).locator(".monaco-button", { hasText: cancel }).first().click();
      await toast(running).waitFor({ state: "detached" });
      // The notification goes with the click, the engine a moment later.
      for (let i = 0; i < 40 && results().length > 0; i++) await page.waitForTimeout(50);
      assert.deepEqual(results(), []);
    });

    it("writes the result beside the file", async () => {
      const { page } = win;
      // Rows that still move would be clicked in each other's place.
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: ".part" }).waitFor({ state: "detached" });
      await page.waitForTimeout(500);
      await wb.runOnFile(page, file, menu);
      await toast("float32").waitFor({ timeout: 90_000 });
      await win.shot(`bigFile-${name}-2-wrote`);
      assert.deepEqual(results(), ["sensors.out.npy"]);
      await toast("float32").locator(".monaco-button", { hasText: open }).first().click();
      await page.locator(".explorer-folders-view .monaco-list-row.selected", { hasText: "sensors.out.npy" }).waitFor();
      await win.shot(`bigFile-${name}-3-open`);
      assert.deepEqual(win.server.hostCrashes(), []);
    });
  });
}
