/** Which readings of numbers fit a model, and where a person has to be asked. */
import type { Failure } from "../errors.js";
import { fitShape, wantedRank } from "../model/input.js";
import type { ModelSpec } from "../model/spec.js";
import { err, ok, type Result } from "../result.js";
import type { SelectionNumbers } from "../text/selection.js";
import { type AxisReading, axisReadings, type Reading, type Target } from "./reading.js";
import { shapeOf, type Written } from "./shapeOf.js";

export interface Fitting {
  readonly target: Target;
  /** With the batch axis. */
  readonly shape: readonly number[];
}

/** Without a model the numbers are sequences: that is what is chosen next. */
export function targetOf(model: ModelSpec | null, written: readonly number[]): Target {
  if (model === null) return "sequences";
  if (model.layers[0]?.className === "Embedding") return "ids";
  const rank = wantedRank(model);
  if (rank === null) return written.length > 2 ? "sequences" : "samples";
  return rank === 2 ? "samples" : "sequences";
}

/** How many time steps there are is not known yet, where rows that are counted later are time steps. */
export function isOpenInTime({ shape, rowsAbout }: Written, { axes, window }: Reading): boolean {
  return rowsAbout === true && axes === "asWritten" && window === null && shape.length <= 2;
}

/** What a model says of time steps is held against the data once they are counted. */
function withoutSteps(model: ModelSpec, written: Written, reading: Reading): ModelSpec {
  if (model.input?.length !== 3 || !isOpenInTime(written, reading)) return model;
  return { ...model, input: model.input.map((d, axis) => (axis === 1 ? null : d)) };
}

export function fitReading(model: ModelSpec | null, written: Written, reading: Reading): Result<Fitting> {
  const target = targetOf(model, written.shape);
  const shape = shapeOf(written, reading, target);
  if (!shape.ok) return shape;
  const fitted = model === null ? ok(shape.value) : fitShape(withoutSteps(model, written, reading), shape.value);
  return fitted.ok ? ok({ target, shape: fitted.value }) : err<Failure>(fitted.error);
}

/** The readings of the axes that give different shapes for this model, the first of each. */
export function axesOffered(
  model: ModelSpec | null,
  written: Written,
  reading: Reading,
): readonly { axes: AxisReading; shape: readonly number[] }[] {
  const target = targetOf(model, written.shape);
  const open = { ...reading, window: null };
  return axisReadings.flatMap((axes) => {
    if (axes === "rows" && (target !== "sequences" || written.shape.length > 2)) return [];
    const shape = shapeOf(written, { ...open, axes }, target);
    return shape.ok ? [{ axes, shape: shape.value }] : [];
  });
}

/** How numbers are read when nobody has said so: rows of different lengths, and several selected lists, are sequences of their own. */
export function usualAxes({ shape, mask, format }: Pick<SelectionNumbers, "shape" | "mask" | "format">): AxisReading {
  return shape.length === 2 && (mask !== null || format === "selections") ? "rows" : "asWritten";
}

/**
 * A matrix without names may be one sequence, many, or lie on its side, and a model that takes any number of features does not tell:
 * there a person is asked, once a file.
 */
export function isAmbiguous(
  model: ModelSpec | null,
  { shape, columns, mask }: Pick<SelectionNumbers, "shape" | "columns" | "mask">,
): boolean {
  if (model === null || shape.length !== 2 || columns !== null || mask !== null) return false;
  return targetOf(model, shape) === "sequences" && (model.input?.at(-1) ?? null) === null && model.input?.[1] == null;
}
