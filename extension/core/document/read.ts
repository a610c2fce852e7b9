/** The text of a model document → the model, the place of each layer, or what is wrong and where. */
import type { Node } from "jsonc-parser";
import { lint, type Trouble } from "../model/lint.js";
import { layerEntries, readModel } from "../model/read.js";
import { flowOf } from "../model/shapes.js";
import type { ModelSpec } from "../model/spec.js";
import { memberOf, type ParsedText, parseText, type Problem, type Range, rangeOf } from "./parse.js";
import { placeFailure } from "./place.js";

export interface ModelText {
  readonly text: string;
  readonly parsed: ParsedText;
  /** null: the text is empty, or cannot be read. */
  readonly model: ModelSpec | null;
  readonly problem: Problem | null;
}

export interface PlacedTrouble extends Trouble, Range {
  /** Of the layer under the broken edge. */
  readonly layer: number;
}

export function readModelDocument(text: string): ModelText {
  const parsed = parseText(text);
  if (parsed.problem !== null || parsed.root === undefined) return { text, parsed, model: null, problem: parsed.problem };
  const read = readModel(parsed.value);
  if (read.ok) return { text, parsed, model: read.value, problem: null };
  return { text, parsed, model: null, problem: placeFailure(read.error, parsed) };
}

/** What does not fit, each at the name of the layer that gets the wrong shape. */
export function troublesIn(document: ModelText): PlacedTrouble[] {
  const { model, parsed } = document;
  if (model === null) return [];
  const entries = layerEntries(parsed.value).map((entry) => parsed.nodes.get(entry));
  return lint(model, flowOf(model)).flatMap((trouble, layer) =>
    trouble === null ? [] : [{ ...trouble, layer, ...headOf(entries[layer], parsed) }],
  );
}

/** A layer in a few characters: the value of its class_name. */
function headOf(entry: Node | undefined, parsed: ParsedText): Range {
  const head = memberOf(entry, "class_name") ?? entry ?? parsed.root;
  return head === undefined ? { start: 0, end: 0 } : rangeOf(head);
}
