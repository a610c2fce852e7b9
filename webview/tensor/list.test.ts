import assert from "node:assert/strict";
import fc from "fast-check";
import { type Entry, filtered, middle, ROW, rowsInSight } from "./list.js";

const entry = (name: string, id: number): Entry => ({ id, name, about: "(3, 4) · float32 · 48 B", problem: null });

describe("the list of arrays", () => {
  it("is filtered by words of the name, the shape or the type", () => {
    const entries = ["encoder.0.weight", "encoder.0.bias", "head.weight"].map(entry);
    const names = (filter: string): string[] => filtered(entries, filter).map(({ name }) => name);
    assert.deepEqual(names("weight ENCODER"), ["encoder.0.weight"]);
    assert.deepEqual(names("float32 bias"), ["encoder.0.bias"]);
    assert.equal(names("  ").length, 3);
    assert.deepEqual(names("nothing"), []);
  });

  it("keeps the end of a long name, and never turns the text around it", () => {
    assert.equal(middle("short"), "short");
    const long = middle("model.layers.10.self_attn.q_proj.weight");
    assert.ok(long.startsWith("model.lay…") && long.endsWith("q_proj.weight") && long.length === 34, long);
    assert.match(middle(`\u202e${"x".repeat(99)}`), /^\u2068.*\u2069$/u);
  });

  it("draws every row that is in sight, and few others", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 3000 }), fc.nat(70_000), (top, height, length) => {
        const { first, end } = rowsInSight({ top, height }, length);
        assert.ok(first >= 0 && end <= length && end - first <= height / ROW + 10);
        for (let row = 0; row < Math.min(length, 3000); row += 7)
          if (row * ROW < top + height && (row + 1) * ROW > top) assert.ok(row >= first && row < end);
      }),
    );
  });
});
