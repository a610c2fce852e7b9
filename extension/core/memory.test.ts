/** What the memory horizon says: shares, half-life, what was heard most; bounded for any length. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_HEARD_FEATURES, MAX_HEARD_STEPS, MAX_POINTS, memoryOf } from "./memory.js";

const nothing = { shape: [1, 1], data: [0] };

describe("Memory horizon as it is shown", () => {
  it("is 1 at the last step, whatever the units are, and half of it is gone after the steps counted back", () => {
    const memory = memoryOf(Float64Array.of(0.2, 0.8, 1.6, 2), 4, nothing);
    assert.deepEqual([...memory.shares], [0.1, 0.4, 0.8, 1]);
    assert.deepEqual([memory.halfLife, memory.first, memory.largest, memory.steps], [2, 0.1, 1, 4]);
    assert.equal(memoryOf(Float64Array.of(0.1, 0.2, 1), 1, nothing).halfLife, 1);
    assert.equal(memoryOf(Float64Array.of(0.5, 0.7, 1), 1, nothing).halfLife, null);
    // What came back above half is not gone.
    assert.equal(memoryOf(Float64Array.of(0.1, 0.9, 0.2, 1), 1, nothing).halfLife, 3);
    assert.equal(memoryOf(Float64Array.of(1), 1, nothing).halfLife, null);
  });

  it("keeps the largest of what it cannot show one by one, and who was heard most and least", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 300 }), fc.nat(), (steps, features, seed) => {
        const size = Math.min(steps * features, 20_000) - (Math.min(steps * features, 20_000) % features) || features;
        const data = Float64Array.from({ length: size }, (_, i) => Math.sin((i + 1) * (seed + 1)));
        const norms = data.map(Math.abs).slice(0, steps);
        const memory = memoryOf(norms, 1, { shape: [size / features, features], data });
        assert.ok(memory.shares.length <= MAX_POINTS && memory.shares.length * memory.span >= norms.length);
        assert.equal(Math.max(...memory.shares), Math.max(...norms));
        const [rows, columns] = memory.heardShape as [number, number];
        assert.ok(rows <= MAX_HEARD_STEPS && columns <= MAX_HEARD_FEATURES && memory.heard.length === rows * columns);
        const sizes = [...data].map(Math.abs);
        assert.equal(memory.most?.size, Math.max(...sizes));
        assert.equal(memory.least?.size, Math.min(...sizes));
        assert.equal(sizes[(memory.most?.step ?? 0) * features + (memory.most?.feature ?? 0)], memory.most?.size);
        assert.equal(Math.max(...[...memory.heard].map(Math.abs)), Math.fround(Math.max(...sizes)));
      }),
      { numRuns: 60 },
    );
  });

  it("does not hide NaN", () => {
    const memory = memoryOf(Float64Array.of(NaN, 1), 1, { shape: [2, 1], data: [NaN, 1] });
    assert.ok(Number.isNaN(memory.largest));
    assert.ok(Number.isNaN(memory.heard[0]));
  });
});
