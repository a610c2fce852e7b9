/** Which box of an array, as written, are some steps of some sequences, by the reading of its axes. */
import type { Box } from "../boxes.js";
import { viewOf } from "../reading/grid.js";
import type { Reading, Target } from "../reading/reading.js";
import type { Result } from "../result.js";
import type { Piece, Sizes } from "./pieces.js";

/** The array's sizes as sequences, or why it has none. */
export function sizesOf(shape: readonly number[], reading: Reading, target: Target): Result<Sizes> {
  const view = viewOf(shape, reading, target);
  return view.ok ? { ok: true, value: view.value.sizes } : view;
}

type Role = "batch" | "steps" | "features";

/** What each written axis is, as `viewOf` reads it. */
function rolesOf(rank: number, { axes }: Pick<Reading, "axes">, target: Target): readonly Role[] {
  const swapped = axes === "swapped";
  if (rank === 1) {
    if (axes === "rows") return ["batch"];
    return (target === "samples" ? !swapped : swapped) ? ["features"] : ["steps"];
  }
  if (rank === 2) {
    const rows = target === "ids" || (axes === "rows" && target === "sequences");
    if (rows) return swapped ? ["steps", "batch"] : ["batch", "steps"];
    return swapped ? ["features", "steps"] : ["steps", "features"];
  }
  return swapped ? ["steps", "batch", "features"] : ["batch", "steps", "features"];
}

/** All features of the piece's steps. */
export function boxOf(
  shape: readonly number[],
  reading: Reading,
  target: Target,
  piece: Pick<Piece, "batch" | "sequences" | "step" | "steps">,
): Box {
  const roles = rolesOf(shape.length, reading, target);
  const of = { batch: [piece.batch, piece.sequences], steps: [piece.step, piece.steps] } as const;
  const range = (role: Role | undefined, size: number): readonly [number, number] =>
    role === "batch" || role === "steps" ? of[role] : [0, size];
  const ranges = shape.map((size, axis) => range(roles[axis], size));
  return { start: ranges.map(([start]) => start), count: ranges.map(([, count]) => count) };
}
