/** What a run was: model, data, tensors, device, so that the views can show it and ask for its values. */
import { flowOf, shapeText } from "../../core/model/shapes.js";
import { summaryText } from "../../core/model/summary.js";
import { writeModel } from "../../core/model/write.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { DeviceKind, DeviceView } from "../../core/protocol/device.js";
import type { RunTensor, Timing, WireTensor } from "../../core/protocol/engine.js";
import type { Axis, RunView, TensorView } from "../../core/protocol/results.js";
import { bandOf, type BandBox, type BandValues } from "../../core/band.js";
import { sliceOf, statsOf } from "../../core/slice.js";
import { withInput } from "../../core/model/input.js";
import { sourceLabel, type Source } from "./source.js";

/** Data that a run can take: numbers with a batch axis, and where they came from. */
export interface RunData {
  readonly source: Source;
  /** The variable's name in the text, or empty. */
  readonly name: string;
  /** As written, where that is how it was read; else empty. */
  readonly written: readonly number[];
  /** As the model gets it. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly mask: Uint8Array | null;
  /** Where each value stands in the source's text; left out: it was not read from there. */
  readonly offsets?: Uint32Array;
  /** How the text was read, worded. */
  readonly notes: readonly string[];
}

export interface RunRecord {
  readonly id: string;
  readonly resultId: number;
  readonly model: ModelSpec;
  readonly seed: number;
  readonly data: RunData;
  readonly tensors: readonly RunTensor[];
  readonly timing: Timing;
  readonly device: DeviceView;
  /** The device that it was sent to instead of the setting's. */
  readonly asked?: DeviceKind | undefined;
  /** What stateful layers began with; null: zeros. Left out: the model keeps none. */
  readonly startStates?: readonly WireTensor[] | null | undefined;
}

/** The data as the engine takes them. */
export function inputOf({ shape, values, mask }: RunData): { readonly x: WireTensor; readonly mask: WireTensor | null } {
  return {
    x: { shape, data: values },
    mask: mask === null ? null : { shape: shape.slice(0, 2), data: Int32Array.from(mask) },
  };
}

/** The record as the results panel shows it. Tensor 0 is the input; tensor k the engine's k − 1; then those of every step. */
export function runView(record: RunRecord, steps: readonly RunTensor[] = []): RunView {
  const { model, data } = record;
  const bound = withInput(model, data.shape);
  const parameters = flowOf(bound).reduce((sum, flow) => sum + (flow.params ?? 0), 0);
  return {
    id: record.id,
    model: writeModel(model),
    modelName: model.name,
    summary: summaryText(bound),
    seed: record.seed,
    parameters,
    device: record.device,
    ms: record.timing.totalMs,
    source: sourceLabel(data.source),
    sourceName: data.name,
    sourceShape: data.written,
    notes: data.notes,
    tensors: [inputView(data), ...[...record.tensors, ...steps].map((tensor, i) => tensorView(tensor, i + 1, model))],
  };
}

function inputView(data: RunData): TensorView {
  const axes: readonly Axis[] = data.shape.length === 3 ? ["batch", "time", "features"] : ["batch", "features"];
  return {
    id: 0,
    layer: -1,
    layerName: "",
    className: "",
    name: "x",
    returned: false,
    shape: data.shape,
    axes,
    dtype: "float32",
    bytes: 4 * data.values.length,
    health: null,
    ...statsOf(data.values),
  };
}

function tensorView(tensor: RunTensor, id: number, model: ModelSpec): TensorView {
  const layer = model.layers[tensor.layer];
  const size = tensor.shape.reduce((product, d) => product * d, 1);
  const axes: readonly Axis[] =
    tensor.shape.length === 3 ? ["batch", "time", "units"] : tensor.shape.length === 2 ? ["batch", "units"] : ["batch"];
  return {
    id,
    layer: tensor.layer,
    layerName: layer?.name ?? "",
    className: layer?.className ?? "",
    name: tensor.name,
    returned: tensor.returned,
    shape: tensor.shape,
    axes,
    dtype: "float32",
    bytes: 4 * size,
    health: tensor.health,
    ...(tensor.stats ?? { min: null, mean: null, max: null, nanCount: 0 }),
  };
}

/** A slice of the run's input, which the host itself holds. */
export function inputSlice(data: RunData, start: readonly number[], count: readonly number[]): Float32Array {
  const values = sliceOf(data.values, data.shape, start, count);
  if (!values.ok) throw new RangeError("slice");
  return values.value;
}

export function inputBand(data: RunData, box: BandBox): BandValues {
  const band = bandOf(data.values, data.shape, box);
  if (!band.ok) throw new RangeError("band");
  return band.value;
}

/** "Output 1 by 4 by 3" for ears, "(1, 4, 3)" for eyes. */
export function outputShape(record: RunRecord): readonly number[] {
  return record.tensors.find((tensor) => tensor.returned)?.shape ?? [];
}

export function outputText(record: RunRecord): string {
  return shapeText(outputShape(record));
}
