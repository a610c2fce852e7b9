/** The QuickPick of presets: the tutorial's rows first, `SimpleRNN(3)` on top. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { designerPresets, type Preset, tutorialPresets } from "../../core/model/presets.js";
import type { ModelSpec, SymbolicShape } from "../../core/model/spec.js";
import { word } from "../words.js";

/** undefined: the person went away. */
export async function pickPreset(input: SymbolicShape | null): Promise<ModelSpec | undefined> {
  const items = [
    ...tutorialPresets.map(item),
    { label: word(msg("More forms")), kind: vscode.QuickPickItemKind.Separator, preset: undefined },
    ...designerPresets.map(item),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: word(msg("Which model?")),
    placeHolder: word(msg("The tutorial's models, in its order. Change them later in the designer.")),
    matchOnDetail: true,
  });
  return picked?.preset?.build(input);
}

function item(preset: Preset): vscode.QuickPickItem & { preset: Preset | undefined } {
  return { label: word(preset.label), detail: word(preset.detail), preset };
}
