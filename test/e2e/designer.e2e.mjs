// The whole designer by keyboard alone, each of its states in every theme, and how quickly it answers.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { root } from "../rig/paths.mjs";
import { dragLayer, endDrag, sequential, show, state, states } from "./lib/designerStates.mjs";
import { assertAccessible, assertNoOverflow, englishIn } from "./lib/look.mjs";
import { openWindow, shotsDir } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

/** What has the focus in the view: its key, or its text. */
const focused = (frame) =>
  frame.evaluate(() => document.activeElement?.dataset?.key ?? document.activeElement?.textContent?.replace(/\s+/g, " ").trim() ?? "");

/** Presses Tab until the element has the focus, as somebody does who cannot point. */
async function tabTo(win, frame, wanted, key = "Tab") {
  const passed = [];
  for (let i = 0; i < 60; i++) {
    const now = await focused(frame);
    if (now === wanted || (wanted instanceof RegExp && wanted.test(now))) return;
    passed.push(now.slice(0, 30));
    await win.page.keyboard.press(key);
  }
  assert.fail(`${wanted} is not reached by ${key}: ${passed.join(" | ")}`);
}

/** Selects what stands in a field. VS Code answers Ctrl+A itself, a moment later. */
const all = ["End", "Shift+Home"];

/** Waits until the view says so. */
async function until(check, what) {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(await what());
}

