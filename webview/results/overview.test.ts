import assert from "node:assert/strict";
import fc from "fast-check";
import { bandOf } from "../../extension/core/band.js";
import { valueAt } from "./band.js";
import { outputsOf, type Strip, stripsOf } from "./outputs.js";
import { boxOf, LEAST_STEPS, type Overview, overviewOf, zoomAround } from "./overview.js";
import { testRun } from "./testRun.test.js";

const base = stripsOf(outputsOf(testRun))[1] as Strip;

/** As the engine answers. */
function look(strip: Strip, data: Float32Array, from: number, steps: number, columns: number): Overview {
  const overview = overviewOf(strip, { window: { from, steps }, batch: 0, columns }, ({ box }) => {
    const band = bandOf(data, strip.tensor.shape, box);
    assert.ok(band.ok);
    return { status: "ready", values: band.value };
  });
  assert.ok(overview.band !== null);
  return overview;
}

describe("the overview of a strip", () => {
  it("has each step in the column that it is said to be in, also where time is stored from its end", () => {
    const cases = fc.record({
      total: fc.integer({ min: 1, max: 90 }),
      units: fc.integer({ min: 1, max: 5 }),
      columns: fc.integer({ min: 1, max: 40 }),
      flipped: fc.boolean(),
      start: fc.nat(100),
    });
    fc.assert(
      fc.property(cases, ({ total, units, columns, flipped, start }) => {
        const from = start % total;
        const steps = total - from;
        const strip: Strip = { ...base, units, flipped, offset: 0, tensor: { ...base.tensor, shape: [1, total, units] } };
        // The value says its step of the input and its unit.
        const data = Float32Array.from({ length: total * units }, (_, i) => {
          const stored = Math.floor(i / units);
          return (flipped ? total - 1 - stored : stored) * 10 + (i % units);
        });
        const { band, low, high, stepsPer, finding } = look(strip, data, from, steps, columns);
        assert.ok(band.steps <= columns + 1);
        for (let step = from; step < total; step++)
          for (let unit = 0; unit < units; unit++) {
            const column = Math.floor((step - from) / stepsPer);
            assert.ok(valueAt(low, unit, column) <= step * 10 + unit && step * 10 + unit <= valueAt(high, unit, column));
            assert.equal(valueAt(band, unit, column), valueAt(high, unit, column));
          }
        assert.deepEqual(finding.lowest, { value: from * 10, unit: 0, step: from });
        assert.deepEqual(finding.highest, { value: (total - 1) * 10 + units - 1, unit: units - 1, step: total - 1 });
      }),
    );
  });

  it("of 10,000 steps and 1,024 units fits a message", () => {
    const strip: Strip = { ...base, units: 1024, tensor: { ...base.tensor, shape: [1, 10_000, 1024] } };
    const box = boxOf(strip, { window: { from: 0, steps: 10_000 }, batch: 0, columns: 1200 });
    const cells = Math.ceil(box.steps / box.stepsPer) * Math.ceil(box.units / box.unitsPer);
    assert.ok(cells <= 131_072 && cells > 60_000, `${cells} cells`);
  });

  it("shows the value of a cell that is farther from zero", () => {
    const strip: Strip = { ...base, units: 1, tensor: { ...base.tensor, shape: [1, 4, 1] } };
    const { band } = look(strip, Float32Array.of(0.1, -0.9, 0.5, -0.2), 0, 4, 2);
    assert.deepEqual([valueAt(band, 0, 0), valueAt(band, 0, 1)], [Math.fround(-0.9), 0.5]);
  });
});

describe("the zoom", () => {
  it("keeps the step in sight, within the sequence, down to a few steps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(5000),
        fc.array(fc.constantFrom(0.5, 2), { maxLength: 20 }),
        (total, at, factors) => {
          const step = at % total;
          let zoom = zoomAround(null, step, total);
          assert.equal(zoom, null);
          for (const factor of factors) {
            zoom = zoomAround(zoom, step, total, (zoom?.steps ?? total) * factor);
            if (zoom === null) continue;
            assert.ok(zoom.from >= 0 && zoom.from + zoom.steps <= total && zoom.steps >= Math.min(LEAST_STEPS, total));
            assert.ok(step >= zoom.from && step < zoom.from + zoom.steps);
          }
        },
      ),
    );
  });

  it("follows the cursor that leaves it", () => {
    assert.deepEqual(zoomAround({ from: 0, steps: 20 }, 500, 1000), { from: 490, steps: 20 });
    assert.deepEqual(zoomAround({ from: 490, steps: 20 }, 495, 1000), { from: 490, steps: 20 });
  });
});
