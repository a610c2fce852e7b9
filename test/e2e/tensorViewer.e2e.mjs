// The tensor viewer as a person uses it: opened from the explorer, every digit of a value, slices by keyboard, files that are broken or huge.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { root } from "../rig/paths.mjs";
import { assertAccessible, assertNoOverflow, englishIn } from "./lib/look.mjs";
import { openWindow, themes } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const data = (name) => fs.readFileSync(path.join(root, "test", "fixtures", "files", name));
const hostile = ["<img src=x onerror=alert(1)>", "\u202egnol\u05d0", "n".repeat(2 ** 20)];

/** tensors: name → [dtype, shape, bytes]. */
function safetensors(tensors) {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, [dtype, shape, bytes]]) => {
    const data_offsets = [end, (end += bytes.length)];
    return [name, { dtype, shape, data_offsets }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(([, , bytes]) => bytes)]);
}

const layers = Array.from({ length: 300 }, (_, i) => `model.layers.${i}.self_attention.query_projection.weight`);
const wave = Buffer.from(Float32Array.from({ length: 48 * 32 }, (_, i) => Math.sin(i / 9) * (i / 700)).buffer);
const files = {
  ...Object.fromEntries(["int64-wide.npy", "cube.npy", "mixed.npz", "types.safetensors", "complex.npy"].map((name) => [name, data(name)])),
  "cut.npy": data("cube.npy").subarray(0, 200),
  "layers.safetensors": safetensors({
    embedding: ["F32", [48, 32], wave],
    ...Object.fromEntries(layers.map((name, i) => [name, ["F32", [2], Buffer.from(Float32Array.of(i, -i).buffer)]])),
    ...Object.fromEntries(hostile.map((name) => [name, ["I64", [1], Buffer.from(BigInt64Array.of(-7n).buffer)]])),
  }),
};
/** As a person would set it with “Reopen Editor With…”. */
const settings = {
  "workbench.editorAssociations": {
    "*.npy": "unroll.tensorViewer",
    "*.npz": "unroll.tensorViewer",
    "*.safetensors": "unroll.tensorViewer",
  },
};

/** The viewer of the file: there is one for each that is open. */
async function viewer(page, name) {
  const frame = await wb.webviewFrame(page, `.tensor-viewer h1[title="${name}"]`);
  await frame.locator("#panel").waitFor();
  return frame;
}

async function open(page, name) {
  await page.keyboard.press("Control+p");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(name);
  // Not Enter: the list may still be that of the files before.
  await wb.quickPickRows(page).filter({ hasText: name }).first().click();
  return viewer(page, name);
}

const cell = (frame, row, column) => frame.locator(`#cell-${row}-${column}`).innerText();

async function slice(frame, text) {
  await frame.locator("#slice-text").fill(text);
  await frame.locator("#slice-text").press("Enter");
}

