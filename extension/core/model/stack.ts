/** The whole stack of a document: the layers that run, and between them those that are switched off. */
import type { LayerSpec, ModelSpec } from "./spec.js";

export interface Slot {
  readonly layer: LayerSpec;
  readonly disabled: boolean;
}

/** Every layer in the order in which people see them. */
export function slotsOf(model: ModelSpec): Slot[] {
  const slots = model.layers.map((layer): Slot => ({ layer, disabled: false }));
  // Positions ascend, so each finds the ones before it in place.
  for (const { position, layer } of model.disabled ?? []) slots.splice(position, 0, { layer, disabled: true });
  return slots;
}

/** The model with another stack. */
export function withSlots(model: ModelSpec, slots: readonly Slot[]): ModelSpec {
  const { name, kerasVersion, input, seed } = model;
  const layers = slots.filter((slot) => !slot.disabled).map((slot) => slot.layer);
  const disabled = slots.flatMap(({ layer, disabled: off }, position) => (off ? [{ position, layer }] : []));
  return { name, kerasVersion, input, layers, seed, ...(disabled.length > 0 ? { disabled } : {}) };
}

/** Where the layer `index` of `model.layers` stands in the whole stack; edits count that way. */
export function positionOf(model: ModelSpec, index: number): number {
  if (model.disabled === undefined) return index;
  let left = index;
  const slots = slotsOf(model);
  for (const [position, slot] of slots.entries()) {
    if (slot.disabled) continue;
    if (left === 0) return position;
    left -= 1;
  }
  return slots.length;
}
