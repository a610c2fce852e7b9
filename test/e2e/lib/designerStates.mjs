// The designer's states, as the host would send them: each state of the mockup, and what is opened in it.

const keras = (class_name, config) => ({ module: "keras.layers", class_name, config, registered_name: null });
const lstm = (name, units, more = {}) => keras("LSTM", { name, units, ...more });
const both = (name, units, more = {}) => keras("Bidirectional", { name, layer: lstm("forward_lstm", units, more) });
const rnn = (name, units, more = {}) => keras("SimpleRNN", { name, units, ...more });
const dense = (name, units) => keras("Dense", { name, units });

/** A Keras config; `unroll`: what only this product knows. */
export function sequential(name, layers, { input = [null, 4, 5], unroll } = {}) {
  const inputs = input === null ? [] : [keras("InputLayer", { batch_shape: input, name: "input_layer" })];
  return {
    module: "keras",
    class_name: "Sequential",
    config: { name, layers: [...inputs, ...layers] },
    registered_name: null,
    ...(unroll && { unroll }),
  };
}

const all = { return_sequences: true };
export const sound = sequential("sequence_to_value", [both("bidirectional", 8, all), rnn("simple_rnn", 3), dense("dense", 1)]);
const broken = sequential("two_levels", [
  both("bidirectional", 8, all),
  rnn("simple_rnn", 3),
  keras("GRU", { name: "gru", units: 4 }),
  dense("dense", 1),
]);
const off = sequential("two_levels", [both("bidirectional", 8, all), dense("dense", 1)], {
  unroll: { disabled: [{ position: 1, layer: rnn("simple_rnn", 3, all) }] },
});
const reversed = sequential("reversed", [lstm("lstm", 8, { ...all, go_backwards: true, recurrent_dropout: 0.2 }), rnn("simple_rnn", 3)]);
const cells = sequential("cells", [
  keras("RNN", {
    name: "rnn",
    return_sequences: true,
    return_state: true,
    cell: keras("StackedRNNCells", {
      name: "cells",
      cells: [keras("LSTMCell", { name: "lstm_cell", units: 8 }), keras("GRUCell", { name: "gru_cell", units: 4 })],
    }),
  }),
]);

const gpu = { kind: "cuda", name: "NVIDIA H100", available: true, reason: null, brief: null };
const noGpu = { ...gpu, name: "GPU", available: false, reason: "No NVIDIA driver was found", brief: "No NVIDIA driver was found" };
const cpu = { kind: "cpu", name: "AVX-512, 8 threads", available: true, reason: null, brief: null };
const js = { kind: "js", name: "JavaScript", available: true, reason: null, brief: null };
const onGpu = { chosen: "auto", used: "cuda", name: "NVIDIA H100", reason: null, brief: null, options: [gpu, cpu, js] };
const onCpu = { chosen: "auto", used: "cpu", name: "CPU", reason: noGpu.reason, brief: noGpu.brief, options: [noGpu, cpu, js] };
const data = { label: "lstm.py, lines 3–6", shape: [4, 5], tensor: [1, 4, 5] };

/** What the host sends. */
export function state(model, more = {}) {
  return {
    type: "state",
    model,
    document: { kind: "file", name: "model.rnn.json", problem: null, line: null },
    data,
    device: onGpu,
    run: { phase: "idle" },
    trusted: true,
    ...more,
  };
}

const commands = [
  "tutorial",
  "blank",
  "python",
  "open",
  "text",
  "export",
  "saveAs",
  "showResults",
  "selection",
  "generator",
  "goToProblem",
];
const action = (id, label) => ({ id, label });
const failed = (message, ...actions) => ({ phase: "failed", message, actions });
const key = (name) => (frame) => frame.locator(`[data-key="${name}"]`).click();
const toLarge = failed(
  "The run needs 96 GB; NVIDIA H100 has 71 GB free. Nothing was computed.",
  action("chunk", "Run in chunks of 64"),
  action("cpu", "Run on CPU"),
);
const lost = failed("The GPU stopped answering. Only this run was lost.", action("cpu", "Run again on CPU"), action("details", "Details"));
const badText = "Line 14 is not valid JSON: a comma is missing. The last good model is shown.";

