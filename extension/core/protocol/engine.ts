/** Host ⇄ engine process. Every request gets exactly one terminal answer; `progress` may come before it. */
import type { Difference, DifferencePart } from "../difference.js";
import type { Failure } from "../errors.js";
import type { TensorHealth } from "../health.js";
import { isErrorCode } from "../errors.js";
import type { Message } from "../messages.js";
import type { CaptureLevel } from "../model/program.js";
import type { BandBox, Finding } from "../band.js";
import { bandBox, bandFinding } from "./band.js";
import { checkReport, type CheckReport } from "./check.js";
import { anyObject, array, boolean, type Decoder, finite, literal, message, natural, nullable, object, string, union } from "./decode.js";
import { differenceOfParts, differencePartFields } from "./difference.js";
import { type DeviceChoice, type DeviceKind, type GpuPrecision, gpuPrecisions, type GpuWords } from "./device.js";
import { fileOrder, fileOutcome, fileStage, type FileOrder, type FileOutcome, type FileStage } from "./fileRun.js";
import { type Diagnosis, diagnosisOf } from "./diagnosis.js";
import type { Trace, TraceQuestion } from "../trace/trace.js";
import { traceOf, traceQuestion } from "./trace.js";

export interface WireTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A tensor of a run: what it is, and what its numbers are like. `data` where the request asked for it. */
export interface RunTensor {
  readonly layer: number;
  readonly name: string;
  readonly role: "output" | "state" | "trace";
  readonly returned: boolean;
  readonly shape: readonly number[];
  readonly stats: TensorStats | null;
  /** Of a sequence of a recurrent layer that is kept. */
  readonly health: TensorHealth | null;
  readonly data: Float32Array | null;
}

export interface TensorStats {
  /** null where every number is NaN. */
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  readonly nanCount: number;
}

export interface WireDevice {
  readonly kind: DeviceKind;
  readonly name: string;
  readonly available: boolean;
  readonly reason: Message | null;
  readonly brief: Message | null;
}

export interface Timing {
  readonly computeMs: number;
  readonly copyMs: number;
  readonly totalMs: number;
}

export type EngineRequest =
  /** First of all. Answered by `welcome`. */
  | {
      readonly type: "hello";
      readonly id: number;
      readonly device: DeviceChoice;
      readonly threads: number;
      readonly gpuPrecision: GpuPrecision;
      readonly memoryLimitBytes: number;
      /** Why the GPU is not to be used; null: it may be. */
      readonly noGpu: GpuWords | null;
    }
  /**
   * `model`: a Keras config. `modelId` is the client's, so that it survives a restart. `device`: for this model alone, instead of the one
   * greeted for. Answered by `done`.
   */
  | {
      readonly type: "load";
      readonly id: number;
      readonly modelId: number;
      readonly model: Readonly<Record<string, unknown>>;
      readonly weights: readonly WireTensor[] | null;
      readonly seed: number;
      readonly device: DeviceKind | null;
    }
  /** `keep`: the tensors stay in the engine under `resultId`, the answer has their statistics; else the answer has their data. */
  | {
      readonly type: "run";
      readonly id: number;
      readonly modelId: number;
      readonly resultId: number;
      readonly keep: boolean;
      readonly x: WireTensor;
      readonly mask: WireTensor | null;
      readonly initialState: readonly WireTensor[] | null;
      readonly capture: CaptureLevel;
      readonly timeoutMs: number;
      readonly progress: boolean;
    }
  /** A model on a file that memory does not hold, into a .npy file; `progress` with its stage comes before `fileRan`. */
  | { readonly type: "runFile"; readonly id: number; readonly modelId: number; readonly file: FileOrder; readonly timeoutMs: number }
  /** The model on every device against the reference; `progress` comes before `checked`. */
  | {
      readonly type: "check";
      readonly id: number;
      readonly modelId: number;
      readonly x: WireTensor;
      readonly mask: WireTensor | null;
      readonly initialState: readonly WireTensor[] | null;
    }
  /** The memory horizon of a layer (index, name, or null: the last recurrent one); `progress` comes before `horizon`. */
  | {
      readonly type: "sensitivity";
      readonly id: number;
      readonly modelId: number;
      readonly x: WireTensor;
      readonly mask: WireTensor | null;
      readonly layer: number | string | null;
      /** Of a Bidirectional, the h of its backward direction. */
      readonly backward: boolean;
      readonly sample: number;
    }
  /**
   * The arithmetic of one number of a kept result; `progress` comes before `traced`. `x`, `mask` and `states`, what the stateful layers began
   * with, are of the question's row alone.
   */
  | {
      readonly type: "trace";
      readonly id: number;
      readonly modelId: number;
      readonly resultId: number;
      readonly x: WireTensor;
      readonly mask: WireTensor | null;
      readonly states: readonly WireTensor[] | null;
      readonly question: TraceQuestion;
    }
  /** What there is to compute on, and why not more; needs no greeting that went well. Answered by `diagnosis`. */
  | { readonly type: "diagnose"; readonly id: number; readonly threads: number }
  /** Ends the run, file, check, sensitivity or trace `target` with CANCELLED; has no answer of its own. */
  | { readonly type: "cancel"; readonly id: number; readonly target: number }
  | {
      readonly type: "readSlice";
      readonly id: number;
      readonly resultId: number;
      readonly tensor: number;
      readonly start: readonly number[];
      readonly count: readonly number[];
    }
  /** Units over time of a tensor with time steps, downsampled. Answered by `band`. */
  | { readonly type: "readBand"; readonly id: number; readonly resultId: number; readonly tensor: number; readonly box: BandBox }
  /** How far parts of two kept results are apart; tensors by their index in each. Answered by `difference`. */
  | {
      readonly type: "difference";
      readonly id: number;
      readonly resultA: number;
      readonly resultB: number;
      readonly tolerance: number;
      readonly parts: readonly EnginePart[];
    }
  | { readonly type: "release"; readonly id: number; readonly resultId: number }
  | { readonly type: "unload"; readonly id: number; readonly modelId: number }
  | { readonly type: "weights"; readonly id: number; readonly modelId: number }
  | { readonly type: "states"; readonly id: number; readonly modelId: number }
  | { readonly type: "resetStates"; readonly id: number; readonly modelId: number; readonly states: readonly WireTensor[] | null }
  | { readonly type: "ping"; readonly id: number };

