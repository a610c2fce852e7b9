/** The results view's state, and the pure reducer that every event goes through. */
import type { CheckView, GatesView, ResultsState, RunView } from "../../extension/core/protocol/results.js";
import { codeTargets } from "../../extension/core/protocol/questions.js";
import { quantities, type Quantity, type TermOrder, termOrders, type TraceAddress } from "../../extension/core/trace/trace.js";
import type { PaletteName } from "./colour.js";
import { type CompareUi, initialCompare } from "./compare/state.js";
import { type Convention, conventions } from "./convention.js";
import type { Window } from "./bands.js";
import { zoomAround } from "./overview.js";
import { planeOf } from "./matrix.js";
import type { Traced } from "./parts.js";
import { batchOf, hasTime, outputsOf, stepsOf, stripsOf, tensorById } from "./outputs.js";

export const tabs = ["shapes", "heat", "steps", "gates", "trace", "memory", "compare", "data", "code"] as const;
export type Tab = (typeof tabs)[number];

export const drawings = ["unrolled", "rolled"] as const;

/** Curves that are told apart by their colours. */
export const MOST_CURVES = 4;

export const digitChoices = [4, 6, 8] as const;

/** What the person chose; all of it survives a reload. */
export interface Choices {
  readonly tab: Tab;
  /** Id of the selected tensor; −1: whatever the run returns first. */
  readonly tensor: number;
  readonly convention: Convention;
  readonly palette: PaletteName;
  /** From 0: the row of the batch that Heat, Steps and Data show. */
  readonly batch: number;
  /** From 0: the one time cursor. */
  readonly step: number;
  /** The strip of the last cell that was looked at, and its unit from 0. */
  readonly strip: string;
  readonly unit: number;
  /** In the data grid: an index for each axis that it may have to fix, then row and column of what it shows. */
  readonly leading: readonly number[];
  /** What was typed to show a part; empty: everything. */
  readonly slice: string;
  readonly row: number;
  readonly column: number;
  readonly digits: number;
  /** Cells of the data grid carry the colour of their value. */
  readonly tinted: boolean;
  /** Steps that Heat and Gates show; null: all. */
  readonly zoom: Window | null;
  /** Heat as tables. */
  readonly table: boolean;
  /** Units whose curves Gates lights up, from 0. */
  readonly units: readonly number[];
  readonly summaryAs: "table" | "text";
  /** The part whose hearing Memory shows; empty: that of the other tabs. */
  readonly heard: string;
  /** What Code is written for. */
  readonly target: (typeof codeTargets)[number];
  /** Steps draws the layer step by step, or as one cell. */
  readonly drawn: (typeof drawings)[number];
  /** The number that Trace shows, at the cursor's step and row; null: the one that the other tabs look at. */
  readonly trace: Traced | null;
  /** Whose sum Trace lists; null: the first that the number's formula names. */
  readonly gate: Quantity | null;
  readonly termOrder: TermOrder;
  /** First term of the page of a long sum. */
  readonly termsFrom: number;
}

export interface State {
  readonly run: RunView | null;
  readonly activity: ResultsState["activity"];
  readonly check: CheckView;
  readonly gates: GatesView;
  /** About the values that are shown: they were computed again. */
  readonly note: string | null;
  readonly chosen: Choices;
  readonly compare: CompareUi;
  /** Tree rows that were closed (or opened, for those that start closed), by id. */
  readonly toggled: ReadonlySet<string>;
  readonly railOpen: boolean;
  readonly deviceOpen: boolean;
  readonly checkOpen: boolean;
  /** The banner of this failure was dismissed. */
  readonly dismissed: boolean;
  readonly playing: boolean;
  /** Shapes shows every tensor's card, however many. */
  readonly allCards: boolean;
  /** Said by a screen reader. */
  readonly spoken: string;
  /** Width of the panel in px. */
  readonly width: number;
  /** What the data grid shows of itself, in px. */
  readonly grid: GridWindow;
  /** Step under the mouse on a strip, from 0; null: the cursor's. */
  readonly hover: number | null;
  /** Id of the button that copied a moment ago; empty: none. */
  readonly copied: string;
  /** The numbers from which Trace came to the one that it shows. */
  readonly trail: readonly TraceAddress[];
  /** Number of the input that Trace points at, counted within its step; −1: none. */
  readonly pointed: number;
}

