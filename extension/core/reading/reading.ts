/** How a person wants selected numbers read: which axis is what, which columns, what stands for missing values, which scale. */
import { array, type Decoder, literal, natural, nullable, object, string } from "../protocol/decode.js";

/** "swapped": rows and columns, or batch and time. "rows": every row is a sequence of its own. */
export const axisReadings = ["asWritten", "swapped", "rows"] as const;
export type AxisReading = (typeof axisReadings)[number];

export const missingPolicies = ["error", "zero", "mask", "forwardFill"] as const;
export type MissingPolicy = (typeof missingPolicies)[number];

export const scalings = ["none", "zScore", "minMax"] as const;
export type Scaling = (typeof scalings)[number];

/** Pieces of `length` time steps, each `stride` steps behind the one before. */
export interface Window {
  readonly length: number;
  readonly stride: number;
}

export interface Reading {
  readonly axes: AxisReading;
  readonly window: Window | null;
  /** Names of the features that are kept, in the order of the text; null: all. */
  readonly columns: readonly string[] | null;
  readonly missing: MissingPolicy;
  readonly scaling: Scaling;
  /** The scale is taken from the first so many percent of the rows. */
  readonly fitPercent: number;
  readonly ragged: "error" | "pad";
}

export const plainReading: Reading = {
  axes: "asWritten",
  window: null,
  columns: null,
  missing: "error",
  scaling: "none",
  fitPercent: 100,
  ragged: "error",
};

export const decodeReading: Decoder<Reading> = object({
  axes: literal(...axisReadings),
  window: nullable(object({ length: natural, stride: natural })),
  columns: nullable(array(string, 65_536)),
  missing: literal(...missingPolicies),
  scaling: literal(...scalings),
  fitPercent: natural,
  ragged: literal("error", "pad"),
});

/** What the first layer takes: (B, T, D), token ids (B, T), or samples (B, D) without a time axis. */
export const targets = ["sequences", "ids", "samples"] as const;
export type Target = (typeof targets)[number];
