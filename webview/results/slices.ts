/** The few slices that the view holds: asked for when drawn, dropped when the budget is full. Never a whole big tensor. */
import { MAX_SLICE_ELEMENTS, type ResultsFromView } from "../../extension/core/protocol/results.js";

/** A box of a tensor: where it starts, and how many of each axis. */
export interface Box {
  readonly tensor: number;
  readonly start: readonly number[];
  readonly count: readonly number[];
}

export type Slice =
  | { readonly status: "ready"; readonly values: Float32Array }
  | { readonly status: "pending" }
  | { readonly status: "failed"; readonly message: string };

const PENDING: Slice = { status: "pending" };

/** 16 MiB of float32. */
export const CACHE_ELEMENTS = 4_194_304;

export function elementsIn(count: readonly number[]): number {
  return count.reduce((product, size) => product * size, 1);
}

const keyOf = (box: Box): string => `${box.tensor}|${box.start.join(",")}|${box.count.join(",")}`;

export class SliceCache {
  private runId: string | null = null;
  /** In the order of use, the latest last. */
  private readonly slices = new Map<string, Slice>();
  private readonly asked = new Map<number, string>();
  private elements = 0;
  private nextId = 1;

  constructor(
    private readonly post: (message: ResultsFromView) => void,
    private readonly budget = CACHE_ELEMENTS,
  ) {}

  /** Forgets everything when another run is shown; its answers that still come are dropped. */
  show(runId: string | null): void {
    if (runId === this.runId) return;
    this.runId = runId;
    this.slices.clear();
    this.asked.clear();
    this.elements = 0;
  }

  /** The box if it is here; else it is asked for, once. */
  get(box: Box): Slice {
    const key = keyOf(box);
    const found = this.slices.get(key);
    if (found !== undefined) {
      this.slices.delete(key);
      this.slices.set(key, found);
      return found;
    }
    const size = elementsIn(box.count);
    if (this.runId === null || size === 0) return { status: "ready", values: new Float32Array(0) };
    if (size > MAX_SLICE_ELEMENTS) throw new RangeError(`A slice of ${size} elements is too large.`);
    const requestId = this.nextId++;
    this.slices.set(key, PENDING);
    this.asked.set(requestId, key);
    this.post({ type: "sliceRequested", requestId, runId: this.runId, tensor: box.tensor, start: box.start, count: box.count });
    return PENDING;
  }

  /** Takes an answer; false where nobody waits for it. */
  answer(requestId: number, result: Float32Array | string): boolean {
    const key = this.asked.get(requestId);
    if (key === undefined) return false;
    this.asked.delete(requestId);
    if (!this.slices.has(key)) return false;
    if (typeof result === "string") {
      this.slices.set(key, { status: "failed", message: result });
      return true;
    }
    this.slices.set(key, { status: "ready", values: result });
    this.elements += result.length;
    this.shrink(key);
    return true;
  }

  /** Lets the boxes that failed be asked for again. */
  retry(): void {
    for (const [key, slice] of this.slices) if (slice.status === "failed") this.slices.delete(key);
  }

  get held(): number {
    return this.elements;
  }

  private shrink(keep: string): void {
    for (const [key, slice] of this.slices) {
      if (this.elements <= this.budget) return;
      if (slice.status !== "ready" || key === keep) continue;
      this.slices.delete(key);
      this.elements -= slice.values.length;
    }
  }
}

/** The part [from, from + count) of an axis that a block of `size` aligned to its multiples covers. */
export function blockOf(index: number, size: number, length: number): { from: number; count: number } {
  const from = Math.floor(index / size) * size;
  return { from, count: Math.max(0, Math.min(size, length - from)) };
}
