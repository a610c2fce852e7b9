/** One run on the engine: the model is loaded for it alone, its tensors stay there under an id of the caller's. */
import { expected } from "../../client/expected.js";
import type { CaptureLevel } from "../../core/model/program.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { writeModel } from "../../core/model/write.js";
import type { DeviceKind } from "../../core/protocol/device.js";
import type { NamedWireTensor, RunTensor, Timing, WireTensor } from "../../core/protocol/engine.js";
import type { Engine } from "../engine.js";
import { inputOf, type RunData } from "./records.js";

export interface EngineRun {
  readonly resultId: number;
  readonly model: ModelSpec;
  readonly data: RunData;
  readonly seed: number;
  /** Instead of the setting's. */
  readonly device?: DeviceKind | undefined;
  /** What stateful layers begin with, null: zeros. Left out: there are none, or nobody carries their states on. */
  readonly states?: readonly WireTensor[] | null | undefined;
  readonly capture: CaptureLevel;
  readonly timeoutMs: number;
}

export interface RunControls {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Ran {
  readonly tensors: readonly RunTensor[];
  readonly timing: Timing;
  /** What stateful layers keep after it, where `states` was said. */
  readonly states?: readonly NamedWireTensor[];
}

/** @throws UnrollError */
export async function runOnEngine(engine: Engine, run: EngineRun, { signal, onProgress }: RunControls = {}): Promise<Ran> {
  const { resultId, data, states } = run;
  const modelId = resultId;
  try {
    const stored = { model: writeModel(run.model), weights: null, seed: run.seed };
    await engine.load(modelId, { ...stored, ...(run.device !== undefined && { device: run.device }) }, signal);
    if (states != null) await engine.ask({ type: "resetStates", modelId, states }, { signal });
    const answer = await engine.ask(
      {
        type: "run",
        modelId,
        resultId,
        keep: true,
        ...inputOf(data),
        initialState: null,
        capture: run.capture,
        timeoutMs: run.timeoutMs,
        progress: true,
      },
      { signal, onProgress },
    );
    const { tensors, timing } = expected("ran", answer);
    return states === undefined ? { tensors, timing } : { tensors, timing, states: await statesAfter(engine, modelId) };
  } finally {
    // The tensors stay; the model's weights need not.
    engine.unload(modelId);
  }
}

async function statesAfter(engine: Engine, modelId: number): Promise<readonly NamedWireTensor[]> {
  return expected("tensors", await engine.ask({ type: "states", modelId })).tensors;
}
