/** The results page: connects to the host, keeps the state, renders after every change. */
import "../shared/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/header.css";
import "./styles/tree.css";
import "./styles/shapes.css";
import "./styles/data.css";
import "./styles/heat.css";
import "./styles/gates.css";
import "./styles/code.css";
import "./styles/trace.css";
import "./styles/memory.css";
import "./styles/states.css";
import "./styles/compare.css";
import { render } from "lit";
import {
  decodeResultsFromHost,
  type ExportFormat,
  type ResultsFromHost,
  type ResultsFromView,
} from "../../extension/core/protocol/results.js";
import { connect } from "../shared/bridge.js";
import { setLanguage, t } from "../shared/l10n.js";
import type { Palette } from "./colour.js";
import { AnswerCache } from "./answers.js";
import { CompareClient } from "./compare/client.js";
import { Copier } from "./copier.js";
import { lacksSteps, numbersOfSteps } from "./gates.js";
import { type Outputs, outputsOf, tensorById } from "./outputs.js";
import { readPalette, watchTheme } from "./palette.js";
import { exportAs } from "./report.js";
import { requestIds } from "./requestCache.js";
import { BandCache, SliceCache } from "./slices.js";
import { type Action, decodeSaved, initialState, reduce, savedOf, type State, type Tab } from "./state.js";
import type { View } from "./view.js";
import { page } from "./views/frame.js";
import { lookAhead } from "./views/heat.js";

const PLAY_MS = 900;
const COPIED_MS = 1500;
const AHEAD_MS = 100;
/** 64 MiB: more of a run's states is computed once more only when somebody asks for them. */
const UNASKED_NUMBERS = 2 ** 24;

const bridge = connect<ResultsFromHost, ResultsFromView>(decodeResultsFromHost, receive);
const nextId = requestIds();
const slices = new SliceCache((message) => bridge.post(message), nextId);
const bands = new BandCache((message) => bridge.post(message), nextId);
const answers = new AnswerCache((message) => bridge.post(message));
const compare = new CompareClient((message) => bridge.post(message), nextId);
const saved = decodeSaved(bridge.saved());
let state: State = saved === null ? initialState : { ...initialState, chosen: saved.chosen };
let palette: Palette = readPalette(state.chosen.palette);
let scheduled = false;
let copied: ReturnType<typeof setTimeout> | undefined;
let playing: ReturnType<typeof setInterval> | undefined;
/** The run whose gates were asked for. */
let gatesAsked = "";
/** Waits for the first state: until then an empty page would be a lie. */
let known = false;

function receive(message: ResultsFromHost): void {
  switch (message.type) {
    case "init":
      setLanguage(message.locale, message.strings);
      document.documentElement.lang = message.locale;
      break;
    case "state":
      known = true;
      slices.show(message.run?.id ?? null);
      bands.show(message.run?.id ?? null);
      answers.show(message.run?.id ?? null);
      aheadOf(message.run?.id ?? null);
      dispatch({ type: "host", state: message });
      break;
    case "answerProgress":
    case "answered":
    case "unanswered":
      answers.take(message);
      break;
    case "cursorAt":
      if (message.runId === state.run?.id) dispatch({ type: "cursorAt", index: message.index });
      break;
    case "exportAsked":
      void sendExport(message.format);
      break;
    case "compare":
    case "measured":
    case "measureFailed":
      compare.receive(message);
      if (message.type === "compare" && message.reveal) dispatch({ type: "choose", choices: { tab: "compare" } });
      break;
    case "slice":
      if (compare.answer(message.requestId, message.values)) break;
      if (slices.answer(message.requestId, message.values)) copier.proceed();
      break;
    case "sliceFailed":
      for (const cache of [slices, bands, compare]) cache.answer(message.requestId, message.message);
      compare.answerBand(message.requestId, message.message);
      break;
    case "band":
      if (!bands.answer(message.requestId, message)) compare.answerBand(message.requestId, message);
      break;
  }
  draw();
}

async function sendExport(format: ExportFormat): Promise<void> {
  const data = await exportAs(format, live(), () => slices.open + bands.open + compare.open > 0).catch(() => null);
  bridge.post({ type: "exported", format, data });
}