export interface GridWindow {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

export const initialChoices: Choices = {
  tab: "shapes",
  tensor: -1,
  convention: "keras",
  palette: "theme",
  batch: 0,
  step: 0,
  strip: "",
  unit: 0,
  leading: [],
  slice: "",
  row: 0,
  column: 0,
  digits: 6,
  tinted: true,
  zoom: null,
  table: false,
  units: [0, 1, 2],
  summaryAs: "table",
  heard: "",
  target: "keras3",
  drawn: "unrolled",
  trace: null,
  gate: null,
  termOrder: "given",
  termsFrom: 0,
};

export const initialState: State = {
  run: null,
  activity: { phase: "none" },
  check: { phase: "none" },
  gates: { phase: "none" },
  note: null,
  chosen: initialChoices,
  compare: initialCompare,
  toggled: new Set(),
  railOpen: false,
  deviceOpen: false,
  checkOpen: false,
  dismissed: false,
  playing: false,
  allCards: false,
  spoken: "",
  width: 0,
  grid: { top: 0, left: 0, width: 800, height: 400 },
  hover: null,
  copied: "",
  trail: [],
  pointed: -1,
};

export type Action =
  | { readonly type: "host"; readonly state: ResultsState }
  | { readonly type: "choose"; readonly choices: Partial<Choices> }
  | { readonly type: "compare"; readonly changes: Partial<CompareUi> }
  | { readonly type: "toggle"; readonly id: string }
  | {
      readonly type: "view";
      readonly view: Partial<
        Pick<
          State,
          | "railOpen"
          | "deviceOpen"
          | "checkOpen"
          | "dismissed"
          | "playing"
          | "allCards"
          | "spoken"
          | "width"
          | "grid"
          | "hover"
          | "copied"
          | "trail"
          | "pointed"
        >
      >;
    }
  /** The editor's cursor stands on a number of the input. */
  | { readonly type: "cursorAt"; readonly index: number }
  /** Play's next step; after the last comes the first. */
  | { readonly type: "tick" };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "host":
      return takeHost(state, action.state);
    case "choose":
      return { ...state, chosen: fitting(state.run, { ...state.chosen, ...action.choices }, state.chosen) };
    case "compare":
      return { ...state, compare: { ...state.compare, ...action.changes } };
    case "toggle": {
      const toggled = new Set(state.toggled);
      if (!toggled.delete(action.id)) toggled.add(action.id);
      return { ...state, toggled };
    }
    case "view":
      return { ...state, ...action.view };
    case "cursorAt": {
      const shape = state.run === null ? [] : (outputsOf(state.run).input?.shape ?? []);
      const [, steps, features] = shape;
      if (steps === undefined || features === undefined || steps * features === 0) return state;
      const choices = { step: Math.floor(action.index / features) % steps, batch: Math.floor(action.index / (steps * features)) };
      return { ...state, chosen: fitting(state.run, { ...state.chosen, ...choices }, state.chosen) };
    }
    case "tick": {
      const steps = state.run === null ? 0 : stepsOf(outputsOf(state.run));
      if (steps === 0) return { ...state, playing: false };
      return { ...state, chosen: { ...state.chosen, step: (state.chosen.step + 1) % steps } };
    }
  }
}

function takeHost(state: State, host: ResultsState): State {
  const { run } = host;
  const changed = run?.id !== state.run?.id;
  const same = !changed || run === null || state.run === null;
  const known = same ? state.chosen : { ...state.chosen, tensor: twinOf(state.run, state.chosen.tensor, run) };
  const dismissed =
    host.activity.phase === "failed" &&
    state.activity.phase === "failed" &&
    host.activity.message === state.activity.message &&
    state.dismissed;
  return {
    ...state,
    // The same run keeps its object: what is derived from it is derived once. Gates come as more tensors of it.
    run: changed || run?.tensors.length !== state.run?.tensors.length ? run : state.run,
    activity: host.activity,
    check: host.check,
    gates: host.gates,
    note: host.note ?? null,
    chosen: fitting(run, known, known),
    dismissed,
    playing: state.playing && !changed,
    allCards: state.allCards && !changed,
    trail: changed ? [] : state.trail,
    pointed: -1,
    deviceOpen: state.deviceOpen && !changed,
    checkOpen: state.checkOpen && !changed && host.check.phase === "done",
  };
}

/** The tensor of the same name in the next run, so that running again keeps the place. */
function twinOf(before: RunView | null, id: number, after: RunView): number {
  const old = before === null ? null : tensorById(before, id);
  const twin = old === null ? undefined : after.tensors.find((tensor) => tensor.layer === old.layer && tensor.name === old.name);
  return twin?.id ?? -1;
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, Math.trunc(value) || 0));

