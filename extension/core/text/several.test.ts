/** Several selections are a batch; a box selection is a table. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { parseSelection, type SelectionOptions } from "./parseSelection.js";
import { boxLines, parseSelections } from "./several.js";

function join(texts: readonly string[]): { text: string; starts: number[] } {
  const starts = texts.map((_, i) => texts.slice(0, i).reduce((sum, one) => sum + one.length + 1, 0));
  return { text: texts.join("\n"), starts };
}

function read(texts: readonly string[], options: SelectionOptions = {}): ReturnType<typeof parseSelection> {
  const { text, starts } = join(texts);
  return parseSelections(text, starts, options);
}

const good: [string, string[], number[], number[]][] = [
  ["numbers", ["1", "2.5", "-3"], [3], [1, 2.5, -3]],
  ["lists", ["[1, 2]", "[3, 4]"], [2, 2], [1, 2, 3, 4]],
  ["tables", ["1,2\n3,4", "5,6\n7,8"], [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]],
  ["literals", ["[[1, 2]]", "x = [[3, 4]]"], [2, 1, 2], [1, 2, 3, 4]],
  ["batches", ["[[[1]]]", "[[[2]], [[3]]]"], [3, 1, 1], [1, 2, 3]],
  ["one selection", ["1,2\n3,4"], [2, 2], [1, 2, 3, 4]],
];

describe("several selections", () => {
  for (const [title, texts, shape, values] of good) {
    it(title, () => {
      const found = read(texts);
      assert.ok(found.ok, found.ok ? "" : say(found.message));
      assert.deepEqual({ shape: found.shape, values: [...found.values] }, { shape, values });
      const { text } = join(texts);
      found.offsets.forEach((offset, i) => assert.ok(text.startsWith(String(found.values[i]), offset)));
    });
  }

  it("of different lengths are refused at the odd one, or padded", () => {
    const texts = ["[1, 2]", "[3]"];
    const found = read(texts);
    assert.ok(!found.ok && found.kind === "ragged");
    assert.equal(join(texts).text.slice(found.start, found.end), "[3]");
    const padded = read(texts, { ragged: "pad" });
    assert.ok(padded.ok);
    assert.deepEqual(
      { values: [...padded.values], mask: [...(padded.mask ?? [])], maskShape: padded.maskShape },
      { values: [1, 2, 3, 0], mask: [1, 1, 1, 0], maskShape: [2, 2] },
    );
    assert.ok(!read(["[1, 2]", "[[3, 4]]"], { ragged: "pad" }).ok, "other ranks cannot be padded");
  });

  it("say where one of them is wrong", () => {
    const texts = ["[1, 2]", "[3, x]"];
    const found = read(texts);
    assert.ok(!found.ok && found.kind === "not-numeric");
    assert.equal(join(texts).text.slice(found.start, found.end), "x");
  });

  it("never throw, whatever they are", () => {
    const piece = fc.oneof(fc.constantFrom("[1, 2]", "[1]", "1", "", "1,2\n3,4", "[[1], [2, 3]]", "x", "nan"), fc.string({ maxLength: 8 }));
    const ragged = fc.constantFrom("error" as const, "pad" as const);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), ragged, (texts, how) => {
        const found = read(texts, { ragged: how, missing: "keep" });
        if (!found.ok) return assert.ok(found.start <= found.end && found.end <= join(texts).text.length);
        const size = found.shape.reduce((product, n) => product * n, 1);
        assert.ok(found.values.length === size && found.offsets.length === size);
        assert.ok(found.mask === null || found.mask.length === (found.maskShape?.[0] ?? 0) * (found.maskShape?.[1] ?? 0));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a box selection", () => {
  it("keeps its numbers and their places", () => {
    const lines = ["[[1, 2],", " [3, 4],", " [5, 6]]"];
    const text = boxLines(lines).join("\n");
    assert.equal(text.length, lines.join("\n").length);
    const found = parseSelection(text, { languageId: "python" });
    assert.ok(found.ok);
    assert.deepEqual({ shape: found.shape, values: [...found.values] }, { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] });
    found.offsets.forEach((offset, i) => assert.equal(lines.join("\n").charAt(offset), String(i + 1)));
  });

  it("leaves inner brackets alone", () => assert.deepEqual(boxLines(["[1], [2]"]), ["[1], [2]"]));
});
