/** Matrices that MATLAB, Octave and PyTorch print in pieces: `Columns 1 through 8`, and below the rest of each row. */
import { msg } from "../messages.js";
import { truncated } from "./refusals.js";
import { type Numbers, Refusal, type SelectionOptions } from "./selection.js";
import { readTable, type Table } from "./table.js";

const heading = /^[ \t]*Columns?[ \t]+(\d{1,7})(?:[ \t]+(?:through|to|and)[ \t]+(\d{1,7}))?[ \t]*:?[ \t]*$/gm;
/** Also a cheap look at texts that hold none. */
const first = /^\s*(?:[A-Za-z]\w*[ \t]*=[ \t]*\r?\n\s*)?Columns?[ \t]+1\b/;

interface Block {
  readonly numbers: Numbers;
  readonly from: number;
  readonly to: number;
}

/** null: the text is not printed so. Throws a Refusal where columns are missing. */
export function readWide(text: string, from: number, end: number, options: SelectionOptions): Table | null {
  if (!first.test(text.slice(from, from + 400))) return null;
  const heads = [...text.slice(from, end).matchAll(heading)];
  const blocks: Block[] = [];
  let next = 1;
  for (const [i, head] of heads.entries()) {
    const start = from + head.index;
    const firstColumn = Number(head[1]);
    const lastColumn = Number(head[2] ?? head[1]);
    if (firstColumn !== next || lastColumn < firstColumn) throw truncated({ text, start, end: start + head[0].length });
    next = lastColumn + 1;
    const table = readTable(text, start + head[0].length, from + (heads[i + 1]?.index ?? end - from), options);
    blocks.push({ numbers: table.numbers, from: firstColumn - 1, to: lastColumn });
  }
  return blocks.length === 0 ? null : sideBySide(blocks, { start: from, end });
}

function sideBySide(blocks: readonly Block[], place: { start: number; end: number }): Table {
  const columns = blocks[blocks.length - 1]?.to ?? 0;
  const rowsOf = ({ numbers, from, to }: Block): number => numbers.length / (to - from);
  const [one] = blocks;
  const rows = one === undefined ? 0 : rowsOf(one);
  const odd = blocks.find((block) => rowsOf(block) !== rows || !Number.isInteger(rows));
  if (one === undefined || odd !== undefined) {
    const words = msg("Columns {from} to {to} have {count} numbers, which are not {rows} full rows. Select the whole printed matrix.", {
      from: (odd?.from ?? 0) + 1,
      to: odd?.to ?? 0,
      count: odd?.numbers.length ?? 0,
      rows: Math.ceil(rows),
    });
    throw new Refusal("ragged", words, place.start, place.end);
  }
  const values = new Float32Array(rows * columns);
  const offsets = new Uint32Array(values.length);
  for (const { numbers, from, to } of blocks) {
    const width = to - from;
    for (let row = 0; row < rows; row++) {
      values.set(numbers.values.subarray(row * width, (row + 1) * width), row * columns + from);
      offsets.set(numbers.offsets.subarray(row * width, (row + 1) * width), row * columns + from);
    }
  }
  const shape = rows === 1 ? [columns] : [rows, columns];
  return {
    numbers: one.numbers,
    shaped: { shape, values, offsets, mask: null, maskShape: null },
    columns: null,
    notes: [],
    format: "matrix",
  };
}
