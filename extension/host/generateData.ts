/** "Generate Data…": sequences to try a layer on, in an untitled CSV with all of its rows selected. */
import * as vscode from "vscode";
import { generate, type GeneratorKind, type GeneratorOptions, generators, refusedSize } from "../core/generate/generate.js";
import { msg } from "../core/messages.js";
import type { ModelSpec } from "../core/model/spec.js";
import { selectAll, showNew } from "./editors.js";
import { word } from "./words.js";

const STEPS = 50;

/** Of a keybinding or another command: what is left out is asked for. */
export interface GenerateChoice extends Partial<GeneratorOptions> {
  readonly kind?: GeneratorKind;
}

/** @param model whose input the sizes begin with. undefined: the person went away. */
export async function generateData(model: ModelSpec | null, choice: GenerateChoice = {}): Promise<vscode.TextEditor | undefined> {
  const kind = choice.kind ?? (await pickKind());
  const generator = generators.find((one) => one.kind === kind);
  if (kind === undefined || generator === undefined) return undefined;
  const input = model?.input ?? [];
  const options = { steps: choice.steps ?? input.at(-2) ?? STEPS, features: choice.features ?? input.at(-1) ?? 1, seed: choice.seed ?? 0 };
  // What the kind fixes is not asked for.
  const keys = (["steps", "features", "seed"] as const).filter(
    (key) => choice[key] === undefined && !(key === "features" && generator.columns !== null),
  );
  for (const key of keys) {
    const value = await askNumber(kind, options, key);
    if (value === undefined) return undefined;
    options[key] = value;
  }
  const text = generate(kind, options);
  if (!text.ok) {
    void vscode.window.showErrorMessage(word(text.error.message));
    return undefined;
  }
  const editor = await showNew("csv", text.value, { preview: false });
  selectAll(editor);
  return editor;
}

async function pickKind(): Promise<GeneratorKind | undefined> {
  const items = generators.map(({ kind, label, detail }) => ({ label: word(label), detail: word(detail), generator: kind }));
  return (await vscode.window.showQuickPick(items, { title: word(msg("Generate which data?")) }))?.generator;
}

async function askNumber(kind: GeneratorKind, options: GeneratorOptions, key: keyof GeneratorOptions): Promise<number | undefined> {
  const prompts = { steps: msg("Time steps: rows of the CSV"), features: msg("Features: columns of the CSV"), seed: msg("Seed") };
  const text = await vscode.window.showInputBox({
    title: word(generators.find((one) => one.kind === kind)?.label ?? msg("Generate which data?")),
    prompt: word(prompts[key]),
    value: String(options[key]),
    validateInput(typed) {
      const value = Number(typed);
      if (!/^-?\d+$/.test(typed.trim()) || !Number.isSafeInteger(value)) return word(msg("A whole number."));
      const refused = refusedSize(kind, { ...options, [key]: value });
      return refused === null ? null : word(refused.message);
    },
  });
  return text === undefined ? undefined : Number(text);
}
