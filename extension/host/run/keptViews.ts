/** Wires kept runs and carried states: their views, their commands, and that every run is kept. */
import * as vscode from "vscode";
import type { CompareDesk } from "../compareDesk.js";
import type { ModelStore } from "../model/modelStore.js";
import type { ModelStates } from "./modelStates.js";
import type { RunController } from "./runController.js";
import { runsCommands } from "./runsCommands.js";
import { RunsTree } from "./runsTree.js";
import type { RunStore } from "./runStore.js";
import { statesCommands } from "./statesCommands.js";
import { StatesTree } from "./statesTree.js";

export interface KeptParts {
  readonly store: ModelStore;
  readonly runs: RunController;
  readonly kept: RunStore;
  readonly states: ModelStates;
  readonly compare: CompareDesk;
  readonly showResults: () => void;
}

export function keptViews({ store, runs, kept, states, compare, showResults }: KeptParts): vscode.Disposable[] {
  const tree = new RunsTree(kept, runs);
  const beside = (id: string): void => {
    compare.reveal(id);
    showResults();
  };
  return [
    tree,
    new StatesTree(states, store.onDidChange),
    runs.onDidComplete((record) => void kept.add(record, { live: runs.order?.live === true })),
    ...runsCommands({ kept, runs, tree, showResults, compare: beside }),
    ...statesCommands(states),
  ];
}
