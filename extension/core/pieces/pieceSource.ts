/** An array that is read box by box, with all of its columns or some of them. */
import type { Box } from "../boxes.js";
import { readBox, type StoredArray } from "../formats/arrays.js";
import { badValue } from "../formats/finite.js";
import { UnrollError } from "../errors.js";
import { namesOfColumns } from "../reading/columns.js";

export interface PieceSource {
  /** As written. */
  readonly shape: readonly number[];
  readonly columns: readonly string[] | null;
  /** Row-major. @throws UnrollError where the file does not have it, or a number is not finite */
  read(box: Box): Promise<Float32Array>;
}

/** @param missing NaN stays, for a person's own rule */
export function sourceOf(array: StoredArray, missing: boolean): PieceSource {
  const { shape, columns } = array;
  return {
    shape,
    columns,
    read: async (box) => {
      const values = await readBox(array, box.start, box.count);
      if (!values.ok) throw new UnrollError(values.error);
      const bad = badValue(array, values.value, missing, box);
      if (bad !== null) throw new UnrollError(bad);
      return values.value;
    },
  };
}

/** Some entries of the last axis, as `takeColumns` takes them of numbers that are held. keep: ascending */
export function withColumns(source: PieceSource, keep: readonly number[]): PieceSource {
  return {
    shape: [...source.shape.slice(0, -1), keep.length],
    columns: namesOfColumns(source, keep),
    read: async ({ start, count }) => {
      const last = start.length - 1;
      const kept = keep.slice(start[last], (start[last] ?? 0) + (count[last] ?? 0));
      const first = kept[0] ?? 0;
      const width = (kept.at(-1) ?? 0) + 1 - first;
      const values = await source.read({ start: [...start.slice(0, -1), first], count: [...count.slice(0, -1), width] });
      const out = new Float32Array((values.length / width) * kept.length);
      for (let from = 0, to = 0; from < values.length; from += width)
        for (const column of kept) out[to++] = values[from + column - first] as number;
      return out;
    },
  };
}
