/** What changed between two configs, carried over into the text of the first: everything else keeps its spelling, layout and comments. */
import type { Node } from "jsonc-parser";
import { isObject, type Json } from "../model/readFields.js";
import { memberOf } from "./parse.js";
import { leadLike, type Piece, type Pieces, putTogether, respaced, takeApart } from "./pieces.js";
import { indentAt, shifted, type Style, Verbatim, written } from "./style.js";

export interface Source {
  readonly text: string;
  readonly style: Style;
}

/**
 * The new text of `node`, whose value means what `before` says in full.
 * The text may say less (defaults) or in other words (Keras 2): whoever calls reads the result again.
 */
export function merged(source: Source, node: Node, before: unknown, after: unknown): string {
  if (same(before, after)) return textOf(source, node);
  if (isObject(before) && isObject(after) && node.type === "object") {
    return wrapped(source, node, before, after) ?? unwrapped(source, node, before, after) ?? mergedObject(source, node, before, after);
  }
  if (Array.isArray(before) && Array.isArray(after) && node.type === "array" && node.children?.length === before.length) {
    return mergedList(source, node, before, after);
  }
  return written(after, source.style, indentAt(source.text, node.offset));
}

function textOf({ text }: Source, node: Node): string {
  return text.slice(node.offset, node.offset + node.length);
}

/** Where a name comes twice, the last one counts. */
function lastIndexOf(properties: readonly Node[], key: string): number {
  return properties.map((property): unknown => property.children?.[0]?.value).lastIndexOf(key);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function mergedObject(source: Source, node: Node, before: Json, after: Json): string {
  const pieces = takeApart(source.text, node);
  const properties = node.children ?? [];
  const members: (Piece | null)[] = [...pieces.members];
  const added: [string, unknown][] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (same(before[key], after[key])) continue;
    const at = lastIndexOf(properties, key);
    const piece = pieces.members[at];
    const value = properties[at]?.children?.[1];
    if (!Object.hasOwn(after, key)) {
      // A name that comes twice goes as often.
      properties.forEach((property, i) => property.children?.[0]?.value === key && (members[i] = null));
    } else if (piece === undefined || value === undefined) {
      added.push([key, after[key]]);
    } else {
      const head = source.text.slice((properties[at] as Node).offset, value.offset);
      members[at] = { ...piece, body: head + merged(source, value, before[key], after[key]) };
    }
  }
  const left = members.filter((piece) => piece !== null);
  const kept = left.length === pieces.members.length ? left : respaced(left, pieces.members, source.style.blank);
  return putTogether(withAdded(source, node, { ...pieces, members: kept }, added), source.style.eol);
}

function withAdded({ text, style }: Source, node: Node, pieces: Pieces, added: readonly [string, unknown][]): Pieces {
  if (added.length === 0) return pieces;
  const outer = indentAt(text, node.offset);
  const inline = pieces.members.length > 0 && !pieces.members.some(({ lead }) => lead.includes("\n"));
  const layout: Style = inline ? { ...style, unit: "" } : style;
  const indent = /\n([ \t]*)$/.exec(leadLike(pieces.members, pieces.members.length))?.[1] ?? outer + style.unit;
  const { blank } = style;
  const fresh = added.map(([key, value], i): Piece => {
    const body = `${JSON.stringify(key)}:${blank}${written(value, layout, indent)}`;
    const lead = pieces.members.length + i === 0 || !inline ? newLine(style, indent) : blank;
    return { lead, body, trail: "" };
  });
  const close = pieces.members.length === 0 ? newLine(style, outer) : pieces.close;
  return { ...pieces, members: [...pieces.members, ...fresh], close };
}

function newLine(style: Style, indent: string): string {
  return style.unit === "" ? "" : style.eol + indent;
}

