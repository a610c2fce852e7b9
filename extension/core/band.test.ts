import assert from "node:assert/strict";
import fc from "fast-check";
import { bandOf, type BandBox, type BandValues, MAX_BAND_CELLS } from "./band.js";

const valueOf = (data: Float32Array, shape: readonly number[], box: BandBox): BandValues => {
  const band = bandOf(data, shape, box);
  assert.ok(band.ok);
  return band.value;
};

/** The numbers beside what the counts go by. */
const edges = [0.05, 0.95, -0.05, -0.95].flatMap((value) => {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  return [-1, 0, 1].map((by) => new Float32Array(Int32Array.of((bits[0] as number) + by).buffer)[0] as number);
});

const boxes = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), steps: fc.integer({ min: 1, max: 12 }), units: fc.integer({ min: 1, max: 9 }) })
  .chain(({ batch, steps, units }) =>
    fc.record({
      shape: fc.constant([batch, steps, units]),
      row: fc.nat(batch - 1),
      from: fc.nat(steps - 1),
      unit: fc.nat(units - 1),
      stepsPer: fc.integer({ min: 1, max: 5 }),
      unitsPer: fc.integer({ min: 1, max: 4 }),
      short: fc.nat(4),
      data: fc.array(fc.oneof(fc.float(), fc.constantFrom(...edges)), {
        minLength: batch * steps * units,
        maxLength: batch * steps * units,
      }),
    }),
  );

describe("a band", () => {
  it("has of each cell the least and the greatest of all values that it stands for, and finds what a plain search finds", () => {
    fc.assert(
      fc.property(boxes, ({ shape, row, from, unit, stepsPer, unitsPer, short, data }) => {
        const lead = short % stepsPer;
        const [, timesteps, width] = shape as [number, number, number];
        const box = { batch: row, from, steps: timesteps - from, unit, units: width - unit, stepsPer, unitsPer, lead };
        const values = Float32Array.from(data);
        const band = valueOf(values, shape, box);
        const rows = Math.ceil(box.units / unitsPer);
        const cells = new Map<number, number[]>();
        const all: { value: number; unit: number; step: number }[] = [];
        for (let s = from; s < timesteps; s++)
          for (let u = unit; u < width; u++) {
            const value = values[(row * timesteps + s) * width + u] as number;
            const cell = Math.floor((s - from + lead) / stepsPer) * rows + Math.floor((u - unit) / unitsPer);
            cells.set(cell, [...(cells.get(cell) ?? []), value]);
            all.push({ value, unit: u, step: s });
          }
        assert.equal(band.low.length, cells.size);
        for (const [cell, of] of cells) {
          const numbers = of.filter((v) => !Number.isNaN(v));
          assert.equal(band.low[cell], numbers.length === 0 ? NaN : numbers.reduce((a, b) => (b < a ? b : a)));
          assert.equal(band.high[cell], numbers.length === 0 ? NaN : numbers.reduce((a, b) => (b > a ? b : a)));
        }
        const numbers = all.filter(({ value }) => !Number.isNaN(value));
        const { finding } = band;
        assert.equal(finding.nan, all.length - numbers.length);
        assert.deepEqual(finding.lowest, numbers.length === 0 ? null : numbers.reduce((a, b) => (b.value < a.value ? b : a)));
        assert.deepEqual(finding.highest, numbers.length === 0 ? null : numbers.reduce((a, b) => (b.value > a.value ? b : a)));
        assert.equal(finding.shut, numbers.filter(({ value }) => value < 0.05).length);
        assert.equal(finding.open, numbers.filter(({ value }) => value > 0.95).length);
        assert.equal(finding.beyond, numbers.filter(({ value }) => Math.abs(value) > 0.95).length);
      }),
    );
  });

  it("outside the tensor, or with more cells than a message takes, is refused", () => {
    const data = new Float32Array(24);
    const box = { batch: 0, from: 0, steps: 3, unit: 0, units: 4, stepsPer: 1, unitsPer: 1, lead: 0 };
    assert.ok(bandOf(data, [2, 3, 4], box).ok);
    for (const wrong of [{ batch: 2 }, { from: 1 }, { units: 5 }, { stepsPer: 0 }, { unitsPer: 0 }, { lead: 1 }])
      assert.equal(bandOf(data, [2, 3, 4], { ...box, ...wrong }).ok, false);
    assert.equal(bandOf(data, [6, 4], box).ok, false);
    const wide = bandOf(new Float32Array(0), [1, MAX_BAND_CELLS, 2], { ...box, steps: MAX_BAND_CELLS, units: 2 });
    assert.ok(!wide.ok);
    assert.equal(wide.error.code, "TOO_LARGE");
  });
});
