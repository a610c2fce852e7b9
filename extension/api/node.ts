/** The Node API: what `dist/node.js` exports. The names are those of docs/api.md. */
import { say } from "../core/messages.js";
import { parseSelection as parse } from "../core/text/parseSelection.js";
import { notBuilt } from "./engine.js";
import type { ModelInCode, ParsedSelection } from "./types.js";

export { createEngine } from "./engine.js";
export { UnrollError } from "../core/errors.js";
export type * from "./types.js";

/**
 * Reads what a user selected, as "Run RNN on selection" does first. Never throws. The shape is as written: no batch axis is added.
 * @param options.ragged "error" (default) reports rows of different lengths; "pad" fills with 0 and gives the mask.
 */
export function parseSelection(text: string, options: { languageId?: string; ragged?: "error" | "pad" } = {}): ParsedSelection {
  const read = parse(String(text), { ...options });
  if (!read.ok) return { ok: false, error: { kind: read.kind, message: say(read.message), start: read.start, end: read.end } };
  const { shape, values, columns, notes, offsets, mask, maskShape } = read;
  return {
    ok: true,
    tensor: { shape: [...shape], data: values },
    ...(columns !== null && { columns: [...columns] }),
    notes: notes.map((note) => say(note)),
    offsets,
    ...(mask !== null && maskShape !== null && { mask: { shape: [...maskShape], data: Int32Array.from(mask) } }),
  };
}

/** Reads models in source code. Not built yet: finds nothing. */
export function parseModelCode(_source: string, _options: { languageId?: string } = {}): ModelInCode[] {
  return [];
}

/** Writes runnable code for a model. Not built yet. @throws UnrollError UNSUPPORTED */
export function writeModelCode(_model: object, _target: "keras3" | "pytorch" | "numpy"): string {
  throw notBuilt("Writing a model as code");
}
