/**
 * Keras's initialisers, drawn from one seed in float64 and rounded once, so that every device gets the same weights.
 * Source: keras.initializers (GlorotUniform: Glorot & Bengio 2010; Orthogonal: Saxe et al. 2014). The stream is ours, not TensorFlow's.
 */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { snakeCase } from "./defaults.js";
import { orthogonal } from "./orthogonal.js";
import { weightShapes } from "./params.js";
import { Random } from "./random.js";
import { directionsOf, type Initializer, type LayerSpec, type ModelSpec, prefixOf, type RecurrentSpec } from "./spec.js";
import { featuresOf, flowOf } from "./shapes.js";

export interface Weight {
  /** "lstm/kernel", "bidirectional/forward/bias". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All weights of a model in Keras's get_weights() order. The features of every layer's input have to be known. */
export function initialWeights(model: ModelSpec, seed: number): Result<Weight[]> {
  const flow = flowOf(model);
  const out: Weight[] = [];
  const random = new Random(seed);
  for (const [i, layer] of model.layers.entries()) {
    const features = featuresOf(flow[i]?.input ?? null);
    const shapes = weightShapes(layer, features ?? 0);
    if (features === null && layer.className !== "Embedding" && shapes.length > 0) {
      return err(
        failure("SHAPE_MISMATCH", "The features of {layer}'s input are not known. Give the model an input shape.", { layer: layer.name }),
      );
    }
    for (const { name, shape } of shapes) {
      const data = fill(initializerOf(layer, name), name, layer, shape, random);
      if (!data.ok) return data;
      out.push({ name: `${layer.name}/${name}`, shape, data: data.value });
    }
  }
  return ok(out);
}

/** The layer that a weight belongs to, inside a Bidirectional its direction. */
function owner(layer: LayerSpec, name: string): LayerSpec {
  const directions = directionsOf(layer);
  return directions.find((_, i) => name.startsWith(prefixOf(layer, i))) ?? layer;
}

function initializerOf(layer: LayerSpec, name: string): Initializer {
  const own = owner(layer, name);
  if (name.endsWith("recurrent_kernel")) return (own as RecurrentSpec).recurrentInitializer;
  if (own.className === "Embedding") return own.embeddingsInitializer;
  if (name.endsWith("kernel")) return (own as RecurrentSpec).kernelInitializer;
  return (own as RecurrentSpec).biasInitializer;
}

function fill(initializer: Initializer, name: string, layer: LayerSpec, shape: readonly number[], random: Random): Result<Float32Array> {
  const values = draw(initializer, shape, random);
  if (values === undefined) {
    const args = { layer: layer.name, name: initializer.className };
    return err(
      failure("UNSUPPORTED", "{layer}: the initializer “{name}” is not known. Give the weights, or use e.g. glorot_uniform.", args),
    );
  }
  const own = owner(layer, name);
  if (own.className === "LSTM" && own.unitForgetBias && name.endsWith("bias")) {
    // Keras adds ones to the forget block of a bias from another initialiser than zeros as well (Jozefowicz et al. 2015).
    values.fill(1, own.units, 2 * own.units);
  }
  return ok(Float32Array.from(values));
}

/** Values of one weight, or undefined for an initialiser that is not known. */
function draw(initializer: Initializer, shape: readonly number[], random: Random): Float64Array | undefined {
  const size = shape.reduce((product, d) => product * d, 1);
  const option = (key: string, byDefault: number): number => {
    const value = initializer.config[key];
    return typeof value === "number" && Number.isFinite(value) ? value : byDefault;
  };
  const out = new Float64Array(size);
  const own = Number.isSafeInteger(initializer.config["seed"]) ? new Random(initializer.config["seed"] as number) : random;
  const uniform = (low: number, high: number): Float64Array => out.map(() => low + (high - low) * own.uniform());
  const normal = (mean: number, deviation: number): Float64Array => out.map(() => mean + deviation * own.normal());
  const truncated = (mean: number, deviation: number): Float64Array => out.map(() => mean + deviation * own.truncatedNormal());
  const [fanIn, fanOut] = fans(shape);
  // Keras corrects the deviation of a normal that is cut at two deviations.
  const cut = 0.87962566103423978;
  switch (snakeCase(initializer.className)) {
    case "zeros":
      return out;
    case "ones":
      return out.fill(1);
    case "constant":
      return out.fill(option("value", 0));
    case "glorot_uniform": {
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      return uniform(-limit, limit);
    }
    case "glorot_normal":
      return truncated(0, Math.sqrt(2 / (fanIn + fanOut)) / cut);
    case "he_uniform": {
      const limit = Math.sqrt(6 / fanIn);
      return uniform(-limit, limit);
    }
    case "he_normal":
      return truncated(0, Math.sqrt(2 / fanIn) / cut);
    case "lecun_uniform": {
      const limit = Math.sqrt(3 / fanIn);
      return uniform(-limit, limit);
    }
    case "lecun_normal":
      return truncated(0, Math.sqrt(1 / fanIn) / cut);
    case "random_uniform":
      return uniform(option("minval", -0.05), option("maxval", 0.05));
    case "random_normal":
      return normal(option("mean", 0), option("stddev", 0.05));
    case "truncated_normal":
      return truncated(option("mean", 0), option("stddev", 0.05));
    case "orthogonal":
    case "orthogonal_initializer":
      return orthogonal(shape, option("gain", 1), own);
    case "identity":
    case "identity_initializer": {
      const columns = shape.at(-1) ?? 1;
      return out.map((_, i) => (Math.floor(i / columns) === i % columns ? option("gain", 1) : 0));
    }
    default:
      return undefined;
  }
}

function fans(shape: readonly number[]): [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  return [shape[0] ?? 1, shape[1] ?? 1];
}

/** Checks given weights against the model, one by one; `data` is copied nowhere. */
export function checkWeights(model: ModelSpec, given: readonly { shape: readonly number[]; data: ArrayLike<number> }[]): Result<Weight[]> {
  const flow = flowOf(model);
  const expected = model.layers.flatMap((layer, i) =>
    weightShapes(layer, inferredFeatures(layer, featuresOf(flow[i]?.input ?? null), given)).map((entry) => ({
      ...entry,
      layer: layer.name,
    })),
  );
  if (expected.length !== given.length) {
    const args = {
      expected: expected.length,
      got: given.length,
      list: expected
        .map((entry) => `${entry.layer}/${entry.name}`)
        .slice(0, 8)
        .join(", "),
    };
    return err(failure("SHAPE_MISMATCH", "The model has {expected} weights ({list}); {got} were given.", args));
  }
  const out: Weight[] = [];
  for (const [i, entry] of expected.entries()) {
    const tensor = given[i] as { shape: readonly number[]; data: ArrayLike<number> };
    const name = `${entry.layer}/${entry.name}`;
    const shape = Array.isArray(tensor?.shape) ? (tensor.shape as number[]) : [];
    const size = entry.shape.reduce((product, d) => product * d, 1);
    if (shape.length !== entry.shape.length || shape.some((d, k) => d !== entry.shape[k]) || tensor.data?.length !== size) {
      const args = { name, expected: `(${entry.shape.join(", ")})`, got: `(${shape.join(", ")})` };
      return err(failure("SHAPE_MISMATCH", "Weight {name} has to have shape {expected}; got {got}.", args));
    }
    out.push({ name, shape: entry.shape, data: tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data) });
  }
  return ok(out);
}

/** With an open input the first kernel says how many features there are. */
function inferredFeatures(layer: LayerSpec, features: number | null, given: readonly { shape: readonly number[] }[]): number {
  if (features !== null) return features;
  const rows = given[0]?.shape?.[0];
  return directionsOf(layer).length > 0 || layer.className === "Dense" ? (Number.isSafeInteger(rows) ? (rows as number) : 0) : 0;
}
