/** The tensor viewer's page: connects to the host, keeps what was chosen, draws after every change. */
import "../shared/base.css";
import "../results/styles/layout.css";
import "../results/styles/controls.css";
import "../results/styles/header.css";
import "../results/styles/tree.css";
import "../results/styles/shapes.css";
import "../results/styles/data.css";
import "../results/styles/states.css";
import "./styles/tensor.css";
import { render } from "lit";
import { decodeTensorFromHost, type TensorFile, type TensorFromHost, type TensorFromView } from "../../extension/core/protocol/tensor.js";
import { CompareClient } from "../results/compare/client.js";
import { type CopyFormat, copyText } from "../results/copy.js";
import { outputsOf, tensorById } from "../results/outputs.js";
import { readPalette, watchTheme } from "../results/palette.js";
import { SliceCache } from "../results/slices.js";
import { type Action, decodeSaved, initialState, reduce, savedOf, type State } from "../results/state.js";
import type { RunContext } from "../results/view.js";
import { connect } from "../shared/bridge.js";
import { setLanguage, t } from "../shared/l10n.js";
import { page } from "./page.js";
import { type KnownStats, runOf } from "./run.js";

const COPIED_MS = 1500;

const bridge = connect<TensorFromHost, TensorFromView>(decodeTensorFromHost, receive);
const slices = new SliceCache((message) => {
  if (message.type !== "sliceRequested") return;
  const { requestId, tensor, start, count } = message;
  bridge.post({ type: "sliceRequested", requestId, array: tensor, start, count });
});
const saved = decodeSaved(bridge.saved());
let file: TensorFile | null = null;
let stats: KnownStats = new Map();
const problems = new Map<number, string>();
const asked = new Set<number>();
let state: State = { ...initialState, chosen: { ...(saved?.chosen ?? initialState.chosen), tab: "data", convention: "keras" } };
let palette = readPalette(state.chosen.palette);
let pendingCopy: { readonly tensor: number; readonly format: CopyFormat } | null = null;
let copied: ReturnType<typeof setTimeout> | undefined;
let scheduled = false;

function receive(message: TensorFromHost): void {
  switch (message.type) {
    case "init":
      setLanguage(message.locale, message.strings);
      document.documentElement.lang = message.locale;
      break;
    case "file":
      file = message;
      slices.show(message.name);
      takeRun();
      break;
    case "stats":
      if (message.stats !== null) stats = new Map(stats).set(message.array, message.stats);
      else if (message.message !== null) problems.set(message.array, message.message);
      takeRun();
      break;
    case "slice":
      if (slices.answer(message.requestId, message.values)) finishCopy();
      break;
    case "sliceFailed":
      slices.answer(message.requestId, message.message);
      break;
  }
  draw();
}

function takeRun(): void {
  if (file === null) return;
  const run = runOf(file, stats);
  dispatch({ type: "host", state: { type: "state", run, activity: { phase: "none" }, check: { phase: "none" }, gates: { phase: "none" } } });
}

function dispatch(action: Action): void {
  const before = state;
  state = reduce(state, action);
  if (state === before) return;
  if (state.chosen.palette !== before.chosen.palette) palette = readPalette(state.chosen.palette);
  if (state.chosen !== before.chosen) bridge.save(savedOf(state));
  askStats();
  draw();
}

/** Of the array that is looked at, once. */
function askStats(): void {
  const { tensor } = state.chosen;
  if (state.run === null || tensor < 0 || asked.has(tensor)) return;
  asked.add(tensor);
  bridge.post({ type: "statsRequested", array: tensor });
}

function finishCopy(): void {
  if (pendingCopy === null || state.run === null) return;
  const tensor = tensorById(state.run, pendingCopy.tensor);
  if (tensor === null) return;
  const slice = slices.get({ tensor: tensor.id, start: tensor.shape.map(() => 0), count: tensor.shape });
  if (slice.status !== "ready") return;
  const { format } = pendingCopy;
  pendingCopy = null;
  copy(copyText(format, slice.values, tensor.shape, tensor.dtype), `copy-${format}`);
}

function copy(text: string, by: string): void {
  bridge.post({ type: "copyRequested", text });
  dispatch({ type: "view", view: { copied: by, spoken: t("Copied") } });
  clearTimeout(copied);
  copied = setTimeout(() => dispatch({ type: "view", view: { copied: "" } }), COPIED_MS);
}

const nothing = (): void => undefined;
const compare = new CompareClient(nothing);

/** The views of the results, with what a file has of a run: values, and nothing to compute. */
function context(): RunContext | null {
  const { run } = state;
  if (run === null || file?.problem !== null) return null;
  return {
    ...{ state, palette, outputs: outputsOf(run), compare, dispatch },
    choose: (choices) => dispatch({ type: "choose", choices }),
    slice: (box) => slices.get(box),
    copyTensor: (tensor, format) => {
      pendingCopy = { tensor, format };
      finishCopy();
    },
    copyText: copy,
    say: (text) => dispatch({ type: "view", view: { spoken: state.spoken === text ? `${text}\u00a0` : text } }),
    retry: () => {
      slices.retry();
      draw();
    },
    saveTensor: null,
    band: () => ({ status: "pending" }),
    ask: () => ({ status: "cancelled" }),
    ...{ command: nothing, action: nothing, cancel: nothing, openCode: nothing, stop: nothing, point: nothing },
  };
}

/** One render a frame, however many changes. */
function draw(): void {
  if (scheduled || file === null) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (file === null) return;
    const { tensor } = state.chosen;
    const run = (): void => bridge.post({ type: "run", array: tensor });
    render(page({ file, view: context(), statsProblem: problems.get(tensor) ?? null, counted: stats.has(tensor), run }), document.body);
    const width = document.getElementById("panel")?.clientWidth ?? 0;
    if (width !== state.width) dispatch({ type: "view", view: { width } });
  });
}

new ResizeObserver(draw).observe(document.body);
watchTheme(() => {
  palette = readPalette(state.chosen.palette);
  draw();
});
bridge.post({ type: "ready" });
