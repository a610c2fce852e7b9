import assert from "node:assert/strict";
import { copyText } from "./copy.js";

describe("copies of a tensor", () => {
  const values = Float32Array.of(0.1, -2, 3, NaN, Infinity, 6);

  it("are NumPy code that gives the tensor back", () => {
    assert.equal(
      copyText("numpy", Float32Array.of(0.1, 2, 3, 4), [1, 2, 2]),
      "np.array([[[0.1, 2],\n           [3, 4]]], dtype=np.float32)",
    );
    assert.equal(copyText("numpy", values, [2, 3]), "np.array([[0.1, -2, 3],\n          [np.nan, np.inf, 6]], dtype=np.float32)");
  });

  it("keep the type and its digits", () => {
    const wide = BigUint64Array.of(2n ** 64n - 1n, 0n);
    assert.equal(copyText("numpy", wide, [2], "uint64"), "np.array([18446744073709551615, 0], dtype=np.uint64)");
    assert.equal(copyText("json", wide, [2], "uint64"), "[18446744073709551615, 0]");
    const truths = Float32Array.of(1, 0);
    assert.equal(copyText("numpy", truths, [2], "bool"), "np.array([True, False], dtype=np.bool_)");
    assert.equal(copyText("json", truths, [2], "bool"), "[true, false]");
    assert.equal(copyText("numpy", Float32Array.of(0.5), [], "bfloat16"), "np.array(0.5, dtype=np.float32)");
  });

  it("are JSON, where NaN and infinity are null", () => {
    assert.deepEqual(JSON.parse(copyText("json", values, [1, 2, 3])), [
      [
        [0.1, -2, 3],
        [null, null, 6],
      ],
    ]);
  });

  it("are CSV, a line a row, with the leading index where there is more than one", () => {
    assert.equal(copyText("csv", values, [1, 2, 3]), "0.1,-2,3\nnan,inf,6");
    assert.equal(copyText("csv", values, [2, 1, 3]), "0,0.1,-2,3\n1,nan,inf,6");
    assert.equal(copyText("csv", values, [2, 3]), "0.1,-2,3\nnan,inf,6");
  });
});
