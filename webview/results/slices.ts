/** The few slices and bands that the view holds. Never a whole big tensor. */
import type { BandBox, BandValues } from "../../extension/core/band.js";
import { MAX_SLICE_ELEMENTS, type ResultsFromView } from "../../extension/core/protocol/results.js";
import { type Found, RequestCache, requestIds, type Requests } from "./requestCache.js";

/** A box of a tensor: where it starts, and how many of each axis. */
export interface Box {
  readonly tensor: number;
  readonly start: readonly number[];
  readonly count: readonly number[];
}

export type Slice = Found<Float32Array>;

/** 16 MiB of float32. */
export const CACHE_ELEMENTS = 4_194_304;

export function elementsIn(count: readonly number[]): number {
  return count.reduce((product, size) => product * size, 1);
}

export class SliceCache extends RequestCache<Box, Float32Array> {
  constructor(post: (message: ResultsFromView) => void, nextId = requestIds(), budget = CACHE_ELEMENTS) {
    const requests: Requests<Box, Float32Array> = {
      key: ({ tensor, start, count }) => `${tensor}|${start.join(",")}|${count.join(",")}`,
      size: (values) => values.length,
      ask: (requestId, runId, { tensor, start, count }) => post({ type: "sliceRequested", requestId, runId, tensor, start, count }),
      budget,
    };
    super(requests, nextId);
  }

  /** The box if it is here; else it is asked for, once. */
  override get(box: Box): Slice {
    const size = elementsIn(box.count);
    if (size > MAX_SLICE_ELEMENTS) throw new RangeError(`A slice of ${size} elements is too large.`);
    return size === 0 ? { status: "ready", values: new Float32Array(0) } : super.get(box);
  }
}

/** 8 MiB: the strips of one tab, and those of a zoom before. */
const BAND_ELEMENTS = 2_097_152;

export interface BandQuery {
  readonly tensor: number;
  readonly box: BandBox;
}

export class BandCache extends RequestCache<BandQuery, BandValues> {
  constructor(post: (message: ResultsFromView) => void, nextId = requestIds()) {
    super({ ...bands, ask: (requestId, runId, query) => post({ type: "bandRequested", requestId, runId, ...query }) }, nextId);
  }
}

/** What bands have in common, whatever they are of. */
export const bands = {
  key: ({ tensor, box }: BandQuery): string =>
    [tensor, box.batch, box.from, box.steps, box.unit, box.units, box.stepsPer, box.unitsPer, box.lead].join(","),
  size: ({ low, high }: BandValues): number => low.length + high.length,
  budget: BAND_ELEMENTS,
};

/** The part [from, from + count) of an axis that a block of `size` aligned to its multiples covers. */
export function blockOf(index: number, size: number, length: number): { from: number; count: number } {
  const from = Math.floor(index / size) * size;
  return { from, count: Math.max(0, Math.min(size, length - from)) };
}
