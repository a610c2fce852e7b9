/** The designer's edits, as data, and what each does to a model. Pure: host and webview apply the same function. */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { bidirectional, flagsOf, mirrorOf, newLayer, snakeCase, stack, uniqueName } from "./defaults.js";
import { limits } from "./limits.js";
import { presetById } from "./presets.js";
import { readModel } from "./read.js";
import { type BidirectionalSpec, isRecurrent, type LayerClass, type LayerSpec, type ModelSpec, type RecurrentSpec } from "./spec.js";
import { writeModel } from "./write.js";

export type ModelEdit =
  | { readonly op: "rename"; readonly name: string }
  | { readonly op: "preset"; readonly id: string }
  | { readonly op: "setInput"; readonly shape: readonly (number | null)[] }
  | { readonly op: "setSeed"; readonly seed: number | null }
  | { readonly op: "add"; readonly index: number; readonly className: LayerClass }
  | { readonly op: "remove"; readonly index: number }
  | { readonly op: "duplicate"; readonly index: number }
  | { readonly op: "move"; readonly from: number; readonly to: number }
  | { readonly op: "setType"; readonly index: number; readonly className: LayerClass }
  /** `key` in TypeScript's spelling (`returnSequences`); of a Bidirectional: the wrapped layer's, and `mergeMode`. */
  | { readonly op: "setOption"; readonly index: number; readonly key: string; readonly value: string | number | boolean | null }
  | { readonly op: "wrap"; readonly index: number }
  | { readonly op: "unwrap"; readonly index: number };

/** Applies an edit; refused where it names a layer or a value that cannot be. */
export function applyEdit(model: ModelSpec, edit: ModelEdit): Result<ModelSpec> {
  const edited = apply(model, edit);
  // What the designer makes has to open again: the reader of configs is the one judge of values.
  if (!edited.ok || (edit.op !== "setOption" && edit.op !== "setInput")) return edited;
  const read = readModel(writeModel(edited.value));
  return read.ok ? edited : read;
}

function apply(model: ModelSpec, edit: ModelEdit): Result<ModelSpec> {
  switch (edit.op) {
    case "rename":
      return ok({ ...model, name: edit.name.trim() === "" ? model.name : edit.name.trim() });
    case "preset": {
      const preset = presetById(edit.id);
      if (preset === undefined) return err(failure("INVALID_ARGUMENT", "There is no preset “{id}”.", { id: edit.id }));
      return ok({ ...preset.build(model.input), seed: model.seed });
    }
    case "setInput":
      return ok({ ...model, input: edit.shape });
    case "setSeed":
      return ok({ ...model, seed: edit.seed });
    case "add":
      return edit.index < 0 || edit.index > model.layers.length
        ? noLayer(edit.index)
        : insert(model, edit.index, newLayer(edit.className, timestepsOf(model)));
    default:
      return editLayer(model, edit);
  }
}

type LayerEdit = Extract<ModelEdit, { index: number } | { from: number }>;

function editLayer(model: ModelSpec, edit: Exclude<LayerEdit, { op: "add" }>): Result<ModelSpec> {
  const index = edit.op === "move" ? edit.from : edit.index;
  const layer = model.layers[index];
  if (layer === undefined) return noLayer(index);
  switch (edit.op) {
    case "remove":
      return ok({ ...model, layers: model.layers.filter((_, i) => i !== index) });
    case "duplicate":
      return insert(model, index + 1, layer);
    case "move": {
      if (edit.to < 0 || edit.to >= model.layers.length) return noLayer(edit.to);
      const layers = model.layers.filter((_, i) => i !== index);
      layers.splice(edit.to, 0, layer);
      return ok({ ...model, layers });
    }
    case "setType":
      return ok(replace(model, index, named(model, index, retyped(layer, edit.className, timestepsOf(model)))));
    case "setOption":
      return ok(replace(model, index, withOption(layer, edit.key, edit.value)));
    case "wrap":
      return ok(isRecurrent(layer) ? replace(model, index, named(model, index, bidirectional(layer))) : model);
    case "unwrap":
      return ok(layer.className === "Bidirectional" ? replace(model, index, named(model, index, unwrapped(layer))) : model);
  }
}

