import assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { readState, writeState } from "./stateLiteral.js";

const h = { name: "h", units: 3, batch: null };

describe("a typed state", () => {
  it("reads rows of a batch, and one row without it", () => {
    const one = readState("[0.5, -1, 2e-3]", h);
    assert.ok(one.ok);
    assert.deepEqual(one.value, { shape: [1, 3], data: Float32Array.of(0.5, -1, 2e-3) });
    const two = readState("np.array([[1, 2, 3], [4, 5, 6]])", { ...h, batch: 2 });
    assert.ok(two.ok);
    assert.deepEqual(two.value.shape, [2, 3]);
  });

  it("refuses other shapes by their names, and what is no number", () => {
    const message = (text: string, batch: number | null = null): string => {
      const read = readState(text, { ...h, batch });
      assert.ok(!read.ok, text);
      return say(read.error.message);
    };
    assert.equal(message("[1, 2]"), "The state h has to have shape (None, 3); got (2,).");
    assert.equal(message("[[1, 2, 3]]", 2), "The state h has to have shape (2, 3); got (1, 3).");
    assert.equal(message("[[[1, 2, 3]]]"), "The state h has to have shape (None, 3); got (1, 1, 3).");
    assert.equal(message("5"), "The state h has to have shape (None, 3); got ().");
    for (const text of ["", "[1, 2", "[1, 2, x]", "[1, 2, float('nan')]", "hello"]) assert.notEqual(message(text), "");
  });

  it("is written so that the same float32 numbers are read back", () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 4 }), (row, rows) => {
        const data = Float32Array.from({ length: 3 * rows }, (_, i) => row[i % 3] as number);
        const read = readState(writeState({ shape: [rows, 3], data }), { ...h, batch: rows });
        assert.ok(read.ok);
        // −0 may come back as 0: they are one number to a layer.
        assert.deepEqual(
          [...read.value.data].map((v) => v + 0),
          [...data].map((v) => v + 0),
        );
      }),
    );
  });
});