/** A part of tensor `a` of one result and `b` of another. */
export interface EnginePart extends DifferencePart {
  readonly a: number;
  readonly b: number;
}

export interface NamedWireTensor extends WireTensor {
  readonly name: string;
}

export type EngineAnswer =
  | { readonly type: "welcome"; readonly id: number; readonly device: WireDevice; readonly devices: readonly WireDevice[] }
  | {
      readonly type: "progress";
      readonly id: number;
      readonly done: number;
      readonly total: number;
      /** Of a file. */
      readonly stage?: FileStage | null;
    }
  | { readonly type: "ran"; readonly id: number; readonly tensors: readonly RunTensor[]; readonly timing: Timing }
  | { readonly type: "fileRan"; readonly id: number; readonly outcome: FileOutcome }
  | { readonly type: "checked"; readonly id: number; readonly report: CheckReport }
  | { readonly type: "horizon"; readonly id: number; readonly stateNorms: Float64Array; readonly inputGradient: WireTensor }
  | { readonly type: "traced"; readonly id: number; readonly trace: Trace }
  | { readonly type: "diagnosis"; readonly id: number; readonly diagnosis: Diagnosis }
  | { readonly type: "slice"; readonly id: number; readonly values: Float32Array }
  | { readonly type: "band"; readonly id: number; readonly low: Float32Array; readonly high: Float32Array; readonly finding: Finding }
  /** null: the shapes of a part do not match. */
  | { readonly type: "difference"; readonly id: number; readonly parts: readonly (Difference | null)[] }
  | { readonly type: "tensors"; readonly id: number; readonly tensors: readonly NamedWireTensor[] }
  | { readonly type: "done"; readonly id: number }
  | { readonly type: "pong"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure };

type Request<T extends EngineRequest["type"]> = Extract<EngineRequest, { type: T }>;
type Answer<T extends EngineAnswer["type"]> = Extract<EngineAnswer, { type: T }>;

const id = natural;
const shape = array(natural, 8);
const numbers: Decoder<Float32Array | Int32Array> = (value) =>
  value instanceof Float32Array || value instanceof Int32Array ? value : undefined;
const floats: Decoder<Float32Array> = (value) => (value instanceof Float32Array ? value : undefined);
const tensor = object<WireTensor>({ shape, data: numbers });
const named = object<NamedWireTensor>({ name: string, shape, data: numbers });
const doubles: Decoder<Float64Array> = (value) => (value instanceof Float64Array ? value : undefined);
const layerChoice: Decoder<number | string> = (value) => natural(value) ?? string(value);
const deviceKind = literal("cuda", "cpu", "js");
const capture: Decoder<CaptureLevel> = literal(0, 1, 2);

/** More layers and directions than these are not compared at once. */
const MAX_DIFFERENCE_PARTS = 256;
const enginePart = object<EnginePart>({ a: natural, b: natural, ...differencePartFields });

