/** What the extension exports to other extensions, and to its own integration tests. */
import type { ModelSpec } from "../core/model/spec.js";
import type { RunState } from "../core/protocol/designer.js";
import type { RunView } from "../core/protocol/results.js";
import type { Engine } from "./engine.js";
import type { ModelStore } from "./model/modelStore.js";
import type { ResultsDesk } from "./resultsDesk.js";
import { runView } from "./run/records.js";
import type { RunController } from "./run/runController.js";

export interface UnrollExtensionApi {
  /** The newest result: shapes, statistics, device; null before the first. */
  lastRun(): RunView | null;
  runState(): RunState;
  /** The designer's model, or null. */
  model(): ModelSpec | null;
  setModel(model: ModelSpec | null): void;
  /** The engine's process, while there is one. */
  enginePid(): number | undefined;
  /** A box of a tensor of the newest run; tensor 0 is the input. */
  readSlice(tensor: number, start: readonly number[], count: readonly number[]): Promise<Float32Array>;
}

interface Parts {
  readonly engine: Engine;
  readonly runs: RunController;
  readonly store: ModelStore;
  readonly results: ResultsDesk;
}

export function publicApi({ engine, runs, store, results }: Parts): UnrollExtensionApi {
  return {
    lastRun: () => (runs.record === null ? null : runView(runs.record)),
    runState: () => runs.state,
    model: () => store.model,
    setModel: (model) => store.set(model),
    enginePid: () => engine.pid,
    readSlice: (tensor, start, count) =>
      results.readSlice({ type: "sliceRequested", requestId: 0, runId: runs.record?.id ?? "", tensor, start, count }),
  };
}
