/** Reading a selection never throws, whatever the text; its shape, values, offsets and ranges agree with each other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { fixtures } from "../../../test/support/root.js";
import { enclosingRange } from "./enclosing.js";
import { parseSelection, selectionErrorKinds } from "./parseSelection.js";

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "selections.json"), "utf8")) as { cases: { text?: string }[] };
const sources = cases.flatMap(({ text }) => (text === undefined ? [] : [text]));
const languages = fc.constantFrom("", "plaintext", "python", "json", "javascript", "csv", "tsv", "markdown", "matlab", "r", "julia", "cpp");
/** Pieces that change what the text around them means. */
const pieces = fc.constantFrom(
  "(", ")", "[", "]", "{", "}", ",", ";", ":", "\n", "\r\n", "\t", " ", "|", "|--|", '"', "'", "#", "//", "/*", "%", "...", "…", "=", "x = ", ">>> ", "[1] ", "[,1]", "-", "+",
  "1", "0.5", "1e999", "1e-3", "0x", "1_0", "NaN", "None", "inf", "1,5", "1.234,5", "$1", "2×2 M:\n", "np.array(", "tensor(", "dtype=float32", '{"a": [', "a", "열", "\u0000", "\ud800", "\ufeff",
); // prettier-ignore
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat({ max: 12 }), piece: pieces });
const mutated = fc
  .record({ source: fc.constantFrom(...sources), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) })
  .map(({ source, edits }) =>
    edits.reduce((text, { at, drop, piece }) => {
      const place = Math.floor(at * text.length);
      return text.slice(0, place) + piece + text.slice(place + drop);
    }, source),
  );

function check(text: string, languageId: string): void {
  for (const ragged of ["error", "pad"] as const) {
    const found = parseSelection(text, { languageId, ragged });
    if (!found.ok) {
      assert.ok(selectionErrorKinds.includes(found.kind));
      assert.ok(found.start >= 0 && found.start <= found.end && found.end <= text.length);
      continue;
    }
    const size = found.shape.reduce((product, n) => product * n, 1);
    assert.ok(found.shape.length <= 3 && size > 0);
    assert.equal(found.values.length, size);
    assert.equal(found.offsets.length, size);
    assert.ok(found.values.every(Number.isFinite));
    assert.ok(found.offsets.every((offset) => offset < text.length));
    if (found.columns !== null) assert.equal(found.columns.length, found.shape[found.shape.length - 1]);
    if (found.mask !== null) assert.equal(found.mask.length, (found.maskShape?.[0] ?? 0) * (found.maskShape?.[1] ?? 0));
  }
  const range = enclosingRange(text, Math.floor(text.length / 2), languageId);
  assert.ok(range === undefined || (range.start >= 0 && range.start < range.end && range.end <= text.length));
}

const number = fc.oneof(
  fc.integer({ min: -99_999, max: 99_999 }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e6), max: Math.fround(1e6) }).map(String),
  fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -30, max: 30 })).map(([m, e]) => `${m}.5e${e}`),
);
const matrix = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 }))
  .chain(([n, d]) => fc.array(fc.array(number, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }));
const join = (m: string[][], cell: string, row: string): string => m.map((each) => each.join(cell)).join(row);
/** Ways to write the same matrix. */
const writers: Record<string, (m: string[][]) => string> = {
  python: (m) => `x = np.array([[${join(m, ", ", "],\n  [")}]], dtype=np.float32)`,
  plaintext: (m) => `[[${join(m, "  ", "]\n [")}]]`,
  json: (m) => `{"x": [[${join(m, ",", "],[")}]]}`,
  csv: (m) => `${join(m, ",", "\r\n")}\r\n`,
  tsv: (m) => join(m, "\t", "\n"),
  matlab: (m) => `A = [${join(m, " ", "; ...\n")}]; % done`,
  markdown: (m) =>
    `| ${m[0]?.map((_, i) => `c${i}`).join(" | ") ?? ""} |\n|${"---|".repeat(m[0]?.length ?? 0)}\n| ${join(m, " | ", " |\n| ")} |`,
  cpp: (m) => `const double x[][${m[0]?.length ?? 0}] = {{${join(m, ", ", "}, {")}}};`,
  r: (m) => `     ${m[0]?.map((_, i) => `[,${i + 1}]`).join(" ") ?? ""}\n${m.map((row, i) => `[${i + 1},] ${row.join(" ")}`).join("\n")}`,
};

describe("reading a selection", function () {
  this.timeout(60_000);

  it("does not throw on changed texts, and what it says agrees", () => {
    fc.assert(fc.property(mutated, languages, check), { numRuns: 3000 });
  });

  it("does not throw on any text", () => {
    const text = fc.array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(fc.property(text, languages, check), { numRuns: 3000 });
  });

  for (const [languageId, write] of Object.entries(writers)) {
    it(`finds a matrix again, and every number's place: ${languageId}`, () => {
      fc.assert(
        fc.property(matrix, (m) => {
          const text = write(m);
          const found = parseSelection(text, { languageId });
          assert.ok(found.ok, text);
          assert.deepEqual(found.shape, [m.length, m[0]?.length]);
          for (const [i, word] of m.flat().entries()) {
            assert.equal(found.values[i], Math.fround(Number(word)));
            assert.ok(text.startsWith(word, found.offsets[i]), `${word} at ${found.offsets[i]}`);
          }
        }),
        { numRuns: 200 },
      );
    });
  }

  for (const unit of [
    "[",
    "(",
    "{",
    "[1,",
    "a=1\n",
    "a = [1];\n",
    '{"a":[1]}\n',
    '"',
    "%\n",
    "[1] ",
    "1,2\n",
    "-",
    "x=",
    "np.array(",
    "|",
    "/*",
  ]) {
    it(`takes time in proportion to the text: ${JSON.stringify(unit)}`, () => {
      const text = unit.repeat(Math.ceil(2 ** 20 / unit.length));
      for (const languageId of ["", "python", "csv"]) {
        const start = performance.now();
        parseSelection(text, { languageId });
        assert.ok(performance.now() - start < 4000, `${languageId}: ${performance.now() - start} ms for 1 MiB`);
      }
    });
  }
});
