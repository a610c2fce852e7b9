/** Names that a model's code uses and nothing in the source binds: a person can say what they are. */
import type { CodeReading } from "./readings.js";

const name = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** In the order of the source. More complicated expressions are for the code itself to change. */
export function openNames(source: string, { problems }: CodeReading): string[] {
  const texts = problems.map(({ start, end }) => source.slice(start, end));
  return [...new Set(texts.filter((text) => name.test(text) && !new RegExp(`(?<![.\\w])${text}\\s*\\(`, "u").test(source)))];
}

/** A Python literal that a layer's argument can be. */
export function isLiteral(text: string): boolean {
  return /^(?:-?\d+|-?\d*\.\d+|-?\d+\.\d*|True|False|None|"\w*"|'\w*')$/.test(text.trim());
}

/** The same reading of a source in which it stands elsewhere. */
export function movedBy(reading: CodeReading, by: number): CodeReading {
  const moved = <T extends { readonly start: number; readonly end: number }>(place: T): T => ({
    ...place,
    start: place.start + by,
    end: place.end + by,
  });
  const layers = reading.layers.map((layer) => ({ ...moved(layer), fixes: layer.fixes.map(moved) }));
  return { ...moved(reading), layers, problems: reading.problems.map(moved) };
}
