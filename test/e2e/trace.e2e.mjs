// What a person does to understand a number: traces it back to the text, and asks what the network remembers; in every theme and in Korean.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { assertAccessible, assertNoOverflow, englishIn } from "./lib/look.mjs";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const layer = (class_name, config) => ({ module: "keras.layers", class_name, config });
const model = JSON.stringify({
  module: "keras",
  class_name: "Sequential",
  config: {
    name: "deep_bilstm",
    layers: [
      layer("InputLayer", { batch_shape: [null, 4, 5] }),
      layer("SimpleRNN", { units: 3, return_sequences: true }),
      layer("Bidirectional", { layer: layer("LSTM", { units: 8, return_sequences: true }), merge_mode: "concat" }),
    ],
  },
});
const looks = [
  { name: "dark", theme: "dark", locale: "en", width: 2200 },
  { name: "light", theme: "light", locale: "en", width: 1500 },
  { name: "hc", theme: "hc", locale: "en", width: 1500 },
  { name: "ko", theme: "dark", locale: "ko", width: 1500 },
  { name: "narrow", theme: "light", locale: "ko", width: 760 },
];
const many = JSON.stringify({
  module: "keras",
  class_name: "Sequential",
  config: {
    name: "six_layers",
    layers: [
      layer("InputLayer", { batch_shape: [null, 4, 5] }),
      ...Array.from({ length: 6 }, () => layer("Bidirectional", { layer: layer("SimpleRNN", { units: 3, return_sequences: true }) })),
    ],
  },
});
/** Words that stay English in Korean: names and code. */
const kept = [/SimpleRNN|Bidirectional|LSTM|deep_bilstm|return_/];

for (const { name, theme, locale, width } of looks.filter((look) => (process.env.LOOK ?? look.name).includes(look.name))) {
  describe(`a number and where it came from: ${name}`, () => {
    let win;
    let results;
    const tab = (index) => results.getByRole("tab").nth(index).click();
    const look = async (what) => {
      await win.page.waitForTimeout(400);
      await win.shot(`trace-${name}-${what}`);
      await assertAccessible(results, what);
      await assertNoOverflow(results, what);
      if (locale === "ko") assert.deepEqual(englishIn(await results.locator("body").innerText(), kept), []);
    };

    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width, height: 1000 }, files: { "deep_bilstm.rnn.json": model } });
      const { page } = win;
      await page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "deep_bilstm" }).first().dblclick();
      await wb.webviewFrame(page, ".unroll-designer main");
      await wb.openFile(page, "tutorial.py");
      await wb.selectLines(page, 3, 8);
      await wb.runCommand(page, locale === "ko" ? "선택 영역에서 RNN 실행" : "Run RNN on selection");
      results = await wb.resultsFrame(page);
      await results.locator(".head-flow", { hasText: "(1, 4, 16)" }).waitFor();
    });
    afterEach(async function () {
      if (this.currentTest.state === "failed") await win?.shot(`failed-trace-${name}`);
    });
    after(() => win?.close());

    it("traces a number of Steps to each product, and further back to the text", async () => {
      await tab(2);
      await results.locator("table.sum").waitFor();
      await look("steps");
      await results.locator("#drawn-rolled").click();
      await look("steps-rolled");
      await results.locator("#drawn-unrolled").click();
      await results.locator('[id="h-1"]').first().click();
      await results.locator(".ledger").waitFor();
      assert.equal(await results.locator("#traced h2").innerText(), "h₁[2]");
      await look("gates");
      await results.locator("#gate-candidate").click();
      await results.locator("#term-x-2").click();
      // What the LSTM read is the simple_rnn's output, and that was made of the text.
      await results.locator("#traced", { hasText: "simple_rnn" }).waitFor();
      assert.equal(await results.locator("#traced h2").innerText(), "h₁[3]");
      await results.locator("#next").click();
      await results.locator("#traced h2", { hasText: "h₂[3]" }).waitFor();
      const row = results.locator(".ledger tbody tr", { hasText: "x₂[4]" });
      await row.hover();
      assert.equal(await results.locator(".source .now .hit").innerText(), "0.7");
      assert.match(await row.innerText(), /0\.7 × −?\d/);
      await look("numbers");
      const text = await results.locator("body").innerText();
      assert.match(text, locale === "ko" ? /곱 8개와 편향의 합은/ : /8 products and the bias add up to/);
      assert.match(text, locale === "ko" ? /허용 오차 이내입니다/ : /within the tolerance/);
      await results.locator("#trail-0").click();
      await results.locator("#traced h2", { hasText: "h₁[2]" }).waitFor();
      assert.equal(await results.locator(".trail").count(), 0);
    });

    it("leads from Heat and Data to the same number", async () => {
      const { page } = win;
      await results.locator("#tab-heat").click();
      const strip = results.locator('[id="heat-0"]');
      await strip.focus();
      for (const key of ["Home", "End", "ArrowDown", "Enter"]) {
        await page.keyboard.press(key);
        // A frame later the view knows of the key before; the first one only takes the strip.
        await page.waitForTimeout(100);
      }
      await results.locator("#traced h2", { hasText: "h₄[" }).waitFor();
      const traced = await results.locator("#traced .big").innerText();
      await results.locator("#tab-data").click();
      await results.locator("#datagrid").focus();
      await page.keyboard.press("Enter");
      await results.locator("#traced h2", { hasText: "h₁[1]" }).waitFor();
      assert.notEqual(await results.locator("#traced .big").innerText(), traced);
    });

    it("says what the network remembers", async () => {
      await results.locator("#tab-memory").click();
      await results.locator(".memory-chart .name, .memory-legend li").nth(2).waitFor();
      await look("memory");
      await results.locator("#table-twin").click();
      await results.locator("table.twin").nth(1).waitFor();
      await look("memory-table");
      await results.locator("#table-twin").click();
      assert.deepEqual(win.server.hostCrashes(), []);
    });
  });
}

describe("the memory of many layers", () => {
  let win;
  before(async () => {
    win = await openWindow({ viewport: { width: 1600, height: 1000 }, files: { "six_layers.rnn.json": many } });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-memory-many");
  });
  after(() => win?.close());

  it("tells of the chosen one, and names all below the chart where they do not fit beside it", async () => {
    const { page } = win;
    await page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "six_layers" }).first().dblclick();
    await wb.webviewFrame(page, ".unroll-designer main");
    await wb.openFile(page, "tutorial.py");
    await wb.selectLines(page, 3, 8);
    await wb.runCommand(page, "Run RNN on selection");
    const results = await wb.resultsFrame(page);
    await results.locator(".head-flow", { hasText: "(1, 4, 6)" }).waitFor();
    await results.locator("#tab-memory").click();
    await results.locator(".memory-legend li").nth(11).waitFor();
    const summary = results.locator(".summary p");
    assert.equal(await summary.count(), 2);
    assert.match(await summary.first().innerText(), /^bidirectional_5 · forward: a change at step 1/);
    assert.equal(await results.locator(".memory-chart .name").count(), 0);
    await win.shot("trace-memory-many");
    await assertAccessible(results, "the memory of many layers");
    await assertNoOverflow(results, "the memory of many layers");
  });
});
