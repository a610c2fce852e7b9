// Both views in every theme and in Korean: nothing overflows, axe finds nothing; the pictures are for people to look at.
/* global describe, it, before, after */
import assert from "node:assert/strict";
import { assertAccessible, assertNoOverflow, englishIn } from "./lib/look.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const looks = [
  { name: "dark", theme: "dark", locale: "en", width: 1400, preset: 0 },
  { name: "light", theme: "light", locale: "en", width: 1400, preset: 4 },
  { name: "hc", theme: "hc", locale: "en", width: 1400, preset: 6 },
  { name: "ko", theme: "dark", locale: "ko", width: 1400, preset: 7 },
  { name: "narrow", theme: "light", locale: "ko", width: 860, preset: 6 },
];

/** Words that stay English in Korean: Keras's, file names, code. */
const kept = [
  /Layer \(type\)|Output Shape|Total params|Model: "/,
  /SimpleRNN|Bidirectional|LSTM|return_|dropout|go_backwards/,
  /^(import|from) keras/,
];

for (const { name, theme, locale, width, preset } of looks) {
  describe(`the look: ${name}`, () => {
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width, height: 900 } });
      const { page } = win;
      await wb.openFile(page, "tutorial.py");
      await wb.selectLines(page, 3, 8);
      await wb.runCommand(page, locale === "ko" ? "선택 영역에서 RNN 실행" : "Run RNN on selection");
      await wb.quickPickRows(page).first().waitFor();
      for (let i = 0; i < preset; i++) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    });
    after(() => win?.close());

    it("shows the results", async () => {
      const results = await wb.resultsFrame(win.page);
      const tabs = results.getByRole("tab");
      await tabs.first().waitFor();
      for (let i = 0; i < (await tabs.count()); i++) {
        await tabs.nth(i).click();
        // Slices of the run arrive.
        await win.page.waitForTimeout(400);
        await win.shot(`look-${name}-results-${i + 1}`);
        await assertAccessible(results, `results, tab ${i + 1}`);
        await assertNoOverflow(results, `results, tab ${i + 1}`);
        if (locale === "ko") assert.deepEqual(englishIn(await results.locator("body").innerText(), kept), []);
      }
    });

    it("shows the designer", async () => {
      const designer = await wb.openDesigner(win.page);
      await designer.locator(".stack").waitFor();
      await win.shot(`look-${name}-designer-1`);
      await designer.locator('[data-key="head1"]').click();
      await win.page.waitForTimeout(200);
      await win.shot(`look-${name}-designer-2`);
      await assertAccessible(designer, "designer");
      await assertNoOverflow(designer, "designer");
      if (locale === "ko") assert.deepEqual(englishIn(await designer.locator("body").innerText(), kept), []);
      await designer.locator('[data-key="add"]').click();
      await win.page.waitForTimeout(200);
      await win.shot(`look-${name}-designer-3`);
      await assertAccessible(designer, "designer's menu");
      assert.deepEqual(win.server.hostCrashes(), []);
    });
  });
}

describe("the look: nothing yet", () => {
  let win;
  before(async () => {
    win = await openWindow({ viewport: { width: 1100, height: 800 } });
  });
  after(() => win?.close());

  it("says what to do where there is no model", async () => {
    const designer = await wb.openDesigner(win.page);
    await designer.locator("main").first().waitFor();
    await win.shot("look-empty-designer");
    await assertAccessible(designer, "empty designer");
    await assertNoOverflow(designer, "empty designer");
  });
});