/** The text of the stack as it is seen: without what only a screen reader gets, axis names and the choices of a list. */
const stackText = (frame) =>
  frame.evaluate(() => {
    const copy = document.querySelector(".stack").cloneNode(true);
    for (const unseen of copy.querySelectorAll(".sr, .after, .axis, select")) unseen.remove();
    const walker = document.createTreeWalker(copy, globalThis.NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return texts
      .join(" ")
      .replace(/\s+/g, " ")
      .replace(/ (?=[,)])|(?<=\() /g, "");
  });
async function shows(frame, ...parts) {
  await until(
    async () => {
      const text = await stackText(frame);
      return parts.every((part) => (part instanceof RegExp ? part.test(text) : text.includes(part)));
    },
    async () => `${parts.join(", ")} in: ${await stackText(frame)}`,
  );
}
const spoken = (frame, what) =>
  until(
    async () => what.test(await frame.locator(".live").innerText()),
    async () => `${what} said, not: ${await frame.locator(".live").innerText()}`,
  );

describe("the designer by keyboard alone", () => {
  let win, frame, press;
  before(async () => {
    win = await openWindow({ viewport: { width: 1200, height: 1000 } });
    press = async (...keys) => {
      for (const key of keys) await win.page.keyboard.press(key);
    };
    // The palette knows the command once the extension's views are there.
    await win.page.locator('.activitybar .action-item a[aria-label^="Unroll"]').first().waitFor();
    await wb.runCommand(win.page, "Focus on Designer View");
    frame = await wb.webviewFrame(win.page, ".unroll-designer main");
    await frame.locator(".empty").waitFor();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("designer-failed");
  });
  after(() => win?.close());

  const focusOn = (wanted) =>
    until(
      async () => (await focused(frame)) === wanted,
      async () => `the focus is on ${await focused(frame)}, not on ${wanted}`,
    );

  it("starts from nothing", async () => {
    await wb.runCommand(win.page, "Focus on Designer View");
    await tabTo(win, frame, /^Start from the tutorial/);
    await press("Enter");
    await frame.locator(".stack").waitFor();
    await shows(frame, "SimpleRNN", "(None, 3) Output");
    await focusOn("head1");
  });

  it("walks the stack, whose names say all that is seen", async () => {
    await tabTo(win, frame, /^head/);
    await press("Home");
    assert.equal(await focused(frame), "head0");
    await press("ArrowDown");
    assert.equal(await focused(frame), "head1");
    await frame.getByRole("button", { name: /^Layer 1 of 1, SimpleRNN, 3 units, output none by 3$/ }).waitFor();
    await press("End", "ArrowUp");
    assert.equal(await focused(frame), "head0");
  });

  it("sets numbers, choices and toggles in an open card, the shapes following every key", async () => {
    await press("ArrowDown", "Enter");
    await tabTo(win, frame, "1-units");
    await press(...all, "1", "2");
    await shows(frame, "(None, 12)");
    await press("Enter");
    await tabTo(win, frame, "1-type", "Shift+Tab");
    await win.page.keyboard.type("LSTM");
    await shows(frame, "LSTM 12", "864 params");
    await tabTo(win, frame, "1-returnSequences");
    await press("Space");
    await shows(frame, "(None, 4, 12) Output", "every step");
    await tabTo(win, frame, /^More/);
    await press("Enter");
    await tabTo(win, frame, "1-unitForgetBias");
    await press("Space");
    assert.equal(await frame.locator('[data-key="1-unitForgetBias"]').isChecked(), false);
    await tabTo(win, frame, "1-name");
    await press(...all);
    await win.page.keyboard.type("reader");
    await press("Enter");
    assert.equal(await frame.locator('[data-key="1-name"]').inputValue(), "reader");
    await tabTo(win, frame, "head1", "Shift+Tab");
    await press("ArrowLeft");
    assert.equal(await frame.locator(".card-body").count(), 0);
  });

  it("adds, copies, moves, removes", async () => {
    await tabTo(win, frame, "add");
    await press("Enter", "ArrowDown", "Enter");
    await shows(frame, /GRU/);
    await spoken(frame, /GRU added/);
    await focusOn("head2");
    await press("Alt+ArrowUp");
    await spoken(frame, /GRU moved to 1 of 2/);
    await focusOn("head1");
    await press("Shift+Alt+ArrowDown");
    await spoken(frame, /GRU added/);
    await press("Delete");
    await spoken(frame, /GRU removed/);
    await press("Home", "ArrowDown", "Alt+ArrowDown");
    await spoken(frame, /GRU moved to 2 of 2.*fit/);
    await shows(frame, /LSTM 12.*GRU 3/);
  });

  it("says why, and mends what is broken", async () => {
    await press("ArrowUp");
    assert.equal(await focused(frame), "head1");
    await press("?");
    await frame.locator(".why", { hasText: "Why 864 parameters?" }).waitFor();
    assert.match(await frame.locator(".why").innerText(), /4 × \(5 × 12 \+ 12 × 12 \+ 12\) = 864/);
    await press("?", "Enter");
    await tabTo(win, frame, "1-returnSequences");
    await press("Space");
    await frame.locator(".problem", { hasText: "GRU 3 needs a sequence, not one vector." }).waitFor();
    await spokenOrNote(/1 shape does not fit/);
    await tabTo(win, frame, "head1", "Shift+Tab");
    await press("Control+.");
    await frame.locator(".problem").waitFor({ state: "detached" });
    await shows(frame, "(None, 4, 12)");
  });

  const spokenOrNote = async (what) =>
    until(
      async () => what.test(await frame.locator(".foot").innerText()),
      async () => `${what} in the foot`,
    );

  it("wraps, switches off and on again from the layer's menu", async () => {
    await tabTo(win, frame, "head1");
    await menuOf("Wrap in Bidirectional");
    await shows(frame, "Bidirectional LSTM 12", "(None, 4, 24)");
    await tabTo(win, frame, "head1", "Shift+Tab");
    await menuOf("Disable");
    await shows(frame, "disabled, passed through", /Bidirectional LSTM 12 disabled.*\(None, 4, 5\)/);
    await spoken(frame, /Bidirectional LSTM disabled/);
    await menuOf("Enable");
    await shows(frame, "(None, 4, 24)");
    await menuOf("Unwrap Bidirectional");
    await shows(frame, "(None, 4, 12)");
  });

  /** The menu of the layer that has the focus. */
  async function menuOf(entry) {
    const item = (await focused(frame)).replace("head", "");
    await tabTo(win, frame, `more${item}`);
    await press("Enter");
    for (let i = 0; i < 8 && !(await focused(frame)).startsWith(entry); i++) await press("ArrowDown");
    assert.ok((await focused(frame)).startsWith(entry), `${entry}, not ${await focused(frame)}`);
    await press("Enter");
    await frame.locator(".menu").waitFor({ state: "detached" });
    await until(
      async () => /^(head|more)/.test(await focused(frame)),
      async () => `the focus is on ${await focused(frame)}`,
    );
    if ((await focused(frame)).startsWith("more")) await tabTo(win, frame, `head${item}`, "Shift+Tab");
  }

  it("takes a preset, and takes it back", async () => {
    await tabTo(win, frame, "presets", "Shift+Tab");
    await press("Enter", "End");
    assert.match(await focused(frame), /^Encoder/);
    await press("Enter");
    await shows(frame, "Embedding", "int32");
    await press("Control+z");
    await shows(frame, /LSTM 12.*GRU 3/);
    await press("Control+Shift+z");
    await shows(frame, "Embedding");
    await press("Control+z");
    await shows(frame, /LSTM 12.*GRU 3/);
  });

  it("changes the input, the name and the order of axes", async () => {
    await tabTo(win, frame, "name", "Shift+Tab");
    await press(...all);
    await win.page.keyboard.type("by_keyboard");
    await press("Enter");
    assert.equal(await frame.locator('[data-key="name"]').inputValue(), "by_keyboard");
    await tabTo(win, frame, "convention");
    await press("ArrowDown");
    await frame.getByRole("button", { name: "Input, 4 by none by 5", exact: true }).waitFor();
    await press("ArrowUp");
    await tabTo(win, frame, /^head/);
    await press("Home", "Enter");
    await tabTo(win, frame, "0-2");
    await press(...all, "7", "Enter");
    await shows(frame, "(None, 4, 7)");
    await press(...all, "5", "Enter");
    await shows(frame, "(None, 4, 5)");
  });

  it("chooses data and device, and runs", async () => {
    await wb.runCommand(win.page, "Go to File...");
    await win.page.keyboard.type("tutorial.py");
    await wb.quickPickRows(win.page).filter({ hasText: "tutorial.py" }).first().waitFor();
    await press("Enter");
    await win.page.locator(".tab.active", { hasText: "tutorial.py" }).waitFor();
    await win.page.locator(".editor-instance .view-line").first().waitFor();
    await press("Control+Home", "ArrowDown", "ArrowDown", ...Array(5).fill("Shift+ArrowDown"), "Shift+End");
    await wb.runCommand(win.page, "Focus on Designer View");
    await tabTo(win, frame, /^head/);
    await press("Control+Enter");
    const results = await wb.resultsFrame(win.page);
    await results.locator("body", { hasText: "reader (LSTM)" }).waitFor();
    await frame.locator(".note", { hasText: "(1, 3) in" }).waitFor();
    // The engine runs now, and has said which devices there are.
    await wb.runCommand(win.page, "Focus on Designer View");
    await tabTo(win, frame, "runmore");
    await press("Enter");
    await frame.getByRole("menu").waitFor();
    for (let i = 0; i < 9 && !(await focused(frame)).startsWith("Plain JavaScript"); i++) await press("ArrowDown");
    assert.ok((await focused(frame)).startsWith("Plain JavaScript"), await focused(frame));
    await press("Enter");
    await frame.locator(".badge", { hasText: "JavaScript" }).waitFor();
    await press("Control+Enter");
    await results.locator("body", { hasText: /JavaScript/ }).waitFor();
    await win.shot("designer-by-keyboard");
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});

const looks = [
  { name: "dark", theme: "dark", locale: "en", width: 300 },
  { name: "light", theme: "light", locale: "en", width: 300 },
  { name: "hc", theme: "hc", locale: "en", width: 300 },
  { name: "ko", theme: "dark", locale: "ko", width: 300 },
  { name: "narrow", theme: "light", locale: "en", width: 240 },
];
/** What the host words, in the language of these states. */
const hostWords = /JavaScript|threads|NVIDIA|GPU|lstm\.py|Line 14|Nothing was computed|Run in chunks|Run on CPU|run was lost|Run again/;
const kerasWords = /return_|dropout|_initializer|_regularizer|_constraint|SimpleRNN|LSTM|recurrent_/;

for (const { name, theme, locale, width } of looks) {
  describe(`the designer's states: ${name}`, () => {
    let win, frame;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width: 1000, height: 860 } });
      frame = await wb.openDesigner(win.page);
      await frame.locator("main").first().waitFor();
      await win.page.waitForTimeout(2000);
      await wb.resizeSideBar(win.page, width);
    });
    after(() => win?.close());

    for (const one of states) {
      it(`looks right: ${one.name}`, async () => {
        await show(frame, win.page, one);
        await win.page.waitForTimeout(200);
        fs.mkdirSync(shotsDir, { recursive: true });
        const clip = await win.page.locator(".part.sidebar").boundingBox();
        await win.page.screenshot({ path: path.join(shotsDir, `designer-${name}-${one.name}.png`), clip });
        await assertNoOverflow(frame, one.name);
        // A card that is dragged is half transparent.
        if (one.name !== "drag") await assertAccessible(frame, one.name);
        if (locale === "ko") assert.deepEqual(englishIn(await frame.locator("body").innerText(), [hostWords, kerasWords]), []);
        if (one.name === "drag") await endDrag(frame);
      });
    }
  });
}

