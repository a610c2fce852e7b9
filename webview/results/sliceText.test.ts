import assert from "node:assert/strict";
import fc from "fast-check";
import { type ParsedSlice, parseSlice, sliceTextOf } from "./sliceText.js";

const shape = [2, 10, 4];
const textOf = (parsed: ParsedSlice): string => (parsed.ok ? sliceTextOf(parsed.parts, shape) : parsed.problem.why);

describe("a slice that is typed", () => {
  it("is read as in Python", () => {
    const cases: [string, string][] = [
      ["[0, :, :]", "[0, :, :]"],
      ["0", "[0, :, :]"],
      ["", "[:, :, :]"],
      ["-1, -3:, 1:3", "[1, 7:, 1:3]"],
      ["[..., 2]", "[:, :, 2]"],
      ["[1, ...]", "[1, :, :]"],
      ["[:, 4, :]", "[:, 4, :]"],
      ["[0, 2:99, :-1,]", "[0, 2:, :3]"],
    ];
    for (const [text, expected] of cases) assert.equal(textOf(parseSlice(text, shape)), expected, text);
  });

  it("says what is wrong with it", () => {
    const cases: [string, string][] = [
      ["[0, :, :, 1]", "axes"],
      ["[2, :, :]", "outside"],
      ["[-3]", "outside"],
      ["[0, 5:5]", "empty"],
      ["[0, ::2]", "syntax"],
      ["[x]", "syntax"],
      ["[0 1]", "syntax"],
      ["[0, ..., ...]", "syntax"],
    ];
    for (const [text, why] of cases) assert.equal(textOf(parseSlice(text, shape)), why, text);
  });

  it("is read again as it is written, and never throws", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        sizes,
        fc.string(),
        fc.array(fc.constantFrom("0", "-1", ":", "1:", ":2", "..."), { maxLength: 5 }),
        (of, noise, parts) => {
          parseSlice(noise, of);
          const parsed = parseSlice(parts.join(","), of);
          if (!parsed.ok) return;
          assert.deepEqual(parseSlice(sliceTextOf(parsed.parts, of), of), parsed);
        },
      ),
    );
  });
});
