/** Host ⇄ tensor viewer. The view gets what a file holds; values it asks for, slice by slice. */
import type { Numbers } from "../formats/dtype.js";
import { array, type Decoder, literal, natural, nullable, numbers, object, string, union } from "./decode.js";
import { type DesignerInit, initMessage } from "./designer.js";
import { type FileArray, MOST_ARRAYS } from "./reader.js";

export interface TensorFile {
  readonly type: "file";
  /** Counts how often the file was opened: what is known of its arrays is known of this one. */
  readonly revision: number;
  /** Of the file, without its folder. */
  readonly name: string;
  readonly bytes: number;
  /** One without a name is all that its file is. */
  readonly arrays: readonly FileArray[];
  /** What else it holds, and why that cannot be read, worded. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
  /** Why nothing of it can be read, worded; null: it can. */
  readonly problem: string | null;
}

/** Numbers as text: neither 64 bits nor infinities survive JSON. */
export interface TextStats {
  readonly min: string | null;
  readonly mean: string | null;
  readonly max: string | null;
  readonly nanCount: number;
}

/** What is known of all numbers of an array. */
export type StatsView =
  | { readonly phase: "counting"; readonly done: number; readonly total: number }
  | { readonly phase: "done"; readonly stats: TextStats }
  | { readonly phase: "cancelled" }
  | { readonly phase: "failed"; readonly message: string };

export type TensorFromHost =
  | DesignerInit
  | TensorFile
  | { readonly type: "slice"; readonly requestId: number; readonly values: Numbers }
  | { readonly type: "sliceFailed"; readonly requestId: number; readonly message: string }
  | { readonly type: "stats"; readonly revision: number; readonly array: number; readonly stats: StatsView };

/** `array`: its index in the file's list. */
export type TensorFromView =
  | { readonly type: "ready" }
  | {
      readonly type: "sliceRequested";
      readonly requestId: number;
      readonly array: number;
      readonly start: readonly number[];
      readonly count: readonly number[];
    }
  | { readonly type: "statsRequested"; readonly array: number }
  | { readonly type: "statsCancelled" }
  | { readonly type: "copyRequested"; readonly text: string }
  | { readonly type: "run"; readonly array: number }
  | { readonly type: "reopen" };

type FromView<T extends TensorFromView["type"]> = Extract<TensorFromView, { type: T }>;
type FromHost<T extends TensorFromHost["type"]> = Extract<TensorFromHost, { type: T }>;
type Phase<P extends StatsView["phase"]> = Extract<StatsView, { phase: P }>;

const shape = array(natural, 8);

export const decodeTensorFromView: Decoder<TensorFromView> = union<TensorFromView>("type", {
  ready: object<FromView<"ready">>({ type: literal("ready") }),
  sliceRequested: object<FromView<"sliceRequested">>({
    type: literal("sliceRequested"),
    requestId: natural,
    array: natural,
    start: shape,
    count: shape,
  }),
  statsRequested: object<FromView<"statsRequested">>({ type: literal("statsRequested"), array: natural }),
  statsCancelled: object<FromView<"statsCancelled">>({ type: literal("statsCancelled") }),
  copyRequested: object<FromView<"copyRequested">>({ type: literal("copyRequested"), text: string }),
  run: object<FromView<"run">>({ type: literal("run"), array: natural }),
  reopen: object<FromView<"reopen">>({ type: literal("reopen") }),
});

const textStats = object<TextStats>({ min: nullable(string), mean: nullable(string), max: nullable(string), nanCount: natural });
const statsView: Decoder<StatsView> = union<StatsView>("phase", {
  counting: object<Phase<"counting">>({ phase: literal("counting"), done: natural, total: natural }),
  done: object<Phase<"done">>({ phase: literal("done"), stats: textStats }),
  cancelled: object<Phase<"cancelled">>({ phase: literal("cancelled") }),
  failed: object<Phase<"failed">>({ phase: literal("failed"), message: string }),
});

export const decodeTensorFromHost: Decoder<TensorFromHost> = union<TensorFromHost>("type", {
  init: initMessage,
  file: object<TensorFile>({
    type: literal("file"),
    revision: natural,
    name: string,
    bytes: natural,
    arrays: array(object<FileArray>({ name: string, dtype: string, shape, bytes: natural }), MOST_ARRAYS),
    refused: array(object<TensorFile["refused"][number]>({ name: string, reason: string }), MOST_ARRAYS),
    problem: nullable(string),
  }),
  slice: object<FromHost<"slice">>({ type: literal("slice"), requestId: natural, values: numbers }),
  sliceFailed: object<FromHost<"sliceFailed">>({ type: literal("sliceFailed"), requestId: natural, message: string }),
  stats: object<FromHost<"stats">>({ type: literal("stats"), revision: natural, array: natural, stats: statsView }),
});
