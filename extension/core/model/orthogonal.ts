/**
 * Orthogonal matrices by blocked Householder reflections in the compact WY form
 * (Schreiber & Van Loan 1989; Golub & Van Loan, Matrix Computations, 5.2).
 */
import type { Random } from "./random.js";

/** Columns a power of two apart would fall on each other in the cache. */
const PAD = 24;

interface Columns {
  /** With three columns more than count, as columns are taken in fours. */
  readonly values: Float64Array;
  /** From one column's first value to the next one's. */
  readonly stride: number;
  readonly rows: number;
  readonly count: number;
}

/** Reflections of one block; a block of 4096 rows stays in a core's second-level cache. */
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
  const a: Columns = { values: new Float64Array((tall + PAD) * (wide + 3)), stride: tall + PAD, rows: tall, count: wide };
  for (let j = 0; j < wide; j++) for (let i = 0; i < tall; i++) a.values[j * a.stride + i] = random.normal();
  const { blocks, signs } = factorise(a);
  const q = { ...a, values: a.values.fill(0) };
  for (let k = 0; k < wide; k++) q.values[k * q.stride + k] = 1;
  // Reflections after a column's own leave its unit vector alone.
  for (const block of blocks.reverse()) transform(block, q, block.start, false);
  const out = new Float64Array(rows * columns);
  for (let j = 0; j < wide; j++) {
    const scale = gain * (signs[j] as number);
    for (let i = 0; i < tall; i++)
      out[rows >= columns ? i * columns + j : j * columns + i] = scale * (q.values[j * q.stride + i] as number);
  }
  return out;
}

/** The product of `size` reflections, I − V·T·Vᵀ. */
interface Block {
  /** The first column, and the first row that is changed. */
  readonly start: number;
  readonly size: number;
  readonly rows: number;
  /** [size × stride], a reflection's vector after the other, zero above its one. */
  readonly v: Float64Array;
  readonly stride: number;
  /** [size × size], upper triangular, by rows. */
  readonly t: Float64Array;
}

/** Householder QR block by block: the blocks' reflections, and the signs of R's diagonal. Overwrites a. */
function factorise(a: Columns): { blocks: Block[]; signs: Float64Array } {
  const signs = new Float64Array(a.count);
  const blocks: Block[] = [];
  for (let start = 0; start < a.count; start += BLOCK) {
    const size = Math.min(BLOCK, a.count - start);
    const rows = a.rows - start;
    const stride = rows + PAD;
    const v = new Float64Array(size * stride);
    const tau = new Float64Array(size);
    for (let j = 0; j < size; j++) {
      const at = (start + j) * a.stride + start;
      const vector = v.subarray(j * stride, j * stride + rows);
      signs[start + j] = reflection(a.values.subarray(at, at + rows), vector, tau, j);
      for (let k = j + 1; k < size; k++) {
        const other = (start + k) * a.stride + start;
        addScaled(a.values, other, vector, -(tau[j] as number) * dot(vector, a.values, other, j), j);
      }
    }
    const block = { start, size, rows, v, stride, t: triangle(v, tau, size, rows, stride) };
    transform(block, a, start + size, true);
    blocks.push(block);
  }
  return { blocks, signs };
}

/** The reflection that turns `column` from row j on into (β, 0, …): writes its vector and tau, returns the sign of β. */
function reflection(column: Float64Array, vector: Float64Array, tau: Float64Array, j: number): number {
  let square = 0;
  for (let i = j + 1; i < column.length; i++) square += (column[i] as number) ** 2;
  const head = column[j] as number;
  vector[j] = 1;
  if (square === 0) return head < 0 ? -1 : 1;
  const norm = Math.sqrt(head * head + square);
  const beta = head >= 0 ? -norm : norm;
  tau[j] = (beta - head) / beta;
  const scale = 1 / (head - beta);
  for (let i = j + 1; i < column.length; i++) vector[i] = (column[i] as number) * scale;
  return beta < 0 ? -1 : 1;
}

/** T of I − V·T·Vᵀ, column by column. */
function triangle(v: Float64Array, tau: Float64Array, size: number, rows: number, stride: number): Float64Array {
  const t = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const scale = -(tau[j] as number);
    const vector = v.subarray(j * stride, j * stride + rows);
    const products = Float64Array.from({ length: j }, (_, i) => scale * dot(vector, v, i * stride, j));
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += (t[i * size + k] as number) * (products[k] as number);
      t[i * size + j] = sum;
    }
    t[j * size + j] = tau[j] as number;
  }
  return t;
}