/** Choices that this run has: what does not exist falls back to the nearest that does. */
export function fitting(run: RunView | null, wanted: Choices, before: Choices): Choices {
  if (run === null) return wanted;
  const outputs = outputsOf(run);
  const tensor = tensorById(run, wanted.tensor) ?? outputs.returned[0] ?? run.tensors[0] ?? null;
  const other = tensor?.id !== before.tensor;
  const shape = tensor?.shape ?? [];
  const strips = stripsOf(outputs);
  const own =
    tensor === null
      ? undefined
      : strips.find((strip) => strip.tensor.id === tensor.id || (tensor.layer === strip.layer && hasTime(tensor)));
  const kept = other && own !== undefined ? own : (strips.find((strip) => strip.id === wanted.strip) ?? own ?? strips.at(-1));
  const batch = clamp(wanted.batch, batchOf(outputs));
  const leading = shape.map((size, i) => clamp(i === 0 && tensor?.axes[0] === "batch" ? batch : (wanted.leading[i] ?? 0), size));
  const slice = other ? "" : wanted.slice;
  const plane = tensor === null ? null : planeOf(tensor, leading, slice);
  const timed = strips.length > 0;
  const total = stepsOf(outputs);
  const step = clamp(wanted.step, Math.max(1, total));
  return {
    ...wanted,
    tab: !timed && ["heat", "steps", "gates"].includes(wanted.tab) ? "shapes" : wanted.tab,
    // Another tensor in the tree is another number to trace.
    trace: other ? null : wanted.trace,
    tensor: tensor?.id ?? 0,
    batch,
    step,
    zoom: wanted.zoom === null ? null : zoomAround(wanted.zoom, step, total),
    // The input alone is not what somebody wants to look at: the states of a layer may follow.
    strip: strips.some(({ what }) => what !== "input") ? (kept?.id ?? "") : "",
    unit: clamp(wanted.unit, kept?.units ?? 1),
    leading,
    slice,
    row: other ? 0 : clamp(wanted.row, plane?.rows ?? 1),
    column: other ? 0 : clamp(wanted.column, plane?.columns ?? 1),
  };
}

/** Kept by VS Code over a reload: the run's id, the tab, the slice. */
export interface Saved {
  readonly runId: string | null;
  readonly chosen: Choices;
}

export function savedOf(state: State): Saved {
  return { runId: state.run?.id ?? null, chosen: state.chosen };
}

/** Reads what an older version of the view may have kept; anything odd falls back. */
export function decodeSaved(value: unknown): Saved | null {
  if (typeof value !== "object" || value === null) return null;
  const { runId, chosen } = value as Record<string, unknown>;
  if (typeof chosen !== "object" || chosen === null) return null;
  const given = chosen as Record<string, unknown>;
  const pick = <T, F>(key: keyof Choices, options: readonly T[], fallback: F): T | F =>
    options.find((option) => option === given[key]) ?? fallback;
  const index = (key: keyof Choices): number =>
    Number.isSafeInteger(given[key]) && (given[key] as number) >= 0 ? (given[key] as number) : 0;
  return {
    runId: typeof runId === "string" ? runId : null,
    chosen: {
      tab: pick("tab", tabs, "shapes"),
      tensor: index("tensor"),
      convention: pick("convention", conventions, "keras"),
      palette: pick("palette", ["theme", "safe"] as const, "theme"),
      batch: index("batch"),
      step: index("step"),
      strip: typeof given["strip"] === "string" ? given["strip"] : "",
      unit: index("unit"),
      leading: Array.isArray(given["leading"])
        ? given["leading"].filter((v): v is number => Number.isSafeInteger(v) && v >= 0).slice(0, 8)
        : [],
      slice: typeof given["slice"] === "string" ? given["slice"].slice(0, 200) : "",
      row: index("row"),
      column: index("column"),
      digits: pick("digits", digitChoices, 6),
      tinted: given["tinted"] !== false,
      table: given["table"] === true,
      zoom: null,
      units: Array.isArray(given["units"])
        ? given["units"].filter((v): v is number => Number.isSafeInteger(v) && v >= 0).slice(0, MOST_CURVES)
        : initialChoices.units,
      summaryAs: pick("summaryAs", ["table", "text"] as const, "table"),
      heard: typeof given["heard"] === "string" ? given["heard"] : "",
      target: pick("target", codeTargets, "keras3"),
      drawn: pick("drawn", drawings, "unrolled"),
      trace: null,
      gate: pick("gate", quantities, null),
      termOrder: pick("termOrder", termOrders, "given"),
      termsFrom: 0,
    },
  };
}
