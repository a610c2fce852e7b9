/** A failed run is told once, where its actions are: in the open views, else in a notification. Results are said for screen readers. */
import * as vscode from "vscode";
import { msg } from "../core/messages.js";
import type { RunState } from "../core/protocol/designer.js";
import type { Actions } from "./actions.js";
import type { RunController } from "./run/runController.js";
import { word } from "./words.js";

let told: RunState | undefined;

export function announce(runs: RunController, actions: Actions, resultsOpen: boolean): void {
  const { state } = runs;
  if (state === told) return;
  told = state;
  if (state.phase === "done") {
    const shape = state.outputShape.join(word(msg(" by ")));
    void vscode.window.setStatusBarMessage(word(msg("Output {shape}, {ms} ms", { shape, ms: state.ms.toFixed(1) })), 4000);
  }
  if (state.phase !== "failed") return;
  // The banner of the panel says it already; a notification is for who has no panel open.
  if (resultsOpen) return;
  void vscode.window.showErrorMessage(state.message, ...state.actions.map((action) => action.label)).then((picked) => {
    const action = state.actions.find((candidate) => candidate.label === picked);
    if (action !== undefined) actions.take(action.id);
  });
}
