/** The designer's edits, as data, and what each does to a model. Pure: host and webview apply the same function. */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import { bidirectional, flagsOf, mirrorOf, newLayer, snakeCase, stack, uniqueName } from "./defaults.js";
import { limits } from "./limits.js";
import { type OptionValue, withOption } from "./options.js";
import { presetById } from "./presets.js";
import { readModel } from "./read.js";
import {
  type BidirectionalSpec,
  isRecurrent,
  type LayerClass,
  type LayerSpec,
  type ModelSpec,
  type RecurrentSpec,
  type StackSpec,
} from "./spec.js";
import { type Slot, slotsOf, withSlots } from "./stack.js";
import { writeModel } from "./write.js";

/** Indices count the whole stack, layers that are switched off included; without such layers, `model.layers`. */
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
  /** `key` in TypeScript's spelling (`returnSequences`); of a Bidirectional: the wrapped layer's, and `mergeMode`. See options.ts. */
  | { readonly op: "setOption"; readonly index: number; readonly key: string; readonly value: OptionValue }
  | { readonly op: "setDisabled"; readonly index: number; readonly disabled: boolean }
  | { readonly op: "wrap"; readonly index: number }
  | { readonly op: "unwrap"; readonly index: number }
  /** Of an RNN: a cell more at its end, one less. */
  | { readonly op: "addCell"; readonly index: number }
  | { readonly op: "removeCell"; readonly index: number; readonly cell: number };

const valued: ReadonlySet<ModelEdit["op"]> = new Set(["setOption", "setInput", "addCell"]);

/** Applies an edit; refused where it names a layer or a value that cannot be. */
export function applyEdit(model: ModelSpec, edit: ModelEdit): Result<ModelSpec> {
  const edited = apply(model, edit);
  // What the designer makes has to open again: the reader of configs is the one judge of values.
  if (!edited.ok || !valued.has(edit.op)) return edited;
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
    default: {
      const slots = slotsOf(model);
      const edited = edit.op === "add" ? addLayer(model, slots, edit) : editSlots(model, slots, edit);
      return edited.ok ? ok(withSlots(model, edited.value)) : edited;
    }
  }
}

function addLayer(model: ModelSpec, slots: readonly Slot[], { index, className }: Extract<ModelEdit, { op: "add" }>): Result<Slot[]> {
  if (index < 0 || index > slots.length) return noLayer(index);
  return insert(slots, index, { layer: newLayer(className, timestepsOf(model)), disabled: false });
}

type SlotEdit = Exclude<Extract<ModelEdit, { index: number } | { from: number }>, { op: "add" }>;

function editSlots(model: ModelSpec, slots: readonly Slot[], edit: SlotEdit): Result<Slot[]> {
  const index = edit.op === "move" ? edit.from : edit.index;
  const slot = slots[index];
  if (slot === undefined) return noLayer(index);
  switch (edit.op) {
    case "remove":
      return ok(slots.filter((_, i) => i !== index));
    case "duplicate":
      return insert(slots, index + 1, slot);
    case "setDisabled":
      return ok(slots.map((other, i) => (i === index ? { ...other, disabled: edit.disabled } : other)));
    case "move": {
      if (edit.to < 0 || edit.to >= slots.length) return noLayer(edit.to);
      const moved = slots.filter((_, i) => i !== index);
      moved.splice(edit.to, 0, slot);
      return ok(moved);
    }
    case "setOption":
      return ok(replace(slots, index, withOption(slot.layer, edit.key, edit.value)));
    default:
      return ok(remade(slots, index, another(slot.layer, edit, timestepsOf(model))));
  }
}

/** A layer in another form, which has another automatic name. */
function another(layer: LayerSpec, edit: SlotEdit, steps: number | null): LayerSpec {
  switch (edit.op) {
    case "setType":
      return retyped(layer, edit.className, steps);
    case "wrap":
      return isRecurrent(layer) ? bidirectional(layer) : layer;
    case "unwrap":
      return layer.className === "Bidirectional" ? unwrapped(layer) : layer;
    case "addCell":
      return layer.className === "RNN" ? withCellMore(layer) : layer;
    case "removeCell":
      return layer.className === "RNN" && layer.cells.length > 1
        ? stack(
            layer.cells.filter((_, i) => i !== edit.cell),
            flagsOf(layer),
            layer,
          )
        : layer;
    default:
      return layer;
  }
}

/** One more cell, like the last. */
function withCellMore(layer: StackSpec): StackSpec {
  const last = layer.cells.at(-1) as RecurrentSpec;
  const name = uniqueName(last.name.replace(/_\d+$/, ""), new Set(layer.cells.map((cell) => cell.name)));
  return stack([...layer.cells, { ...last, name }], flagsOf(layer), layer);
}

function noLayer(index: number): Result<never> {
  return err(failure("INVALID_ARGUMENT", "There is no layer {n} in this model.", { n: index + 1 }));
}

function insert(slots: readonly Slot[], index: number, slot: Slot): Result<Slot[]> {
  if (slots.length >= limits.layers) {
    return err(failure("TOO_LARGE", "A model has at most {limit} layers.", { limit: limits.layers }));
  }
  const next = [...slots];
  next.splice(index, 0, slot);
  return ok(remade(next, index, slot.layer));
}

function replace(slots: readonly Slot[], index: number, layer: LayerSpec): Slot[] {
  return slots.map((slot, i) => (i === index ? { ...slot, layer } : slot));
}

/** Gives the layer Keras's automatic name, unless no other layer has its own. */
function remade(slots: readonly Slot[], index: number, layer: LayerSpec): Slot[] {
  const taken = new Set(slots.filter((_, i) => i !== index).map((other) => other.layer.name));
  const own = layer.name.replace(/_\d+$/, "") === snakeCase(layer.className) ? snakeCase(layer.className) : layer.name;
  return replace(slots, index, { ...layer, name: uniqueName(own, taken) });
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
  if (isRecurrent(layer) && next.className === "RNN") {
    const cell = { ...layer, name: `${snakeCase(layer.className)}_cell` };
    return withCellMore(stack([cell], layer, { name: next.name }));
  }
  if (layer.className === "RNN" && isRecurrent(next)) {
    return { ...(layer.cells.at(-1) as RecurrentSpec), ...flagsOf(layer), className: next.className, name: next.name, kept: layer.kept };
  }
  const units = "units" in layer ? layer.units : undefined;
  return units !== undefined && "units" in next ? { ...next, units } : next;
}

function unwrapped(layer: BidirectionalSpec): RecurrentSpec {
  return { ...layer.layer, name: layer.layer.name.replace(/^forward_/, "") };
}

function timestepsOf(model: ModelSpec): number | null {
  return model.input?.length === 3 ? (model.input[1] ?? null) : null;
}
