import assert from "node:assert/strict";
import fc from "fast-check";
import { initialChoices } from "../results/state.js";
import { decodeKept, keptOf } from "./kept.js";

describe("what the tensor viewer keeps", () => {
  it("comes back as it was", () => {
    const chosen = { ...initialChoices, tab: "data", tensor: 2, slice: "[0, :]", row: 3 } as const;
    const back = decodeKept(structuredClone(keptOf(chosen, "encoder/w", "enc")));
    assert.deepEqual([back?.name, back?.filter, back?.chosen.slice, back?.chosen.row], ["encoder/w", "enc", "[0, :]", 3]);
  });

  it("is nothing where it was not kept by the viewer", () => {
    fc.assert(fc.property(fc.anything(), (value) => decodeKept(value) === null || typeof decodeKept(value)?.name === "string"));
    assert.equal(decodeKept({ chosen: {} }), null);
  });
});
