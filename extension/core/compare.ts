/** How far two devices are apart on the same tensor, step by step, in pieces: neither tensor has to be there whole. */
import type { PairCheck, TensorCheck } from "./protocol/check.js";

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** float32 against float64: what the vectors of the tests are held to. */
export const checkTolerance: Tolerance = { absolute: 1e-5, relative: 1e-4 };

/** Entries of a tensor's differences by step; with more steps than these, each entry is the largest of several. */
export const MAX_STEP_ENTRIES = 64;

export type TensorDifference = Pick<TensorCheck, "largest" | "ofTolerance" | "at" | "mismatched" | "span" | "steps" | "firstBeyond">;

export class TensorComparison {
  private largest = 0;
  private ofTolerance = 0;
  /** Flat index of the worst; −1: all equal. */
  private worst = -1;
  private mismatched = 0;
  private firstBeyond = Infinity;
  private readonly units: number;
  private readonly timesteps: number;
  private readonly span: number;
  private readonly steps: Float64Array;

  /** @param shape of the whole tensor. With three axes the second is time. */
  constructor(
    readonly shape: readonly number[],
    private readonly tolerance: Tolerance = checkTolerance,
  ) {
    const timed = shape.length === 3;
    this.units = timed ? (shape[2] as number) : 1;
    this.timesteps = timed ? (shape[1] as number) : 0;
    this.span = Math.max(1, Math.ceil(this.timesteps / MAX_STEP_ENTRIES));
    this.steps = new Float64Array(Math.ceil(this.timesteps / this.span));
  }

  /** Takes the elements from the flat index `from` on, of both. The pieces come in any order, each element once. */
  add(got: ArrayLike<number>, reference: ArrayLike<number>, from: number): void {
    const { absolute, relative } = this.tolerance;
    for (let k = 0; k < reference.length; k++) {
      const [a, b] = [got[k] as number, reference[k] as number];
      if (a === b) continue;
      const difference = Math.abs(a - b);
      // NaN, and infinities that are not the same on both sides, have no distance: equal, or as far apart as can be.
      if (!Number.isFinite(difference)) {
        if (a !== a && b !== b) continue;
        this.mismatched++;
        this.note(from + k, Infinity);
      } else {
        if (difference > this.largest) this.largest = difference;
        this.noteStep(from + k, difference);
        this.note(from + k, difference / (absolute + relative * Math.abs(b)));
      }
    }
  }

  result(): TensorDifference {
    return {
      largest: this.largest,
      ofTolerance: Number.isFinite(this.ofTolerance) ? this.ofTolerance : null,
      at: this.worst < 0 ? null : this.place(this.worst),
      mismatched: this.mismatched,
      span: this.span,
      steps: [...this.steps],
      firstBeyond: Number.isFinite(this.firstBeyond) ? this.firstBeyond : null,
    };
  }

  /** Of equally bad places the first counts, so that pieces may come in any order. */
  private note(index: number, ratio: number): void {
    if (ratio > this.ofTolerance || (ratio === this.ofTolerance && index < this.worst)) {
      this.ofTolerance = ratio;
      this.worst = index;
    }
    if (ratio > 1 && this.timesteps > 0) this.firstBeyond = Math.min(this.firstBeyond, this.stepOf(index));
  }

  private noteStep(index: number, difference: number): void {
    if (this.timesteps === 0) return;
    const entry = Math.floor(this.stepOf(index) / this.span);
    if (difference > (this.steps[entry] as number)) this.steps[entry] = difference;
  }

  private stepOf(index: number): number {
    return Math.floor(index / this.units) % this.timesteps;
  }

  private place(index: number): number[] {
    let rest = index;
    return this.shape
      .map((_, i) => this.shape.length - 1 - i)
      .map((axis) => {
        const size = this.shape[axis] as number;
        const at = rest % size;
        rest = Math.floor(rest / size);
        return at;
      })
      .reverse();
  }
}

export function tensorAgrees(tensor: TensorDifference): boolean {
  return tensor.mismatched === 0 && tensor.ofTolerance !== null && tensor.ofTolerance <= 1;
}

export function pairAgrees(pair: PairCheck): boolean {
  return pair.tensors.every(tensorAgrees);
}

/** The largest difference of a pair, over all its tensors. */
export function largestOf(pair: PairCheck): number {
  return pair.tensors.reduce((largest, tensor) => Math.max(largest, tensor.largest), 0);
}

/** The tensor that is worst against the tolerance: by it a pair agrees or not. */
export function worstOf(pair: PairCheck): TensorCheck | null {
  const ratio = (tensor: TensorCheck): number => tensor.ofTolerance ?? Infinity;
  return pair.tensors.reduce<TensorCheck | null>(
    (worst, tensor) => (worst === null || ratio(tensor) > ratio(worst) ? tensor : worst),
    null,
  );
}

/**
 * Where two devices part first: in the first layer that is beyond the tolerance its earliest step; the tensor that has it. A tensor without
 * steps (a last state, an output without time) is named where no other of its layer is beyond.
 */
export function firstBeyond(pair: PairCheck): TensorCheck | null {
  const layer = pair.tensors.find((tensor) => !tensorAgrees(tensor))?.layer;
  const step = (tensor: TensorCheck): number => tensor.firstBeyond ?? Infinity;
  return pair.tensors
    .filter((tensor) => tensor.layer === layer && !tensorAgrees(tensor))
    .reduce<TensorCheck | null>((first, tensor) => (first === null || step(tensor) < step(first) ? tensor : first), null);
}

/** One series of steps for each run of a layer through time. */
export interface StepSeries {
  readonly layer: number;
  readonly layerName: string;
  /** "", "forward/", "backward/", "cells/0/" … */
  readonly prefix: string;
  readonly timesteps: number;
  readonly span: number;
  readonly steps: readonly number[];
  readonly firstBeyond: number | null;
}

/**
 * The largest differences of a pair by layer and step: over the states and gates of a direction, in the order in which it takes its steps;
 * of a layer that keeps none, over its output.
 */
export function stepSeries(pair: PairCheck): StepSeries[] {
  const series = new Map<string, StepSeries>();
  const traced = new Set(pair.tensors.filter((tensor) => isTrace(tensor.name)).map((tensor) => tensor.layer));
  for (const tensor of pair.tensors) {
    if (tensor.steps.length === 0 || (traced.has(tensor.layer) && !isTrace(tensor.name))) continue;
    const prefix = /^(?:forward\/|backward\/|cells\/\d+\/)?/.exec(tensor.name)?.[0] ?? "";
    const key = `${tensor.layer} ${prefix}`;
    const known = series.get(key);
    const { layer, layerName, span, steps, firstBeyond } = tensor;
    const timesteps = tensor.shape[1] as number;
    if (known === undefined) series.set(key, { layer, layerName, prefix, timesteps, span, steps, firstBeyond });
    else
      series.set(key, {
        ...known,
        steps: known.steps.map((value, i) => Math.max(value, steps[i] ?? 0)),
        firstBeyond: known.firstBeyond === null ? firstBeyond : Math.min(known.firstBeyond, firstBeyond ?? Infinity),
      });
  }
  return [...series.values()];
}

function isTrace(name: string): boolean {
  return /(^|\/)(states|gates)\//.test(name);
}
