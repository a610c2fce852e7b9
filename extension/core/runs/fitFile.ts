/** Which of a run's tensors an array of a file is put beside: the first that has its shape. */
import type { RunTensor } from "../protocol/engine.js";

type Tensor = Pick<RunTensor, "layer" | "name" | "role" | "returned" | "shape">;

/** Tensors that a comparison shows, those first that people save: what the model returns, then from the last layer to the first. */
export function comparedTensors<T extends Tensor>(tensors: readonly T[]): T[] {
  const shown = tensors.filter(({ role, name }) => role !== "trace" || name.endsWith("states/h"));
  const rank = ({ returned, role }: T): number => (returned ? 0 : role === "trace" ? 2 : 1);
  return [...shown].sort((a, b) => rank(a) - rank(b) || b.layer - a.layer);
}

/** undefined: none has it. Of a batch of one the file may leave out the batch axis. */
export function fitOf<T extends Tensor>(shape: readonly number[], tensors: readonly T[]): T | undefined {
  const alike = (wanted: readonly number[]): boolean =>
    wanted.length === shape.length && wanted.every((size, axis) => size === shape[axis]);
  const candidates = comparedTensors(tensors);
  return candidates.find((tensor) => alike(tensor.shape)) ?? candidates.find(({ shape: [batch, ...rest] }) => batch === 1 && alike(rest));
}
