// Numbers that do not fit as they stand: the preview, other readings, their memory, what is missing. In every theme and in Korean.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const matrix = Array.from({ length: 5 }, (_, r) => Array.from({ length: 4 }, (_, c) => `${r}.${c}`).join(" ")).join("\n");
const gaps = "a,b,c,d,e\n1,2,3,4,5\n1,,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n";
const files = { "sensors.txt": `${matrix}\n`, "gaps.csv": gaps, "holes.csv": gaps };
const words = {
  en: {
    run: "Run RNN on selection",
    swap: "Swap axes",
    window: "Sliding window…",
    go: "Run",
    missing: "Missing values…",
    mask: "Mask the time step",
  },
  ko: {
    run: "선택 영역에서 RNN 실행",
    swap: "축 바꾸기",
    window: "슬라이딩 창…",
    go: "실행",
    missing: "빠진 값…",
    mask: "시점 마스크하기",
  },
};
const looks = [
  { name: "dark", theme: "dark", locale: "en" },
  { name: "light", theme: "light", locale: "en" },
  { name: "hc", theme: "hc", locale: "en" },
  { name: "ko", theme: "light", locale: "ko" },
];

for (const { name, theme, locale } of looks) {
  describe(`other readings: ${name}`, () => {
    const say = words[locale];
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width: 1200, height: 800 }, files });
      const { page } = win;
      await wb.openFile(page, "tutorial.py");
      await wb.selectLines(page, 3, 8);
      await wb.runCommand(page, say.run);
      await wb.quickPickRows(page).first().waitFor();
      await page.keyboard.press("Enter");
      await (await wb.resultsFrame(page)).locator(".head-flow", { hasText: "(1, 4, 5)" }).waitFor();
    });
    afterEach(async function () {
      if (this.currentTest.state === "failed") await win?.shot(`reading-${name}-failed`);
    });
    after(() => win?.close());

    const row = (text) => wb.quickPickRows(win.page).filter({ hasText: text }).first();

    it("offers the axes that fit, previews, and runs", async () => {
      const { page } = win;
      await wb.openFile(page, "sensors.txt");
      await wb.selectLines(page, 1, 5);
      await wb.runCommand(page, say.run);
      await row(say.swap).waitFor();
      assert.match(await wb.quickPickRows(page).first().innerText(), /\(1, 4, 5\)/);
      await win.shot(`reading-${name}-1-mismatch`);
      await page.keyboard.press("Enter");
      await row("5 × 4 → (1, 4, 5)").waitFor();
      await win.shot(`reading-${name}-2-preview`);
      await row(say.window).click();
      // Only the box has a way back; what is typed before it is there filters the list.
      await page.locator(".quick-input-titlebar .codicon-quick-input-back").waitFor();
      const input = page.locator(".quick-input-widget input").first();
      await input.fill("9");
      await page.locator(".quick-input-widget", { hasText: "9" }).first().waitFor();
      await page.waitForTimeout(300);
      await win.shot(`reading-${name}-3-window`);
      await page.locator(".quick-input-titlebar .codicon-quick-input-back").click();
      await row("5 × 4 → (1, 4, 5)").waitFor();
      await page.keyboard.press("Enter");
      const results = await wb.resultsFrame(page);
      await results.locator("body", { hasText: "sensors.txt" }).waitFor();
      await page.locator(".statusbar-item", { hasText: "5×4 → (1, 4, 5)" }).first().waitFor();
      await win.shot(`reading-${name}-4-run`);
    });

    it("asks again from the status bar", async () => {
      const { page } = win;
      await page.locator(".statusbar-item", { hasText: "5×4 → (1, 4, 5)" }).first().click();
      await row("5 × 4 → (1, 4, 5)").waitFor();
      await page.keyboard.press("Escape");
      assert.deepEqual(win.server.hostCrashes(), []);
    });

    it("marks a missing value, and masks its step when that is chosen", async () => {
      const { page } = win;
      await wb.openFile(page, "gaps.csv");
      await wb.selectLines(page, 1, 5);
      await wb.runCommand(page, say.run);
      await page.locator(".squiggly-error").first().waitFor();
      const offer = page.locator(".notification-toast .monaco-button", { hasText: say.missing }).first();
      await offer.waitFor();
      await win.shot(`reading-${name}-5-diagnostic`);
      await offer.click();
      await row(say.mask).waitFor();
      await win.shot(`reading-${name}-6-missing`);
      await row(say.mask).click();
      const results = await wb.resultsFrame(page);
      await results.locator("body", { hasText: "gaps.csv" }).waitFor();
      assert.deepEqual(win.server.hostCrashes(), []);
    });

    if (name === "dark")
      it("says of a file what it says of a selection: the cell in the text, and the rule that helps", async () => {
        const { page } = win;
        await wb.runOnFile(page, "holes.csv");
        const offer = page.locator(".notification-toast");
        await offer.locator(".monaco-button", { hasText: say.missing }).first().waitFor();
        await offer.locator(".monaco-button", { hasText: "Show" }).first().click();
        await page.locator(".tab.active", { hasText: "holes.csv" }).waitFor();
        await page.locator(".squiggly-error").first().waitFor();
        await win.shot("reading-dark-7-file");
        await wb.runOnFile(page, "holes.csv");
        await offer.locator(".monaco-button", { hasText: say.missing }).first().click();
        await row("Repeat the value before").click();
        await (await wb.resultsFrame(page)).locator("body", { hasText: "holes.csv" }).waitFor();
        await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      });
  });
}
