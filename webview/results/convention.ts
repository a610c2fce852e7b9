/** The same tensor in the axis order of Keras, PyTorch and ONNX: shapes, slices and addresses. */
import { directionsOf, type LayerSpec } from "../../extension/core/model/spec.js";
import type { Axis, TensorView } from "../../extension/core/protocol/results.js";
import { partOf } from "./outputs.js";

export const conventions = ["keras", "pytorch", "onnx"] as const;
export type Convention = (typeof conventions)[number];

export type ShownAxisName = Axis | "directions";

export interface ShownAxis {
  readonly name: ShownAxisName;
  readonly size: number;
  /** The stored axis that it walks along; null: directions, which lie side by side on the last stored axis. */
  readonly stored: number | null;
}

/** Axes in the order of the convention. Only recurrent layers and their input differ from Keras. */
export function axesOf(tensor: TensorView, spec: LayerSpec | null, convention: Convention): readonly ShownAxis[] {
  const axes = tensor.axes.map((name, i): ShownAxis => ({ name, size: tensor.shape[i] ?? 1, stored: i }));
  const { role } = partOf(tensor);
  const recurrent = spec !== null && directionsOf(spec).length > 0;
  if (convention === "keras" || (!recurrent && role !== "input")) return axes;
  const [first, second, third] = axes;
  if (first?.name !== "batch" || second === undefined || axes.length > 3) return axes;
  const both =
    role === "output" && spec?.className === "Bidirectional" && spec.mergeMode === "concat" && spec.layer.units === spec.backward.units;
  const directions: ShownAxis = { name: "directions", size: both ? 2 : 1, stored: null };
  if (third !== undefined) {
    if (convention === "pytorch" || role === "input") return [second, first, third];
    return [second, directions, first, both ? { ...third, size: third.size / 2 } : third];
  }
  // A last state is (directions, batch, units) in both; an output that dropped its steps is one as well.
  if (role === "input" || second.name !== "units") return axes;
  return both ? [directions, first, { ...second, size: second.size / 2 }] : [directions, first, second];
}

/** The tuple as Python prints it. */
export function tupleText(sizes: readonly (number | string)[]): string {
  return `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
}

export function shownShape(tensor: TensorView, spec: LayerSpec | null, convention: Convention): string {
  return tupleText(axesOf(tensor, spec, convention).map((axis) => axis.size));
}

/** The index of one stored element, e.g. "[0, 2, 1]". `null` stands for a whole axis. */
export function addressText(tensor: TensorView, spec: LayerSpec | null, convention: Convention, index: readonly (number | null)[]): string {
  const axes = axesOf(tensor, spec, convention);
  const last = tensor.shape.length - 1;
  const units = axes.find((axis) => axis.stored === last)?.size ?? 1;
  const parts = axes.map((axis) => {
    const at = index[axis.stored ?? last] ?? null;
    if (at === null) return ":";
    if (axis.stored === null) return String(axis.size === 1 ? 0 : Math.floor(at / units));
    return String(axis.stored === last ? at % units : at);
  });
  return `[${parts.join(", ")}]`;
}
