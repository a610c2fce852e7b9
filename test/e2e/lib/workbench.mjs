// What a person does in the workbench.

export async function runCommand(page, text) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor({ state: "visible" });
  await input.fill(`>${text}`);
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  await row.waitFor({ state: "visible" });
  await page.keyboard.press("Enter");
}

/** The rows of the open QuickPick. */
export const quickPickRows = (page) => page.locator(".quick-input-list .monaco-list-row");

export async function openFile(page, name) {
  if (!(await page.locator(".explorer-folders-view").isVisible())) await page.keyboard.press("Control+Shift+e");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().dblclick();
  await page.locator(".tab.active", { hasText: name }).first().waitFor();
  await page.locator(".editor-instance .view-line").first().waitFor();
}

/** Selects lines first … last (from 1) with the keyboard. */
export async function selectLines(page, first, last) {
  await page.locator(".editor-instance .view-line").first().click();
  await page.keyboard.press("Control+Home");
  for (let i = 1; i < first; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Home");
  for (let i = first; i < last; i++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+End");
  await page
    .locator(".statusbar-item", { hasText: /selected|선택/ })
    .first()
    .waitFor();
}

/** VS Code draws a webview as an iframe in an iframe; the one that shows `selector`. */
export async function webviewFrame(page, selector, timeout = 30_000) {
  const until = Date.now() + timeout;
  for (;;) {
    for (const frame of page.frames()) {
      if (frame === page.mainFrame() || frame.parentFrame() === page.mainFrame()) continue;
      const count = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (count > 0) return frame;
    }
    if (Date.now() > until) throw new Error(`no webview shows ${selector}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function openDesigner(page) {
  const item = page.locator('.activitybar .action-item a[aria-label^="Unroll"]').first();
  await item.click();
  return webviewFrame(page, ".unroll-designer main");
}

/** Drags the side bar's border until it is as wide as wanted. */
export async function resizeSideBar(page, width) {
  const bar = page.locator(".part.sidebar");
  const { x, y, width: old } = await bar.boundingBox();
  await page.mouse.move(x + old, y + 300);
  await page.mouse.down();
  await page.mouse.move(x + width, y + 300, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(x + width + 300, y + 500);
  const { width: now } = await bar.boundingBox();
  if (Math.abs(now - width) > 2) throw new Error(`the side bar is ${now} px wide, not ${width}`);
}

export const resultsFrame = (page) => webviewFrame(page, ".unroll-results main");

/** "Run RNN on file…" of the explorer's menu. */
export async function runOnFile(page, name, words = "Run RNN on file…") {
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().click({ button: "right" });
  const item = page.locator(".monaco-menu .action-item", { hasText: words }).first();
  await item.waitFor();
  // A menu takes no click in its first moments, lest the one that opened it chooses something.
  await page.waitForTimeout(400);
  await item.click();
  await page.locator(".monaco-menu").first().waitFor({ state: "detached" });
}
