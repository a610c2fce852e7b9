/** Host ⇄ results view. The view gets one run's description; values it asks for, slice by slice. */
import type { BandBox, Finding } from "../band.js";
import type { TensorHealth } from "../health.js";
import type { Target } from "../code/write/code.js";
import { bandBox, bandFinding } from "./band.js";
import { type CheckReport, checkReport } from "./check.js";
import {
  compareChosen,
  type CompareFromHost,
  type CompareFromView,
  compareState,
  differenceBandRequested,
  measured,
  measureFailed,
  measureRequested,
} from "./compare.js";
import { anyObject, array, boolean, type Decoder, finite, literal, natural, nullable, object, string, union } from "./decode.js";
import { deviceView, initMessage, type DesignerInit, type NoteAction } from "./designer.js";
import type { DeviceView } from "./device.js";
import { type Answer, answerOf, type Question, questionOf, codeTargets } from "./questions.js";

/** Most elements of one slice: 1 MB a message as float32. */
export const MAX_SLICE_ELEMENTS = 262_144;

export interface TensorView {
  /** Index in the run's list; 0 is the input. */
  readonly id: number;
  /** Index of its layer without the InputLayer; −1: the model's input. */
  readonly layer: number;
  readonly layerName: string;
  readonly className: string;
  /** "x", "output", "h", "c", "forward/output", "forward/h" … as in the Node API. */
  readonly name: string;
  /** Keras returns it from this model. */
  readonly returned: boolean;
  readonly shape: readonly number[];
  /** A name an axis: batch, time, features, units. */
  readonly axes: readonly Axis[];
  /** As NumPy calls it: float32 or int32 of a run, any of an array in a file. */
  readonly dtype: string;
  readonly bytes: number;
  /** Over finite and infinite values; null where there is none. */
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  readonly nanCount: number;
  /** Of a sequence of a recurrent layer. */
  readonly health: TensorHealth | null;
}

/** "axis": one that has no name, of an array in a file. */
export const axisNames = ["batch", "time", "features", "units", "axis"] as const;
export type Axis = (typeof axisNames)[number];

export interface RunView {
  readonly id: string;
  /** The Keras config that ran. Read with `readModel`. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly modelName: string;
  /** Keras's `summary()` as text. */
  readonly summary: string;
  /** The weights are random; the seed they were drawn from. */
  readonly seed: number | null;
  readonly parameters: number;
  readonly device: DeviceView;
  readonly ms: number;
  /** "tutorial.py:4–7"; empty: not from an editor. */
  readonly source: string;
  /** The variable's name in the text, or empty. */
  readonly sourceName: string;
  /** As written, e.g. [4, 5]; empty where axes were swapped or windows cut. */
  readonly sourceShape: readonly number[];
  /** How the text was read, worded by the host: "4 × 5 → (1, 4, 5): …". */
  readonly notes: readonly string[];
  readonly tensors: readonly TensorView[];
}

export interface ResultsState {
  readonly type: "state";
  /** The run that is shown; it stays while another is computed or fails. */
  readonly run: RunView | null;
  /** What happens now, beside the run that is shown. */
  readonly activity:
    | { readonly phase: "none" }
    | { readonly phase: "running"; readonly done: number; readonly total: number }
    | { readonly phase: "failed"; readonly message: string; readonly actions: readonly NoteAction[] };
  readonly check: CheckView;
  /** What is to be known about the values that are shown, worded by the host. */
  readonly note?: string | null;
  readonly gates: GatesView;
}

/** Gates and states of every step of the shown run: not kept until somebody looks. */
export type GatesView =
  | { readonly phase: "none" }
  | { readonly phase: "running" }
  /** They are among the run's tensors. */
  | { readonly phase: "done" }
  | { readonly phase: "failed"; readonly message: string };

/** The shown run against the reference, on every device. */
export type CheckView =
  /** There is nothing to compare. */
  | { readonly phase: "none" }
  /** It would take a while: it waits to be asked for. */
  | { readonly phase: "offered" }
  | { readonly phase: "running"; readonly done: number; readonly total: number }
  | { readonly phase: "done"; readonly report: CheckReport }
  | { readonly phase: "failed"; readonly message: string };

/** Answer to `sliceRequested`: a box of the tensor, row-major. */
export interface SliceReady {
  readonly type: "slice";
  readonly requestId: number;
  readonly values: Float32Array;
}

/** Answer to `bandRequested`: units over time, downsampled. */
export interface BandReady {
  readonly type: "band";
  readonly requestId: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly finding: Finding;
}

