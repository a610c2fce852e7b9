import assert from "node:assert/strict";
import { landing } from "./drag.js";

describe("where a dragged layer lands", () => {
  it("counts the gap that it leaves", () => {
    assert.equal(landing(1, 3, "after"), 3);
    assert.equal(landing(1, 3, "before"), 2);
    assert.equal(landing(3, 1, "before"), 1);
    assert.equal(landing(3, 1, "after"), 2);
    assert.equal(landing(2, 2, "before"), 2);
    assert.equal(landing(2, 2, "after"), 2);
    assert.equal(landing(3, 0, "after"), 1, "never above the input");
  });
});
