/** Edits of the text that would mend what a reader refuses: a misspelled name, an unknown argument, a size that cannot be. */
import { findNodeAtOffset, type Node } from "jsonc-parser";
import { type Message, msg } from "../messages.js";
import { activationNames } from "../model/activations.js";
import { readableLayers } from "../model/readLayer.js";
import { smallestEdit, type TextEdit } from "./edit.js";
import { putTogether, respaced, takeApart } from "./pieces.js";
import { type ModelText, readModelDocument } from "./read.js";
import { styleOf } from "./style.js";

export interface Repair {
  readonly label: Message;
  readonly edit: TextEdit;
}

/** Letters that may be wrong in a name that is still recognised. */
const TYPOS = 2;

export function repairsOf(document: ModelText): Repair[] {
  const { parsed, problem } = document;
  if (problem === null || parsed.problem !== null || parsed.root === undefined) return [];
  const found = findNodeAtOffset(parsed.root, problem.start);
  if (found === undefined) return [];
  const property = found.type === "property" ? found : found.parent;
  const candidates = property?.type === "property" && property.children?.[1] !== undefined ? inProperty(document, property) : [];
  // A repair that leaves the same thing wrong is none.
  return candidates.filter(({ edit }) => {
    const next = readModelDocument(document.text.slice(0, edit.start) + edit.text + document.text.slice(edit.end)).problem;
    return next === null || next.start !== problem.start || next.failure.message.text !== problem.failure.message.text;
  });
}

function inProperty(document: ModelText, property: Node): Repair[] {
  const [name, value] = property.children as [Node, Node];
  const key = String(name.value);
  const { code, message } = document.problem?.failure ?? { code: "INTERNAL", message: msg("") };
  if (key === "class_name") return renamed(value, readableLayers);
  if (typeof value.value === "string" && key.endsWith("activation")) return renamed(value, activationNames);
  if (code === "UNSUPPORTED") return removed(document, property, key);
  const limit = message.args?.["limit"];
  if (code === "TOO_LARGE" && typeof limit === "number") return [replaced(value, limit)];
  if (/^(units|n|input_dim|output_dim)$/.test(key)) return [replaced(value, 1)];
  return removed(document, property, key);
}

function replaced(node: Node, value: string | number): Repair {
  const text = JSON.stringify(value);
  return { label: msg("Change to {value}", { value: text }), edit: { start: node.offset, end: node.offset + node.length, text } };
}

function renamed(node: Node, names: readonly string[]): Repair[] {
  const wrong = String(node.value).toLowerCase().replaceAll("_", "");
  const near = names
    .map((name) => ({ name, distance: distance(wrong, name.toLowerCase().replaceAll("_", "")) }))
    .filter((one) => one.distance <= Math.min(TYPOS, wrong.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return near.slice(0, 2).map(({ name }) => replaced(node, name));
}

function removed({ text }: ModelText, property: Node, key: string): Repair[] {
  const object = property.parent;
  const at = object?.children?.indexOf(property) ?? -1;
  if (object === undefined || at < 0) return [];
  const pieces = takeApart(text, object);
  const style = styleOf(text);
  const left = pieces.members.filter((_, i) => i !== at);
  const body = putTogether({ ...pieces, members: respaced(left, pieces.members, style.blank) }, style.eol);
  const edit = smallestEdit(text, text.slice(0, object.offset) + body + text.slice(object.offset + object.length));
  return edit === null ? [] : [{ label: msg("Remove “{key}”", { key }), edit }];
}

/** Letters to change, add or drop (Levenshtein), as far as it matters here. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > TYPOS) return TYPOS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
