/** The memory horizon as people look at it: how much of each step is left, what was heard of the input; small however long the sequence. */

/** Points of a curve, and cells of a heat map, that one answer holds. */
export const MAX_POINTS = 2048;
export const MAX_HEARD_STEPS = 512;
export const MAX_HEARD_FEATURES = 128;

/** Below this share of a change its step is all but forgotten; above, the state explodes. */
export const VANISHES = 0.01;
export const EXPLODES = 10;

export interface Heard {
  /** From 0. */
  readonly step: number;
  readonly feature: number;
  /** |∂(Σ h_T)/∂x|. */
  readonly size: number;
}

export interface Memory {
  /** ‖∂h_T/∂h_t‖ / √units in the order in which the layer takes its steps; each entry is the largest of `span` steps. */
  readonly shares: Float64Array;
  readonly span: number;
  readonly steps: number;
  /** Steps, counted back from the last one, until less than half is left, and stays so; null: more than half is left of the first step. */
  readonly halfLife: number | null;
  /** Of all steps. */
  readonly largest: number;
  /** Of the first step that the layer takes. */
  readonly first: number;
  /** ∂(Σ h_T)/∂x, each cell that of largest size among its steps and features. */
  readonly heard: Float32Array;
  readonly heardShape: readonly number[];
  readonly heardSpan: readonly number[];
  readonly most: Heard | null;
  readonly least: Heard | null;
}

/** @param stateNorms ‖∂h_T/∂h_t‖ by step @param gradient [T, D] or [D] */
export function memoryOf(
  stateNorms: Float64Array,
  units: number,
  gradient: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): Memory {
  const shares = stateNorms.map((norm) => norm / Math.sqrt(units));
  const span = Math.max(1, Math.ceil(shares.length / MAX_POINTS));
  const steps = shares.length;
  return {
    shares: Float64Array.from({ length: Math.ceil(steps / span) }, (_, i) => largestOf(shares.subarray(i * span, (i + 1) * span))),
    span,
    steps,
    halfLife: halfLifeOf(shares),
    largest: largestOf(shares),
    first: shares[0] ?? 0,
    ...heardOf(gradient),
  };
}

/** NaN is the largest of all: it must not get lost. */
function largestOf(values: Float64Array): number {
  let largest = 0;
  for (const v of values) if (v > largest || Number.isNaN(v)) largest = v;
  return largest;
}

function halfLifeOf(shares: Float64Array): number | null {
  let kept = shares.findIndex((share) => share >= 0.5);
  if (kept < 0) kept = shares.length - 1;
  return kept === 0 ? null : shares.length - kept;
}

function heardOf({ shape, data }: Parameters<typeof memoryOf>[2]): Pick<Memory, "heard" | "heardShape" | "heardSpan" | "most" | "least"> {
  const features = shape.at(-1) as number;
  const steps = data.length / features;
  const heardSpan = [Math.max(1, Math.ceil(steps / MAX_HEARD_STEPS)), Math.max(1, Math.ceil(features / MAX_HEARD_FEATURES))] as const;
  const heardShape = [Math.ceil(steps / heardSpan[0]), Math.ceil(features / heardSpan[1])] as const;
  const heard = new Float32Array(heardShape[0] * heardShape[1]);
  let most: Heard | null = null;
  let least: Heard | null = null;
  for (let i = 0; i < data.length; i++) {
    const [step, feature] = [Math.floor(i / features), i % features];
    const cell = Math.floor(step / heardSpan[0]) * heardShape[1] + Math.floor(feature / heardSpan[1]);
    const value = data[i] as number;
    const size = Math.abs(value);
    if (size > Math.abs(heard[cell] as number) || Number.isNaN(value)) heard[cell] = value;
    if (most === null || size > most.size) most = { step, feature, size };
    if (least === null || size < least.size) least = { step, feature, size };
  }
  return { heard, heardShape, heardSpan, most, least };
}
