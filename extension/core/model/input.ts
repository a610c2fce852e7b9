/** Does a tensor fit a model? Adds the batch axis where it is missing, and says exactly what does not fit. */
import { type Failure, failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { limits } from "./limits.js";
import { layerLabel, shapeText } from "./shapes.js";
import { directionsOf, prefixOf, type LayerSpec, type ModelSpec, statesOf, type SymbolicShape } from "./spec.js";

/** The rank that the first layer wants; null: any from 2 on. */
export function wantedRank(model: ModelSpec): number | null {
  const first = model.layers[0];
  if (first === undefined) return null;
  if (directionsOf(first).length > 0 || first.className === "Masking") return 3;
  if (first.className === "Embedding" || first.className === "RepeatVector") return 2;
  return model.input?.length ?? null;
}

/** The shape as the model gets it: [B, T, D], [B, D], or [B, T] of token ids. */
export function fitShape(model: ModelSpec, shape: readonly number[]): Result<readonly number[]> {
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0)) {
    return err(failure("INVALID_ARGUMENT", "A shape is a list of sizes; got {got}.", { got: JSON.stringify(shape).slice(0, 60) }));
  }
  const first = model.layers[0];
  if (first === undefined) return err(failure("INVALID_ARGUMENT", "The model has no layers. Add one, e.g. SimpleRNN(3)."));
  const rank = wantedRank(model) ?? Math.max(2, shape.length);
  const full = shape.length === rank - 1 ? [1, ...shape] : [...shape];
  if (full.length !== rank) {
    const args = { layer: layerLabel(first), axes: axesText(rank, first), got: shapeText(shape) };
    return err(failure("SHAPE_MISMATCH", "{layer} wants {axes}; the data has shape {got}.", args));
  }
  if (full.some((d) => d === 0)) {
    return err(failure("SHAPE_MISMATCH", "The data has shape {got}: every axis needs at least one entry.", { got: shapeText(full) }));
  }
  const over = beyondLimits(full, first);
  if (over !== null) return err(over);
  const differs = model.input === null ? null : difference(model, full, model.input);
  return differs === null ? ok(full) : err(differs);
}

function axesText(rank: number, first: LayerSpec): string {
  if (first.className === "Embedding") return "(batch, time)";
  return rank === 2 ? "(batch, features)" : rank === 3 ? "(batch, time, features)" : `${rank} axes`;
}

function beyondLimits(shape: readonly number[], first: LayerSpec): Failure | null {
  if ((shape[0] as number) > limits.batch)
    return failure("TOO_LARGE", "The batch is {got}; the limit is {limit}.", { got: shape[0] as number, limit: limits.batch });
  if (shape.length === 3 && (shape[1] as number) > limits.timesteps) {
    return failure("TOO_LARGE", "The data has {got} time steps; the limit is {limit}.", {
      got: shape[1] as number,
      limit: limits.timesteps,
    });
  }
  const features = shape.at(-1) as number;
  if (first.className !== "Embedding" && features > limits.units) {
    return failure("TOO_LARGE", "The data has {got} features; the limit is {limit}.", { got: features, limit: limits.units });
  }
  return null;
}

/** The first axis that the declared input says otherwise. A fixed batch binds stateful models only, as in Keras. */
function difference(model: ModelSpec, shape: readonly number[], declared: SymbolicShape): Failure | null {
  if (declared.length !== shape.length) {
    return failure("SHAPE_MISMATCH", "The model's input is {expected}; the data has shape {got}.", {
      expected: shapeText(declared),
      got: shapeText(shape),
    });
  }
  const last = shape.length - 1;
  const [wantFeatures, features] = [declared[last], shape[last] as number];
  if (wantFeatures != null && wantFeatures !== features && shape.length !== 2) {
    return failure("SHAPE_MISMATCH", "The data has {got} features, the model expects {expected}. Set the input's features to {got}?", {
      got: features,
      expected: wantFeatures,
    });
  }
  const stateful = model.layers.some((layer) => directionsOf(layer).some((direction) => direction.stateful));
  if (stateful && declared[0] != null && declared[0] !== shape[0]) {
    return failure("SHAPE_MISMATCH", "A stateful model keeps one state a sequence: it expects a batch of {expected}; the data has {got}.", {
      got: shape[0] as number,
      expected: declared[0],
    });
  }
  for (let axis = 1; axis <= last; axis++) {
    const expected = declared[axis];
    if (expected == null || expected === shape[axis]) continue;
    if (axis === 1 && shape.length === 3) {
      return failure(
        "SHAPE_MISMATCH",
        "The data has {got} time steps, the model expects {expected}. Set the input's time steps to {got}, or to None?",
        { got: shape[axis] as number, expected },
      );
    }
    return failure("SHAPE_MISMATCH", "The model's input is {expected}; the data has shape {got}.", {
      expected: shapeText(declared),
      got: shapeText(shape),
    });
  }
  return null;
}

/** The model with its input as the data fixes it: features and, where stateful, the batch are known. */
export function withInput(model: ModelSpec, shape: readonly number[]): ModelSpec {
  const input = shape.map((d, axis) => (axis === 0 || (axis === 1 && shape.length === 3) ? (model.input?.[axis] ?? null) : d));
  return { ...model, input: model.layers[0]?.className === "Embedding" ? (model.input ?? [null, null]) : input };
}

/** One entry a state that the model keeps at run time, in the order of the program: its layer and width. */
export function stateSlots(
  model: ModelSpec,
): { readonly layer: number; readonly name: string; readonly units: number; readonly stateful: boolean }[] {
  return model.layers.flatMap((layer, index) => {
    const directions = directionsOf(layer);
    return directions.flatMap((direction, i) =>
      statesOf(direction.className).map((state) => ({
        layer: index,
        name: prefixOf(layer, i) + state,
        units: direction.units,
        stateful: direction.stateful,
      })),
    );
  });
}
