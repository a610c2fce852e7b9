/** Data and model differ: what a person can do about it. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import { fitShape, wantedRank } from "../../core/model/input.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { promote } from "../../core/text/shape.js";
import { word } from "../words.js";
import { pickPreset } from "./presetPick.js";

export interface Fit {
  readonly model: ModelSpec;
  /** With the batch axis. */
  readonly shape: readonly number[];
  /** Worded; how the shape came about. */
  readonly note: string | null;
}

/** The shape that a model would get of data as written, or null where it cannot be. */
export function fitOf(model: ModelSpec, written: readonly number[]): Fit | null {
  const promoted = promote(written, wantedRank(model) ?? Math.max(2, written.length));
  const fitted = fitShape(model, promoted?.shape ?? written);
  return fitted.ok ? { model, shape: fitted.value, note: promoted?.note == null ? null : word(promoted.note) } : null;
}

/** Asks until the model fits the data; undefined: the person went away. */
export async function pickFit(model: ModelSpec, written: readonly number[]): Promise<Fit | undefined> {
  const fit = fitOf(model, written);
  if (fit !== null) return fit;
  const promoted = promote(written, wantedRank(model) ?? Math.max(2, written.length))?.shape ?? written;
  const refused = fitShape(model, promoted);
  const open = withOpenInput(model, promoted);
  const mended = fitOf(open, written);
  const items: (vscode.QuickPickItem & { readonly take: "input" | "preset" })[] = [];
  if (mended !== null) {
    items.push({
      label: word(msg("Set the model's input to {shape}", { shape: inputText(open) })),
      detail: word(msg("The weights are drawn anew for it.")),
      take: "input",
    });
  }
  items.push({ label: word(msg("Choose another model…")), take: "preset" });
  const picked = await vscode.window.showQuickPick(items, {
    title: refused.ok ? "" : word(refused.error.message),
    placeHolder: word(msg("Data and model differ. What shall change?")),
  });
  if (picked === undefined) return undefined;
  if (picked.take === "input" && mended !== null) return mended;
  const other = await pickPreset(inputFor(promoted));
  return other === undefined ? undefined : pickFit(other, written);
}

/** The batch stays open, time and features are the data's. */
export function inputFor(shape: readonly number[]): (number | null)[] {
  const full = shape.length === 2 ? [1, ...shape] : shape;
  return full.length === 3 ? [null, full[1] as number, full[2] as number] : [null, null, full.at(-1) ?? null];
}

function withOpenInput(model: ModelSpec, shape: readonly number[]): ModelSpec {
  if (model.input === null) return model;
  const input = shape.map((d, axis) => (axis === 0 ? (model.input?.[0] === null ? null : d) : d));
  return { ...model, input: input.length === model.input.length ? input : inputFor(shape) };
}

function inputText(model: ModelSpec): string {
  return `(${(model.input ?? []).map((d) => d ?? "None").join(", ")})`;
}
