import assert from "node:assert/strict";
import type { Numbers } from "../../extension/core/formats/dtype.js";
import type { TensorView } from "../../extension/core/protocol/results.js";
import { Copier, partOfTensor } from "./copier.js";
import type { Found } from "./requestCache.js";
import type { Box } from "./slices.js";
import { testRun } from "./testRun.test.js";

const tensor: TensorView = { ...testRun.tensors[0]!, id: 3, shape: [2, 3, 4], dtype: "int64" };

describe("a copy", () => {
  it("is of the whole tensor, or of the slice that was typed", () => {
    assert.deepEqual(partOfTensor(tensor, ""), { box: { tensor: 3, start: [0, 0, 0], count: [2, 3, 4] }, shape: [2, 3, 4] });
    assert.deepEqual(partOfTensor(tensor, "[1, :, 2:]"), { box: { tensor: 3, start: [1, 0, 2], count: [1, 3, 2] }, shape: [3, 2] });
    assert.deepEqual(partOfTensor(tensor, "[9]").shape, [2, 3, 4]);
  });

  it("waits for its values, and happens once", () => {
    const copies: (readonly [string, string])[] = [];
    let found: Found<Numbers> = { status: "pending" };
    const asked: Box[] = [];
    const slice = (box: Box): Found<Numbers> => {
      asked.push(box);
      return found;
    };
    const copier = new Copier(slice, (text, by) => copies.push([text, by]));
    copier.start(tensor, "[0, 0, 0:2]", "numpy");
    assert.deepEqual(copies, []);
    found = { status: "ready", values: BigInt64Array.of(2n ** 53n + 1n, -5n) };
    copier.proceed();
    copier.proceed();
    assert.deepEqual(copies, [["np.array([9007199254740993, -5], dtype=np.int64)", "copy-numpy"]]);
    assert.deepEqual(asked.at(-1)?.count, [1, 1, 2]);
  });
});