function mergedList(source: Source, node: Node, before: readonly unknown[], after: readonly unknown[]): string {
  const pieces = takeApart(source.text, node);
  const children = node.children ?? [];
  const { style } = source;
  const from = pairs(before, after);
  const members = after.map((item, j): Piece => {
    const i = from[j] ?? -1;
    const piece = pieces.members[i];
    const child = children[i];
    if (piece !== undefined && child !== undefined) return { ...piece, body: merged(source, child, before[i], item) };
    const lead = pieces.members.length > 0 ? leadLike(pieces.members, j) : newLine(style, indentAt(source.text, node.offset) + style.unit);
    const indent = /\n([ \t]*)$/.exec(lead)?.[1] ?? indentAt(source.text, node.offset);
    return { lead, body: freshItem(source, children, before, item, indent), trail: "" };
  });
  const close = pieces.members.length === 0 && members.length > 0 ? newLine(style, indentAt(source.text, node.offset)) : pieces.close;
  return putTogether({ ...pieces, members: respaced(members, pieces.members, style.blank), close }, style.eol);
}

/** A copy of a layer is spelled as the layer is; anything else is written in full. */
function freshItem(source: Source, children: readonly Node[], before: readonly unknown[], item: unknown, indent: string): string {
  const at = before.findIndex((other) => isObject(other) && isObject(item) && same(nameless(other), nameless(item)));
  const model = children[at];
  return model === undefined
    ? written(item, source.style, indent)
    : shifted(merged(source, model, before[at], item), indentAt(source.text, model.offset), indent, source.style);
}

function nameless(item: Json): unknown {
  return isObject(item["config"]) ? { ...item, config: { ...item["config"], name: "" } } : item;
}

/** For each item of `after` the item of `before` that it comes from: the same one, else the one of its name, else the one in its place. */
function pairs(before: readonly unknown[], after: readonly unknown[]): (number | undefined)[] {
  const from: (number | undefined)[] = after.map(() => undefined);
  const taken = new Set<number>();
  const pair = (fits: (i: number, j: number) => boolean): void => {
    after.forEach((_, j) => {
      if (from[j] !== undefined) return;
      const stays = j < before.length && !taken.has(j) && fits(j, j);
      const near = stays ? j : before.findIndex((__, i) => !taken.has(i) && fits(i, j));
      if (near < 0) return;
      from[j] = near;
      taken.add(near);
    });
  };
  const [texts, wanted] = [before, after].map((items) => items.map((item) => JSON.stringify(item))) as [string[], string[]];
  pair((i, j) => texts[i] === wanted[j]);
  pair((i, j) => nameOf(before[i]) !== undefined && nameOf(before[i]) === nameOf(after[j]));
  if (before.length === after.length) pair((i, j) => i === j);
  return from;
}

function nameOf(item: unknown): unknown {
  return isObject(item) && isObject(item["config"]) ? item["config"]["name"] : undefined;
}

function innerLayer(layer: Json): Json | undefined {
  const inner = layer["class_name"] === "Bidirectional" && isObject(layer["config"]) ? layer["config"]["layer"] : undefined;
  return isObject(inner) ? inner : undefined;
}

/** LSTM → Bidirectional(LSTM): the layer's own text goes inside. */
function wrapped(source: Source, node: Node, before: Json, after: Json): string | undefined {
  const inner = innerLayer(after);
  if (inner === undefined || inner["class_name"] !== before["class_name"]) return undefined;
  const indent = indentAt(source.text, node.offset);
  const body = new Verbatim(mergedObject(source, node, before, inner), indent);
  return written({ ...after, config: { ...(after["config"] as Json), layer: body } }, source.style, indent);
}

/** Bidirectional(LSTM) → LSTM: its text comes out again. */
function unwrapped(source: Source, node: Node, before: Json, after: Json): string | undefined {
  const inner = innerLayer(before);
  const place = memberOf(memberOf(node, "config"), "layer");
  if (inner === undefined || inner["class_name"] !== after["class_name"] || place?.type !== "object") return undefined;
  const text = mergedObject(source, place, inner, after);
  return shifted(text, indentAt(source.text, place.offset), indentAt(source.text, node.offset), source.style);
}
