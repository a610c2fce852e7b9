import assert from "node:assert/strict";
import fc from "fast-check";
import { squares } from "./squares.js";

describe("squares of time steps", () => {
  it("shows every step, the last alone, and one vector", () => {
    assert.deepEqual(squares(4, false), ["on", "on", "on", "on"]);
    assert.deepEqual(squares(4, true), ["gone", "gone", "gone", "on"]);
    assert.deepEqual(squares(1, false), ["on"]);
    assert.deepEqual(squares(1, true), ["on"]);
  });

  it("shortens more than six steps, and steps that only the data knows", () => {
    assert.equal(squares(6, false).length, 6);
    assert.deepEqual(squares(7, false), ["on", "on", "etc", "on"]);
    assert.deepEqual(squares(null, true), ["gone", "gone", "goneEtc", "on"]);
  });

  it("always ends in a step that is passed on, in at most six squares", () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 2 ** 31 }), { nil: null }), fc.boolean(), (steps, last) => {
        const row = squares(steps, last);
        assert.equal(row.at(-1), "on");
        assert.ok(row.length >= 1 && row.length <= 6);
        assert.equal(last, last && row.slice(0, -1).every((square) => square.startsWith("gone")));
      }),
    );
  });
});