describe("the tensor viewer", () => {
  let win;
  before(async () => {
    win = await openWindow({ viewport: { width: 1400, height: 900 }, files, settings });
    await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await win?.shot("failed-tensor-viewer");
  });
  after(() => win?.close());

  it("opens from the explorer, and shows whole numbers with all their digits", async () => {
    const { page } = win;
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "int64-wide.npy" }).first().click({ button: "right" });
    const item = page.locator(".monaco-menu .action-item", { hasText: "Show Tensors" }).first();
    await item.waitFor();
    await page.waitForTimeout(400);
    await item.click();
    const frame = await viewer(page, "int64-wide.npy");
    await frame.locator("#cell-0-2", { hasText: "9007199254740993" }).waitFor();
    assert.equal(await cell(frame, 0, 0), "9223372036854775807");
    assert.equal(await cell(frame, 0, 1), "−9223372036854775808");
    assert.match(await frame.locator(".tensor-shape").innerText(), /\(4,\)\s+int64\s+4 values, 32 B/);
    await frame.locator(".ends", { hasText: "9223372036854775807" }).waitFor();
    await win.shot("tensor-viewer-1-int64");
  });

  it("shows every type, no values, and one without an axis; the list is filtered", async () => {
    const { page } = win;
    const frame = await open(page, "types.safetensors");
    await frame.locator("#filter").fill("bool");
    await frame.locator(".array").nth(1).waitFor({ state: "detached" });
    await frame.locator("#filter").press("ArrowDown");
    await frame.locator("#tree").press("Home");
    await frame.locator("#tree").press("Enter");
    await frame.locator("#datagrid:focus #cell-0-0", { hasText: "True" }).waitFor();
    assert.match(await frame.locator(".ends").innerText(), /min\s+False\s+mean\s+0\.333333\s+max\s+True/);
    await frame.locator("#filter").fill("(0, 2)");
    await frame.locator(".array").first().click();
    await frame.locator("#panel", { hasText: "an axis of length 0" }).waitFor();
    await frame.locator("#filter").fill("scalar");
    await frame.locator(".array").first().click();
    await frame.locator("#cell-0-0", { hasText: "7" }).waitFor();
    assert.equal(await frame.locator("#slice-text").inputValue(), "[]");
  });

  it("takes a slice, and moves by keys", async () => {
    const { page } = win;
    const frame = await open(page, "cube.npy");
    await frame.locator("#cell-0-0", { hasText: "−" }).waitFor();
    await slice(frame, "[1, :, 2:4]");
    await frame.locator("[role=columnheader]").nth(3).waitFor({ state: "detached" });
    await frame.locator("#datagrid").press("Control+End");
    await frame.locator(".cell-readout code", { hasText: "[1, 3, 3]" }).waitFor();
    await frame.locator("#copy-numpy[title*=slice]").click();
    await slice(frame, "[5]");
    await frame.locator("#slice-problem", { hasText: "axis 0 has 3 entries: 5 is outside" }).waitFor();
    await slice(frame, "[1, :, 2:4]");
    await frame.locator("[role=columnheader]").nth(2).waitFor();
    await frame.locator("#datagrid").press("Control+End");
    await frame.locator(".cell-readout code", { hasText: "[1, 3, 3]" }).waitFor();
    await frame.locator(".ends", { hasText: "−2.46512" }).waitFor();
    await win.shot("tensor-viewer-2-slice");
  });

  it("names in the list what cannot be read, and why", async () => {
    const { page } = win;
    const frame = await open(page, "mixed.npz");
    await frame.locator("#tree").press("End");
    await frame.locator("[role=alert]", { hasText: "holds texts (type “<U1”), not numbers" }).waitFor();
    await win.shot("tensor-viewer-3-refused");
    const complex = await open(page, "complex.npy");
    assert.match(await complex.locator("[role=alert]").innerText(), /arr\.real and arr\.imag/);
  });

  it("says what is wrong with a file that was cut, and shows it once it is whole", async () => {
    const { page, workspace } = win;
    const frame = await open(page, "cut.npy");
    assert.match(
      await frame.locator("[role=alert]").innerText(),
      /ends too early: 368 bytes are expected, it has 200\. Copy or save it again/,
    );
    await win.shot("tensor-viewer-4-broken");
    await assertAccessible(frame, "broken");
    fs.writeFileSync(path.join(workspace, "cut.npy"), files["cube.npy"]);
    await frame.locator(".tensor-shape", { hasText: "(3, 4, 5)" }).waitFor();
    await frame.locator("#cell-0-0", { hasText: "−1.73827" }).waitFor();
  });

  it("shows hostile names as text, and finds one array among hundreds", async () => {
    const { page } = win;
    const frame = await open(page, "layers.safetensors");
    await frame.locator("#cell-5-0").waitFor();
    await frame.locator("#filter").fill("layers.257");
    await frame.locator(".array").first().click();
    await frame.locator("#cell-0-1", { hasText: "−257" }).waitFor();
    await frame.locator("#filter").fill("int64");
    await frame.locator(".array").nth(3).waitFor({ state: "detached" });
    assert.equal(await frame.locator("img").count(), 0);
    for (let i = 0; i < 3; i++) {
      await frame.locator("#tree").press("ArrowDown");
      await frame.locator("#cell-0-0", { hasText: "−7" }).waitFor();
    }
    await assertNoOverflow(frame, "hostile names");
    await frame.locator("#filter").fill("");
    await frame.locator("#tree").press("Home");
    await frame.locator(".tensor-facts h2", { hasText: "embedding" }).waitFor();
  });

  it("looks good in every theme, and at 300 px", async () => {
    const { page, workspace } = win;
    const frame = await viewer(page, "layers.safetensors");
    fs.mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
    for (const [name, theme] of Object.entries(themes)) {
      fs.writeFileSync(path.join(workspace, ".vscode", "settings.json"), JSON.stringify({ "workbench.colorTheme": theme }));
      await page.waitForTimeout(700);
      await win.shot(`tensor-viewer-5-${name}`);
      if (name === "dark") await assertAccessible(frame, name);
    }
    await page.keyboard.press("Control+b");
    await page.setViewportSize({ width: 348, height: 800 });
    await page.waitForTimeout(400);
    await win.shot("tensor-viewer-6-narrow");
    await assertNoOverflow(frame, "300 px");
    await assertAccessible(frame, "300 px");
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.keyboard.press("Control+b");
  });

  it("opens a file of gigabytes at once, looks through it only when asked, and stops", async () => {
    const { page, workspace } = win;
    // Without a byte of it on the disk: what was never written reads as 0.
    const [rows, columns] = [2 ** 26, 16];
    const head = Buffer.alloc(128, " ");
    head.write("\x93NUMPY\x01\x00\x76\x00", 0, "latin1");
    head.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`, 10);
    head.write("\n", 127);
    const file = path.join(workspace, "huge.npy");
    fs.writeFileSync(file, head);
    fs.truncateSync(file, 128 + 4 * rows * columns);
    const frame = await open(page, "huge.npy");
    await frame.locator("#cell-0-0", { hasText: "0" }).waitFor();
    await frame.locator("#datagrid").press("Control+End");
    await frame.locator(`#cell-${rows - 1}-15`, { hasText: "0" }).waitFor();
    await frame.locator("#count").click();
    await frame.locator("#stop-count").waitFor();
    await frame.locator(".counting", { hasText: /[1-9] %/ }).waitFor();
    await win.shot("tensor-viewer-7-huge");
    await frame.locator("#stop-count").click();
    await frame.locator(".counting", { hasText: "shown so far" }).waitFor();
    fs.rmSync(file);
    await frame.locator("[role=alert]", { hasText: "cannot be read" }).waitFor();
  });

  it("leads to a run of the array that is shown, and is as it was after a reload of the window", async () => {
    const { page } = win;
    const frame = await open(page, "cube.npy");
    await frame.locator("#run-file").click();
    await wb.quickPickRows(page).filter({ hasText: "SimpleRNN(3)" }).first().waitFor();
    await page.keyboard.press("Escape");
    // The command knows as well which file is looked at.
    await wb.runCommand(page, "Run RNN on file…");
    await wb.quickPickRows(page).filter({ hasText: "SimpleRNN(3)" }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.waitForSelector(".explorer-folders-view .monaco-list-row");
    const again = await open(page, "cube.npy");
    await again.locator(".cell-readout code", { hasText: "[1, 3, 3]" }).waitFor();
    assert.equal(await again.locator("#slice-text").inputValue(), "[1, :, 2:4]");
    assert.deepEqual(win.server.hostCrashes(), []);
  });
});

describe("the tensor viewer in Korean", () => {
  let win;
  before(async () => {
    win = await openWindow({ theme: "light", locale: "ko", viewport: { width: 1200, height: 800 }, files, settings });
    await win.page.locator(".statusbar-item", { hasText: "Unroll" }).first().waitFor();
  });
  after(() => win?.close());

  it("has no English words", async () => {
    const { page } = win;
    const frame = await open(page, "layers.safetensors");
    await frame.locator("#cell-5-0").waitFor();
    await win.shot("tensor-viewer-8-ko");
    await assertAccessible(frame, "Korean");
    await assertNoOverflow(frame, "Korean");
    const text = await frame.locator("body").innerText();
    assert.deepEqual(englishIn(text, []), []);
  });
});
