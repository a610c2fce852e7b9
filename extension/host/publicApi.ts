/** What the extension exports to other extensions, and to its own integration tests. */
import type { ModelEdit } from "../core/model/edit.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { RunState } from "../core/protocol/designer.js";
import type { RunView } from "../core/protocol/results.js";
import type { Engine } from "./engine.js";
import type { ModelStore } from "./model/modelStore.js";
import type { ResultsDesk } from "./resultsDesk.js";
import { runView } from "./run/records.js";
import type { ModelStates } from "./run/modelStates.js";
import type { RunStore } from "./run/runStore.js";
import type { RunController } from "./run/runController.js";
import { word } from "./words.js";

export interface UnrollExtensionApi {
  /** The newest result: shapes, statistics, device; null before the first. */
  lastRun(): RunView | null;
  runState(): RunState;
  /** The model that the sidebar's designer shows, or null. */
  model(): ModelSpec | null;
  /** Where that lives, and why its text cannot be read now. */
  modelDocument(): { kind: "scratch" | "file"; name: string; problem: string | null; line: number | null };
  /** Puts a model into the scratch document and shows it. */
  setModel(model: ModelSpec | null): void;
  /** What the designer does with an edit. Resolves to why not, where it was refused. */
  editModel(edit: ModelEdit): Promise<string | null>;
  /** The engine's process, while there is one. */
  enginePid(): number | undefined;
  /** The runs that are kept, newest first. */
  keptRuns(): readonly { id: string; title: string; number: number; pinned: boolean; live: boolean }[];
  /** Where they are kept. */
  runsFolder(): string;
  /** What stateful layers of the shown model carry on; null: none, or zeros of no batch yet. */
  carriedStates(): readonly { shape: readonly number[]; values: readonly number[] }[] | null;
  /** A box of a tensor of the run that is shown; tensor 0 is the input. */
  readSlice(tensor: number, start: readonly number[], count: readonly number[]): Promise<Float32Array>;
}

interface Parts {
  readonly engine: Engine;
  readonly runs: RunController;
  readonly store: ModelStore;
  readonly results: ResultsDesk;
  readonly kept: RunStore;
  readonly states: ModelStates;
}

export function publicApi({ engine, runs, store, results, kept, states }: Parts): UnrollExtensionApi {
  return {
    lastRun: () => (runs.record === null ? null : runView(runs.record)),
    runState: () => runs.state,
    model: () => store.model,
    modelDocument: () => {
      const { kind, name, problem } = store.document;
      return { kind, name, problem: problem === null ? null : word(problem.message), line: problem?.line ?? null };
    },
    setModel: (model) => store.set(model),
    editModel: async (edit) => {
      const refused = await store.document.edit(edit);
      return refused === null ? null : word(refused.message);
    },
    enginePid: () => engine.pid,
    keptRuns: () => kept.runs.map(({ id, title, number, pinned, live }) => ({ id, title, number, pinned, live })),
    runsFolder: () => kept.folder.fsPath,
    carriedStates: () => states.shown?.states?.map(({ shape, data }) => ({ shape, values: [...data] })) ?? null,
    readSlice: (tensor, start, count) =>
      results.readSlice({ type: "sliceRequested", requestId: 0, runId: runs.record?.id ?? "", tensor, start, count }),
  };
}