function dispatch(action: Action): void {
  const before = state;
  state = reduce(state, action);
  if (state === before) return;
  if (state.chosen.palette !== before.chosen.palette) palette = readPalette(state.chosen.palette);
  if (state.playing !== before.playing) play(state.playing);
  lookAtSteps();
  if (state.chosen !== before.chosen) bridge.save(savedOf(state));
  // Long work is for who looks.
  if (before.chosen.tab === "memory" && state.chosen.tab !== "memory") answers.drop("memory");
  if (state.chosen.tab !== before.chosen.tab) requestAnimationFrame(() => document.getElementById("panel")?.scrollTo(0, 0));
  else if (state.chosen.tensor !== before.chosen.tensor)
    requestAnimationFrame(() => document.getElementById(`card-${state.chosen.tensor}`)?.scrollIntoView({ block: "nearest" }));
  draw();
}

/** The first tab is drawn first. */
function aheadOf(runId: string | null): void {
  if (runId === null || runId === state.run?.id) return;
  setTimeout(() => {
    const { run } = state;
    if (run?.id === runId) lookAhead({ ...live(), outputs: outputsOf(run) });
  }, AHEAD_MS);
}

/** Gates, and states that no layer returned, are computed when they are first looked at; after that only when somebody asks. */
function lookAtSteps(): void {
  const { run, gates, chosen } = state;
  if (run === null || gates.phase !== "none" || run.id === gatesAsked || !wantsSteps(chosen.tab, outputsOf(run))) return;
  gatesAsked = run.id;
  view.command("captureGates");
}

function wantsSteps(tab: Tab, outputs: Outputs): boolean {
  if (tab === "gates") return true;
  return (tab === "heat" || tab === "steps") && lacksSteps(outputs) && numbersOfSteps(outputs) <= UNASKED_NUMBERS;
}

function play(on: boolean): void {
  clearInterval(playing);
  if (on) playing = setInterval(() => dispatch({ type: "tick" }), PLAY_MS);
}

const view: Omit<View, "state" | "palette"> = {
  dispatch,
  choose: (choices) => dispatch({ type: "choose", choices }),
  command: (id) => bridge.post({ type: "command", id }),
  action: (id) => bridge.post({ type: "actionChosen", id }),
  cancel: () => bridge.post({ type: "cancelRequested" }),
  compare,
  slice: (box) => slices.get(box),
  band: (query) => bands.get(query),
  ask: (question) => answers.get(question),
  saveTensor: (tensor) => bridge.post({ type: "saveRequested", runId: state.run?.id ?? "", tensor }),
  openCode: (target) => bridge.post({ type: "codeOpened", target }),
  stop: (about) => answers.cancel(about),
  point: (index, reveal = false) => bridge.post({ type: "pointedAt", index, reveal }),
  copyTensor: (id, format) => {
    const tensor = state.run === null ? null : tensorById(state.run, id);
    if (tensor !== null) copier.start(tensor, state.chosen.slice, format);
  },
  copyText: (text, by) => {
    bridge.post({ type: "copyRequested", text });
    view.say(t("Copied"));
    dispatch({ type: "view", view: { copied: by } });
    clearTimeout(copied);
    copied = setTimeout(() => dispatch({ type: "view", view: { copied: "" } }), COPIED_MS);
  },
  // A screen reader speaks only what changed: the same words twice need a change between.
  say: (text) => dispatch({ type: "view", view: { spoken: state.spoken === text ? `${text}\u00a0` : text } }),
  retry: () => {
    slices.retry();
    bands.retry();
    answers.retry();
    compare.retry();
    draw();
  },
};

const copier = new Copier((box) => slices.get(box), view.copyText);

/** The view with the state of whenever it is looked at. */
function live(): View {
  return {
    ...view,
    palette,
    get state() {
      return state;
    },
  };
}

/** One render a frame, however many changes. */
function draw(): void {
  if (scheduled || !known) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    render(page(live()), document.body);
    watchPanel();
  });
}

/** Told after the layout, before the paint: asked for sooner, the width would cost a layout of its own. */
const resize = new ResizeObserver(() => {
  const width = observed?.clientWidth ?? 0;
  if (width !== state.width) dispatch({ type: "view", view: { width } });
});
let observed: Element | null = null;

function watchPanel(): void {
  const panel = document.getElementById("panel");
  if (panel === observed) return;
  if (observed !== null) resize.unobserve(observed);
  if (panel !== null) resize.observe(panel);
  observed = panel;
}

// A click beside the explanation of the device, or of the check, closes it.
document.addEventListener("pointerdown", ({ target }) => {
  if (!(target instanceof Element)) return;
  if (state.deviceOpen && target.closest("#device, #device-why") === null) dispatch({ type: "view", view: { deviceOpen: false } });
  if (state.checkOpen && target.closest("#check, #check-why") === null) dispatch({ type: "view", view: { checkOpen: false } });
});

watchTheme(() => {
  palette = readPalette(state.chosen.palette);
  draw();
});
bridge.post({ type: "ready" });
