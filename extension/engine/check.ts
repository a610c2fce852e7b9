/**
 * The same model on the same data on every device, compared with `js`, the float64 reference, tensor by tensor.
 *
 * Bounded: the batch is taken in portions, of which only the reference's tensors and one device's are there at a time.
 */
import { failure, runCancelled, UnrollError } from "../core/errors.js";
import { checkTolerance, TensorComparison } from "../core/compare.js";
import type { CaptureLevel } from "../core/model/program.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { TensorPlan } from "../core/model/tensors.js";
import type { CheckReport, PairCheck } from "../core/protocol/check.js";
import type { DeviceKind } from "../core/protocol/device.js";
import type { Device } from "./backend.js";
import type { Devices } from "./devices.js";
import { type InputTensor, LoadedModel, type PreparedRun, type RunRequest } from "./loadedModel.js";

/** Planned bytes of one portion; one row of the batch may take more. */
const PORTION_BYTES = 16 * 1024 * 1024;
/** Elements that are compared before other work gets its turn. */
const SLICE_ELEMENTS = 1 << 20;
/** How often progress is told. */
const POLL_MS = 50;

export interface CheckOrder {
  readonly spec: ModelSpec;
  readonly weights: readonly InputTensor[] | null;
  readonly seed: number;
  readonly request: Omit<RunRequest, "capture">;
}

export interface CheckControls {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly limitBytes: (bytes: number) => number;
}

interface Compared {
  readonly device: Device;
  readonly model: LoadedModel;
  readonly comparisons: TensorComparison[];
}

/** @param only the one device to compare; left out: all that are available. @throws UnrollError */
export async function checkDevices(devices: Devices, order: CheckOrder, controls: CheckControls, only?: DeviceKind): Promise<CheckReport> {
  const native = devices.list.filter(({ kind }) => kind !== "js" && (only === undefined || kind === only));
  const taken = native.filter((device) => device.available);
  if (taken.length === 0) throw nothingToCompare(only, native);
  const models: LoadedModel[] = [];
  const load = (kind: DeviceKind, weights = order.weights): LoadedModel => {
    const model = new LoadedModel(order.spec, weights, order.seed, devices.backend(kind));
    models.push(model);
    return model;
  };
  try {
    const reference = load("js");
    // Where only the data says how many features there are, the weights are known from an estimate on: drawn once, the same for all.
    reference.estimate(order.request.x.shape, 1);
    const { weights } = reference.source();
    const compared = taken.map((device): Compared => ({ device, model: load(device.kind, weights), comparisons: [] }));
    const { shape, capture, rows } = portions(models, order.request, controls);
    const progress = new Progress(Math.ceil((shape[0] as number) / rows) * (1 + compared.length), controls);
    let tensors: readonly TensorPlan[] = [];
    for (let row = 0; row < (shape[0] as number); row += rows) {
      const request = { ...portion(order.request, shape, row, rows), capture };
      tensors = await comparePortion(reference, compared, { request, row, batch: shape[0] as number }, progress);
    }
    const pairs = compared.map((one) => pairOf(one, tensors, order.spec));
    const missing = native.filter((device) => !device.available).map(({ kind, reason }) => ({ kind, reason }));
    return { reference: "js", ...checkTolerance, pairs, missing };
  } finally {
    for (const model of models) model.dispose();
  }
}

function nothingToCompare(only: DeviceKind | undefined, native: readonly Device[]): UnrollError {
  if (only === "js") {
    return new UnrollError(
      failure("INVALID_ARGUMENT", "The device “js” is what the others are compared with. Take “auto”, “cpu” or “cuda” for a check."),
    );
  }
  const reason = native.at(-1)?.reason;
  return new UnrollError(
    reason == null
      ? failure("DEVICE_UNAVAILABLE", "There is no device to compare with “js”.")
      : { code: "DEVICE_UNAVAILABLE", message: reason },
  );
}

