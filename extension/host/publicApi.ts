/** What the extension exports to other extensions, and to its own integration tests. */
import type { ModelSpec } from "../core/model/spec.js";
import type { RunState } from "../core/protocol/designer.js";
import type { RunView } from "../core/protocol/results.js";

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
