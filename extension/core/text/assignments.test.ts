/** Several assignments or JSON objects in one selection: a batch, the first array, or a refusal of what would be lost. */
import * as assert from "node:assert/strict";
import { say } from "../messages.js";
import { parseSelection, type SelectionErrorKind } from "./parseSelection.js";

interface Read {
  readonly shape: number[];
  readonly values: number[];
  readonly notes: string;
}

function read(text: string, languageId = "python"): Read {
  const found = parseSelection(text, { languageId });
  assert.ok(found.ok, found.ok ? "" : `${found.kind}: ${say(found.message)}`);
  for (const [i, offset] of found.offsets.entries()) assert.equal(Number.parseFloat(text.slice(offset)), found.values[i]);
  return { shape: found.shape, values: [...found.values], notes: found.notes.map((note) => say(note)).join(" ") };
}

function refusal(text: string, languageId = "python"): { kind: SelectionErrorKind; range: string } {
  const found = parseSelection(text, { languageId });
  assert.ok(!found.ok, "a refusal was expected");
  return { kind: found.kind, range: text.slice(found.start, found.end) };
}

describe("several assignments", () => {
  const pairs: [string, string][] = [
    ["python", "# first\nx = np.array([1, 2])\n\ny = np.array([3, 4])  # second\n"],
    ["python", "x = [1, 2]; y = [3, 4]"],
    ["python", ">>> x = [1, 2]\n>>> y = [3, 4]"],
    ["javascript", "const x = [1, 2];\r\nconst y = [3, 4];\r\n"],
    ["cpp", "const float x[2] = {1, 2};\nconst float y[2] = {3, 4};"],
    ["matlab", "x = [1 2];\ny = [3 4]"],
  ];
  for (const [languageId, text] of pairs) {
    it(`of one shape are a batch: ${JSON.stringify(text)}`, () => {
      const { shape, values, notes } = read(text, languageId);
      assert.deepEqual({ shape, values }, { shape: [2, 2], values: [1, 2, 3, 4] });
      assert.match(notes, /x, y .*batch of 2/);
    });
  }

  it("of different shapes: the first array is read, and what is left out is named", () => {
    const { shape, notes } = read("rate = 5\nx = [[1, 2], [3, 4]]\nlabels = [0, 1]");
    assert.deepEqual(shape, [2, 2]);
    assert.match(notes, /“x” was read; rate, labels/);
  });

  it("makes no fourth axis", () => {
    const { shape, notes } = read("x = [[[1, 2]]]\ny = [[[3, 4]]]");
    assert.deepEqual(shape, [1, 1, 2]);
    assert.match(notes, /“x” was read; y/);
  });

  it("reports a mistake in the second at its place", () => {
    assert.deepEqual(refusal("x = [1, 2]\ny = [3, oops]"), { kind: "not-numeric", range: "oops" });
  });

  for (const rest of ["x[0] = 5", "x += 1", "x.shape = 2", "x = [3, 4]", "y = f(x)", "y = x", "print(x)", "x.sort()"]) {
    it(`refuses code behind an array: ${rest}`, () => {
      assert.deepEqual(refusal(`x = [1, 2]\n${rest}`), { kind: "trailing-code", range: rest });
    });
  }
});

describe("JSON objects line by line", () => {
  it("are a batch", () => {
    const { shape, values } = read('{"x": [1, 2]}\n{"x": [3, 4]}\n{"x": [5, 6]}\n', "json");
    assert.deepEqual({ shape, values }, { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] });
  });

  it("of different lengths are ragged", () => {
    assert.deepEqual(refusal('{"x": [1, 2]}\n{"x": [3]}', "json"), { kind: "ragged", range: '{"x": [3]}' });
  });

  it("lose nothing that follows", () => {
    assert.equal(refusal('{"x": [1, 2]}, [3]', "json").kind, "trailing-code");
  });
});
