/** The commands of the view "States". */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { readState, writeState } from "../../core/text/stateLiteral.js";
import { word } from "../words.js";
import { type ModelStates, zeros } from "./modelStates.js";
import type { LayerNode, StateNode } from "./statesTree.js";

/** An InputBox shows no more than this without becoming slow. */
const MOST_TYPED = 4096;

export function statesCommands(states: ModelStates): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand("unroll.editState", (node?: StateNode) => (node?.kind === "state" ? edit(states, node) : undefined)),
    vscode.commands.registerCommand("unroll.zeroState", (node?: LayerNode | StateNode) => {
      const nodes = node?.kind === "layer" ? node.states : node?.kind === "state" ? [node] : [];
      for (const { index, slot, tensor } of nodes) if (tensor !== null) states.set(index, zeros([tensor.shape[0] ?? 1, slot.units]));
    }),
    vscode.commands.registerCommand("unroll.resetStates", () => states.reset()),
  ];
}

async function edit(states: ModelStates, { index, slot, layerName, tensor }: StateNode): Promise<void> {
  const { shown } = states;
  if (shown === null) return;
  const batch = tensor?.shape[0] ?? shown.model.input?.[0] ?? null;
  const wanted = { name: slot.name, units: slot.units, batch };
  const rows = batch ?? 1;
  const value = rows * slot.units > MOST_TYPED ? "" : writeState(tensor ?? zeros([rows, slot.units]));
  const text = await vscode.window.showInputBox({
    title: word(msg("State {name} of {layer}", { name: slot.name, layer: layerName })),
    prompt: word(msg("{units} numbers for each sequence of the batch, e.g. [[0, 0.5, 1]].", { units: slot.units })),
    value,
    validateInput(typed) {
      const read = readState(typed, wanted);
      return read.ok ? null : word(read.error.message);
    },
  });
  const read = text === undefined ? null : readState(text, wanted);
  if (read?.ok === true) states.set(index, read.value);
}