/** @type {{ name: string, state: object, act?: (frame: import("playwright-core").Frame, page: import("playwright-core").Page) => Promise<void> }[]} */
export const states = [
  { name: "empty", state: state(null, { data: null, commands }) },
  { name: "sound", state: state(sound, { commands }), act: key("head1") },
  {
    name: "more",
    state: state(sound, { commands }),
    act: async (frame) => {
      await frame.locator('[data-key="head1"]').click();
      await frame.locator("details.more:not(.group) > summary").click();
      for (const group of await frame.locator("details.group > summary").all()) await group.click();
    },
  },
  { name: "broken", state: state(broken, { device: onCpu, commands }), act: key("edge1") },
  { name: "presets", state: state(sound, { commands }), act: key("presets") },
  { name: "add", state: state(sound, { commands }), act: key("add") },
  {
    name: "running",
    state: state(sound, { run: { phase: "running", done: 1720, total: 4096, layer: 2, layers: 3 }, commands }),
    act: (frame) => frame.locator(".progress").waitFor(),
  },
  { name: "refused", state: state(sound, { run: toLarge, commands }) },
  { name: "syntax", state: state(sound, { document: { kind: "file", name: "model.rnn.json", problem: badText, line: 14 }, commands }) },
  { name: "differ", state: state(sound, { data: { ...data, shape: [4, 12], tensor: [1, 4, 12] }, commands }), act: key("edge3") },
  { name: "device", state: state(sound, { device: onCpu, trusted: false, commands }), act: key("runmore") },
  { name: "keyboard", state: state(sound, { commands }), act: focusAndOpenMenu },
  { name: "fallback", state: state(sound, { device: onCpu, run: lost, commands }), act: key("head2") },
  { name: "done", state: state(sound, { run: { phase: "done", outputShape: [1, 1], ms: 2.1, warning: null, actions: [] }, commands }) },
  { name: "disabled", state: state(off, { commands }), act: key("edge2") },
  { name: "cells", state: state(cells, { commands }), act: openCells },
  { name: "torch", state: state(reversed, { commands }), act: showTorch },
  {
    name: "memory",
    state: state(sound, { data: { ...data, shape: [90000, 4, 5], tensor: [90000, 4, 5] }, memoryLimit: 2 ** 24, commands }),
  },
  { name: "drag", state: state(broken, { device: onCpu, commands }), act: (frame) => dragLayer(frame) },
];

async function focusAndOpenMenu(frame, page) {
  await frame.locator('[data-key="head2"]').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
}

async function openCells(frame) {
  await frame.locator('[data-key="head1"]').click();
  await frame.locator(".cells > .group > summary").first().click();
  await frame.locator('[data-key="edge1"]').click();
}

async function showTorch(frame) {
  await frame.locator('[data-key="convention"]').selectOption("torch");
  await frame.locator('[data-key="edge1"]').click();
}

/** Holds the third layer between the first and the second, and lets it go there: the browser's own drag depends on when it looks. */
export async function dragLayer(frame, drop = false) {
  await frame.evaluate(async (letGo) => {
    const { DataTransfer, DragEvent, requestAnimationFrame } = globalThis;
    const dataTransfer = new DataTransfer();
    const item = (index) => document.querySelector(`[data-item="${index}"]`);
    const send = async (type, element) => {
      const head = item(1).querySelector(".card-head").getBoundingClientRect();
      element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer, clientY: head.bottom - 4 }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    };
    await send("dragstart", item(3).querySelector(".grip"));
    await send("dragover", item(1));
    if (letGo) await send("drop", item(1));
  }, drop);
  if (!drop) await frame.locator('[data-item="1"][data-drop="after"]').waitFor();
}

/** Ends a drag that goes on. */
export const endDrag = (frame) =>
  frame.evaluate(() => document.querySelector(".dragging .grip")?.dispatchEvent(new globalThis.DragEvent("dragend", { bubbles: true })));

/** Shows a state in the real view, everything else closed. */
export async function show(frame, page, { state: host, act }) {
  await page.keyboard.press("Escape");
  await frame.evaluate(async (message) => {
    const send = (data) => window.dispatchEvent(new globalThis.MessageEvent("message", { data }));
    const settle = () => new Promise((resolve) => globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(resolve)));
    for (const details of document.querySelectorAll("details[open]")) details.open = false;
    document.querySelector('[aria-expanded="true"].shape')?.click();
    document.querySelector('[aria-expanded="true"].card-head')?.click();
    const convention = document.querySelector('[data-key="convention"]');
    if (convention !== null && convention.value !== "keras") {
      convention.value = "keras";
      convention.dispatchEvent(new globalThis.Event("change"));
    }
    document.activeElement?.blur?.();
    send(message);
    await settle();
  }, host);
  await act?.(frame, page);
}
