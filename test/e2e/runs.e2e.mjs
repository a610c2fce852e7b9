// Kept runs as a person uses them: the view Runs, two runs side by side in Compare, a changed option, and all of it after a reload.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { assertAccessible, assertNoOverflow, englishIn } from "./lib/look.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

/** The tutorial's numbers with one of the third row changed: 2.1 → 1.2. */
const changed = `train_X = [
    [0.1, 4.2, 1.5, 1.1, 2.8],
    [1.0, 3.1, 2.5, 0.7, 1.1],
    [0.3, 2.1, 1.5, 1.2, 0.1],
    [2.2, 1.4, 0.5, 0.9, 1.1],
]
`;
const words = {
  en: { run: "Run RNN on selection", runs: "Runs", compare: "Compare with Shown Run", tab: "Compare", show: "Show", pin: "Pin" },
  ko: { run: "선택 영역에서 RNN 실행", runs: "실행", compare: "표시된 실행과 비교", tab: "비교", show: "보기", pin: "고정" },
};
/** Words that stay English in Korean: Keras's, file names, code. */
const kept = [/Layer \(type\)|Output Shape|Total params|Model: "/, /SimpleRNN|Bidirectional|LSTM|return_|dropout|go_backwards/, /: \w+=/];

async function run(page, locale, file, first, last, preset) {
  await wb.openFile(page, file);
  await wb.selectLines(page, first, last);
  await wb.runCommand(page, words[locale].run);
  if (preset === undefined) return;
  await wb.quickPickRows(page).first().waitFor();
  for (let i = 0; i < preset; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}

/** The rows of the view Runs, which is closed at first. */
async function openRuns(page, locale) {
  const header = page.locator(".pane-header", { has: page.locator(`h3.title:text-is("${words[locale].runs}")`) });
  // A click on the icon of a view that is open closes it.
  if (!(await header.isVisible())) await wb.openDesigner(page);
  if ((await header.getAttribute("aria-expanded")) !== "true") await header.click();
  const rows = page.locator(".pane", { has: header }).locator(".monaco-list-row");
  await rows.first().waitFor();
  return rows;
}

async function menu(page, row, text) {
  await row.click({ button: "right" });
  const item = page.locator(".monaco-menu .action-item", { hasText: text }).first();
  await item.waitFor();
  // A menu takes no click in its first moments, lest the one that opened it chooses something.
  await page.waitForTimeout(400);
  await item.click();
  await page.locator(".monaco-menu").first().waitFor({ state: "detached" });
}

/** Two runs on data that differ in one number, the first put beside the second. */
async function compareTwo(win, locale, preset) {
  const { page } = win;
  await run(page, locale, "tutorial.py", 3, 8, preset);
  const results = await wb.resultsFrame(page);
  await results.locator(".head-flow").waitFor();
  await run(page, locale, "changed.py", 1, 6);
  await results.locator(".fact.link", { hasText: "changed.py" }).waitFor();
  const rows = await openRuns(page, locale);
  await menu(page, rows.nth(1), words[locale].compare);
  await results.locator("#compare-sentence").waitFor();
  await results.locator("#map-delta").waitFor();
  return { page, results, rows };
}

describe("kept runs", () => {
  let win;
  before(async () => {
    win = await openWindow({ viewport: { width: 1600, height: 1000 }, files: { "changed.py": changed } });
    await win.page.waitForTimeout(8000);
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed");
  });
  after(() => win?.close());

  it("are listed, newest first, and put side by side", async () => {
    const { page, results, rows } = await compareTwo(win, "en", 7);
    assert.equal(await rows.count(), 2);
    assert.match(await rows.first().innerText(), /Run 2/);
    assert.match(await rows.nth(1).innerText(), /\(1, 4, 5\) → .*CPU.*(just now|min ago)/s);
    const verdict = await results.locator(".verdict").innerText();
    for (const part of ["First difference: step", "row 3, number 4", "1.2 → 2.1"])
      assert.ok(verdict.includes(part), `${part} in ${verdict}`);
    const where = await results.locator(".where").innerText();
    assert.match(where, /backward\s+4 ←|backward\s+3 ←/, "the backward direction takes the last step first");
    await win.shot("runs-compare");
    await assertAccessible(results, "Compare");
    await assertNoOverflow(results, "Compare");
    await results.locator("#table-twin").click();
    await results.locator("#compare-delta td", { hasText: /^=$/ }).first().waitFor();
    await win.shot("runs-compare-table");
    await assertAccessible(results, "Compare as tables");
    await results.locator("#table-twin").click();
    await results.locator("#compare-swap").click();
    await results.locator(".verdict", { hasText: "2.1 → 1.2" }).waitFor();
    await results.locator("#map-delta").focus();
    await page.keyboard.press("ArrowDown");
    await results.locator("#live", { hasText: /unit \d+, step \d+: / }).waitFor({ state: "attached" });
    await results.locator("#compare-swap").click();
  });

  it("are compared with what they would be with one option changed, which is kept as well", async () => {
    const { page } = win;
    const results = await wb.resultsFrame(page);
    const option = results.locator("#compare-other option", { hasText: "use_bias=False" }).first();
    await results.locator("#compare-other").selectOption(await option.getAttribute("value"));
    await results.locator(".verdict", { hasText: /All biases of .* are zero, as Keras starts them/ }).waitFor();
    await win.shot("runs-what-if");
    await assertAccessible(results, "what if");
    const rows = await openRuns(page, "en");
    assert.equal(await rows.count(), 3);
    assert.match(await rows.first().innerText(), /use_bias=False/);
    await results.locator("#compare-other").selectOption("device js");
    await results.locator(".verdict", { hasText: /Computed on CPU.* and on JavaScript/ }).waitFor();
    await win.shot("runs-other-device");
  });

  it("are pinned, and stay on top", async () => {
    const { page } = win;
    const rows = await openRuns(page, "en");
    await menu(page, rows.last(), words.en.pin);
    await rows.first().filter({ hasText: "Run 1" }).waitFor();
    await win.shot("runs-tree");
  });

  it("are there after a reload, and the panel shows the same run, its values computed again", async () => {
    const { page } = win;
    const before = await wb.resultsFrame(page);
    await before.getByRole("tab", { name: "Data" }).click();
    const read = async (frame) => {
      // The values come after the grid.
      await frame.locator('[role="gridcell"]', { hasText: /\d/ }).first().waitFor();
      return frame.locator('[role="gridcell"]').allInnerTexts();
    };
    const cells = await read(before);
    await page.waitForTimeout(1000);
    await page.reload();
    await page.waitForSelector(".tab", { timeout: 60_000 });
    const results = await wb.resultsFrame(page);
    await results.locator(".fact.link", { hasText: "changed.py" }).waitFor();
    await results.getByRole("tab", { name: "Data" }).click();
    await results.locator("#values-note", { hasText: "Values computed again on CPU" }).waitFor();
    assert.deepEqual(await read(results), cells, "the same numbers");
    const rows = await openRuns(page, "en");
    assert.match(await rows.first().innerText(), /Run 1/);
    await win.shot("runs-reloaded");
    await assertAccessible(results, "after a reload");
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});

/** A file of NumPy's with float64 numbers. */
function npy(shape, value) {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const text = header.padEnd(64 * Math.ceil((10 + header.length + 1) / 64) - 11) + "\n";
  const values = Float64Array.from({ length: shape.reduce((size, d) => size * d, 1) }, (_, i) => value(i));
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.from([text.length & 255, text.length >> 8]),
    Buffer.from(text),
    Buffer.from(values.buffer),
  ]);
}

describe("a file beside a run", () => {
  let win;
  before(async () => {
    // The tutorial's model gives (1, 4, 6): one file fits without its batch axis, one does not.
    const files = { "zeros.npy": npy([4, 6], (i) => (i === 7 ? 0.5 : 0)), "other.npy": npy([3, 2], (i) => i) };
    win = await openWindow({ viewport: { width: 1600, height: 1000 }, files });
    await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
    await run(win.page, "en", "tutorial.py", 3, 8, 7);
    const results = await wb.resultsFrame(win.page);
    await results.locator("#tab-compare").click();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-compare-file");
  });
  after(() => win?.close());

  async function choose(name) {
    const { page } = win;
    const results = await wb.resultsFrame(page);
    await results.locator("#compare-file[aria-disabled=false]").click();
    await results.locator(".waiting", { hasText: "Waiting for the file…" }).waitFor();
    // The dialog of a window in the browser lists the folder. Its field is not typed into: the dialog may still write to it itself.
    await wb.quickPickRows(page).filter({ hasText: name }).first().click();
    return results;
  }

  it("says both shapes, and what to do, where it does not fit", async () => {
    const results = await choose("other.npy");
    const text = "other.npy has the shape (3, 2), which no output of this run has: their shapes are (1, 4, 6)";
    await results.locator(".failed, .waiting, [role=alert]", { hasText: text }).first().waitFor();
    await win.shot("compare-file-misfit");
    await assertAccessible(results, "a file that does not fit");
  });

  it("is compared with the output whose shape it has", async () => {
    const results = await choose("zeros.npy");
    await results.locator(".verdict", { hasText: "First difference: step" }).waitFor();
    await results.locator("#map-delta").waitFor();
    assert.match(await results.locator("#compare-other option:checked").innerText(), /zeros\.npy/);
    // Only what the file is of is compared: the two directions of the last layer.
    assert.equal(await results.locator(".where tbody tr").count(), 2);
    await results.locator("#table-twin").click();
    const cell = results.locator("#compare-b tbody tr").nth(1).locator("td").nth(1);
    await cell.filter({ hasText: "0.5000" }).waitFor();
    await results.locator("#table-twin").click();
    await win.shot("compare-file");
    await assertAccessible(results, "Compare with a file");
    await assertNoOverflow(results, "Compare with a file");
  });

  it("is there after a reload, and missed where it is gone", async () => {
    const { page, workspace } = win;
    await page.waitForTimeout(1000);
    await page.reload();
    await page.waitForSelector(".tab", { timeout: 60_000 });
    const results = await wb.resultsFrame(page);
    await results.locator("#compare-b", { hasText: "zeros.npy" }).waitFor({ timeout: 60_000 });
    fs.rmSync(path.join(workspace, "zeros.npy"));
    await page.waitForTimeout(1000);
    await page.reload();
    await page.waitForSelector(".tab", { timeout: 60_000 });
    const again = await wb.resultsFrame(page);
    await again.locator("body", { hasText: "zeros.npy is not where it was." }).waitFor({ timeout: 60_000 });
    await win.shot("compare-file-missing");
  });
});

/** Two thousand rows, of which one may be another. */
const longRows = (changedRow) =>
  Array.from({ length: 2000 }, (_, t) => `${Math.sin(t / 50).toFixed(4)},${t === changedRow ? 3 : Math.cos(t / 70).toFixed(4)}`).join("\n");

describe("Compare over two thousand steps", () => {
  let win;
  let results;
  before(async () => {
    const rnn = { class_name: "SimpleRNN", config: { units: 24, return_sequences: true } };
    const layers = [{ class_name: "InputLayer", config: { batch_shape: [null, null, 2] } }, rnn];
    const model = JSON.stringify({ class_name: "Sequential", config: { name: "long", layers } });
    const files = { "long.rnn.json": model, "a.csv": longRows(-1), "b.csv": longRows(1200) };
    win = await openWindow({ viewport: { width: 1600, height: 1000 }, files });
    const { page } = win;
    await page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "long.rnn.json" }).first().dblclick();
    await wb.webviewFrame(page, ".unroll-designer main");
    for (const file of ["a.csv", "b.csv"]) {
      await wb.openFile(page, file);
      await page.keyboard.press("Control+a");
      await wb.runCommand(page, words.en.run);
      results = await wb.resultsFrame(page);
      await results.locator(".fact.link", { hasText: file }).waitFor({ timeout: 60_000 });
    }
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-compare-long");
  });
  after(() => win?.close());

  /** Columns of a picture, counted in strides, in which a pixel of its lower half has the colour of a difference. */
  const coloured = (id) =>
    results.locator(id).evaluate((canvas) => {
      const { width, height } = canvas;
      const top = Math.round(height / 4);
      const { data } = canvas.getContext("2d").getImageData(0, top, width, height - 2 * top);
      const found = new Set();
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] > 0 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60)
          found.add(Math.floor((100 * ((i / 4) % width)) / width));
      return [...found].sort((a, b) => a - b);
    });

  it("shows every step, and where the two part", async () => {
    await results.locator("#tab-compare").click();
    await results.locator(".verdict", { hasText: "First difference: step 1201" }).waitFor({ timeout: 60_000 });
    for (const id of ["#map-a", "#map-b", "#map-delta"]) await results.locator(id).waitFor();
    // The cursor, at the first step, is coloured too.
    const away = (await coloured("#map-delta")).filter((percent) => percent > 25);
    assert.ok(away.length > 0 && away.every((percent) => percent >= 55 && percent <= 75), `differences at ${away} % of the width`);
    await win.shot("compare-long");
    await assertAccessible(results, "Compare over a long sequence");
    await assertNoOverflow(results, "Compare over a long sequence");
  });

  it("goes to the first difference, and is zoomed around it", async () => {
    await results.locator("#compare-first").click();
    await results.locator("#step-label", { hasText: "step 1201 of 2000" }).waitFor();
    for (let i = 0; i < 4; i++) await results.locator("#zoom-in").click();
    await results.locator("#compare-cell", { hasText: /step 1201: .* → .*, difference [+−]/ }).waitFor();
    await win.shot("compare-long-zoomed");
    await results.locator("#map-delta").focus();
    await win.page.keyboard.press("ArrowLeft");
    await results.locator("#compare-cell", { hasText: /step 1200: .*, equal/ }).waitFor();
    await results.locator("#zoom-all").click();
  });
});

for (const { name, theme, locale, width } of [
  { name: "light", theme: "light", locale: "en", width: 1600 },
  { name: "hc", theme: "hc", locale: "en", width: 1600 },
  { name: "ko", theme: "dark", locale: "ko", width: 1600 },
  { name: "narrow", theme: "dark", locale: "en", width: 900 },
]) {
  describe(`the look of Compare: ${name}`, () => {
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width, height: 1000 }, files: { "changed.py": changed } });
      await win.page.waitForTimeout(8000);
    });
    afterEach(async function () {
      if (this.currentTest.state === "failed") await win?.shot("failed");
    });
    after(() => win?.close());

    it("has no finding of axe and no overflow", async () => {
      const { results } = await compareTwo(win, locale, 7);
      await win.shot(`runs-look-${name}`);
      await assertAccessible(results, "Compare");
      await assertNoOverflow(results, "Compare");
      if (locale === "ko") assert.deepEqual(englishIn(await results.locator("body").innerText(), kept), []);
    });
  });
}
