import assert from "node:assert/strict";
import fc from "fast-check";
import { logScale, placeOn } from "./logScale.js";

describe("the scale of the memory's curves", () => {
  it("has round ends and ticks as the mockup's", () => {
    assert.deepEqual(logScale([0.17, 0.25, 0.5, 1, 1.2]), { low: 0.1, high: 2, ticks: [0.1, 0.2, 0.5, 1, 2] });
    assert.deepEqual(logScale([1]), { low: 0.5, high: 2, ticks: [0.5, 1, 2] });
  });

  it("holds whatever there is, with few ticks and 1 among them", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e30 }), { maxLength: 50 }), (values) => {
        const scale = logScale(values);
        assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= 9, JSON.stringify(scale));
        assert.ok(scale.ticks.includes(1));
        assert.ok(scale.low <= 1 && scale.high > 1);
        for (const v of values) {
          const at = placeOn(scale, v);
          assert.ok(at >= 0 && at <= 1);
          if (v >= 1e-12) assert.ok(scale.low <= v * (1 + 1e-6) && v <= scale.high * (1 + 1e-6), `${v} in ${JSON.stringify(scale)}`);
        }
      }),
    );
  });

  it("draws nothing and NaN at the lower end", () => {
    const scale = logScale([0, NaN, 1]);
    assert.deepEqual([placeOn(scale, 0), placeOn(scale, NaN), placeOn(scale, scale.high)], [0, 0, 1]);
  });
});
