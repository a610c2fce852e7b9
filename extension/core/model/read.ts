/** Keras config (Keras 2 and 3, Sequential, or a functional model that is a plain chain) → model. */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { snakeCase, uniqueName } from "./defaults.js";
import { limits } from "./limits.js";
import { type ReadContext, readLayer } from "./readLayer.js";
import { chainOf } from "./readFunctional.js";
import { inputOf, isObject, type Json, shapeArgument } from "./readFields.js";
import type { DisabledLayer, LayerSpec, ModelSpec, SymbolicShape } from "./spec.js";

/** Parses and reads a config. `text` is what `model.to_json()` gives. */
export function readModelText(text: string): Result<ModelSpec> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return err(failure("PARSE", "The model is not valid JSON: {reason}", { reason: (error as Error).message }));
  }
  return readModel(parsed);
}

/** Reads a parsed config. Layers without a name get Keras's automatic one. */
export function readModel(config: unknown): Result<ModelSpec> {
  if (!isObject(config))
    return err(failure("PARSE", "A model is a JSON object with “class_name” and “config”, as model.to_json() writes it."));
  const outer = isObject(config["model_config"]) ? config["model_config"] : config;
  const className = outer["class_name"] ?? "Sequential";
  if (className === "Sequential") return sequential(outer);
  if (className === "Functional" || className === "Model") {
    const chain = chainOf(outer);
    return chain.ok ? build(outer, chain.value) : chain;
  }
  return err(
    failure("UNSUPPORTED", "“{name}” cannot be run: only a Sequential model, or a functional one that is a plain chain of layers.", {
      name: String(className),
    }),
  );
}

function sequential(outer: Json): Result<ModelSpec> {
  const config = outer["config"];
  const layers = Array.isArray(config) ? config : isObject(config) ? config["layers"] : undefined;
  if (!Array.isArray(layers)) return err(failure("PARSE", "The model's config has no list “layers”."));
  return build(outer, layers);
}

function build(outer: Json, entries: readonly unknown[]): Result<ModelSpec> {
  const inner = isObject(outer["config"]) ? outer["config"] : {};
  const version = versionOf(outer, inner);
  const context: ReadContext = { kerasVersion: version };
  let input: SymbolicShape | null = null;
  const layers: LayerSpec[] = [];
  for (const entry of flatten(entries)) {
    if (isObject(entry) && entry["class_name"] === "InputLayer") {
      const shape = inputOf(isObject(entry["config"]) ? entry["config"] : {});
      if (!shape.ok) return shape;
      if (layers.length > 0 && input !== null) {
        // The input of a nested Sequential: the outer chain already says what comes in.
        continue;
      }
      input = shape.value ?? input;
      continue;
    }
    if (layers.length >= limits.layers) return err(failure("TOO_LARGE", "A model has at most {limit} layers.", { limit: limits.layers }));
    const layer = readLayer(entry, context, layers.length);
    if (!layer.ok) return layer;
    if (layers.length === 0 && input === null) {
      const declared = inputOf(isObject(entry) && isObject(entry["config"]) ? entry["config"] : {}, layer.value);
      if (!declared.ok) return declared;
      input = declared.value;
    }
    layers.push(layer.value);
  }
  if (input === null) {
    const built = shapeArgument(
      inner["build_input_shape"] ?? (isObject(outer["build_config"]) ? outer["build_config"]["input_shape"] : undefined),
    );
    if (built.ok) input = built.value;
  }
  const own = isObject(outer["unroll"]) ? outer["unroll"] : {};
  const off = disabledLayers(own["disabled"], context, layers.length);
  if (!off.ok) return off;
  // Names are unique in the whole stack, so that a layer can be switched on again.
  const named = withNames([...layers, ...off.value.map(({ layer }) => layer)]);
  const disabled = off.value.map(({ position }, i) => ({ position, layer: named[layers.length + i] as LayerSpec }));
  return ok({
    name: typeof inner["name"] === "string" && inner["name"] !== "" ? inner["name"] : "sequential",
    kerasVersion: version,
    input,
    layers: named.slice(0, layers.length),
    seed: Number.isSafeInteger(own["seed"]) ? (own["seed"] as number) : null,
    ...(disabled.length > 0 ? { disabled } : {}),
  });
}

/** Layers that are switched off. One without a usable place goes to the end. */
function disabledLayers(entries: unknown, context: ReadContext, enabled: number): Result<DisabledLayer[]> {
  const out: { position: number; layer: LayerSpec }[] = [];
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    if (enabled + out.length >= limits.layers) {
      return err(failure("TOO_LARGE", "A model has at most {limit} layers.", { limit: limits.layers }));
    }
    const { position, layer: config } = isObject(entry) ? entry : { position: null, layer: entry };
    const layer = readLayer(config, context, enabled + out.length);
    if (!layer.ok) return layer;
    const known = Number.isSafeInteger(position) && (position as number) >= 0;
    out.push({ position: known ? (position as number) : Number.MAX_SAFE_INTEGER, layer: layer.value });
  }
  out.sort((a, b) => a.position - b.position);
  // As it will be written: the place that it really takes.
  let least = 0;
  return ok(
    out.map(({ position, layer }, i) => {
      least = Math.min(Math.max(position, least), enabled + i) + 1;
      return { position: least - 1, layer };
    }),
  );
}

/** The entries of a config's layers in the order of `readModel`'s, without InputLayers. */
export function layerEntries(config: unknown): Json[] {
  const outer = isObject(config) && isObject(config["model_config"]) ? config["model_config"] : isObject(config) ? config : {};
  const inner = outer["config"];
  const chain = outer["class_name"] === "Functional" || outer["class_name"] === "Model" ? chainOf(outer) : undefined;
  const layers =
    chain === undefined
      ? Array.isArray(inner)
        ? inner
        : isObject(inner)
          ? inner["layers"]
          : undefined
      : chain.ok
        ? chain.value
        : undefined;
  return flatten(Array.isArray(layers) ? layers : []).filter(
    (entry): entry is Json => isObject(entry) && entry["class_name"] !== "InputLayer",
  );
}

/** A Sequential inside a Sequential is its layers. */
function flatten(entries: readonly unknown[], depth = 0): unknown[] {
  if (depth > 8) return [...entries];
  return entries.flatMap((entry) => {
    if (!isObject(entry) || entry["class_name"] !== "Sequential") return [entry];
    const config = entry["config"];
    const inner = Array.isArray(config) ? config : isObject(config) ? config["layers"] : undefined;
    return Array.isArray(inner) ? flatten(inner, depth + 1) : [entry];
  });
}

function versionOf(outer: Json, inner: Json): 2 | 3 {
  const version = outer["keras_version"] ?? inner["keras_version"];
  return typeof version === "string" && /^[12]\./.test(version) ? 2 : 3;
}

/** Gives layers without a name Keras's automatic one. */
export function withNames(layers: readonly LayerSpec[]): LayerSpec[] {
  const taken = new Set(layers.map((layer) => layer.name).filter((name) => name !== ""));
  return layers.map((layer) => {
    if (layer.name !== "") return layer;
    const name = uniqueName(snakeCase(layer.className), taken);
    taken.add(name);
    return { ...layer, name };
  });
}
