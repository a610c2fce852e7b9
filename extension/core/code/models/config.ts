/** Layers that were found → a Keras Sequential config, and what of them cannot be run. */
import { say } from "../../messages.js";
import { canReadLayer, readLayer } from "../../model/readLayer.js";
import type { SymbolicShape } from "../../model/spec.js";
import type { Problem } from "../problems.js";
import type { LayerEntry } from "../trace/node.js";

type Json = Record<string, unknown>;

function keras(className: string, config: Json): Json {
  return { module: "keras.layers", class_name: className, config, registered_name: null };
}

/** @param title the model's own name, if it has one. */
export function sequentialConfig(title: string | null, input: SymbolicShape | null, layers: readonly LayerEntry[]): Json {
  const old = oldSigmoid(layers);
  const entries = layers.map((layer) => keras(layer.className, old ? (renamed(layer.config) as Json) : { ...layer.config }));
  if (input !== null) entries.unshift(keras("InputLayer", { batch_shape: [...input] }));
  const config = { ...(title !== null && { name: title }), trainable: true, dtype: "float32", layers: entries };
  return { module: "keras", class_name: "Sequential", config, registered_name: null, ...(old && { keras_version: "2.15.0" }) };
}

/** Is hard_sigmoid Keras 2's here? The source says so by spellings that only Keras 2 takes, or by a function that computes it. */
function oldSigmoid(layers: readonly LayerEntry[]): boolean {
  const text = JSON.stringify(layers.map((layer) => layer.config));
  const [own, plain] = [text.includes('"hard_sigmoid_keras2"'), text.includes('"hard_sigmoid"')];
  return plain ? layers.some((layer) => layer.keras2) : own;
}

/** The name by which a file of Keras 2 calls its own hard_sigmoid. */
function renamed(value: unknown): unknown {
  if (value === "hard_sigmoid_keras2") return "hard_sigmoid";
  if (Array.isArray(value)) return value.map(renamed);
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item)]))
    : value;
}

/** Why a layer cannot be run, told at the argument that is to blame, or at the whole layer. */
export function refusalOf(layer: LayerEntry, index: number, firstLine: Pick<Problem, "start" | "end">): Problem | null {
  const read = (config: Json): string | null => {
    const result = readLayer(keras(layer.className, config), { kerasVersion: 3 }, index);
    return result.ok ? null : say(result.error.message);
  };
  const place = { start: firstLine.start, end: firstLine.end };
  const config = { ...layer.config };
  const result = readLayer(keras(layer.className, config), { kerasVersion: 3 }, index);
  // What is open already has its problem; whether the layer is known at all can still be said.
  if (result.ok || (layer.problems.length > 0 && canReadLayer(layer.className))) return null;
  const reason = say(result.error.message);
  for (const [key, range] of layer.places) {
    const { [key]: culprit, ...rest } = config;
    if (culprit !== undefined && read(rest) !== reason) return { start: range.start, end: range.end, message: result.error.message };
  }
  return { ...place, message: result.error.message };
}
