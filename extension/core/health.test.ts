import assert from "node:assert/strict";
import { healthOf } from "./health.js";

describe("a layer's health", () => {
  it("counts units that are 0 in every row and step, and infinities; NaN is neither", () => {
    const data = Float32Array.of(0, 1, NaN, 0, 0, -Infinity, 0, 2, 0, 0, 0, 0);
    assert.deepEqual(healthOf(data, [2, 2, 3]), { dead: 1, infinite: 1, early: 2, late: 0 });
  });

  it("has the largest value of the first and the last quarter", () => {
    const data = Float32Array.from({ length: 16 }, (_, t) => (t % 2 === 0 ? 1 : -1) * 2 ** t);
    assert.deepEqual(healthOf(data, [1, 16, 1]), { dead: 0, infinite: 0, early: 8, late: 2 ** 15 });
  });

  it("is of sequences only", () => {
    assert.equal(healthOf(new Float32Array(4), [2, 2]), null);
    assert.equal(healthOf(new Float32Array(0), [0, 2, 2]), null);
  });
});
