import assert from "node:assert/strict";
import fc from "fast-check";
import type { BandBox } from "./band.js";
import { delta, type DifferencePart } from "./difference.js";
import { differenceBandOf } from "./differenceBand.js";

const part = (more: Partial<DifferencePart>): DifferencePart => ({
  ...{ offsetA: 0, offsetB: 0, units: 1, mirrored: false, descending: false },
  ...more,
});
const box = (more: Partial<BandBox>): BandBox => ({
  ...{ batch: 0, from: 0, steps: 1, unit: 0, units: 1, stepsPer: 1, unitsPer: 1, lead: 0 },
  ...more,
});
const numbers = fc.oneof(fc.float({ min: -4, max: 4 }), fc.constantFrom(NaN, Infinity, -Infinity, 0, -0));

const cases = fc
  .record({
    ...{ batch: fc.integer({ min: 1, max: 2 }), steps: fc.integer({ min: 1, max: 9 }), units: fc.integer({ min: 1, max: 5 }) },
    ...{ offsetA: fc.nat(3), offsetB: fc.nat(3), mirrored: fc.boolean() },
    ...{ stepsPer: fc.integer({ min: 1, max: 4 }), unitsPer: fc.integer({ min: 1, max: 3 }), short: fc.nat(3), cut: fc.nat(8) },
  })
  .chain((size) => {
    const data = (offset: number) => {
      const length = size.batch * size.steps * (size.units + offset);
      return fc.array(numbers, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
    };
    return fc.record({ size: fc.constant(size), a: data(size.offsetA), b: data(size.offsetB), row: fc.nat(size.batch - 1) });
  });

describe("a band of a difference", () => {
  it("has of each cell the least and the greatest of b − a over every value, whichever way the tensors run", () => {
    fc.assert(
      fc.property(cases, ({ size, a, b, row }) => {
        const { batch, steps, units, offsetA, offsetB, mirrored, stepsPer, unitsPer, short, cut } = size;
        const [from, skip, lead] = [cut % steps, cut % units, short % stepsPer];
        const [widthA, widthB] = [units + offsetA, units + offsetB];
        const at = box({
          ...{ batch: row, from, steps: steps - from, stepsPer, unitsPer, lead },
          unit: offsetA + skip,
          units: units - skip,
        });
        const found = differenceBandOf(
          { data: a, shape: [batch, steps, widthA] },
          { data: b, shape: [batch, steps, widthB] },
          part({ offsetA, offsetB, units, mirrored }),
          at,
        );
        assert.ok(found.ok);
        const rows = Math.ceil(at.units / unitsPer);
        const cells = new Map<number, number[]>();
        for (let s = from; s < steps; s++)
          for (let u = skip; u < units; u++) {
            const other = mirrored ? steps - 1 - s : s;
            const left = a[(row * steps + s) * widthA + offsetA + u] as number;
            const right = b[(row * steps + other) * widthB + offsetB + u] as number;
            const cell = Math.floor((s - from + lead) / stepsPer) * rows + Math.floor((u - skip) / unitsPer);
            cells.set(cell, [...(cells.get(cell) ?? []), Math.fround(delta(left, right))]);
          }
        assert.equal(found.value.low.length, cells.size);
        for (const [cell, of] of cells) {
          assert.equal(
            found.value.low[cell],
            of.reduce((x, y) => (y < x ? y : x)),
          );
          assert.equal(
            found.value.high[cell],
            of.reduce((x, y) => (y > x ? y : x)),
          );
        }
        assert.equal(found.value.finding.nan, 0, "a difference is always a number");
      }),
    );
  });

  it("finds one value that differs among ten thousand steps, and says where", () => {
    const shape = [1, 10_000, 4];
    const [a, b] = [new Float32Array(40_000), new Float32Array(40_000)];
    b[4 * 7_123 + 2] = -0.25;
    const found = differenceBandOf(
      { data: a, shape },
      { data: b, shape },
      part({ units: 4 }),
      box({ steps: 10_000, units: 4, stepsPer: 50 }),
    );
    assert.ok(found.ok);
    const differs = [...found.value.low].flatMap((low, cell) => (low === 0 ? [] : [cell]));
    assert.deepEqual(differs, [4 * Math.floor(7_123 / 50) + 2]);
    assert.deepEqual(found.value.finding.lowest, { value: -0.25, unit: 2, step: 7_123 });
  });

  it("is refused where the two do not match, or the box reaches into other units", () => {
    const of = (shape: number[]) => ({ data: new Float32Array(shape.reduce((n, d) => n * d, 1)), shape });
    const whole = box({ steps: 3, units: 2 });
    const refused = (b: number[], of2: Partial<DifferencePart>, at = whole): boolean =>
      !differenceBandOf(of([1, 3, 4]), of(b), part({ units: 2, ...of2 }), at).ok;
    assert.ok(!refused([1, 3, 2], {}));
    assert.ok(refused([1, 4, 2], {}), "other steps");
    assert.ok(refused([2, 3, 2], {}), "another batch");
    assert.ok(refused([1, 3, 2], { offsetB: 1 }), "B has not as many units");
    assert.ok(refused([3, 2], {}), "no time");
    assert.ok(refused([1, 3, 2], {}, box({ steps: 3, unit: 1, units: 2 })), "beyond the part");
    assert.ok(refused([1, 3, 2], { offsetA: 2 }), "before the part");
    assert.ok(refused([1, 3, 2], {}, box({ steps: 4, units: 2 })), "beyond the last step");
  });
});
