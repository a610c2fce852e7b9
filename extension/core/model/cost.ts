/** What one run of a model costs: weights, bytes, multiply-adds, for one sequence. */
import { flowOf } from "./shapes.js";
import { directionsOf, featuresInto, gatesOf, type ModelSpec, type SymbolicShape } from "./spec.js";

export interface Cost {
  readonly params: number | null;
  /** Weights and outputs of all layers, float32, batch of 1; null while a size is open. */
  readonly bytes: number | null;
  readonly weightBytes: number | null;
  readonly outputBytes: number | null;
  /** For one sequence. */
  readonly multiplyAdds: number | null;
}

export function costOf(model: ModelSpec): Cost {
  const flow = flowOf(model);
  let params: number | null = 0;
  let outputs: number | null = 0;
  let adds: number | null = 0;
  model.layers.forEach((layer, i) => {
    const at = flow[i];
    // Under a broken edge a recurrent layer reads the steps that it would have if that were mended.
    const reads = directionsOf(layer).length > 0 && at?.input?.length === 2 && at.problem !== null ? model.input : (at?.input ?? null);
    const steps = stepsOf(reads);
    const features = at?.input?.at(-1) ?? null;
    params = plus(params, at?.params ?? null);
    for (const shape of at?.outputs ?? []) outputs = plus(outputs, sizeOfOne(shape));
    for (const [k, direction] of directionsOf(layer).entries()) {
      const into = featuresInto(layer, k, features);
      adds = plus(
        adds,
        steps === null || into === null ? null : steps * gatesOf(direction.className) * direction.units * (into + direction.units),
      );
    }
    if (layer.className === "Dense") adds = plus(adds, steps === null || features === null ? null : steps * features * layer.units);
  });
  const [p, o] = [params as number | null, outputs as number | null];
  const weightBytes = p === null ? null : 4 * p;
  const outputBytes = o === null ? null : 4 * o;
  return { params: p, weightBytes, outputBytes, bytes: plus(weightBytes, outputBytes), multiplyAdds: adds };
}

/** Bytes of a run on data of this shape: the weights once, the outputs of every layer for each sequence. null while a size is open. */
export function runBytes(model: ModelSpec, shape: readonly number[]): number | null {
  const { weightBytes, outputBytes } = costOf({ ...model, input: shape });
  return weightBytes === null || outputBytes === null ? null : weightBytes + (shape[0] ?? 1) * outputBytes;
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Rows that a layer works through for one sequence: 1 for a vector. */
function stepsOf(input: SymbolicShape | null): number | null {
  if (input === null) return null;
  return input.length < 3 ? 1 : (input[1] ?? null);
}

function sizeOfOne(shape: SymbolicShape): number | null {
  return shape.slice(1).reduce<number | null>((product, d) => (product === null || d === null ? null : product * d), 1);
}
