/** What a file holds, as rows of a list: short names that still tell one from another, and a filter. */
import type { TensorFile } from "../../extension/core/protocol/tensor.js";
import { tupleText } from "../results/convention.js";
import { clip } from "../results/names.js";
import { formatBytes, t } from "../shared/l10n.js";

/** Names that take two lines make every row higher: rows of one height are found without looking at those before. */
const ROW = 40;
const TALL_ROW = 58;
/** Characters that a row has room for. */
const NAME = 30;
const PATH = 36;

export interface Entry {
  /** Index of the array; behind all arrays those that cannot be read. */
  readonly id: number;
  readonly name: string;
  /** The end of the name, which tells it from its neighbours. */
  readonly label: string;
  /** Where that stands in: the rest of a long name. */
  readonly within: string;
  readonly about: string;
  /** Why it cannot be read; null: it can. */
  readonly problem: string | null;
}

const known = new WeakMap<TensorFile, readonly Entry[]>();

/** Made once for a file: it may have thousands, and is drawn with every step of a scroll. */
export function entriesOf(file: TensorFile): readonly Entry[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const { arrays, refused } = file;
  const entries = [
    ...arrays.map(({ name, dtype, shape, bytes }, id) => ({
      ...{ id, name, ...shortened(name), problem: null },
      about: `${tupleText(shape)} · ${dtype} · ${formatBytes(bytes)}`,
    })),
    ...refused.map(({ name, reason }, i) => ({
      ...{ id: arrays.length + i, name, ...shortened(name) },
      ...{ about: t("cannot be read"), problem: reason },
    })),
  ];
  known.set(file, entries);
  return entries;
}

let last: { readonly entries: readonly Entry[]; readonly filter: string; readonly found: readonly Entry[] } | null = null;

/** Every word of the filter is in the name, or in what stands below it. */
export function filtered(entries: readonly Entry[], filter: string): readonly Entry[] {
  if (last?.entries !== entries || last.filter !== filter) last = { entries, filter, found: find(entries, filter) };
  return last.found;
}

function find(entries: readonly Entry[], filter: string): readonly Entry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return words.length === 0
    ? entries
    : entries.filter(({ name, about }) => words.every((word) => `${name} ${about}`.toLowerCase().includes(word)));
}

/** "model.la….q_proj.weight". */
export function middle(name: string, most = NAME): string {
  const letters = [...name.slice(0, 4096)];
  if (letters.length <= most) return clip(name);
  return clip(`${letters.slice(0, 9).join("")}…${letters.slice(10 - most).join("")}`);
}

/** "q_proj.weight" within "model.layers.10.self_attn"; a short name stays whole. */
export function shortened(name: string): { label: string; within: string } {
  if (name.length <= NAME) return { label: clip(name), within: "" };
  const parts = name.slice(-4096).split(/(?<=[./])/);
  let label = parts.pop() ?? "";
  while (parts.length > 0 && label.length + (parts.at(-1) ?? "").length <= NAME) label = `${parts.pop() ?? ""}${label}`;
  const within = parts.join("").replace(/[./]$/, "");
  return { label: middle(label), within: within.length <= PATH ? clip(within) : clip(`…${within.slice(1 - PATH)}`) };
}

export function rowHeight(entries: readonly Entry[]): number {
  return entries.some(({ within }) => within !== "") ? TALL_ROW : ROW;
}
