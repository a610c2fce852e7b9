/** Host ⇄ tensor viewer. The view gets what a file holds; values it asks for, slice by slice. */
import { array, type Decoder, literal, natural, nullable, object, string, union } from "./decode.js";
import { type DesignerInit, initMessage } from "./designer.js";
import { type TensorStats, tensorStats } from "./engine.js";

export interface ViewedArray {
  /** "" where the file is one array. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface TensorFile {
  readonly type: "file";
  /** Of the file, without its folder. */
  readonly name: string;
  readonly bytes: number;
  readonly arrays: readonly ViewedArray[];
  /** Why what else it holds cannot be read, worded. */
  readonly refused: readonly string[];
  /** Why nothing of it can be read, worded; null: it can. */
  readonly problem: string | null;
}

export type TensorFromHost =
  | DesignerInit
  | TensorFile
  | { readonly type: "slice"; readonly requestId: number; readonly values: Float32Array }
  | { readonly type: "sliceFailed"; readonly requestId: number; readonly message: string }
  /** null: they could not be had; `message` says why. */
  | { readonly type: "stats"; readonly array: number; readonly stats: TensorStats | null; readonly message: string | null };

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
  | { readonly type: "copyRequested"; readonly text: string }
  | { readonly type: "run"; readonly array: number };

type FromView<T extends TensorFromView["type"]> = Extract<TensorFromView, { type: T }>;
type FromHost<T extends TensorFromHost["type"]> = Extract<TensorFromHost, { type: T }>;

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
  copyRequested: object<FromView<"copyRequested">>({ type: literal("copyRequested"), text: string }),
  run: object<FromView<"run">>({ type: literal("run"), array: natural }),
});

const floats: Decoder<Float32Array> = (value) => (value instanceof Float32Array ? value : undefined);

export const decodeTensorFromHost: Decoder<TensorFromHost> = union<TensorFromHost>("type", {
  init: initMessage,
  file: object<TensorFile>({
    type: literal("file"),
    name: string,
    bytes: natural,
    arrays: array(object<ViewedArray>({ name: string, dtype: string, shape }), 2 ** 16),
    refused: array(string, 2 ** 16),
    problem: nullable(string),
  }),
  slice: object<FromHost<"slice">>({ type: literal("slice"), requestId: natural, values: floats }),
  sliceFailed: object<FromHost<"sliceFailed">>({ type: literal("sliceFailed"), requestId: natural, message: string }),
  stats: object<FromHost<"stats">>({ type: literal("stats"), array: natural, stats: nullable(tensorStats), message: nullable(string) }),
});