/** With gates and states at every step, so that the step is found in which devices part; only outputs where that takes too much memory. */
function portions(
  models: readonly LoadedModel[],
  { x }: CheckOrder["request"],
  { limitBytes }: CheckControls,
): { shape: readonly number[]; capture: CaptureLevel; rows: number } {
  const [reference] = models as readonly [LoadedModel];
  const at = (capture: CaptureLevel): { shape: readonly number[]; capture: CaptureLevel; rows: number; fits: boolean } => {
    const { shape } = reference.estimate(x.shape, capture);
    const most = Math.max(...models.map((model) => model.estimate(x.shape, capture).plan.hostBytes));
    const batch = shape[0] as number;
    // A fixed batch cannot be taken in portions.
    const portion = reference.spec.input?.[0] == null ? Math.max(1, Math.floor((PORTION_BYTES * batch) / most)) : batch;
    const rows = Math.min(batch, portion);
    const bytes = (most * rows) / batch;
    return { shape, capture, rows, fits: bytes <= limitBytes(bytes) };
  };
  const full = at(2);
  return full.fits ? full : at(1);
}

/** Rows of the batch of all that a run takes; what does not have the batch's length is left to be refused. */
function portion(request: CheckOrder["request"], shape: readonly number[], row: number, rows: number): Omit<RunRequest, "capture"> {
  const batch = shape[0] as number;
  const part = (tensor: InputTensor): InputTensor => {
    if (tensor.shape?.[0] !== batch || tensor.data?.length % batch !== 0) return tensor;
    const [each, count] = [tensor.data.length / batch, Math.min(rows, batch - row)];
    return { shape: [count, ...tensor.shape.slice(1)], data: tensor.data.subarray(row * each, (row + count) * each) };
  };
  const { x, mask, initialState } = request;
  return { x: part({ shape, data: x.data }), mask: mask && part(mask), initialState: initialState?.map(part) };
}

interface Portion {
  readonly request: RunRequest;
  readonly row: number;
  readonly batch: number;
}

async function comparePortion(
  reference: LoadedModel,
  compared: readonly Compared[],
  { request, row, batch }: Portion,
  progress: Progress,
): Promise<readonly TensorPlan[]> {
  const wanted = await compute(reference, request, progress);
  for (const { model, comparisons } of compared) {
    const got = await compute(model, request, progress);
    for (const [i, tensor] of wanted.tensors.entries()) {
      const comparison = (comparisons[i] ??= new TensorComparison([batch, ...tensor.shape.slice(1)]));
      const [a, b] = [got.run.outputs[i] as Float32Array, wanted.run.outputs[i] as Float32Array];
      const before = row * (b.length / (tensor.shape[0] as number));
      for (let from = 0; from < b.length; from += SLICE_ELEMENTS) {
        progress.orCancelled();
        comparison.add(a.subarray(from, from + SLICE_ELEMENTS), b.subarray(from, from + SLICE_ELEMENTS), before + from);
        if (b.length > SLICE_ELEMENTS) await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  return wanted.tensors;
}

/** Runs, and waits; states that a model keeps are left as they are. */
async function compute(model: LoadedModel, request: RunRequest, progress: Progress): Promise<PreparedRun> {
  progress.orCancelled();
  const prepared = model.prepare(request, progress.controls.limitBytes);
  const handle = prepared.backendModel.start(prepared.run);
  await progress.of(handle, prepared.plan.steps);
  return prepared;
}

/** Progress over all runs of a check, each of them one part of the whole, and its cancel. */
class Progress {
  private parts = 0;

  constructor(
    private readonly total: number,
    readonly controls: CheckControls,
  ) {}

  async of(handle: { readonly finished: Promise<void>; cancel(): void; progress(): number }, steps: number): Promise<void> {
    const { signal, onProgress } = this.controls;
    const cancel = (): void => handle.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const timer = setInterval(() => onProgress?.(this.parts * steps + handle.progress(), this.total * steps), POLL_MS);
    try {
      await handle.finished;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener("abort", cancel);
      this.parts++;
    }
  }

  orCancelled(): void {
    if (this.controls.signal?.aborted === true) throw runCancelled();
  }
}

function pairOf({ device, comparisons }: Compared, tensors: readonly TensorPlan[], spec: ModelSpec): PairCheck {
  return {
    kind: device.kind,
    name: device.name,
    tensors: comparisons.map((comparison, i) => {
      const { layer, name } = tensors[i] as TensorPlan;
      const { name: layerName = "", className = "" } = spec.layers[layer] ?? {};
      return { layer, layerName, className, name, shape: comparison.shape, ...comparison.result() };
    }),
  };
}
