/** A file's arrays as the tensors of a run, so that the views of the results show them: there is no model, and no axis has a name. */
import type { FileArray } from "../../extension/core/protocol/reader.js";
import type { RunView, TensorView } from "../../extension/core/protocol/results.js";
import type { StatsView, TensorFile } from "../../extension/core/protocol/tensor.js";
import type { Numbers } from "../../extension/core/formats/dtype.js";

export interface Ends {
  readonly min: number;
  readonly max: number;
}

/** By the array's index: what is known of all its numbers, and the ends of those that were seen. */
export interface Known {
  readonly stats: ReadonlyMap<number, StatsView>;
  readonly seen: ReadonlyMap<number, Ends>;
}

export function runOf(file: TensorFile, { stats, seen }: Known, version: number): RunView {
  return {
    // What is known anew makes another run of it: what is derived from it is derived anew.
    id: `${file.revision} ${version}`,
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
    tensors: file.arrays.map((array, i) => tensorOf(file, array, i, endsOf(stats.get(i)) ?? seen.get(i))),
  };
}

/** Colours need a scale before all numbers were looked through, and where nobody wants that. */
export function widened(before: Ends | undefined, values: Numbers): Ends | undefined {
  let [min, max] = [before?.min ?? Infinity, before?.max ?? -Infinity];
  for (const value of values) {
    const v = Number(value);
    if (v < min && v !== -Infinity) min = v;
    if (v > max && v !== Infinity) max = v;
  }
  return min > max || (min === before?.min && max === before.max) ? before : { min, max };
}

function endsOf(known: StatsView | undefined): Ends | undefined {
  if (known?.phase !== "done" || known.stats.min === null) return undefined;
  return { min: Number(known.stats.min), max: Number(known.stats.max) };
}

function tensorOf(file: TensorFile, { name, dtype, shape, bytes }: FileArray, id: number, ends: Ends | undefined): TensorView {
  return {
    id,
    layer: -1,
    layerName: "",
    className: "",
    name: name === "" ? file.name : name,
    returned: false,
    shape,
    axes: shape.map(() => "axis"),
    dtype,
    bytes,
    min: ends?.min ?? null,
    mean: null,
    max: ends?.max ?? null,
    nanCount: 0,
    health: null,
  };
}