describe("the designer by mouse, and its speed", () => {
  let win, frame;
  before(async () => {
    win = await openWindow({ viewport: { width: 1000, height: 900 } });
    frame = await wb.openDesigner(win.page);
    await frame.locator("main").first().waitFor();
  });
  after(() => win?.close());

  it("is reordered by drag", async () => {
    await frame.getByRole("button", { name: /^Start from the tutorial/ }).click();
    await frame.locator(".stack").waitFor();
    for (const type of ["GRU", "LSTM"]) {
      await frame.locator('[data-key="add"]').click();
      await frame.getByRole("menuitem", { name: new RegExp(`^${type}`) }).click();
      await frame.locator(".item .type", { hasText: type }).waitFor();
    }
    await dragLayer(frame, true);
    await shows(frame, /SimpleRNN 3.*LSTM 3.*GRU 3/);
  });

  it("has a bundle under 150 KB", () => {
    const { size } = fs.statSync(path.join(root, "dist", "designer.js"));
    console.log(`      designer.js: ${(size / 1000).toFixed(0)} KB`);
    assert.ok(size < 150_000, `${size} bytes`);
  });

  it("paints within 300 ms", async () => {
    const paint = () => frame.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
    await win.page.waitForTimeout(1000);
    const first = await paint();
    // The first webview of a window waits for VS Code's own service worker; a view that is shown again is a new page too.
    const again = [];
    for (let i = 0; i < 3; i++) {
      await win.page.keyboard.press("Control+Shift+e");
      await win.page.locator(".explorer-folders-view").waitFor();
      await win.page.waitForTimeout(1000);
      frame = await wb.openDesigner(win.page);
      await frame.locator("main").first().waitFor();
      await win.page.waitForTimeout(1000);
      again.push(await paint());
    }
    const times = again.map((ms) => ms.toFixed(0)).join(", ");
    console.log(`      first paint: ${times} ms; in a window's first seconds: ${first.toFixed(0)} ms`);
    // What else the machine does is not the view's: the best of three counts.
    assert.ok(Math.min(...again) < 300, `${times} ms`);
  });

  it("shows the shapes of an edit within 50 ms at 64 layers", async () => {
    const layers = Array.from({ length: 64 }, (_, i) => {
      const layer = { class_name: "LSTM", config: { name: `forward_${i}`, units: 8, return_sequences: true } };
      return { class_name: "Bidirectional", config: { name: `both_${i}`, layer } };
    });
    await show(frame, win.page, { state: state(sequential("deep", layers)) });
    await frame.locator('[data-key="head1"]').click();
    const times = await frame.evaluate(async () => {
      const field = document.querySelector('[data-key="1-units"]');
      const painted = () => new Promise((resolve) => globalThis.requestAnimationFrame(() => setTimeout(resolve)));
      const out = [];
      for (let units = 10; units < 30; units++) {
        await painted();
        const start = performance.now();
        field.value = String(units);
        field.dispatchEvent(new globalThis.InputEvent("input", { bubbles: true }));
        const text = document.querySelector('[data-key="edge1"] .dims').textContent;
        if (!text.includes(String(2 * units))) throw new Error(`${text} for ${units} units`);
        document.body.getBoundingClientRect();
        await painted();
        out.push(performance.now() - start);
      }
      return out.sort((a, b) => a - b);
    });
    console.log(`      an edit at 64 layers: median ${times[10].toFixed(1)} ms, slowest ${times.at(-1).toFixed(1)} ms`);
    assert.ok(times[10] < 50, `${times.map((time) => time.toFixed(0)).join(" ")} ms`);
  });
});
