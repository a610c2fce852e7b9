import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkTolerance,
  firstBeyond,
  largestOf,
  MAX_STEP_ENTRIES,
  pairAgrees,
  stepSeries,
  TensorComparison,
  type TensorDifference,
  worstOf,
} from "./compare.js";
import type { PairCheck, TensorCheck } from "./protocol/check.js";

const compare = (shape: readonly number[], got: ArrayLike<number>, reference: ArrayLike<number>): TensorDifference => {
  const comparison = new TensorComparison(shape);
  comparison.add(got, reference, 0);
  return comparison.result();
};

/** Numbers of all sizes, some of them close to their counterpart, some special. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 }) },
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 3.4028234663852886e38),
);
const pair = fc.tuple(number, fc.constantFrom(0, 0, 1e-7, 1e-5, 1e-3, NaN)).map(([a, off]) => [a, Math.fround(a + off)] as const);
const shape = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }));
const tensors = shape.chain(([b, t, u]) =>
  fc.array(pair, { minLength: b * t * u, maxLength: b * t * u }).map((pairs) => ({ shape: [b, t, u], pairs })),
);

const ratio = (a: number, b: number): number => {
  if (Object.is(a, b) || a === b) return 0;
  const difference = Math.abs(a - b);
  return Number.isFinite(difference) ? difference / (checkTolerance.absolute + checkTolerance.relative * Math.abs(b)) : Infinity;
};

describe("comparing tensors", () => {
  it("equals what is computed number by number", () => {
    fc.assert(
      fc.property(tensors, ({ shape: dims, pairs }) => {
        const [got, reference] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const result = compare(dims, got, reference);
        const ratios = pairs.map(([a, b]) => ratio(a, b));
        const finite = pairs.map(([a, b]) => Math.abs(a - b)).filter(Number.isFinite);
        assert.equal(result.largest, Math.max(0, ...finite));
        assert.equal(result.mismatched, ratios.filter((r) => r === Infinity).length);
        assert.equal(result.ofTolerance ?? Infinity, Math.max(0, ...ratios));
        const [, time, units] = dims as [number, number, number];
        const beyond = ratios.flatMap((r, i) => (r > 1 ? [Math.floor(i / units) % time] : []));
        assert.equal(result.firstBeyond, beyond.length === 0 ? null : Math.min(...beyond));
        const worst = ratios.indexOf(Math.max(...ratios));
        const at = [Math.floor(worst / (time * units)), Math.floor(worst / units) % time, worst % units];
        assert.deepEqual(result.at, Math.max(...ratios) === 0 ? null : at);
        for (let step = 0; step < time; step++) {
          const there = pairs.flatMap(([a, b], i) => (Math.floor(i / units) % time === step ? [Math.abs(a - b)] : []));
          assert.equal(result.steps[step], Math.max(0, ...there.filter(Number.isFinite)));
        }
      }),
    );
  });

  it("does not depend on the pieces, nor on their order", () => {
    fc.assert(
      fc.property(tensors, fc.integer({ min: 1, max: 7 }), fc.boolean(), ({ shape: dims, pairs }, size, reversed) => {
        const [got, reference] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const comparison = new TensorComparison(dims);
        const starts = Array.from({ length: Math.ceil(got.length / size) }, (_, i) => i * size);
        for (const from of reversed ? starts.reverse() : starts)
          comparison.add(got.slice(from, from + size), reference.slice(from, from + size), from);
        assert.deepEqual(comparison.result(), compare(dims, got, reference));
      }),
    );
  });

  it("joins many steps, and still names the first one beyond", () => {
    const steps = 1000;
    const got = new Float32Array(steps).fill(1);
    got[777] = 1.5;
    const result = compare([1, steps, 1], got, new Float32Array(steps).fill(1));
    assert.ok(result.steps.length <= MAX_STEP_ENTRIES);
    assert.equal(result.steps[Math.floor(777 / result.span)], 0.5);
    assert.equal(
      result.steps.reduce((sum, value) => sum + value, 0),
      0.5,
    );
    assert.equal(result.firstBeyond, 777);
  });

  it("finds no step where there is no time", () => {
    const { steps, firstBeyond: first, at } = compare([2, 2], [0, 0, 0, 9], [0, 0, 0, 0]);
    assert.deepEqual({ steps, first, at }, { steps: [], first: null, at: [1, 1] });
  });
});

describe("what a check says of two devices", () => {
  const tensor = (layer: number, name: string, steps: readonly number[], changes: Partial<TensorCheck> = {}): TensorCheck => ({
    layer,
    layerName: `layer_${layer}`,
    className: "LSTM",
    name,
    shape: [1, steps.length, 1],
    largest: Math.max(0, ...steps),
    ofTolerance: 0.5,
    at: null,
    mismatched: 0,
    steps,
    span: 1,
    firstBeyond: null,
    ...changes,
  });
  const pairOf = (...checks: TensorCheck[]): PairCheck => ({ kind: "cpu", name: "CPU", tensors: checks });

  it("names the first layer that parts, and there the earliest step", () => {
    const pair = pairOf(
      tensor(0, "output", [1e-7, 2e-7]),
      tensor(1, "output", [0, 0, 3], { ofTolerance: 99, firstBeyond: 2 }),
      tensor(1, "h", [], { ofTolerance: 120 }),
      tensor(1, "gates/i", [0, 2, 3], { ofTolerance: 40, firstBeyond: 1 }),
      tensor(2, "output", [5], { ofTolerance: 500, firstBeyond: 0 }),
    );
    assert.equal(pairAgrees(pair), false);
    assert.deepEqual([firstBeyond(pair)?.name, firstBeyond(pair)?.firstBeyond], ["gates/i", 1]);
    assert.equal(worstOf(pair)?.layer, 2);
    assert.equal(largestOf(pair), 5);
  });

  it("counts what has no distance as the worst", () => {
    const pair = pairOf(tensor(0, "output", [], { ofTolerance: 2 }), tensor(1, "h", [], { ofTolerance: null, mismatched: 1 }));
    assert.equal(worstOf(pair)?.name, "h");
    assert.equal(pairAgrees(pairOf(tensor(0, "h", [], { ofTolerance: null, mismatched: 1 }))), false);
  });

  it("joins states and gates of a direction, and takes the output where there are none", () => {
    const series = stepSeries(
      pairOf(
        tensor(0, "output", [9, 9]),
        tensor(0, "forward/states/h", [1, 2]),
        tensor(0, "forward/gates/i", [3, 1], { firstBeyond: 1 }),
        tensor(0, "backward/states/h", [0, 4]),
        tensor(1, "output", [5, 6]),
        tensor(2, "output", []),
      ),
    );
    assert.deepEqual(
      series.map(({ layer, prefix, steps, firstBeyond: first }) => [layer, prefix, steps, first]),
      [
        [0, "forward/", [3, 2], 1],
        [0, "backward/", [0, 4], null],
        [1, "", [5, 6], null],
      ],
    );
  });
});
