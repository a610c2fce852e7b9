import assert from "node:assert/strict";
import fc from "fast-check";
import { decimalsFor, fixed, niceScale, scientific, shortest, signed, significant, subscript } from "./numbers.js";

describe("numbers of the results view", () => {
  it("prints a fixed number of decimals with the true minus, and never −0.00", () => {
    assert.equal(fixed(-0.3732, 2), "−0.37");
    assert.equal(fixed(-0.001, 2), "0.00");
    assert.equal(fixed(0.00001, 4), "1.0e−5");
    assert.equal(fixed(NaN, 2), "NaN");
    assert.equal(fixed(-Infinity, 2), "−∞");
    assert.equal(signed(0.5, 2), "+0.50");
    assert.equal(signed(0, 2), "0.00");
  });

  it("prints differences with an exponent", () => {
    assert.deepEqual([2.4e-7, 0, -1.25, 0.934, 345.6, 12345, NaN].map(scientific), ["2.4e−7", "0", "−1.3", "0.93", "350", "1.2e4", "NaN"]);
  });

  it("gives as many digits as asked for, and no more than the value has", () => {
    assert.equal(significant(Math.fround(0.1), 6), "0.1");
    assert.equal(significant(Math.fround(-0.37319899), 6), "−0.373199");
    assert.equal(significant(Math.fround(1.23456789e-12), 4), "1.235e−12");
    assert.equal(significant(0, 4), "0");
  });

  it("prints every float32 so that it reads back as the same", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (v) => {
        const text = shortest(v);
        const back = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Math.fround(Number(text));
        assert.ok(Object.is(back, v), text);
      }),
    );
  });

  it("lines a column up with the decimals that it needs", () => {
    assert.equal(decimalsFor([0.1, 4.2, 1].map(Math.fround), 4), 1);
    assert.equal(decimalsFor([1, 2, 3], 4), 0);
    assert.equal(decimalsFor([Math.fround(-0.58712345)], 4), 4);
    assert.equal(decimalsFor([NaN], 4), 0);
  });

  it("rounds a scale up to 1, 2, 5", () => {
    assert.deepEqual([4.2, 1.59, 0.3, 0, 1000, Infinity].map(niceScale), [5, 2, 0.5, 1, 1000, 1]);
  });

  it("writes indices below the line", () => {
    assert.equal(subscript(13), "₁₃");
  });
});
