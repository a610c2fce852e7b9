/** A model's input, set to what the data has. */
import type { ModelSpec } from "../../core/model/spec.js";

/** The batch stays open, time and features are the data's. */
export function inputFor(shape: readonly number[]): (number | null)[] {
  const full = shape.length === 2 ? [1, ...shape] : shape;
  return full.length === 3 ? [null, full[1] as number, full[2] as number] : [null, null, full.at(-1) ?? null];
}

export function withOpenInput(model: ModelSpec, shape: readonly number[]): ModelSpec {
  if (model.input === null) return model;
  const input = shape.map((d, axis) => (axis === 0 ? (model.input?.[0] === null ? null : d) : d));
  return { ...model, input: input.length === model.input.length ? input : inputFor(shape) };
}

export function inputText(model: ModelSpec): string {
  return `(${(model.input ?? []).map((d) => d ?? "None").join(", ")})`;
}
