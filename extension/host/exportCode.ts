/** "Export Model as Code…": Keras 3, PyTorch or NumPy, into a new editor or onto the clipboard. */
import * as vscode from "vscode";
import type { Target } from "../core/code/write/code.js";
import { UnrollError } from "../core/errors.js";
import { type Message, msg } from "../core/messages.js";
import type { ModelSpec } from "../core/model/spec.js";
import { writeModel } from "../core/model/write.js";
import { showNew } from "./editors.js";
import type { Reader } from "./reader.js";
import { word } from "./words.js";

/** Of a keybinding: what is left out is asked for. */
export interface ExportChoice {
  readonly target?: Target;
  readonly to?: "editor" | "clipboard";
}

const names: Readonly<Record<Target, string>> = { keras3: "Keras 3", pytorch: "PyTorch", numpy: "NumPy" };
const details: Readonly<Record<Target, Message>> = {
  keras3: msg("keras.Sequential, with every option of the designer"),
  pytorch: msg("nn.Module with a forward method"),
  numpy: msg("every step written out, nothing but arrays"),
};

export async function exportCode(model: ModelSpec | null, reader: Reader, choice: ExportChoice = {}): Promise<void> {
  if (model === null) {
    const preset = word(msg("Choose a preset"));
    const picked = await vscode.window.showInformationMessage(word(msg("There is no model to export yet.")), preset);
    if (picked === preset) await vscode.commands.executeCommand("unroll.chooseModel");
    return;
  }
  const target = choice.target ?? (await pickTarget());
  if (target === undefined) return;
  const code = await reader.write(writeModel(model), target).catch(refused);
  if (code.ok) await deliver(code.value, target, choice.to);
  else await sayRefused({ model, reader, target, reason: code.error.message });
}

function refused(error: unknown): { readonly ok: false; readonly error: { readonly message: Message } } {
  if (error instanceof UnrollError) return { ok: false, error: error.failure };
  throw error;
}

async function pickTarget(): Promise<Target | undefined> {
  const items = (Object.keys(names) as Target[]).map((target) => ({ label: names[target], detail: word(details[target]), target }));
  return (await vscode.window.showQuickPick(items, { title: word(msg("Export the model as code for")) }))?.target;
}

async function deliver(code: string, target: Target, to?: ExportChoice["to"]): Promise<void> {
  const items = [
    { label: `$(file-code) ${word(msg("To a new editor"))}`, to: "editor" as const },
    { label: `$(copy) ${word(msg("To the clipboard"))}`, to: "clipboard" as const },
  ];
  const chosen = to ?? (await vscode.window.showQuickPick(items, { title: word(msg("{target} code", { target: names[target] })) }))?.to;
  if (chosen === "editor") {
    await showNew("python", code, { preview: false });
  } else if (chosen === "clipboard") {
    await vscode.env.clipboard.writeText(code);
    vscode.window.setStatusBarMessage(word(msg("{target} code is on the clipboard.", { target: names[target] })), 4000);
  }
}

interface Refusal {
  readonly model: ModelSpec;
  readonly reader: Reader;
  readonly target: Target;
  readonly reason: Message;
}

/** The message names layer, option and remedy; another target may have words for it. */
async function sayRefused({ model, reader, target, reason }: Refusal): Promise<void> {
  const [other, designer] = [word(msg("Choose another target")), word(msg("Change it in the designer"))];
  const said = word(msg("{target} cannot say this model. {reason}", { target: names[target], reason: word(reason) }));
  const picked = await vscode.window.showErrorMessage(said, other, designer);
  if (picked === other) await exportCode(model, reader);
  else if (picked === designer) await vscode.commands.executeCommand("unroll.designer.focus");
}
