/** What goes between hdf5.ts and the thread in which libhdf5 runs. */
import type { ArrayFile, StoredArray } from "../core/formats/arrays.js";
import type { Result } from "../core/result.js";

export type Hdf5Request =
  | { readonly id: number; readonly type: "open"; readonly file: string }
  /** Numbers of one of the opened file's arrays, by its index. */
  | { readonly id: number; readonly type: "read"; readonly array: number; readonly from: number; readonly count: number };

export type Hdf5Answer =
  | { readonly id: number; readonly type: "opened"; readonly file: Result<Hdf5Contents> }
  | { readonly id: number; readonly type: "numbers"; readonly values: Result<Float32Array<ArrayBuffer>> };

export interface Hdf5Contents {
  readonly arrays: readonly Omit<StoredArray, "read" | "raw">[];
  readonly refused: ArrayFile["refused"];
}
