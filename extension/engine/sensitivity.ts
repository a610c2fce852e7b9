/** The memory horizon of a loaded model: checked and counted first, then computed by its device, in float64 on every one. */
import { failure, UnrollError } from "../core/errors.js";
import type { ProgramLayer } from "../core/model/program.js";
import { layerLabel } from "../core/model/shapes.js";
import { directionsOf, type ModelSpec } from "../core/model/spec.js";
import type { HorizonBackend, HorizonTask } from "./backend.js";
import type { InputTensor } from "./loadedModel.js";

/** How often progress is told. */
const POLL_MS = 50;

export interface SensitivityRequest {
  readonly x: InputTensor;
  /** [B, T] of 0 and 1. */
  readonly mask?: InputTensor | undefined;
  /** Index or name; left out: the last recurrent one. */
  readonly layer?: number | string | undefined;
  /** Of a Bidirectional, the h of its backward direction. */
  readonly backward?: boolean | undefined;
  readonly sample: number;
}

export interface SensitivityOutcome {
  readonly stateNorms: Float64Array;
  readonly inputGradient: InputTensor;
}

/** A request whose tensors fit the model, whole batches. */
export interface CheckedSensitivity {
  readonly horizon: HorizonBackend;
  readonly spec: ModelSpec;
  readonly program: readonly ProgramLayer[];
  readonly weights: readonly Float32Array[];
  readonly shape: readonly number[];
  readonly x: Float32Array | Int32Array;
  readonly mask: Uint8Array | null;
}

export interface PreparedSensitivity {
  readonly horizon: HorizonBackend;
  readonly task: HorizonTask;
  readonly x: Float32Array;
  readonly mask: Uint8Array | null;
  readonly work: number;
  readonly bytes: number;
}

/** Takes the sample and the layer; nothing is computed. @throws UnrollError */
export function prepareSensitivity(
  { horizon, spec, program, weights, shape: whole, x, mask }: CheckedSensitivity,
  { layer: wanted, backward = false, sample }: Pick<SensitivityRequest, "layer" | "backward" | "sample">,
): PreparedSensitivity {
  const layer = chosenLayer(spec, wanted);
  const [batch, ...rest] = whole as [number, ...number[]];
  if (!Number.isSafeInteger(sample) || sample < 0 || sample >= batch) {
    const args = { got: String(sample), last: batch - 1 };
    throw new UnrollError(failure("INVALID_ARGUMENT", "There is no sample {got}: the batch has samples 0 to {last}.", args));
  }
  const shape = [1, ...rest];
  const task: HorizonTask = { program, weights, layer, backward, shape };
  const { work, bytes } = horizon.plan(task);
  if (work > horizon.maxWork) {
    const args = { work: work.toExponential(1), limit: horizon.maxWork.toExponential(1) };
    throw new UnrollError(
      failure(
        "TOO_LARGE",
        "The memory horizon takes {work} multiply-adds here, the limit is {limit}. Nothing was computed. Take fewer time steps or units.",
        args,
      ),
    );
  }
  const part = <T extends Float32Array | Int32Array | Uint8Array>(all: T): T => {
    const size = all.length / batch;
    return all.slice(sample * size, (sample + 1) * size) as T;
  };
  return { horizon, task, x: new Float32Array(part(x)), mask: mask === null ? null : part(mask), work, bytes };
}

/** Its index in the program. @throws UnrollError */
function chosenLayer(spec: ModelSpec, wanted: number | string | undefined): number {
  const recurrent = spec.layers.map((layer) => directionsOf(layer).length > 0);
  const names = spec.layers.flatMap(({ name }, i) => (recurrent[i] === true ? [`${i} ${name}`] : [])).join(", ");
  if (names === "") {
    throw new UnrollError(failure("INVALID_ARGUMENT", "The model has no recurrent layer, so there is no memory to look at."));
  }
  const index =
    wanted === undefined
      ? recurrent.lastIndexOf(true)
      : typeof wanted === "string"
        ? spec.layers.findIndex(({ name }) => name === wanted)
        : wanted;
  const layer = spec.layers[index];
  if (layer === undefined) {
    const args = { got: String(wanted), names };
    throw new UnrollError(failure("INVALID_ARGUMENT", "The model has no layer {got}. Its recurrent layers: {names}.", args));
  }
  if (recurrent[index] !== true) {
    const args = { layer: layerLabel(layer), names };
    throw new UnrollError(failure("INVALID_ARGUMENT", "{layer} keeps no state, so it remembers nothing. Take one of: {names}.", args));
  }
  const embedding = spec.layers.slice(0, index).find(({ className }) => className === "Embedding");
  if (embedding !== undefined) {
    const args = { name: embedding.name };
    throw new UnrollError(
      failure(
        "UNSUPPORTED",
        "The Embedding “{name}” reads token ids, which are whole numbers and have no gradient. Take it out, and give its vectors as data.",
        args,
      ),
    );
  }
  return index;
}

export interface SensitivityControls {
  readonly signal: AbortSignal;
  /** In multiply-adds. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** @throws UnrollError */
export async function computeSensitivity(prepared: PreparedSensitivity, controls: SensitivityControls): Promise<SensitivityOutcome> {
  const { task, work, horizon } = prepared;
  const { signal, onProgress } = controls;
  const handle = horizon.start(task, prepared.x, prepared.mask);
  const cancel = (): void => handle.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  let told = 0;
  const tell = (): void => {
    const done = Math.min(handle.progress(), work);
    if (done > told) onProgress?.((told = done), work);
  };
  const timer = onProgress === undefined ? undefined : setInterval(tell, POLL_MS);
  try {
    const { stateNorms, inputGradient } = await handle.finished;
    onProgress?.(work, work);
    return { stateNorms, inputGradient: { shape: task.shape.slice(1), data: inputGradient } };
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", cancel);
  }
}
