/** The Node API: what `dist/node.js` exports. The names are those of docs/api.md. */
import { readModelCode } from "../core/code/readModelCode.js";
import { targets, writeCode } from "../core/code/write/writeModelCode.js";
import { failure, UnrollError } from "../core/errors.js";
import { say } from "../core/messages.js";
import { parseSelection as parse } from "../core/text/parseSelection.js";
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

/** Reads models in Keras (2 and 3) and PyTorch source, without running it. Never throws; finds nothing: an empty list. */
export function parseModelCode(source: string, options: { languageId?: string } = {}): ModelInCode[] {
  return readModelCode(String(source), options.languageId).map(({ name, framework, config, start, end, layerRanges, problems }) => ({
    name,
    framework,
    config,
    start,
    end,
    layerRanges: layerRanges.map((range) => ({ start: range.start, end: range.end })),
    problems: problems.map((problem) => ({ message: say(problem.message), start: problem.start, end: problem.end })),
  }));
}

/**
 * Writes runnable code for a model, the same for the same model.
 * @throws UnrollError UNSUPPORTED where the target cannot say it, with the layer, the option and the remedy.
 */
export function writeModelCode(model: object, target: "keras3" | "pytorch" | "numpy"): string {
  const chosen = targets.find((known) => known === target);
  if (chosen === undefined) {
    const args = { name: "target", expected: targets.join(", "), got: String(target) };
    throw new UnrollError(failure("INVALID_ARGUMENT", "{name} has to be {expected}; got {got}.", args));
  }
  const code = writeCode(model, chosen);
  if (!code.ok) throw new UnrollError(code.error);
  return code.value;
}
