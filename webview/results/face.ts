/** What stands on the front of a shape box: which cells, and whether their numbers fit. Pure. */
import type { LayerSpec } from "../../extension/core/model/spec.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { axesOf, type Convention, type ShownAxis } from "./convention.js";
import { elementsOf } from "./outputs.js";

/** Tensors up to this many elements show their numbers in the card. */
export const SMALL = 64;
const MOST_ROWS = 16;
const MOST_COLUMNS = 29;

export interface FacePlan {
  readonly axes: readonly ShownAxis[];
  readonly rows: ShownAxis | null;
  readonly columns: ShownAxis;
  /** Axes behind the face, outermost first. */
  readonly behind: readonly ShownAxis[];
  readonly small: boolean;
  /** Cells that are drawn; fewer than the sizes where the box is cut. */
  readonly shownRows: number;
  readonly shownColumns: number;
  /** The slice to ask for, in stored axes. */
  readonly start: readonly number[];
  readonly count: readonly number[];
  /** Slabs behind one another, each an index for every axis of `behind`; only the first where the tensor is not small. */
  readonly slabs: readonly (readonly number[])[];
}

export function facePlan(tensor: TensorView, spec: LayerSpec | null, convention: Convention): FacePlan {
  const axes = axesOf(tensor, spec, convention);
  const columns = axes.at(-1) ?? { name: "units", size: 1, stored: 0 };
  const rows = axes.at(-2) ?? null;
  const behind = axes.slice(0, -2);
  const small = elementsOf(tensor) <= SMALL && columns.size <= 16;
  const shownRows = Math.min(rows?.size ?? 1, small ? SMALL : MOST_ROWS);
  const shownColumns = Math.min(columns.size, small ? SMALL : MOST_COLUMNS);
  const last = tensor.shape.length - 1;
  const count = tensor.shape.map((size, i) => {
    if (small) return size;
    if (i === last) return Math.min(size, shownColumns);
    return i === rows?.stored ? shownRows : Math.min(size, 1);
  });
  return {
    axes,
    rows,
    columns,
    behind,
    small,
    shownRows,
    shownColumns,
    start: tensor.shape.map(() => 0),
    count,
    slabs: small ? slabsOf(behind) : [behind.map(() => 0)],
  };
}

function slabsOf(behind: readonly ShownAxis[]): number[][] {
  return behind.reduce<number[][]>((all, axis) => all.flatMap((index) => Array.from({ length: axis.size }, (_, i) => [...index, i])), [[]]);
}

/** Where the value at a face's row and column lies in the slice's values. */
export function offsetIn(plan: FacePlan, slab: readonly number[], row: number, column: number): number {
  const shown = [...slab, ...(plan.rows === null ? [] : [row]), column];
  const index = plan.count.map(() => 0);
  const last = plan.count.length - 1;
  plan.axes.forEach((axis, i) => {
    const at = shown[i] ?? 0;
    if (axis.stored === null) index[last] = (index[last] ?? 0) + at * plan.columns.size;
    else index[axis.stored] = (index[axis.stored] ?? 0) + at;
  });
  return index.reduce((offset, at, i) => offset * (plan.count[i] ?? 1) + at, 0);
}

/** "[1, :, :]": which slab of the shown tensor. */
export function slabText(plan: FacePlan, slab: readonly number[]): string {
  return `[${[...slab.map(String), ...(plan.rows === null ? [] : [":"]), ":"].join(", ")}]`;
}