function noLayer(index: number): Result<never> {
  return err(failure("INVALID_ARGUMENT", "There is no layer {n} in this model.", { n: index + 1 }));
}

function insert(model: ModelSpec, index: number, layer: LayerSpec): Result<ModelSpec> {
  if (model.layers.length >= limits.layers) {
    return err(failure("TOO_LARGE", "A model has at most {limit} layers.", { limit: limits.layers }));
  }
  const layers = [...model.layers];
  layers.splice(index, 0, layer);
  const next = { ...model, layers };
  return ok(replace(next, index, named(next, index, layer)));
}

function replace(model: ModelSpec, index: number, layer: LayerSpec): ModelSpec {
  return { ...model, layers: model.layers.map((old, i) => (i === index ? layer : old)) };
}

/** Gives the layer Keras's automatic name, unless no other layer has its own. */
function named(model: ModelSpec, index: number, layer: LayerSpec): LayerSpec {
  const taken = new Set(model.layers.filter((_, i) => i !== index).map((other) => other.name));
  const own = layer.name.replace(/_\d+$/, "") === snakeCase(layer.className) ? snakeCase(layer.className) : layer.name;
  return { ...layer, name: uniqueName(own, taken) };
}

/** Another type keeps what both types know: units, activation, toggles. */
function retyped(layer: LayerSpec, className: LayerClass, steps: number | null): LayerSpec {
  if (layer.className === className) return layer;
  const next = newLayer(className, steps);
  if (layer.className === "Bidirectional" && isRecurrent(next)) {
    const inner = { ...layer.layer, className: next.className, name: `forward_${next.name}` };
    return { ...layer, layer: inner, backward: mirrorOf(inner), ownBackward: false };
  }
  if (isRecurrent(layer) && isRecurrent(next)) return { ...layer, className: next.className, name: next.name };
  const units = "units" in layer ? layer.units : undefined;
  return units !== undefined && "units" in next ? { ...next, units } : next;
}

function unwrapped(layer: BidirectionalSpec): RecurrentSpec {
  return { ...layer.layer, name: layer.layer.name.replace(/^forward_/, "") };
}

/** Sets one option; options that the layer has not, and values of another type, are ignored. */
function withOption(layer: LayerSpec, key: string, value: string | number | boolean | null): LayerSpec {
  if (layer.className === "Bidirectional" && key !== "mergeMode" && key !== "name") {
    const inner = withOption(layer.layer, key, value) as RecurrentSpec;
    const back = withOption(layer.backward, key, value) as RecurrentSpec;
    const flipped = { ...back, goBackwards: !inner.goBackwards };
    return { ...layer, layer: inner, backward: layer.ownBackward ? flipped : mirrorOf(inner) };
  }
  if (layer.className === "RNN" && key !== "name") {
    const flags = flagsOf(layer);
    if (Object.hasOwn(flags, key)) return stack(layer.cells, { ...flags, [key]: value === true }, layer);
    // What is the cells' own: of the last, whose units are those of the layer.
    const cells = layer.cells.map((cell, i) => (i === layer.cells.length - 1 ? (withOption(cell, key, value) as RecurrentSpec) : cell));
    return { ...layer, cells };
  }
  if (key === "className" || key === "kept" || !Object.hasOwn(layer, key)) return layer;
  const old = (layer as unknown as Record<string, unknown>)[key];
  const fits = typeof old === typeof value || (key === "mergeMode" && (value === null || typeof value === "string"));
  return fits ? ({ ...layer, [key]: value } as LayerSpec) : layer;
}

function timestepsOf(model: ModelSpec): number | null {
  return model.input?.length === 3 ? (model.input[1] ?? null) : null;
}
