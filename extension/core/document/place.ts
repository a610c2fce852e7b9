/** Where in the text a config's refusal belongs: readers name the layer and the argument, here both are found again. */
import type { Node } from "jsonc-parser";
import type { Failure } from "../errors.js";
import { layerEntries } from "../model/read.js";
import { inputOf, isObject, type Json } from "../model/readFields.js";
import { readLayer } from "../model/readLayer.js";
import { layerList, memberOf, type ParsedText, type Problem, propertyOf, rangeOf } from "./parse.js";

/** In Keras 2's and 3's spellings. */
export const shapeKeys = ["batch_shape", "batch_input_shape", "input_shape", "shape", "input_length", "input_dim"] as const;

/** @param problem of reading `parsed.value` as a whole */
export function placeFailure(problem: Failure, parsed: ParsedText): Problem {
  const entries = layerEntries(parsed.value);
  for (const [index, entry] of entries.entries()) {
    const failure = failureOf(entry, index);
    if (failure !== null) return { failure: problem, ...inLayer(entry, failure, parsed) };
  }
  const shape = inputProblem(parsed, entries[0]);
  const stray = strayEntry(parsed);
  const culprit = shape ?? stray ?? outerCulprit(problem, parsed.root);
  return { failure: problem, ...(culprit === undefined ? { start: 0, end: 1 } : shortened(culprit)) };
}

function failureOf(entry: Json, index: number): Failure | null {
  const read = readLayer(entry, { kerasVersion: 3 }, index);
  return read.ok ? null : read.error;
}

/** Goes down into the wrapped layer or cell that is at fault, then to its argument. */
function inLayer(entry: Json, failure: Failure, parsed: ParsedText): { start: number; end: number } {
  const config = isObject(entry["config"]) ? entry["config"] : {};
  for (const inner of [config["layer"], config["backward_layer"], ...cellsOf(config["cell"])].filter(isObject)) {
    const own = failureOf(asLayer(inner), 0);
    if (own !== null) return inLayer(inner, own, parsed);
  }
  const node = parsed.nodes.get(entry);
  const head = memberOf(node, "class_name") ?? node ?? parsed.root;
  const key = failure.message.args?.["key"];
  const property = typeof key === "string" ? propertyOf(memberOf(node, "config"), key) : undefined;
  // An argument that nobody knows is wrong as a whole, one with a wrong value in its value.
  const culprit = (failure.code === "UNSUPPORTED" ? property : property?.children?.[1]) ?? head;
  return culprit === undefined ? { start: 0, end: 1 } : shortened(culprit);
}

function cellsOf(cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) return cell;
  const config = isObject(cell) && isObject(cell["config"]) ? cell["config"] : {};
  return Array.isArray(config["cells"]) ? config["cells"] : [cell];
}

/** A cell has the arguments of its layer. */
function asLayer(entry: Json): Json {
  return { ...entry, class_name: String(entry["class_name"]).replace(/Cell$/, "") };
}

function inputProblem(parsed: ParsedText, first: Json | undefined): Node | undefined {
  const outer = isObject(parsed.value) ? parsed.value : {};
  const inner = outer["config"];
  const layers: unknown[] = Array.isArray(inner) ? inner : isObject(inner) && Array.isArray(inner["layers"]) ? inner["layers"] : [];
  const inputs = layers.filter((entry) => isObject(entry) && entry["class_name"] === "InputLayer");
  for (const entry of [...inputs, first]) {
    const config = isObject(entry) ? entry["config"] : undefined;
    if (!isObject(config) || inputOf(config).ok) continue;
    const node = parsed.nodes.get(config);
    return shapeKeys.map((key) => memberOf(node, key)).find((member) => member !== undefined) ?? node;
  }
  return undefined;
}

/** An entry of the list that is no layer at all. */
function strayEntry(parsed: ParsedText): Node | undefined {
  const list = layerList(parsed.root);
  return list?.type === "array" ? list.children?.find((child) => child.type !== "object") : undefined;
}

function outerCulprit(problem: Failure, root: Node | undefined): Node | undefined {
  const key = problem.code === "UNSUPPORTED" ? "class_name" : "config";
  return memberOf(root, key) ?? root;
}

/** An object or array is marked at its opening bracket: a squiggle under a whole file helps nobody. */
function shortened(node: Node): { start: number; end: number } {
  return node.type === "object" || node.type === "array" ? { start: node.offset, end: node.offset + 1 } : rangeOf(node);
}