/** Four sums at once: one alone would wait for each addition. */
function dot(vector: Float64Array, a: Float64Array, at: number, from: number): number {
  const end = vector.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = from;
  for (; i + 3 < end; i += 4) {
    s0 += (vector[i] as number) * (a[at + i] as number);
    s1 += (vector[i + 1] as number) * (a[at + i + 1] as number);
    s2 += (vector[i + 2] as number) * (a[at + i + 2] as number);
    s3 += (vector[i + 3] as number) * (a[at + i + 3] as number);
  }
  for (; i < end; i++) s0 += (vector[i] as number) * (a[at + i] as number);
  return s0 + s1 + (s2 + s3);
}

function addScaled(a: Float64Array, at: number, vector: Float64Array, scale: number, from: number): void {
  for (let i = from; i < vector.length; i++) a[at + i] = (a[at + i] as number) + scale * (vector[i] as number);
}

/** Applies the block (its transpose: the reflections in order) to a's columns from `from` on, four at a time. */
function transform(block: Block, a: Columns, from: number, transposed: boolean): void {
  const { size, start, t } = block;
  const w = new Float64Array(4 * size);
  const tw = new Float64Array(4 * size);
  for (let k = from; k < a.count; k += 4) {
    const at = k * a.stride + start;
    project(block, a.values, at, a.stride, w);
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        if (transposed) for (let j = 0; j <= i; j++) sum += (t[j * size + i] as number) * (w[4 * j + c] as number);
        else for (let j = i; j < size; j++) sum += (t[i * size + j] as number) * (w[4 * j + c] as number);
        tw[4 * i + c] = sum;
      }
    }
    for (let c = 0; c < 4 && k + c < a.count; c++) subtract(block, a.values, at + c * a.stride, tw, c);
  }
}

/** w = Vᵀ·C for the four columns of a from `a0` on, `apart` from each other: [size × 4]. Two vectors at a time: eight sums on six reads. */
function project({ size, rows, v, stride }: Block, a: Float64Array, a0: number, apart: number, w: Float64Array): void {
  const a1 = a0 + apart;
  const a2 = a1 + apart;
  const a3 = a2 + apart;
  for (let j = 0; j < size; j += 2) {
    const v0 = j * stride;
    // Past the last vector the last is taken again; the sums go where nothing reads them.
    const v1 = Math.min(j + 1, size - 1) * stride;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let r0 = 0;
    let r1 = 0;
    let r2 = 0;
    let r3 = 0;
    for (let i = j; i < rows; i++) {
      const x = v[v0 + i] as number;
      const y = v[v1 + i] as number;
      const c0 = a[a0 + i] as number;
      const c1 = a[a1 + i] as number;
      const c2 = a[a2 + i] as number;
      const c3 = a[a3 + i] as number;
      s0 += x * c0;
      s1 += x * c1;
      s2 += x * c2;
      s3 += x * c3;
      r0 += y * c0;
      r1 += y * c1;
      r2 += y * c2;
      r3 += y * c3;
    }
    const base = 4 * j;
    w[base] = s0;
    w[base + 1] = s1;
    w[base + 2] = s2;
    w[base + 3] = s3;
    w[base + 4] = r0;
    w[base + 5] = r1;
    w[base + 6] = r2;
    w[base + 7] = r3;
  }
}

/** Takes V·(column c of tw) from the column of a that starts at `at`, eight vectors at a time. */
function subtract({ size, rows, v, stride }: Block, a: Float64Array, at: number, tw: Float64Array, c: number): void {
  const factor = (j: number): number => tw[4 * j + c] as number;
  let j = 0;
  for (; j + 7 < size; j += 8) {
    const f0 = factor(j);
    const f1 = factor(j + 1);
    const f2 = factor(j + 2);
    const f3 = factor(j + 3);
    const f4 = factor(j + 4);
    const f5 = factor(j + 5);
    const f6 = factor(j + 6);
    const f7 = factor(j + 7);
    const v0 = j * stride;
    const v4 = v0 + 4 * stride;
    for (let i = j; i < rows; i++) {
      const p = v0 + i;
      const q = v4 + i;
      const low =
        f0 * (v[p] as number) + f1 * (v[p + stride] as number) + (f2 * (v[p + 2 * stride] as number) + f3 * (v[p + 3 * stride] as number));
      const high =
        f4 * (v[q] as number) + f5 * (v[q + stride] as number) + (f6 * (v[q + 2 * stride] as number) + f7 * (v[q + 3 * stride] as number));
      a[at + i] = (a[at + i] as number) - (low + high);
    }
  }
  for (; j < size; j++) addScaled(a, at, v.subarray(j * stride, j * stride + rows), -factor(j), j);
}
