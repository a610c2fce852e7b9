/** A model's input, set to what the data has. */
import type { ModelSpec, SymbolicShape } from "../../core/model/spec.js";
import { isOpenInTime } from "../../core/reading/fit.js";
import type { Reading } from "../../core/reading/reading.js";
import type { Written } from "../../core/reading/shapeOf.js";

/** The data's shape as a model can declare it; of time steps that are not counted yet it says nothing. */
export function declarable(shape: readonly number[], written: Written, reading: Reading): SymbolicShape {
  const open = shape.length === 3 && isOpenInTime(written, reading);
  return shape.map((d, axis) => (axis === 1 && open ? null : d));
}

/** The batch stays open, time and features are the data's. */
export function inputFor(shape: SymbolicShape): (number | null)[] {
  const full = shape.length === 2 ? [1, ...shape] : shape;
  return full.length === 3 ? [null, full[1] ?? null, full[2] ?? null] : [null, null, full.at(-1) ?? null];
}

export function withOpenInput(model: ModelSpec, shape: SymbolicShape): ModelSpec {
  if (model.input === null) return model;
  const input = shape.map((d, axis) => (axis === 0 ? (model.input?.[0] === null ? null : d) : d));
  return { ...model, input: input.length === model.input.length ? input : inputFor(shape) };
}

export function inputText(model: ModelSpec): string {
  return `(${(model.input ?? []).map((d) => d ?? "None").join(", ")})`;
}
