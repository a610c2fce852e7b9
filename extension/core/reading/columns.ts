/** The names of features, and which of them are read. */
import type { SelectionNumbers } from "../text/selection.js";
import type { Reading } from "./reading.js";

export interface Named extends Pick<SelectionNumbers, "columns"> {
  readonly shape: readonly number[];
}

/** The header's names, or "1", "2" and so on; a list has no columns. */
export function columnNames({ shape, columns }: Named): readonly string[] {
  if (shape.length < 2) return [];
  const width = shape[shape.length - 1] ?? 0;
  return Array.from({ length: width }, (_, i) => columns?.[i] ?? String(i + 1));
}

/** Those of some columns: without a header, too, they keep the number that they had among all. */
export function namesOfColumns(numbers: Named, keep: readonly number[]): readonly string[] {
  const names = columnNames(numbers);
  return keep.map((column) => names[column] ?? "");
}

/** Indices of the columns that a reading keeps; null: all, also where none of its names is there. */
export function keptColumns(numbers: Named, { columns }: Pick<Reading, "columns">): readonly number[] | null {
  if (columns === null) return null;
  const chosen = new Set(columns);
  const names = columnNames(numbers);
  const kept = names.flatMap((name, i) => (chosen.has(name) ? [i] : []));
  return kept.length === 0 || kept.length === names.length ? null : kept;
}
