/** Example numbers in the shape that a model reads, for who has no data yet. */
import { wantedRank } from "../model/input.js";
import type { ModelSpec } from "../model/spec.js";

/** What the tutorial's first example has. */
const STEPS = 4;
const FEATURES = 5;
/** More numbers are no example any more. */
const MOST = 20_000;

export interface Example {
  readonly shape: readonly number[];
  /** A nested Python list. */
  readonly text: string;
}

/** One sequence; the same for the same model. null: the model wants more numbers than anyone would look at. */
export function exampleFor(model: ModelSpec): Example | null {
  const { input } = model;
  const [first] = model.layers;
  const rank = input?.length ?? wantedRank(model) ?? 3;
  if (rank < 2 || rank > 3 || first === undefined) return null;
  const ids = first.className === "Embedding";
  const batch = input?.[0] ?? 1;
  const features = ids ? 1 : (input?.at(-1) ?? FEATURES);
  const steps = ids ? (input?.[1] ?? STEPS) : rank === 3 ? (input?.[1] ?? STEPS) : 1;
  if (batch * features * steps > MOST) return null;
  // A wave for each feature reads better than noise; ids only have to be in the table.
  const number = (b: number, t: number, d: number): string =>
    ids ? String((b + t + 1) % first.inputDim) : Math.sin(0.7 * (t + 1) + 1.3 * d + 2.1 * b).toFixed(2);
  const list = (n: number, item: (i: number) => string): string => `[${Array.from({ length: n }, (_, i) => item(i)).join(", ")}]`;
  const rows = Array.from({ length: batch }, (_, b) => {
    if (ids) return list(steps, (t) => number(b, t, 0));
    if (rank === 2) return list(features, (d) => number(b, 0, d));
    return `[\n${Array.from({ length: steps }, (_, t) => `        ${list(features, (d) => number(b, t, d))},\n`).join("")}    ]`;
  });
  const shape = ids ? [batch, steps] : rank === 2 ? [batch, features] : [batch, steps, features];
  return { shape, text: `[\n${rows.map((row) => `    ${row},\n`).join("")}]` };
}
