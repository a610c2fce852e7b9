import assert from "node:assert/strict";
import fc from "fast-check";
import { joined } from "./checkSteps.js";

describe("the steps of a check", () => {
  it("are shown one by one while there is room, and joined then", () => {
    assert.deepEqual(joined({ steps: [1, 3, 2], span: 1, timesteps: 3, firstBeyond: 1 }, 8), [
      { from: 1, to: 1, largest: 1, beyond: false },
      { from: 2, to: 2, largest: 3, beyond: true },
      { from: 3, to: 3, largest: 2, beyond: false },
    ]);
    assert.deepEqual(joined({ steps: [1, 3, 2], span: 4, timesteps: 10, firstBeyond: null }, 2), [
      { from: 1, to: 8, largest: 3, beyond: false },
      { from: 9, to: 10, largest: 2, beyond: false },
    ]);
  });

  it("cover every step once, keep the largest, and hold the first beyond in one place", () => {
    const series = fc
      .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
      .chain(([timesteps, span, most]) => {
        const entries = Math.ceil(timesteps / span);
        return fc.record({
          timesteps: fc.constant(timesteps),
          span: fc.constant(span),
          most: fc.constant(most),
          steps: fc.array(fc.nat(99), { minLength: entries, maxLength: entries }),
          firstBeyond: fc.option(fc.nat(timesteps - 1)),
        });
      });
    fc.assert(
      fc.property(series, ({ most, ...one }) => {
        const parts = joined(one, most);
        assert.ok(parts.length <= most);
        let next = 1;
        for (const { from, to } of parts) {
          assert.equal(from, next);
          assert.ok(to >= from);
          next = to + 1;
        }
        assert.equal(next, one.timesteps + 1);
        assert.equal(Math.max(...parts.map(({ largest }) => largest)), Math.max(...one.steps));
        assert.equal(parts.filter(({ beyond }) => beyond).length, one.firstBeyond === null ? 0 : 1);
      }),
    );
  });
});
