/** Of a large source only the statements that can have to do with a model are parsed. */
import type { Chunk } from "./python/chunks.js";
import { modelWords } from "./uncalled.js";

/** Below this size everything is read. */
const SMALL = 100_000;
/** How often names lead on to further statements. */
const ROUNDS = 12;

export function relevantChunks(chunks: readonly Chunk[]): readonly Chunk[] {
  return chunks.reduce((size, chunk) => size + chunk.text.length, 0) <= SMALL ? chunks : sieved(chunks);
}

function sieved(chunks: readonly Chunk[]): readonly Chunk[] {
  const kept = chunks.map((chunk) => modelWords.test(chunk.text));
  // What builds models, and what uses the names that it binds.
  grow(chunks, kept, boundNames, someWord);
  // And whatever binds the names that all these use.
  grow(chunks, kept, words, someBound);
  return chunks.filter((_, i) => kept[i]);
}

/** Keeps more and more: the names of what is kept are looked for in the rest, until nothing is added. */
function grow(
  chunks: readonly Chunk[],
  kept: boolean[],
  namesOf: (text: string) => Iterable<string>,
  names: (text: string, wanted: ReadonlySet<string>) => boolean,
): void {
  const wanted = new Set<string>();
  let added = chunks.filter((_, i) => kept[i]);
  for (let round = 0; round < ROUNDS && added.length > 0; round++) {
    const before = wanted.size;
    for (const chunk of added) for (const name of namesOf(chunk.text)) wanted.add(name);
    if (wanted.size === before) return;
    added = chunks.filter((chunk, i) => !kept[i] && (kept[i] = names(chunk.text, wanted)));
  }
}

const word = /[\p{L}_][\p{L}\p{N}_]*/gu;

function words(text: string): Iterable<string> {
  return text.length > SMALL && !modelWords.test(text) ? [] : (text.match(word) ?? []);
}

function someWord(text: string, wanted: ReadonlySet<string>): boolean {
  if (text.length > SMALL) return false;
  word.lastIndex = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) if (wanted.has(match[0])) return true;
  return false;
}

/** The parts of a statement that may bind or change names: left of `=`, before a call or an index, after def, class, import. */
function heads(text: string): string[] {
  if (/^\s*(?:import|from)\b/.test(text)) return [text];
  return (text.length > SMALL ? text.slice(0, SMALL) : text).split("\n").map((line) => line.slice(0, 200).replace(/[=(].*/s, ""));
}

function boundNames(text: string): Iterable<string> {
  // What an import binds is used everywhere, and says nothing about where models are.
  return /^\s*(?:import|from)\b/.test(text) ? [] : heads(text).flatMap((head) => head.match(word) ?? []);
}

function someBound(text: string, wanted: ReadonlySet<string>): boolean {
  return heads(text).some((head) => someWord(head, wanted));
}
