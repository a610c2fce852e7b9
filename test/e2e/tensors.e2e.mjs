// A data file as a person has it: run from the explorer's menu, one array of several chosen, the file named as the source.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { assertAccessible, assertNoOverflow } from "./lib/look.mjs";
import { root } from "../rig/paths.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const data = (name) => fs.readFileSync(path.join(root, "test", "fixtures", "files", name));

const looks = [
  { name: "light", theme: "light", locale: "en", words: "Run RNN on file…" },
  { name: "hc", theme: "hc", locale: "en", words: "Run RNN on file…" },
  { name: "ko", theme: "dark", locale: "ko", words: "파일로 RNN 실행…" },
];

for (const { name, theme, locale, words } of looks) {
  describe(`the arrays of a file: ${name}`, () => {
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width: 1000, height: 700 }, files: { "groups.h5": data("groups.h5") } });
      await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
    });
    after(() => win?.close());

    it("are listed by name, shape and type", async () => {
      await wb.runOnFile(win.page, "groups.h5", words);
      const rows = wb.quickPickRows(win.page);
      await rows.filter({ hasText: "packed/x" }).first().waitFor();
      await win.shot(`tensors-arrays-${name}`);
      assert.ok((await rows.count()) > 1);
    });
  });
}

describe("a data file", () => {
  let win;
  before(async () => {
    const names = ["stored.npz", "groups.h5", "object.npy", "snappy.parquet"];
    win = await openWindow({ viewport: { width: 1400, height: 900 }, files: Object.fromEntries(names.map((name) => [name, data(name)])) });
    await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-tensors");
  });
  after(() => win?.close());

  it("asks for one array of several, then for a model", async () => {
    const { page } = win;
    await wb.runOnFile(page, "stored.npz");
    const rows = wb.quickPickRows(page);
    await rows.filter({ hasText: "train" }).waitFor();
    assert.match(await rows.filter({ hasText: "train" }).innerText(), /\(3, 4, 5\) float32/);
    await win.shot("tensors-1-arrays");
    await page.keyboard.press("Enter");
    await rows.filter({ hasText: "SimpleRNN(3)" }).first().waitFor();
    await page.keyboard.press("Enter");
    const results = await wb.resultsFrame(page);
    await results.locator(".head-flow", { hasText: "(3, 3)" }).waitFor();
    const text = await results.locator("body").innerText();
    assert.ok(text.includes("stored.npz:train"), text.slice(0, 400));
    await win.shot("tensors-2-results");
    await assertAccessible(results, "results of a file");
    await assertNoOverflow(results, "results of a file");
  });

  it("reads HDF5 from the packaged library", async () => {
    const { page } = win;
    await wb.runOnFile(page, "groups.h5");
    const rows = wb.quickPickRows(page);
    await rows.filter({ hasText: "packed/x" }).first().waitFor();
    await win.shot("tensors-3-hdf5");
    await rows.filter({ hasText: "packed/x" }).first().click();
    const results = await wb.resultsFrame(page);
    await results.locator("body", { hasText: "groups.h5:packed/x" }).waitFor();
  });

  it("says why a file of Python objects is not read", async () => {
    const { page } = win;
    await wb.runOnFile(page, "object.npy");
    await page.locator(".notification-list-item", { hasText: "Python objects" }).first().waitFor();
    await win.shot("tensors-4-refused");
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});
