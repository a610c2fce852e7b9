import assert from "node:assert/strict";
import fc from "fast-check";
import { boxesOf } from "./boxes.js";
import { sliceOf } from "./slice.js";

describe("boxes of a tensor", () => {
  it("are its numbers in their order, each once, none larger than said", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 40 }), (shape, most) => {
        const size = shape.reduce((product, d) => product * d, 1);
        const data = Float32Array.from({ length: size }, (_, i) => i);
        const read: number[] = [];
        for (const { start, count } of boxesOf(shape, most)) {
          if (shape.length === 0) {
            read.push(...data);
            continue;
          }
          const part = sliceOf(data, shape, start, count);
          assert.ok(part.ok && part.value.length <= most && part.value.length > 0);
          read.push(...part.value);
        }
        assert.deepEqual(read, [...data]);
      }),
    );
  });

  it("are few where they can be", () => {
    assert.equal([...boxesOf([1, 10_000, 1024], 262_144)].length, 40);
    assert.equal([...boxesOf([4, 3], 100)].length, 1);
  });
});
