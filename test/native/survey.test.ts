/** The addon sees of a stretch what the plain TypeScript sees: cells, counts, and where the extremes are. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { bandOf } from "../../extension/core/band.js";
import { nativeSurvey } from "../../extension/engine/nativeSurvey.js";
import { loadAddon } from "../support/built.js";

const addon = loadAddon();

describe("a stretch that the addon surveys", () => {
  it("is the one that TypeScript surveys, to the bit", () => {
    const sizes = fc.record({
      steps: fc.integer({ min: 1, max: 40 }),
      units: fc.integer({ min: 1, max: 700 }),
      from: fc.nat(9),
      unit: fc.nat(9),
    });
    const cells = fc.record({ stepsPer: fc.integer({ min: 1, max: 9 }), unitsPer: fc.integer({ min: 1, max: 9 }), lead: fc.nat(8) });
    const number = fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 0.05, 0.95, -0.95).map(Math.fround));
    const numbers = fc.array(number, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(sizes, cells, numbers, ({ steps, units, from, unit }, { stepsPer, unitsPer, lead }, some) => {
        const [timesteps, width] = [from + steps, unit + units];
        const data = Float32Array.from({ length: timesteps * width }, (_, i) => some[(i * 7 + (i >> 5)) % some.length] as number);
        const box = { batch: 0, from, steps, unit, units, stepsPer, unitsPer, lead: lead % stepsPer };
        const plain = bandOf(data, [1, timesteps, width], box);
        const native = bandOf(data, [1, timesteps, width], box, (...args) => nativeSurvey(addon, ...args));
        assert.ok(plain.ok && native.ok);
        assert.deepEqual(native.value, plain.value);
      }),
      { numRuns: 500 },
    );
  });
});
