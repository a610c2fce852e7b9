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
import type { Numbers } from "../../extension/core/formats/dtype.js";
import {
  decodeTensorFromHost,
  type StatsView,
  type TensorFile,
  type TensorFromHost,
  type TensorFromView,
} from "../../extension/core/protocol/tensor.js";
import { CompareClient } from "../results/compare/client.js";
import { Copier } from "../results/copier.js";
import { outputsOf, tensorById } from "../results/outputs.js";
import { readPalette, watchTheme } from "../results/palette.js";
import { RequestCache, requestIds, type Requests } from "../results/requestCache.js";
import { type Box, CACHE_ELEMENTS, elementsIn, type Slice } from "../results/slices.js";
import { type Action, fitting, initialState, reduce, type State } from "../results/state.js";
import type { Around, NumbersContext, View } from "../results/view.js";
import { showCell } from "../results/views/grid.js";
import { connect } from "../shared/bridge.js";
import { setLanguage, t } from "../shared/l10n.js";
import { UNASKED } from "./facts.js";
import { entriesOf, filtered, rowHeight } from "./entries.js";
import { type ListState, reveal } from "./list.js";
import { page } from "./page.js";
import { type Ends, runOf, widened } from "./run.js";
import { decodeKept, type Kept, keptOf, keyOf } from "./kept.js";

const COPIED_MS = 1500;

const bridge = connect<TensorFromHost, TensorFromView>(decodeTensorFromHost, receive);
const nextId = requestIds();
const asked: Requests<Box, Numbers> = {
  key: ({ tensor, start, count }) => `${tensor}|${start.join(",")}|${count.join(",")}`,
  size: (values) => values.length,
  ask: (requestId, _, { tensor, start, count }) => {
    arrayOf.set(requestId, tensor);
    bridge.post({ type: "sliceRequested", requestId, array: tensor, start, count });
  },
  budget: CACHE_ELEMENTS,
};
const slices = new RequestCache(asked, nextId);
/** Whose values a request asked for. */
const arrayOf = new Map<number, number>();
const stats = new Map<number, StatsView>();
const seen = new Map<number, Ends>();
const kept: Kept | null = decodeKept(bridge.saved());
let file: TensorFile | null = null;
/** Counts what is learnt of the file's arrays. */
let version = 0;
let state: State = { ...initialState, chosen: { ...(kept?.chosen ?? initialState.chosen), tab: "data", convention: "keras" } };
/** Index among what cannot be read; −1: an array is looked at. */
let refused = -1;
let listState: ListState = { filter: kept?.filter ?? "", top: 0, height: 600 };
let palette = readPalette(state.chosen.palette);
let copied: ReturnType<typeof setTimeout> | undefined;
let scheduled = false;

function receive(message: TensorFromHost): void {
  switch (message.type) {
    case "init":
      setLanguage(message.locale, message.strings);
      document.documentElement.lang = message.locale;
      break;
    case "file":
      takeFile(message);
      break;
    case "stats":
      if (message.revision === file?.revision) takeStats(message.array, message.stats);
      break;
    case "slice":
      takeSlice(message.requestId, message.values);
      break;
    case "sliceFailed":
      arrayOf.delete(message.requestId);
      slices.answer(message.requestId, message.message);
      copier.proceed();
      break;
  }
  draw();
}

function takeFile(message: TensorFile): void {
  const before = file;
  const name = before === null ? kept?.name : keyOf(nameOf(before, looksAt()) ?? "");
  const sameName = (one: { readonly name: string }): boolean => keyOf(one.name) === name;
  file = message;
  slices.show(String(message.revision));
  stats.clear();
  seen.clear();
  arrayOf.clear();
  const { arrays } = message;
  const at = arrays.findIndex(sameName);
  refused = at >= 0 ? -1 : message.refused.findIndex(sameName);
  if (refused < 0 && arrays.length === 0 && message.refused.length > 0) refused = 0;
  takeRun();
  // The one that was looked at, wherever it is now; at first its place in the grid is kept, too.
  if (at >= 0 && state.chosen.tensor !== at) dispatch({ type: "choose", choices: { tensor: at } });
  if (before === null && at >= 0 && kept !== null) dispatch({ type: "choose", choices: { ...kept.chosen, tensor: at, tab: "data" } });
  askStats();
  requestAnimationFrame(() => requestAnimationFrame(showChosen));
}

function takeStats(array: number, known: StatsView): void {
  // Another array is looked at: it begins anew when somebody comes back.
  if (known.phase === "cancelled" && array !== looksAt()) stats.delete(array);
  else stats.set(array, known);
  if (known.phase === "done") takeRun();
}

function takeSlice(requestId: number, values: Numbers): void {
  const array = arrayOf.get(requestId);
  arrayOf.delete(requestId);
  if (!slices.answer(requestId, values) || array === undefined) return;
  const before = seen.get(array);
  const ends = widened(before, values);
  if (ends !== before && ends !== undefined) {
    seen.set(array, ends);
    if (stats.get(array)?.phase !== "done") takeRun();
  }
  copier.proceed();
}

