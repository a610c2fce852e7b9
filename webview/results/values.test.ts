import assert from "node:assert/strict";
import fc from "fast-check";
import { exactText, shownText, widthOf } from "./values.js";

describe("a value as text", () => {
  it("has every digit of its type", () => {
    assert.equal(exactText(2n ** 63n - 1n, "int64"), "9223372036854775807");
    assert.equal(exactText(123456792, "int32"), "123456792");
    assert.equal(exactText(Math.fround(0.1), "float32"), "0.1");
    assert.equal(exactText(Math.fround(0.1), "float64"), "0.10000000149011612");
    assert.equal(exactText(-0, "float64"), "-0");
    assert.deepEqual([exactText(NaN, "float64"), exactText(-Infinity, "float16")], ["nan", "-inf"]);
    assert.deepEqual([exactText(1, "bool"), exactText(0, "bool")], ["True", "False"]);
    fc.assert(fc.property(fc.double({ noNaN: true }), (v) => Object.is(Number(exactText(v, "float64").replace("inf", "Infinity")), v)));
  });

  it("is shortened for people, but for whole numbers", () => {
    assert.equal(shownText(0.123456789, "float64", 6), "0.123457");
    assert.equal(shownText(-9007199254740993n, "int64", 4), "−9007199254740993");
    assert.equal(shownText(-1234567, "int32", 4), "−1234567");
    assert.equal(shownText(1, "bool", 4), "True");
  });

  it("fits the width that is kept for it", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (v) => {
        assert.ok(shownText(v, "int64", 4).length <= widthOf("int64", 4, []));
      }),
    );
    const ends = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(ends, ends, (a, b) => {
        assert.ok(shownText(a, "int32", 4).length <= widthOf("int32", 4, [Math.min(a, b), Math.max(a, b)]));
      }),
    );
  });
});