export const exportFormats = ["html", "png", "svg"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Answered by `exported`: html is a report of all tabs, the others are pictures of the one that is shown. */
export interface ExportAsked {
  readonly type: "exportAsked";
  readonly format: ExportFormat;
}

/** The number of the input under the editor's cursor, counted over all its values. */
export interface CursorAt {
  readonly type: "cursorAt";
  readonly runId: string;
  readonly index: number;
}

/** Of a slice or a band. */
export interface SliceFailed {
  readonly type: "sliceFailed";
  readonly requestId: number;
  readonly message: string;
}

/** Answers to `asked`: progress, then one of the others. `message` null: it was cancelled. */
export type AnswerMessage =
  | { readonly type: "answerProgress"; readonly requestId: number; readonly done: number; readonly total: number }
  | { readonly type: "answered"; readonly requestId: number; readonly answer: Answer }
  | { readonly type: "unanswered"; readonly requestId: number; readonly message: string | null };

export type ResultsFromHost =
  DesignerInit | ResultsState | SliceReady | BandReady | SliceFailed | AnswerMessage | CursorAt | ExportAsked | CompareFromHost;

export const resultsCommands = [
  "rerun",
  "newSeed",
  "copySummary",
  "showSource",
  "chooseDevice",
  "openDesigner",
  "runSelection",
  "runFile",
  "doctor",
  "check",
  "cancelCheck",
  "captureGates",
  "export",
] as const;
export type ResultsCommand = (typeof resultsCommands)[number];

export type ResultsFromView =
  | { readonly type: "ready" }
  | {
      readonly type: "sliceRequested";
      readonly requestId: number;
      readonly runId: string;
      readonly tensor: number;
      readonly start: readonly number[];
      readonly count: readonly number[];
    }
  | { readonly type: "asked"; readonly requestId: number; readonly runId: string; readonly question: Question }
  | { readonly type: "askCancelled"; readonly requestId: number }
  /** The number of the input that is pointed at, counted over all its values; null: none any more. */
  | { readonly type: "pointedAt"; readonly index: number | null; readonly reveal: boolean }
  | {
      readonly type: "bandRequested";
      readonly requestId: number;
      readonly runId: string;
      readonly tensor: number;
      readonly box: BandBox;
    }
  /** A tensor as a file of NumPy's. */
  | { readonly type: "saveRequested"; readonly runId: string; readonly tensor: number }
  /** A file to be saved where the person says. `data` null: it could not be made. */
  | { readonly type: "exported"; readonly format: ExportFormat; readonly data: string | Uint8Array | null }
  /** The model as code, in an editor. */
  | { readonly type: "codeOpened"; readonly target: Target }
  | CompareFromView
  | { readonly type: "copyRequested"; readonly text: string }
  | { readonly type: "cancelRequested" }
  | { readonly type: "actionChosen"; readonly id: string }
  | { readonly type: "command"; readonly id: ResultsCommand };

const shape = array(natural, 8);

export const decodeResultsFromView: Decoder<ResultsFromView> = union<ResultsFromView>("type", {
  ready: object<{ type: "ready" }>({ type: literal("ready") }),
  sliceRequested: object<Extract<ResultsFromView, { type: "sliceRequested" }>>({
    type: literal("sliceRequested"),
    requestId: natural,
    runId: string,
    tensor: natural,
    start: shape,
    count: shape,
  }),
  asked: object<Extract<ResultsFromView, { type: "asked" }>>({
    type: literal("asked"),
    requestId: natural,
    runId: string,
    question: questionOf,
  }),
  askCancelled: object<Extract<ResultsFromView, { type: "askCancelled" }>>({ type: literal("askCancelled"), requestId: natural }),
  pointedAt: object<Extract<ResultsFromView, { type: "pointedAt" }>>({
    type: literal("pointedAt"),
    index: nullable(natural),
    reveal: boolean,
  }),
  bandRequested: object<Extract<ResultsFromView, { type: "bandRequested" }>>({
    type: literal("bandRequested"),
    requestId: natural,
    runId: string,
    tensor: natural,
    box: bandBox,
  }),
  saveRequested: object<Extract<ResultsFromView, { type: "saveRequested" }>>({
    type: literal("saveRequested"),
    runId: string,
    tensor: natural,
  }),
  exported: object<Extract<ResultsFromView, { type: "exported" }>>({
    type: literal("exported"),
    format: literal(...exportFormats),
    data: (value) => (value === null || typeof value === "string" || value instanceof Uint8Array ? value : undefined),
  }),
  codeOpened: object<Extract<ResultsFromView, { type: "codeOpened" }>>({ type: literal("codeOpened"), target: literal(...codeTargets) }),
  // Looked up when they are needed: compare.ts needs this module as well.
  compareChosen: (value) => compareChosen(value),
  measureRequested: (value) => measureRequested(value),
  differenceBandRequested: (value) => differenceBandRequested(value),
  copyRequested: object<{ type: "copyRequested"; text: string }>({ type: literal("copyRequested"), text: string }),
  cancelRequested: object<{ type: "cancelRequested" }>({ type: literal("cancelRequested") }),
  actionChosen: object<{ type: "actionChosen"; id: string }>({ type: literal("actionChosen"), id: string }),
  command: object<{ type: "command"; id: ResultsCommand }>({ type: literal("command"), id: literal(...resultsCommands) }),
});

const tensorView: Decoder<TensorView> = object<TensorView>({
  id: natural,
  layer: finite,
  layerName: string,
  className: string,
  name: string,
  returned: boolean,
  shape,
  axes: array(literal(...axisNames), 8),
  dtype: literal("float32", "int32"),
  bytes: natural,
  min: nullable(number),
  mean: nullable(number),
  max: nullable(number),
  nanCount: natural,
  health: nullable(object<TensorHealth>({ dead: natural, infinite: natural, early: finite, late: finite })),
});

export const runView: Decoder<RunView> = object<RunView>({
  id: string,
  model: anyObject,
  modelName: string,
  summary: string,
  seed: nullable(finite),
  parameters: natural,
  device: deviceView,
  ms: finite,
  source: string,
  sourceName: string,
  sourceShape: shape,
  notes: array(string, 64),
  tensors: array(tensorView),
});

/** Infinities are values too. */
function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

type Activity = ResultsState["activity"];
const activity: Decoder<Activity> = union<Activity>("phase", {
  none: object<Extract<Activity, { phase: "none" }>>({ phase: literal("none") }),
  running: object<Extract<Activity, { phase: "running" }>>({ phase: literal("running"), done: finite, total: finite }),
  failed: object<Extract<Activity, { phase: "failed" }>>({
    phase: literal("failed"),
    message: string,
    actions: array(object<NoteAction>({ id: string, label: string }), 8),
  }),
});

const check: Decoder<CheckView> = union<CheckView>("phase", {
  none: object<Extract<CheckView, { phase: "none" }>>({ phase: literal("none") }),
  offered: object<Extract<CheckView, { phase: "offered" }>>({ phase: literal("offered") }),
  running: object<Extract<CheckView, { phase: "running" }>>({ phase: literal("running"), done: finite, total: finite }),
  done: object<Extract<CheckView, { phase: "done" }>>({ phase: literal("done"), report: checkReport }),
  failed: object<Extract<CheckView, { phase: "failed" }>>({ phase: literal("failed"), message: string }),
});

const note: Decoder<string | null> = (value) => (value === undefined ? null : nullable(string)(value));
const gates: Decoder<GatesView> = union<GatesView>("phase", {
  none: object<Extract<GatesView, { phase: "none" }>>({ phase: literal("none") }),
  running: object<Extract<GatesView, { phase: "running" }>>({ phase: literal("running") }),
  done: object<Extract<GatesView, { phase: "done" }>>({ phase: literal("done") }),
  failed: object<Extract<GatesView, { phase: "failed" }>>({ phase: literal("failed"), message: string }),
});

const floats: Decoder<Float32Array> = (value) => (value instanceof Float32Array ? value : undefined);

export const decodeResultsFromHost: Decoder<ResultsFromHost> = union<ResultsFromHost>("type", {
  init: initMessage,
  state: object<ResultsState>({ type: literal("state"), run: nullable(runView), activity, check, gates, note }),
  slice: object<SliceReady>({ type: literal("slice"), requestId: natural, values: floats }),
  answerProgress: object<Extract<AnswerMessage, { type: "answerProgress" }>>({
    type: literal("answerProgress"),
    requestId: natural,
    done: finite,
    total: finite,
  }),
  answered: object<Extract<AnswerMessage, { type: "answered" }>>({ type: literal("answered"), requestId: natural, answer: answerOf }),
  unanswered: object<Extract<AnswerMessage, { type: "unanswered" }>>({
    type: literal("unanswered"),
    requestId: natural,
    message: nullable(string),
  }),
  band: object<BandReady>({ type: literal("band"), requestId: natural, low: floats, high: floats, finding: bandFinding }),
  exportAsked: object<ExportAsked>({ type: literal("exportAsked"), format: literal(...exportFormats) }),
  cursorAt: object<CursorAt>({ type: literal("cursorAt"), runId: string, index: natural }),
  compare: (value) => compareState(value),
  measured: (value) => measured(value),
  measureFailed: (value) => measureFailed(value),
  sliceFailed: object<SliceFailed>({ type: literal("sliceFailed"), requestId: natural, message: string }),
});
