/** Of a large source only the statements that can have to do with a model are parsed. */
import type { Chunk } from "./python/chunks.js";
import { modelWords } from "./uncalled.js";

/** Below this size everything is read. */
const SMALL = 100_000;
/** How often names lead on to further statements. */
const ROUNDS = 12;

/** The same chunks in the same order, or fewer. @param isOver no more time for looking. */
export function relevantChunks(chunks: readonly Chunk[], isOver: () => boolean = () => false): readonly Chunk[] {
  return chunks.reduce((size, chunk) => size + chunk.text.length, 0) <= SMALL ? chunks : sieved(chunks, isOver);
}

/** Errs on the side of keeping: a name anywhere is enough. */
function sieved(chunks: readonly Chunk[], isOver: () => boolean): readonly Chunk[] {
  const kept = chunks.map((chunk) => modelWords.test(chunk.text));
  const sieve = { chunks, kept, isOver };
  // What builds models, and what uses the names that it binds.
  grow(sieve, boundNames, someWord);
  // And whatever binds the names that all these use.
  grow(sieve, words, someBound);
  return chunks.filter((_, i) => kept[i]);
}

/** Keeps more and more: the names of what is kept are looked for in the rest, until nothing is added. */
function grow(
  { chunks, kept, isOver }: { readonly chunks: readonly Chunk[]; readonly kept: boolean[]; readonly isOver: () => boolean },
  namesOf: (text: string) => Iterable<string>,
  names: (text: string, wanted: ReadonlySet<string>) => boolean,
): void {
  const wanted = new Set<string>();
  let added = chunks.filter((_, i) => kept[i]);
  for (let round = 0; round < ROUNDS && added.length > 0 && !isOver(); round++) {
    const before = wanted.size;
    for (const chunk of added) for (const name of namesOf(chunk.text)) wanted.add(name);
    if (wanted.size === before) return;
    added = chunks.filter((chunk, i) => !kept[i] && (kept[i] = names(chunk.text, wanted)));
  }
}

const word = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** All names in a statement. */
function words(text: string): Iterable<string> {
  if (text.length > SMALL && !modelWords.test(text)) return [];
  return (text.match(word) ?? []).filter((name) => !python.has(name));
}

function someWord(text: string, wanted: ReadonlySet<string>): boolean {
  if (text.length > SMALL) return false;
  word.lastIndex = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) if (wanted.has(match[0])) return true;
  return false;
}

/** The parts of a statement that may bind or change names: left of `=`, before a call or an index; of a definition its name. */
function heads(text: string): string[] {
  if (/^\s*(?:import|from)\b/.test(text)) return [text];
  const part = text.length > SMALL ? text.slice(0, SMALL) : text;
  if (/^(?:@|async\b|def\b|class\b)/.test(text)) {
    const name = /^(?:async\s+)?(?:def|class)\s+([\p{L}\p{N}_]+)/mu.exec(part)?.[1] ?? "";
    // What is local to a function binds nothing outside of it.
    return [name, ...(part.match(/\bglobal [^\n]*/g) ?? [])];
  }
  return part.split("\n").map((line) => line.slice(0, 200).replace(/[=(].*/s, ""));
}

/** Words of Python itself are in every statement. */
const python = new Set(
  "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass print raise return True try while with yield self".split(
    " ",
  ),
);

/** What a statement binds, but for imports: those are used everywhere, and say nothing about where models are. */
function boundNames(text: string): Iterable<string> {
  if (/^\s*(?:import|from)\b/.test(text)) return [];
  return heads(text)
    .flatMap((head) => head.match(word) ?? [])
    .filter((name) => !python.has(name));
}

function someBound(text: string, wanted: ReadonlySet<string>): boolean {
  return heads(text).some((head) => someWord(head, wanted));
}
