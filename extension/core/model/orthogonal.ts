/** Orthogonal matrices by Householder reflections, worked off in panels that stay in cache (Golub & Van Loan, Matrix Computations, 5.2). */
import type { Random } from "./random.js";

const BLOCK = 32;

/**
 * A [rows, columns] matrix with orthonormal rows or columns, whichever are fewer, times `gain`; more axes are flattened but the last.
 * As Keras: Q of a normal matrix, its columns signed by R's diagonal.
 */
export function orthogonal(shape: readonly number[], gain: number, random: Random): Float64Array {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, d) => product * d, 1);
  const tall = Math.max(rows, columns);
  const wide = Math.min(rows, columns);
  // Kept by columns, so that every loop runs along memory: column j is a[j * tall …].
  const a = Float64Array.from({ length: tall * wide }, () => random.normal());
  const signs = factorise(a, tall, wide);
  const q = accumulate(a, signs.tau, tall, wide);
  const out = new Float64Array(rows * columns);
  for (let j = 0; j < wide; j++) {
    const scale = gain * (signs.diagonal[j] as number);
    for (let i = 0; i < tall; i++) {
      const at = rows >= columns ? i * columns + j : j * columns + i;
      out[at] = scale * (q[j * tall + i] as number);
    }
  }
  return out;
}

interface Factors {
  /** Of each reflection I − tau·v·vᵀ; v stands below the diagonal of its column, v₀ = 1 implied. */
  readonly tau: Float64Array;
  /** Sign of R's diagonal. */
  readonly diagonal: Float64Array;
}

/** Householder QR in place, panel by panel. a: [tall × wide], by columns. */
function factorise(a: Float64Array, tall: number, wide: number): Factors {
  const tau = new Float64Array(wide);
  const diagonal = new Float64Array(wide);
  for (let start = 0; start < wide; start += BLOCK) {
    const end = Math.min(start + BLOCK, wide);
    for (let j = start; j < end; j++) {
      reflect(a, tau, diagonal, j, tall);
      for (let k = j + 1; k < end; k++) apply(a, j, k * tall, tau[j] as number, tall);
    }
    // One pass over each later column for the whole panel keeps the panel in cache.
    for (let k = end; k < wide; k++) for (let j = start; j < end; j++) apply(a, j, k * tall, tau[j] as number, tall);
  }
  return { tau, diagonal };
}

/** Makes column j's reflection: its tail becomes v. */
function reflect(a: Float64Array, tau: Float64Array, diagonal: Float64Array, j: number, tall: number): void {
  const base = j * tall;
  let square = 0;
  for (let i = j + 1; i < tall; i++) square += (a[base + i] as number) ** 2;
  const head = a[base + j] as number;
  const norm = Math.sqrt(head * head + square);
  const beta = head >= 0 ? -norm : norm;
  diagonal[j] = beta < 0 ? -1 : 1;
  if (square === 0) {
    tau[j] = 0;
    diagonal[j] = head < 0 ? -1 : 1;
    return;
  }
  tau[j] = (beta - head) / beta;
  const scale = 1 / (head - beta);
  for (let i = j + 1; i < tall; i++) a[base + i] = (a[base + i] as number) * scale;
}

/** Applies reflection j of `a` to the column that starts at `at` in `target`. */
function apply(a: Float64Array, j: number, at: number, tau: number, tall: number, target: Float64Array = a): void {
  if (tau === 0) return;
  const base = j * tall;
  let dot = target[at + j] as number;
  for (let i = j + 1; i < tall; i++) dot += (a[base + i] as number) * (target[at + i] as number);
  dot *= tau;
  target[at + j] = (target[at + j] as number) - dot;
  for (let i = j + 1; i < tall; i++) target[at + i] = (target[at + i] as number) - dot * (a[base + i] as number);
}

/** The first `wide` columns of Q, by columns. */
function accumulate(a: Float64Array, tau: Float64Array, tall: number, wide: number): Float64Array {
  const q = new Float64Array(tall * wide);
  for (let k = 0; k < wide; k++) {
    q[k * tall + k] = 1;
    // Reflections after k leave the unit vector alone.
    for (let j = k; j >= 0; j--) apply(a, j, k * tall, tau[j] as number, tall, q);
  }
  return q;
}
