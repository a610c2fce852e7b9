/** A file's arrays as the tensors of a run, so that the views of the results show them: there is no model, and no axis has a name. */
import type { TensorStats } from "../../extension/core/protocol/engine.js";
import type { RunView, TensorView } from "../../extension/core/protocol/results.js";
import type { TensorFile, ViewedArray } from "../../extension/core/protocol/tensor.js";

/** Statistics by the array's index, as far as they are known. */
export type KnownStats = ReadonlyMap<number, TensorStats>;

export function runOf(file: TensorFile, stats: KnownStats): RunView {
  return {
    // Other statistics are another run: what is derived from it is derived anew.
    id: `${file.name} ${stats.size}`,
    model: {},
    modelName: file.name,
    summary: "",
    seed: null,
    parameters: 0,
    device: { chosen: "js", used: null, name: "", reason: null, brief: null, options: [] },
    ms: 0,
    source: "",
    sourceName: file.name,
    sourceShape: [],
    notes: [],
    tensors: file.arrays.map((array, i) => tensorOf(array, i, stats.get(i))),
  };
}

function tensorOf({ name, dtype, shape }: ViewedArray, id: number, stats: TensorStats | undefined): TensorView {
  const known = stats ?? { min: null, mean: null, max: null, nanCount: 0 };
  return {
    id,
    layer: -1,
    layerName: "",
    className: "",
    name,
    returned: false,
    shape,
    axes: shape.map(() => "axis"),
    // Values are shown as float32; what the file has stands beside the name.
    dtype: dtype === "int32" ? "int32" : "float32",
    bytes: 4 * shape.reduce((product, size) => product * size, 1),
    ...known,
    health: null,
  };
}
