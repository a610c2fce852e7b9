/** Tables with names, R's calls, declared shapes, matrices printed in pieces: what is read, and where what cannot be read stands. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { MAX_PARTS } from "./assignments.js";
import { parseSelection, type SelectionErrorKind } from "./parseSelection.js";

type Good = readonly [title: string, language: string, text: string, shape: number[], values: number[], columns?: string[]];

const four = [1, 2, 3, 4];
const good: readonly Good[] = [
  ["JSON records", "json", '[{"t": 1, "x": 2}, {"t": 3, "x": 4}]', [2, 2], four, ["t", "x"]],
  ["records in another order", "json", '[{"a": 1, "b": 2}, {"b": 4, "a": 3}]', [2, 2], four, ["a", "b"]],
  ["records below a key", "json", '{"data": [{"t": 1, "x": 2}, {"t": 3, "x": 4}]}', [2, 2], four, ["t", "x"]],
  ["records on lines", "json", '{"t": 1, "x": 2}\n{"t": 3, "x": 4}\n', [2, 2], four, ["t", "x"]],
  ["records with text", "json", '[{"day": "2020-01-01", "x": 1}, {"day": "2020-01-02", "x": 2}]', [2, 1], [1, 2], ["x"]],
  ["records of JavaScript", "javascript", "const x = [\n  { t: 1, x: 2 }, // first\n  { t: 3, x: 4 },\n];", [2, 2], four, ["t", "x"]],
  ["records of Python", "python", "rows = [{'t': 1, 'x': True}, {'t': 3, 'x': -4.5}]", [2, 2], [1, 1, 3, -4.5], ["t", "x"]],
  ["a DataFrame", "python", 'df = pd.DataFrame({"a": [1, 3], "b": [2, 4]})', [2, 2], four, ["a", "b"]],
  ["a DataFrame with an index", "python", 'pd.DataFrame({"a": [1, 3], "b": np.array([2, 4])}, index=["x", "y"])', [2, 2], four, ["a", "b"]],
  ["a DataFrame with names", "python", 'pd.DataFrame({"who": ["x", "y"], "a": [1, 2]})', [2, 1], [1, 2], ["a"]],
  ["a DataFrame of records", "python", 'pd.DataFrame([{"a": 1, "b": 2}, {"a": 3, "b": 4}])', [2, 2], four, ["a", "b"]],
  ["a Series", "python", 's = pd.Series([1, 2], index=["a", "b"], name="x")', [2], [1, 2]],
  ["Python's array", "python", "array('f', [1.0, 2.5])", [2], [1, 2.5]],
  ["Python's array, imported", "python", 'x = array.array("d", [1.0, 2.5])', [2], [1, 2.5]],
  ["quoted decimal commas", "csv", 'a,b\n"1,5","2,5"\n"3,5","4,25"\n', [2, 2], [1.5, 2.5, 3.5, 4.25], ["a", "b"]],
  ["a matrix of R", "r", "m <- matrix(c(1, 3, 2, 4), nrow = 2)", [2, 2], four],
  ["a matrix of R by rows", "r", "matrix(c(1, 2, 3, 4), 2, 2, byrow = TRUE)", [2, 2], four],
  ["a matrix of R by its columns", "r", "matrix(data = c(1, 2, 3, 4, 5, 6), ncol = 2)", [3, 2], [1, 4, 2, 5, 3, 6]],
  ["rbind", "r", "x <- rbind(c(1, 2), c(3, 4))", [2, 2], four],
  ["cbind", "r", "cbind(c(1, 3), c(2, 4))", [2, 2], four],
  ["cbind with names", "r", "cbind(a = c(1, 3), b = c(2, 4))", [2, 2], four, ["a", "b"]],
  ["a data.frame", "r", "data.frame(a = c(1, 3), b = c(2, 4))", [2, 2], four, ["a", "b"]],
  ["tensor2d with a shape", "javascript", "const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);", [2, 2], four],
  ["tensor3d with a shape", "javascript", "tf.tensor3d([1, 2, 3, 4], [1, 2, 2], 'float32')", [1, 2, 2], four],
  [
    "MATLAB in pieces",
    "plaintext",
    "A =\n\n  Columns 1 through 2\n\n  1  2\n  4  5\n\n  Column 3\n\n  3\n  6\n",
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ],
  ["Octave in pieces", "plaintext", " Columns 1 and 2:\n\n   1   2\n\n Columns 3 and 4:\n\n   3   4\n", [4], four],
  ["psql", "plaintext", " a | b \n---+---\n 1 | 2\n 3 | 4\n(2 rows)\n", [2, 2], four, ["a", "b"]],
];

type Bad = readonly [title: string, language: string, text: string, kind: SelectionErrorKind, range: string];

const bad: readonly Bad[] = [
  ["a record without a field", "json", '[{"a": 1, "b": 2}, {"a": 4}]', "missing-value", '{"a": 4}'],
  ["a record with another field", "json", '[{"a": 1}, {"a": 4, "c": 7}]', "ragged", "7"],
  ["null in a record", "json", '[{"a": 1}, {"a": null}]', "missing-value", "null"],
  ["text in a column of numbers", "json", '[{"a": 1}, {"a": "x"}]', "not-numeric", '"x"'],
  ["numbers in quotes", "json", '[{"a": "1.5"}, {"a": "2.5"}]', "not-numeric", '"1.5"'],
  ["a list in a record", "json", '[{"a": 1, "b": [1, 2]}, {"a": 2, "b": [3, 4]}]', "not-an-array", "[1, 2]"],
  ["an open record", "json", '[{"a": 1}, {"a": 2', "unbalanced", "{"],
  ["an open list of records", "json", '[{"a": 1}, {"a": 2}', "unbalanced", "["],
  ["uneven columns", "python", 'pd.DataFrame({"a": [1, 2], "b": [3]})', "ragged", "[3]"],
  ["chosen columns", "python", 'pd.DataFrame({"a": [1], "b": [3]}, columns=["b"])', "trailing-code", '["b"]'],
  ["code behind a DataFrame", "python", 'pd.DataFrame({"a": [1, 2]}).T', "trailing-code", ".T"],
  ["a matrix of R that repeats", "r", "matrix(c(1, 2, 3), nrow = 2)", "ragged", "matrix(c(1, 2, 3), nrow = 2)"],
  ["rbind of a variable", "r", "rbind(c(1, 2), y)", "not-an-array", "y"],
  ["a shape with too much room", "javascript", "tf.tensor2d([1, 2, 3], [2, 2])", "ragged", "tf.tensor2d([1, 2, 3], [2, 2])"],
  [
    "a piece of a matrix is missing",
    "plaintext",
    "Columns 1 through 2\n\n 1 2\n\nColumns 5 and 6\n\n 5 6\n",
    "truncated",
    "Columns 5 and 6",
  ],
];

describe("tables with names, and R's calls", () => {
  for (const [title, languageId, text, shape, values, columns] of good) {
    it(title, () => {
      const found = parseSelection(text, { languageId });
      assert.ok(found.ok, found.ok ? "" : `${found.kind}: ${say(found.message)}`);
      assert.deepEqual(
        { shape: found.shape, values: [...found.values], columns: found.columns },
        { shape, values, columns: columns ?? null },
      );
      for (const offset of found.offsets) assert.match(text.slice(offset, offset + 5), /^(?:[-+]?\d|True|true)/);
    });
  }

  for (const [title, languageId, text, kind, range] of bad) {
    it(`refuses ${title}`, () => {
      const found = parseSelection(text, { languageId });
      assert.ok(!found.ok, "a refusal was expected");
      assert.deepEqual({ kind: found.kind, range: text.slice(found.start, found.end) }, { kind, range });
    });
  }

  it("keeps what is missing where that is asked for", () => {
    const found = parseSelection('[{"a": 1, "b": 2}, {"a": null}]', { languageId: "json", missing: "keep" });
    assert.ok(found.ok);
    assert.deepEqual([...found.values], [1, 2, NaN, NaN]);
  });

  it("finds any records again, in JSON and on lines", () => {
    const cell = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.float({ noNaN: true, noDefaultInfinity: true }));
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((d) => fc.array(fc.array(cell, { minLength: d, maxLength: d }), { minLength: 2, maxLength: 6 }));
    fc.assert(
      fc.property(rows, fc.boolean(), fc.constantFrom(undefined, 2), (matrix, lines, indent) => {
        const records = matrix.map((row) => Object.fromEntries(row.map((value, i) => [`k${i}`, value])));
        const text = lines ? records.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(records, null, indent);
        const found = parseSelection(text, { languageId: "json" });
        assert.ok(found.ok, text);
        assert.deepEqual(found.shape, [matrix.length, matrix[0]?.length]);
        matrix.flat().forEach((value, i) => assert.equal(found.values[i], Math.fround(value + 0)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("many small things in one selection", () => {
  const assignments = (count: number): string => Array.from({ length: count }, (_, i) => `a${i} = ${i % 10}`).join("\n");

  it(`reads ${MAX_PARTS} assignments, and refuses one more with the number`, function () {
    this.timeout(20_000);
    const text = assignments(MAX_PARTS);
    const start = performance.now();
    const found = parseSelection(text, { languageId: "python" });
    const ms = performance.now() - start;
    assert.ok(found.ok && found.values.length === MAX_PARTS);
    assert.ok(ms < (4000 * text.length) / 2 ** 20, `${ms} ms for ${text.length} characters`);
    const over = parseSelection(assignments(MAX_PARTS + 1), { languageId: "python" });
    assert.ok(!over.ok && over.kind === "too-large" && say(over.message).includes(String(MAX_PARTS)));
  });

  it("reads as many bytes as the limit says, and refuses one more with both numbers", () => {
    const text = "1,2\n".repeat(2 ** 16);
    for (const [size, good] of [
      [text.length - 1, true],
      [text.length, true],
      [text.length + 1, false],
    ] as const) {
      const found = parseSelection(text.slice(0, size).padEnd(size, "3"), { languageId: "csv", maxBytes: text.length });
      assert.equal(found.ok || found.kind !== "too-large", good, String(size));
      if (!found.ok && !good) for (const number of [size, text.length]) assert.ok(say(found.message).includes(String(number)));
    }
    const wide = parseSelection(`# ${"열".repeat(1000)}\n1,2\n`, { languageId: "csv", maxBytes: 3000 });
    assert.ok(!wide.ok && wide.kind === "too-large", "bytes are counted, not characters");
  });
});
