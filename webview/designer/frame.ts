/** Everything one rendering looks at, computed once: the model as shown, its shapes, what does not fit. */
import { torchTroubles } from "../../extension/core/code/write/exportLint.js";
import { type Cost, costOf, runBytes } from "../../extension/core/model/cost.js";
import { fitShape } from "../../extension/core/model/input.js";
import { MEMORY_DEFAULT_BYTES } from "../../extension/core/model/limits.js";
import { flowOf, type LayerFlow } from "../../extension/core/model/shapes.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import { type Slot, slotsOf } from "../../extension/core/model/stack.js";
import { warningsOf } from "../../extension/core/model/warnings.js";
import type { DesignerCommand, DesignerState } from "../../extension/core/protocol/designer.js";
import type { Controller } from "./controller.js";
import type { ViewState } from "./state.js";
import { type Trouble, troublesOf } from "./troubles.js";

export interface Frame {
  readonly state: ViewState;
  readonly host: DesignerState;
  /** The layers that run. */
  readonly model: ModelSpec;
  /** Every card below the input: item i is slot i − 1. */
  readonly stack: readonly Slot[];
  /** One entry a slot: the index of its layer in `model.layers`, −1 where it is switched off. */
  readonly places: readonly number[];
  /** One entry a slot; through a layer that is switched off everything passes. */
  readonly flow: readonly LayerFlow[];
  /** What does not fit, by item: see `troublesOf`. */
  readonly troubles: readonly (Trouble | null)[];
  /** What fits and may surprise, about the item's own layer. */
  readonly warnings: readonly (Trouble | null)[];
  readonly cost: Cost;
  /** A run on the data would take more than it may. */
  readonly overLimit: { readonly bytes: number; readonly limit: number } | null;
  readonly act: Controller;
}

/** null: there is no model to draw. */
export function frameOf(state: ViewState, act: Controller): Frame | null {
  const { host, shown } = state;
  if (host === null || shown === null) return null;
  const stack = slotsOf(shown);
  let running = 0;
  const places = stack.map((slot) => (slot.disabled ? -1 : running++));
  const layers = flowOf(shown);
  const troubles = troublesOf(shown, layers, host.data);
  const warnings = layerWarnings(shown, state.convention);
  return {
    state,
    host,
    model: shown,
    stack,
    places,
    flow: flowOfSlots(shown, layers, places),
    // A trouble stands on the edge just above its layer, also where layers that are switched off lie between.
    troubles: [...places.map((place) => troubles[place] ?? null), null],
    warnings: [null, ...places.map((place) => warnings[place] ?? null)],
    cost: costOf(shown),
    overLimit: overLimitOf(shown, host),
    act,
  };
}

function flowOfSlots(model: ModelSpec, layers: readonly LayerFlow[], places: readonly number[]): LayerFlow[] {
  let current = model.input;
  let assumed = false;
  return places.map((place) => {
    const own = layers[place];
    if (own === undefined) return { input: current, outputs: [current ?? []], problem: null, fixes: [], assumed, params: null };
    current = own.outputs[0] ?? null;
    assumed = own.assumed;
    return own;
  });
}

/** What surprises, and, while shapes are shown as PyTorch has them, what PyTorch cannot say. */
function layerWarnings(model: ModelSpec, convention: ViewState["convention"]): (Trouble | null)[] {
  const own = warningsOf(model);
  if (convention !== "torch") return own;
  return torchTroubles(model).map((trouble, i) => trouble ?? own[i] ?? null);
}

function overLimitOf(model: ModelSpec, { data, memoryLimit = MEMORY_DEFAULT_BYTES }: DesignerState): Frame["overLimit"] {
  if (data === null || !fitShape(model, data.tensor).ok) return null;
  const bytes = runBytes(model, data.tensor);
  return bytes !== null && bytes > memoryLimit ? { bytes, limit: memoryLimit } : null;
}

/** Time steps that a recurrent layer reads: under a broken edge, those of the input. null: only the data knows. */
export function stepsRead({ flow, model }: Frame, item: number): number | null {
  const read = flow[item - 1]?.input;
  const shape = read?.length === 3 ? read : model.input;
  return shape?.length === 3 ? (shape[1] ?? null) : null;
}

/** Whether the host answers a command; what it does not answer is not offered. */
export function offers(host: DesignerState, command: DesignerCommand): boolean {
  return host.commands?.includes(command) ?? false;
}
