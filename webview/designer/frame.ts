/** Everything one rendering looks at, computed once: the model as shown, its shapes, what does not fit. */
import { type Cost, costOf } from "../../extension/core/model/cost.js";
import { flowOf, type LayerFlow } from "../../extension/core/model/shapes.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import type { DesignerCommand, DesignerState } from "../../extension/core/protocol/designer.js";
import type { Controller } from "./controller.js";
import type { ViewState } from "./state.js";
import { type Trouble, troublesOf } from "./troubles.js";

export interface Frame {
  readonly state: ViewState;
  readonly host: DesignerState;
  readonly model: ModelSpec;
  /** One entry a layer. */
  readonly flow: readonly LayerFlow[];
  /** One entry an item; see `troublesOf`. */
  readonly troubles: readonly (Trouble | null)[];
  readonly cost: Cost;
  readonly act: Controller;
}

/** null: there is no model to draw. */
export function frameOf(state: ViewState, act: Controller): Frame | null {
  const { host, shown } = state;
  if (host === null || shown === null) return null;
  const flow = flowOf(shown);
  return { state, host, model: shown, flow, troubles: troublesOf(shown, flow, host.data), cost: costOf(shown), act };
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
