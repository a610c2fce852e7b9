/** Reading a selection never throws, whatever the text; its shape, values, offsets and ranges agree with each other. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { cpuMs } from "../../../test/support/cpuTime.js";
import { fixtures } from "../../../test/support/root.js";
import { enclosingRange } from "./enclosing.js";
import { parseSelection, selectionErrorKinds } from "./parseSelection.js";

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "selections.json"), "utf8")) as { cases: { text?: string }[] };
/** Ways to write that selections.json does not have. */
const written = [
  '[{"t": 0, "x": 1.5}, {"t": 1, "x": 2.5}]',
  '{"t": 0, "x": null}\n{"t": 1, "x": 2.5}\n',
  'df = pd.DataFrame({"a": [1, 2], "b": [3.5, 4]}, index=["x", "y"])',
  "m <- matrix(c(1, 2, 3, 4, 5, 6), nrow = 2, byrow = TRUE)",
  "cbind(a = c(1, 2), b = c(3, 4))",
  "const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);",
  "x = array.array('f', [1.0, 2.5])",
  "A =\n\n  Columns 1 through 2\n\n  1  2\n  4  5\n\n  Column 3\n\n  3\n  6\n",
  'a,b\n"1,5","2,25"\n,NA\n',
];
const sources = [...cases.flatMap(({ text }) => (text === undefined ? [] : [text])), ...written];
/** The long form asks for more. */
const RUNS = Number(process.env["UNROLL_TEXTS"] ?? 3000);
const seed = process.env["UNROLL_SEED"] === undefined ? {} : { seed: Number(process.env["UNROLL_SEED"]) };
const languages = fc.constantFrom("", "plaintext", "python", "json", "javascript", "csv", "tsv", "markdown", "matlab", "r", "julia", "cpp");
/** Pieces that change what the text around them means. */
const pieces = fc.constantFrom(
  "{", "nan", "matrix(", "c(", "rbind(", "DataFrame(", "Columns 1 to 2\n", '{"t": 1}', "nrow = 2", "(", ")", "[", "]", "{", "}", ",", ";", ":", "\n", "\r\n", "\t", " ", "|", "|--|", '"', "'", "#", "//", "/*", "%", "...", "…", "=", "x = ", ">>> ", "[1] ", "[,1]", "-", "+",
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

/** For a MiB. */
const LONGEST_MS = 1000;

function check(text: string, languageId: string): void {
  const started = cpuMs();
  for (const [ragged, missing] of [
    ["error", "error"],
    ["pad", "error"],
    ["pad", "keep"],
  ] as const) {
    const found = parseSelection(text, { languageId, ragged, missing });
    if (!found.ok) {
      assert.ok(selectionErrorKinds.includes(found.kind));
      assert.ok(found.start >= 0 && found.start <= found.end && found.end <= text.length);
      continue;
    }
    const size = found.shape.reduce((product, n) => product * n, 1);
    assert.ok(found.shape.length <= 3 && size > 0);
    assert.equal(found.values.length, size);
    assert.equal(found.offsets.length, size);
    assert.ok(found.values.every((value) => Number.isFinite(value) || (missing === "keep" && Number.isNaN(value))));
    // An empty cell may stand at the very end.
    assert.ok(found.offsets.every((offset, i) => offset < text.length + Number(Number.isNaN(found.values[i]))));
    if (found.columns !== null) assert.equal(found.columns.length, found.shape[found.shape.length - 1]);
    if (found.mask !== null) assert.equal(found.mask.length, (found.maskShape?.[0] ?? 0) * (found.maskShape?.[1] ?? 0));
  }
  assert.ok(cpuMs() - started < LONGEST_MS, "it took too long");
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
  this.timeout(RUNS > 3000 ? 0 : 60_000);

  it("does not throw on changed texts, and what it says agrees", () => {
    fc.assert(fc.property(mutated, languages, check), { numRuns: RUNS, ...seed });
  });

  it("does not throw on any text", () => {
    const text = fc.array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(fc.property(text, languages, check), { numRuns: RUNS, ...seed });
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
        const start = cpuMs();
        parseSelection(text, { languageId });
        assert.ok(cpuMs() - start < 2 * LONGEST_MS, `${languageId}: ${cpuMs() - start} ms for 1 MiB`);
      }
    });
  }
});
