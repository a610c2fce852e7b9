// A model file as a person has it: the designer opens, its keys undo, the text is one click away and both stay in step.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { assertAccessible, assertNoOverflow } from "./lib/look.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const days = `{
  "class_name": "Sequential",
  "config": {
    "name": "days",
    "layers": [
      { "class_name": "InputLayer", "config": { "batch_shape": [null, 4, 5] } },
      { "class_name": "LSTM", "config": { "units": 8 } },
      { "class_name": "GRU", "config": { "units": 4 } }
    ]
  }
}
`;

describe("a model file", () => {
  let win;
  let designer;
  const units = () => designer.locator('.stack [data-key="head1"]').innerText();
  const shows = (text) => designer.locator('.stack [data-key="head1"]', { hasText: text }).waitFor();
  const textLine = (text) => win.page.locator(".editor-instance .view-line", { hasText: text }).first();

  before(async () => {
    win = await openWindow({ viewport: { width: 1400, height: 900 }, files: { "days.rnn.json": days } });
    // Before the extensions are known, every file is text.
    await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-modelFile");
  });
  after(() => win?.close());

  it("opens in the designer", async () => {
    const { page } = win;
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "days.rnn.json" }).first().dblclick();
    designer = await wb.webviewFrame(page, ".unroll-designer main");
    await shows("LSTM");
    await designer.getByText("does not fit").first().waitFor();
    await page.waitForTimeout(500);
    await win.shot("model-file-1-designer");
    await assertAccessible(designer, "the model editor");
    await assertNoOverflow(designer, "the model editor");
  });

  it("takes back one step a key, as an editor does", async () => {
    const { page } = win;
    await designer.locator('[data-key="head1"]').click();
    for (const key of ["16", "32"]) {
      const field = designer.locator('[data-key="1-units"]');
      await field.fill(key);
      await field.press("Enter");
      await shows(key);
    }
    await page.locator(".tab.active.dirty").waitFor();
    await designer.locator('[data-key="head1"]').focus();
    await page.keyboard.press("Control+z");
    await shows("16");
    await page.waitForTimeout(500);
    assert.match(await units(), /16/, "one step, not two");
    await page.keyboard.press("Control+z");
    await shows("8");
    await page.keyboard.press("Control+Shift+z");
    await shows("16");
    await page.keyboard.press("Control+s");
    await page.locator(".tab.active:not(.dirty)").waitFor();
  });

  it("has its text one click away, beside it and in step", async () => {
    const { page } = win;
    await page.getByRole("button", { name: "Open Model as Text" }).first().click();
    await textLine('"name": "days"').waitFor();
    await page.locator(".squiggly-warning").first().waitFor();
    await textLine('"units": 16').click();
    await page.keyboard.press("End");
    for (let i = 0; i < "16 } },".length; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Delete");
    await page.keyboard.type("7");
    await shows("7");
    await win.shot("model-file-2-text");
    await page.keyboard.press("Backspace");
    await designer.getByText("Line 7").first().waitFor();
    await shows("7");
    await win.shot("model-file-3-broken");
    await assertAccessible(designer, "a broken model");
    await page.keyboard.type("9");
    await shows("9");
    assert.equal(await designer.getByText("Line 7").count(), 0);
  });

  it("is what the sidebar shows, whose keys take back its own steps", async () => {
    const { page } = win;
    await wb.openDesigner(page);
    const isOther = (frame) =>
      frame !== designer &&
      frame
        .locator(".unroll-designer main")
        .count()
        .catch(() => 0);
    let sidebar;
    for (const end = Date.now() + 30_000; sidebar === undefined && Date.now() < end; await page.waitForTimeout(100)) {
      for (const frame of page.frames()) if ((await isOther(frame)) > 0) sidebar = frame;
    }
    assert.ok(sidebar, "the sidebar's designer");
    const inSidebar = (text) => sidebar.locator('.stack [data-key="head1"]', { hasText: text }).waitFor();
    await inSidebar("9");
    await sidebar.locator('[data-key="head1"]').click();
    const field = sidebar.locator('[data-key="1-units"]');
    await field.fill("40");
    await field.press("Enter");
    await shows("40");
    await win.shot("model-file-5-sidebar");
    await sidebar.locator('[data-key="head1"]').focus();
    await page.keyboard.press("Control+z");
    await shows("9");
    await inSidebar("9");
    await page.keyboard.press("Control+Shift+z");
    await shows("40");
  });

  it("explains layers and options in the text", async () => {
    const { page } = win;
    await textLine('"GRU"').getByText('"units"').hover();
    await page.locator(".monaco-hover", { hasText: "How many numbers the layer returns" }).first().waitFor();
    await win.shot("model-file-4-hover");
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});
