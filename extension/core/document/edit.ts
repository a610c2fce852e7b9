/** A changed model → the smallest change of its document's text. */
import type { Node } from "jsonc-parser";
import { readModel } from "../model/read.js";
import { isObject, type Json } from "../model/readFields.js";
import type { ModelSpec } from "../model/spec.js";
import { writeModel } from "../model/write.js";
import { merged, type Source } from "./merge.js";
import { layerList, memberOf } from "./parse.js";
import { shapeKeys } from "./place.js";
import { type ModelText, readModelDocument } from "./read.js";
import { styleOf, written } from "./style.js";

export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The document with another model in it. Where its form cannot carry the model (a functional config, say) it is written anew. */
export function withModel(document: ModelText, after: ModelSpec): string {
  const { text, parsed, model } = document;
  const source: Source = { text, style: styleOf(text) };
  const again = readModel(writeModel(after));
  const wanted = JSON.stringify(writeModel(again.ok ? again.value : after));
  const root = isObject(parsed.value) && isObject(parsed.value["model_config"]) ? memberOf(parsed.root, "model_config") : parsed.root;
  if (root === undefined || model === null) return `${written(writeModel(after), source.style, "")}${source.style.eol}`;
  for (const [from, to] of forms(root, model, after)) {
    const body = mergedModel(source, root, from, to);
    const next = text.slice(0, root.offset) + body + text.slice(root.offset + root.length);
    // The text may have meant a default, or said it otherwise: only what reads as wanted is taken.
    const read = readModelDocument(next).model;
    if (read !== null && JSON.stringify(writeModel(read)) === wanted) return next;
  }
  const whole = written(writeModel(after), source.style, "");
  return text.slice(0, (parsed.root as Node).offset) + whole + text.slice((parsed.root as Node).offset + (parsed.root as Node).length);
}

/** The one range in which two texts differ; null: they are the same. */
export function smallestEdit(before: string, after: string): TextEdit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  // Neither a line end nor a character of two units is cut in half.
  while (head > 0 && /[\r\ud800-\udbff]/.test(before.charAt(head - 1))) head--;
  let tail = 0;
  while (tail < shorter - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  while (tail > 0 && /[\n\udc00-\udfff]/.test(before.charAt(before.length - tail))) tail--;
  return { start: head, end: before.length - tail, text: after.slice(head, after.length - tail) };
}

function mergedModel(source: Source, root: Node, before: Json, after: Json): string {
  const config = memberOf(root, "config");
  // Keras 2.0 wrote the list of layers alone.
  if (config?.type !== "array") return merged(source, root, before, after);
  const list = (model: Json): Json => ({ ...model, config: (model["config"] as Json)["layers"] });
  return merged(source, root, list(before), list(after));
}

/** Both models as the text may have them: with an InputLayer, with the shape in the first layer, and with that made an InputLayer. */
function* forms(root: Node, before: ModelSpec, after: ModelSpec): Generator<[Json, Json]> {
  const [from, to] = [writeModel(before), keepingOwn(writeModel(before), writeModel(after))];
  const first = layerList(root)?.children?.[0];
  const hasInput = memberOf(first, "class_name")?.value === "InputLayer";
  if (hasInput || before.input === null) {
    yield [from, to];
    return;
  }
  const [bare, bareAfter] = [withoutInput(from), withoutInput(to)];
  if (JSON.stringify(before.input) === JSON.stringify(after.input)) yield [bare, bareAfter];
  const declared = declaredShape(first);
  const key = declared["batch_shape"] === undefined ? "batch_input_shape" : "batch_shape";
  yield [withFirst(bare, declared), withFirst(bareAfter, { [key]: after.input })];
  yield [withFirst(bare, declared), to];
}

/** Notes that somebody put beside the seed stay. */
function keepingOwn(before: Json, after: Json): Json {
  return isObject(before["unroll"]) && after["unroll"] === undefined ? { ...after, unroll: {} } : after;
}

function layersOf(model: Json): readonly Json[] {
  return (model["config"] as { layers: readonly Json[] }).layers;
}

function withLayers(model: Json, layers: readonly Json[]): Json {
  return { ...model, config: { ...(model["config"] as Json), layers } };
}

function withoutInput(model: Json): Json {
  return withLayers(
    model,
    layersOf(model).filter((layer) => layer["class_name"] !== "InputLayer"),
  );
}

function withFirst(model: Json, extra: Json): Json {
  return withLayers(
    model,
    layersOf(model).map((layer, i) => (i === 0 ? { ...layer, config: { ...(layer["config"] as Json), ...extra } } : layer)),
  );
}

/** What the first layer's config says about the input; the sizes of an Embedding are its own. */
function declaredShape(first: Node | undefined): Json {
  const config = memberOf(first, "config");
  const own = String(memberOf(first, "class_name")?.value).endsWith("Embedding");
  const keys = [...shapeKeys, "batch_size"].filter((key) => !(own && key === "input_dim") && memberOf(config, key) !== undefined);
  return Object.fromEntries(keys.map((key) => [key, "declared"]));
}