function takeRun(): void {
  if (file === null) return;
  const run = runOf(file, { stats, seen }, ++version);
  // Not as a run of the host's: what was chosen would be looked for by its name, which two arrays may have.
  state = { ...state, run, chosen: fitting(run, state.chosen, state.chosen) };
}

/** The entry that is looked at, as the list counts them. */
function looksAt(): number {
  return refused >= 0 ? (file?.arrays.length ?? 0) + refused : state.chosen.tensor;
}

function nameOf({ arrays, refused: others }: TensorFile, at: number): string | undefined {
  return (arrays[at] ?? others[at - arrays.length])?.name;
}

function choose(entry: number): void {
  if (file === null) return;
  refused = entry < file.arrays.length ? -1 : entry - file.arrays.length;
  if (refused < 0) dispatch({ type: "choose", choices: { tensor: entry } });
  askStats();
  save();
  draw();
}

function dispatch(action: Action): void {
  const before = state;
  state = reduce(state, action);
  if (state === before) return;
  if (state.chosen.palette !== before.chosen.palette) palette = readPalette(state.chosen.palette);
  if (state.chosen !== before.chosen) save();
  draw();
}

function save(): void {
  if (file !== null) bridge.save(keptOf(state.chosen, nameOf(file, looksAt()) ?? "", listState.filter));
}

/** Of the array that is looked at; of one that takes long only when somebody wants it. */
function askStats(wanted = false): void {
  const at = looksAt();
  const shape = file?.arrays[at]?.shape;
  if (shape === undefined || stats.has(at) || (!wanted && elementsIn(shape) > UNASKED)) return;
  stats.set(at, { phase: "counting", done: 0, total: Math.max(1, elementsIn(shape)) });
  bridge.post({ type: "statsRequested", array: at });
}

function copy(text: string, by: string): void {
  bridge.post({ type: "copyRequested", text });
  dispatch({ type: "view", view: { copied: by, spoken: t("Copied") } });
  clearTimeout(copied);
  copied = setTimeout(() => dispatch({ type: "view", view: { copied: "" } }), COPIED_MS);
}

const copier = new Copier((box) => slices.get(box), copy);
const nothing = (): void => undefined;
const compare = new CompareClient(nothing, nextId);

/** The views of the results, with what a file has of a run: values, and nothing to compute. */
function around(): Around | null {
  const { run } = state;
  if (run === null || run.tensors.length === 0) return null;
  return {
    ...{ state, palette, outputs: outputsOf(run), compare, dispatch },
    choose: (choices) => dispatch({ type: "choose", choices }),
    copyTensor: (id, format) => {
      const tensor = tensorById(run, id);
      if (tensor !== null) copier.start(tensor, state.chosen.slice, format);
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

/** An empty array is never asked for. */
const slice = (box: Box): ReturnType<NumbersContext["slice"]> =>
  elementsIn(box.count) === 0 ? { status: "ready", values: new Float32Array(0) } : slices.get(box);

/** For drawing, digits do not matter. */
function floats(box: Box): Slice {
  const found = slice(box);
  return found.status === "ready" ? { status: "ready", values: Float32Array.from(found.values, Number) } : found;
}

const actions = {
  choose,
  look: (change: Partial<ListState>): void => {
    listState = { ...listState, ...change, ...(change.filter !== undefined && { top: 0 }) };
    if (change.filter !== undefined) {
      document.getElementById("tree")?.scrollTo(0, 0);
      save();
    }
    draw();
  },
  count: (): void => {
    stats.delete(looksAt());
    askStats(true);
    draw();
  },
  stop: (): void => bridge.post({ type: "statsCancelled" }),
  run: (): void => bridge.post({ type: "run", array: looksAt() }),
  reopen: (): void => bridge.post({ type: "reopen" }),
};

/** One render a frame, however many changes. */
function draw(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const view = around();
    const at = looksAt();
    const viewer = file === null ? null : { file, chosen: at, stats: stats.get(at), list: listState, actions };
    const drawn: View | null = view === null ? null : { ...view, slice: floats };
    render(page(viewer === null ? null : { ...viewer, view: view === null ? null : { ...view, slice }, drawn }), document.body);
    measure();
  });
}

function measure(): void {
  const width = document.getElementById("panel")?.clientWidth ?? 0;
  if (width !== state.width) dispatch({ type: "view", view: { width } });
  const height = document.getElementById("tree")?.clientHeight ?? listState.height;
  if (height !== listState.height) actions.look({ height });
}

/** What was chosen before the window was loaded again is in sight. */
function showChosen(): void {
  const [tree, view] = [document.getElementById("tree"), around()];
  const tensor = view === null ? null : tensorById(view.outputs.run, state.chosen.tensor);
  if (view !== null && tensor !== null) showCell(view, tensor);
  if (file === null || tree === null) return;
  const shown = filtered(entriesOf(file), listState.filter);
  const place = shown.findIndex(({ id }) => id === looksAt());
  if (place >= 0) reveal(tree, place, rowHeight(shown));
}

new ResizeObserver(draw).observe(document.body);
watchTheme(() => {
  palette = readPalette(state.chosen.palette);
  draw();
});
draw();
bridge.post({ type: "ready" });