/** Decodes what the engine's process receives; undefined: dropped and logged. */
export const decodeEngineRequest: Decoder<EngineRequest> = union<EngineRequest>("type", {
  hello: object<Request<"hello">>({
    type: literal("hello"),
    id,
    device: literal("auto", "cuda", "cpu", "js"),
    threads: natural,
    gpuPrecision: literal(...gpuPrecisions),
    memoryLimitBytes: finite,
    noGpu: nullable(object<GpuWords>({ reason: message, brief: message })),
  }),
  load: object<Request<"load">>({
    type: literal("load"),
    id,
    modelId: id,
    model: anyObject,
    weights: nullable(array(tensor)),
    seed: finite,
    device: nullable(deviceKind),
  }),
  run: object<Request<"run">>({
    type: literal("run"),
    id,
    modelId: id,
    resultId: id,
    keep: boolean,
    x: tensor,
    mask: nullable(tensor),
    initialState: nullable(array(tensor, 512)),
    capture,
    timeoutMs: finite,
    progress: boolean,
  }),
  runFile: object<Request<"runFile">>({ type: literal("runFile"), id, modelId: id, file: fileOrder, timeoutMs: finite }),
  check: object<Request<"check">>({
    type: literal("check"),
    id,
    modelId: id,
    x: tensor,
    mask: nullable(tensor),
    initialState: nullable(array(tensor, 512)),
  }),
  sensitivity: object<Request<"sensitivity">>({
    type: literal("sensitivity"),
    id,
    modelId: id,
    x: tensor,
    mask: nullable(tensor),
    layer: nullable(layerChoice),
    backward: boolean,
    sample: natural,
  }),
  trace: object<Request<"trace">>({
    type: literal("trace"),
    id,
    modelId: id,
    resultId: id,
    x: tensor,
    mask: nullable(tensor),
    states: nullable(array(tensor, 512)),
    question: traceQuestion,
  }),
  diagnose: object<Request<"diagnose">>({ type: literal("diagnose"), id, threads: natural }),
  cancel: object<Request<"cancel">>({ type: literal("cancel"), id, target: id }),
  readSlice: object<Request<"readSlice">>({ type: literal("readSlice"), id, resultId: id, tensor: natural, start: shape, count: shape }),
  readBand: object<Request<"readBand">>({ type: literal("readBand"), id, resultId: id, tensor: natural, box: bandBox }),
  difference: object<Request<"difference">>({
    type: literal("difference"),
    id,
    resultA: id,
    resultB: id,
    tolerance: finite,
    parts: array(enginePart, MAX_DIFFERENCE_PARTS),
  }),
  release: object<Request<"release">>({ type: literal("release"), id, resultId: id }),
  unload: object<Request<"unload">>({ type: literal("unload"), id, modelId: id }),
  weights: object<Request<"weights">>({ type: literal("weights"), id, modelId: id }),
  states: object<Request<"states">>({ type: literal("states"), id, modelId: id }),
  resetStates: object<Request<"resetStates">>({ type: literal("resetStates"), id, modelId: id, states: nullable(array(tensor, 512)) }),
  ping: object<Request<"ping">>({ type: literal("ping"), id }),
});

const failureOf: Decoder<Failure> = object<Failure>({ code: (value) => (isErrorCode(value) ? value : undefined), message });
const device = object<WireDevice>({
  kind: deviceKind,
  name: string,
  available: boolean,
  reason: nullable(message),
  brief: nullable(message),
});
const number: Decoder<number> = (value) => (typeof value === "number" ? value : undefined);
const stats = object<TensorStats>({ min: nullable(number), mean: nullable(number), max: nullable(number), nanCount: natural });
/** What an older run was kept without is null. */
const health: Decoder<TensorHealth | null> = (value) =>
  value === undefined ? null : nullable(object<TensorHealth>({ dead: natural, infinite: natural, early: finite, late: finite }))(value);
export const runTensor = object<RunTensor>({
  layer: natural,
  name: string,
  role: literal("output", "state", "trace"),
  returned: boolean,
  shape,
  stats: nullable(stats),
  health,
  data: nullable(floats),
});

/** Decodes what the client receives. */
export const decodeEngineAnswer: Decoder<EngineAnswer> = union<EngineAnswer>("type", {
  welcome: object<Answer<"welcome">>({ type: literal("welcome"), id, device, devices: array(device, 8) }),
  progress: object<Answer<"progress">>({ type: literal("progress"), id, done: finite, total: finite, stage: fileStage }),
  ran: object<Answer<"ran">>({
    type: literal("ran"),
    id,
    tensors: array(runTensor),
    timing: object<Timing>({ computeMs: finite, copyMs: finite, totalMs: finite }),
  }),
  fileRan: object<Answer<"fileRan">>({ type: literal("fileRan"), id, outcome: fileOutcome }),
  checked: object<Answer<"checked">>({ type: literal("checked"), id, report: checkReport }),
  horizon: object<Answer<"horizon">>({ type: literal("horizon"), id, stateNorms: doubles, inputGradient: tensor }),
  traced: object<Answer<"traced">>({ type: literal("traced"), id, trace: traceOf }),
  diagnosis: object<Answer<"diagnosis">>({ type: literal("diagnosis"), id, diagnosis: diagnosisOf }),
  slice: object<Answer<"slice">>({ type: literal("slice"), id, values: floats }),
  band: object<Answer<"band">>({ type: literal("band"), id, low: floats, high: floats, finding: bandFinding }),
  difference: object<Answer<"difference">>({
    type: literal("difference"),
    id,
    parts: array(nullable(differenceOfParts), MAX_DIFFERENCE_PARTS),
  }),
  tensors: object<Answer<"tensors">>({ type: literal("tensors"), id, tensors: array(named) }),
  done: object<Answer<"done">>({ type: literal("done"), id }),
  pong: object<Answer<"pong">>({ type: literal("pong"), id }),
  failed: object<Answer<"failed">>({ type: literal("failed"), id, failure: failureOf }),
});
