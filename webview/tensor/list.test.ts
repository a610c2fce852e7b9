import assert from "node:assert/strict";
import fc from "fast-check";
import { type Entry, filtered, middle, rowHeight, shortened } from "./entries.js";
import { rowsInSight } from "./list.js";

const ROW = 40;
const entry = (name: string, id: number): Entry => ({ id, name, ...shortened(name), about: "(3, 4) · float32 · 48 B", problem: null });

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
    assert.deepEqual(shortened("short.weight"), { label: "short.weight", within: "" });
    assert.deepEqual(shortened("model.layers.10.self_attention.q_proj.weight"), {
      label: "self_attention.q_proj.weight",
      within: "model.layers.10",
    });
    const long = shortened(`${"deep/".repeat(50)}x`);
    assert.ok(long.label.endsWith("deep/x") && /^….{35}$/.test(long.within), JSON.stringify(long));
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (name) => {
        const { label, within } = shortened(name);
        assert.ok([...label].length <= 34 && [...within].length <= 40, `${label} | ${within}`);
      }),
    );
    assert.deepEqual([rowHeight([entry("a", 0)]), rowHeight([entry("a", 0), entry("x".repeat(20) + "/" + "y".repeat(20), 1)])], [40, 58]);
    assert.equal(middle("n".repeat(2 ** 20)).length, 30);
    assert.match(middle(`\u202e${"x".repeat(99)}`), /^\u2068.*\u2069$/u);
  });

  it("draws every row that is in sight, and few others", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 3000 }), fc.nat(70_000), (top, height, length) => {
        const { first, end } = rowsInSight({ top, height }, length, ROW);
        assert.ok(first >= 0 && end <= length && end - first <= height / ROW + 10);
        for (let row = 0; row < Math.min(length, 3000); row += 7)
          if (row * ROW < top + height && (row + 1) * ROW > top) assert.ok(row >= first && row < end);
      }),
    );
  });
});
