import assert from "node:assert/strict";
import fc from "fast-check";
import { comparedTensors, fitOf } from "./fitFile.js";

type Tensor = Parameters<typeof fitOf>[1][number];
const tensor = (layer: number, name: string, shape: number[], more: Partial<Tensor> = {}): Tensor => ({
  ...{ layer, name, shape, role: "output", returned: false },
  ...more,
});
const run = [
  tensor(0, "output", [1, 4, 3]),
  tensor(0, "h", [1, 3], { role: "state" }),
  tensor(1, "output", [1, 4, 3], { returned: true }),
  tensor(1, "h", [1, 3], { role: "state" }),
  tensor(1, "gates/i", [1, 4, 6], { role: "trace" }),
  tensor(1, "states/h", [1, 4, 7], { role: "trace" }),
];

describe("a file beside a run", () => {
  it("is put beside what the model returns, else beside the last layer that has its shape", () => {
    assert.equal(fitOf([1, 4, 3], run), run[2]);
    assert.equal(fitOf([1, 3], run), run[3]);
    assert.equal(fitOf([1, 4, 7], run), run[5]);
    assert.equal(fitOf([1, 4, 6], run), undefined, "gates are not compared");
    assert.equal(fitOf([4, 4, 3], run), undefined);
    assert.equal(fitOf([], run), undefined);
  });

  it("may leave out the batch axis of a batch of one", () => {
    assert.equal(fitOf([4, 3], run), run[2]);
    assert.equal(fitOf([3], run), run[3]);
    const two = run.map((entry) => ({ ...entry, shape: [2, ...entry.shape.slice(1)] }));
    assert.equal(fitOf([4, 3], two), undefined);
    // What has the shape as it is goes before what would have it with an axis more.
    const both = [tensor(1, "output", [1, 1, 3], { returned: true }), tensor(0, "h", [1, 3], { role: "state" })];
    assert.equal(fitOf([1, 3], both), both[1]);
  });

  it("only ever fits a tensor with as many numbers", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.array(shapes, { maxLength: 5 }), (shape, others) => {
        const tensors = others.map((other, layer) => tensor(layer, "output", other));
        const found = fitOf(shape, tensors);
        const size = (of: readonly number[]): number => of.reduce((product, d) => product * d, 1);
        if (found !== undefined) assert.equal(size(found.shape), size(shape));
        else assert.ok(comparedTensors(tensors).every((other) => String(other.shape) !== String(shape)));
      }),
    );
  });
});
