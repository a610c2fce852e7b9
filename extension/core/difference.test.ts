import assert from "node:assert/strict";
import fc from "fast-check";
import { comparable, differenceOf, type DifferencePart, MAX_DIFFERENCE_STEPS } from "./difference.js";

const whole = (units: number, more: Partial<DifferencePart> = {}): DifferencePart => ({
  offsetA: 0,
  offsetB: 0,
  units,
  mirrored: false,
  descending: false,
  ...more,
});
const tensor = (shape: number[], value: (i: number) => number): { shape: number[]; data: Float32Array } => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((size, d) => size * d, 1) }, (_, i) => value(i)),
});

describe("the difference of two tensors", () => {
  it("is found at its place, and from the first step that the layer takes", () => {
    const a = tensor([2, 4, 3], () => 0);
    const b = tensor([2, 4, 3], () => 0);
    b.data.set([0.5], 1 * 12 + 1 * 3 + 2);
    b.data.set([-2], 2 * 3 + 1);
    const found = differenceOf(a, b, whole(3), 1e-6);
    assert.equal(found.largest, 2);
    assert.deepEqual(found.at, { batch: 0, step: 2, unit: 1, a: 0, b: -2 });
    assert.deepEqual(found.first, { batch: 1, step: 1, unit: 2, a: 0, b: 0.5 });
    assert.deepEqual([...found.steps], [0, 0.5, 2, 0]);
    const backwards = differenceOf(a, b, whole(3, { descending: true }), 1e-6);
    assert.equal(backwards.first?.step, 2);
    assert.equal(differenceOf(a, b, whole(3), 0.5).first?.step, 2);
    assert.equal(differenceOf(a, b, whole(3), 2).first, null);
  });

  it("takes what is no number on one side alone for the largest of all", () => {
    const a = tensor([1, 2, 2], () => NaN);
    const b = tensor([1, 2, 2], (i) => (i === 3 ? 1 : NaN));
    const found = differenceOf(a, b, whole(2), 1);
    assert.equal(found.largest, Infinity);
    assert.deepEqual(found.first, { batch: 0, step: 1, unit: 1, a: NaN, b: 1 });
    const infinite = tensor([1, 2], () => Infinity);
    assert.equal(
      differenceOf(
        infinite,
        tensor([1, 2], () => Infinity),
        whole(2),
        0,
      ).at,
      null,
    );
    assert.equal(
      differenceOf(
        infinite,
        tensor([1, 2], () => -Infinity),
        whole(2),
        0,
      ).largest,
      Infinity,
    );
  });

  it("compares only what has the same shape", () => {
    assert.ok(comparable([1, 4, 3], [1, 4, 6], { offsetA: 0, offsetB: 3, units: 3 }));
    assert.ok(!comparable([1, 4, 3], [1, 4, 6], { offsetA: 0, offsetB: 4, units: 3 }));
    assert.ok(!comparable([1, 4, 3], [1, 5, 3], { offsetA: 0, offsetB: 0, units: 3 }));
    assert.ok(!comparable([1, 4, 3], [1, 3], { offsetA: 0, offsetB: 0, units: 3 }));
    assert.ok(!comparable([2, 4, 3], [1, 4, 3], { offsetA: 0, offsetB: 0, units: 3 }));
  });

  it("is that of a plain loop, for any offsets, directions and lengths", () => {
    const size = fc.integer({ min: 1, max: 6 });
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.oneof(size, fc.constant(1300)),
      size,
      size,
      size,
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
    );
    fc.assert(
      fc.property(sizes, ([batch, steps, units, offsetA, offsetB, mirrored, descending, seed]) => {
        const value = (salt: number) => (i: number) => ((i * 7919 + seed + salt) % 5) / 4;
        const a = tensor([batch, steps, units + offsetA], value(1));
        const b = tensor([batch, steps, units + offsetB], value(2));
        const found = differenceOf(a, b, { offsetA, offsetB, units, mirrored, descending }, 0.3);
        const at = (n: number, t: number, u: number): number => {
          const other = mirrored ? steps - 1 - t : t;
          const left = a.data[(n * steps + t) * (units + offsetA) + offsetA + u]!;
          return Math.abs(b.data[(n * steps + other) * (units + offsetB) + offsetB + u]! - left);
        };
        const worst = Array.from({ length: steps }, (_, t) => {
          let most = 0;
          for (let n = 0; n < batch; n++) for (let u = 0; u < units; u++) most = Math.max(most, at(n, t, u));
          return most;
        });
        assert.equal(found.largest, Math.max(...worst));
        const beyond = worst.flatMap((most, t) => (most > 0.3 ? [t] : []));
        assert.equal(found.first?.step, descending ? beyond.at(-1) : beyond[0]);
        if (found.first !== null) assert.equal(at(found.first.batch, found.first.step, found.first.unit), worst[found.first.step]);
        assert.ok(found.steps.length <= MAX_DIFFERENCE_STEPS);
        found.steps.forEach((most, entry) =>
          assert.equal(most, Math.fround(Math.max(...worst.slice(entry * found.span, (entry + 1) * found.span)))),
        );
      }),
      { numRuns: 60 },
    );
  });
});
