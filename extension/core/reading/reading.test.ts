/** Readings of numbers: every value keeps its place in the text, gaps and scales do what they say, shapes are those that were announced. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { parseSelection, type SelectionNumbers } from "../text/parseSelection.js";
import { presetById } from "../model/presets.js";
import { applyReading, type Shaped } from "./applyReading.js";
import { fitReading } from "./fit.js";
import { axisReadings, decodeReading, missingPolicies, plainReading, type Reading, scalings, type Target, targets } from "./reading.js";
import { shapeLine, shapeOf } from "./shapeOf.js";

function read(text: string, languageId = "csv", ragged: "error" | "pad" = "error"): SelectionNumbers {
  const found = parseSelection(text, { languageId, ragged, missing: "keep" });
  assert.ok(found.ok, found.ok ? "" : say(found.message));
  return found;
}

function shaped(text: string, changes: Partial<Reading>, target: Target = "sequences", languageId = "csv"): Shaped {
  const done = applyReading(read(text, languageId, changes.ragged), { ...plainReading, ...changes }, target);
  assert.ok(done.ok, done.ok ? "" : say(done.error.message));
  return done.value;
}

function refused(text: string, changes: Partial<Reading>, target: Target = "sequences"): string {
  const done = applyReading(read(text), { ...plainReading, ...changes }, target);
  assert.ok(!done.ok);
  return say(done.error.message);
}

const matrix = "1,2,3\n4,5,6";

describe("readings of the axes", () => {
  const cases: [string, string, Partial<Reading>, Target, number[], number[]][] = [
    ["a matrix is one sequence", matrix, {}, "sequences", [1, 2, 3], [1, 2, 3, 4, 5, 6]],
    ["on its side", matrix, { axes: "swapped" }, "sequences", [1, 3, 2], [1, 4, 2, 5, 3, 6]],
    ["rows are sequences", matrix, { axes: "rows" }, "sequences", [2, 3, 1], [1, 2, 3, 4, 5, 6]],
    ["samples", matrix, {}, "samples", [2, 3], [1, 2, 3, 4, 5, 6]],
    ["samples on their side", matrix, { axes: "swapped" }, "samples", [3, 2], [1, 4, 2, 5, 3, 6]],
    ["token ids", matrix, {}, "ids", [2, 3], [1, 2, 3, 4, 5, 6]],
    ["token ids on their side", matrix, { axes: "swapped" }, "ids", [3, 2], [1, 4, 2, 5, 3, 6]],
    ["a list is steps", "[1, 2, 3]", {}, "sequences", [1, 3, 1], [1, 2, 3]],
    ["a list is features", "[1, 2, 3]", { axes: "swapped" }, "sequences", [1, 1, 3], [1, 2, 3]],
    ["a list is a sample", "[1, 2, 3]", {}, "samples", [1, 3], [1, 2, 3]],
    ["a list is ids", "[1, 2, 3]", {}, "ids", [1, 3], [1, 2, 3]],
    ["one number", "7", {}, "sequences", [1, 1, 1], [7]],
    ["time before batch", "[[[1], [2], [3]], [[4], [5], [6]]]", { axes: "swapped" }, "sequences", [3, 2, 1], [1, 4, 2, 5, 3, 6]],
    ["windows", "1\n2\n3\n4\n5", { window: { length: 3, stride: 2 } }, "sequences", [2, 3, 1], [1, 2, 3, 3, 4, 5]],
    ["windows of rows", matrix, { axes: "rows", window: { length: 2, stride: 1 } }, "sequences", [4, 2, 1], [1, 2, 2, 3, 4, 5, 5, 6]],
    ["columns", "a,b,c\n1,2,3\n4,5,6", { columns: ["a", "c"] }, "sequences", [1, 2, 2], [1, 3, 4, 6]],
    ["columns without names", matrix, { columns: ["2"] }, "sequences", [1, 2, 1], [2, 5]],
    ["columns that are not there", matrix, { columns: ["x"] }, "sequences", [1, 2, 3], [1, 2, 3, 4, 5, 6]],
  ];
  for (const [title, text, changes, target, shape, values] of cases) {
    it(title, () => {
      const done = shaped(text, changes, target, text.startsWith("[") ? "python" : "csv");
      assert.deepEqual({ shape: done.shape, values: [...done.values] }, { shape, values });
    });
  }

  it("says what cannot be, with the numbers", () => {
    assert.match(refused(matrix, { window: { length: 3, stride: 1 } }), /3 time steps.*2/);
    assert.match(refused(matrix, { window: { length: 2, stride: 1 } }, "samples"), /windows/);
    assert.match(refused("1,\n2,3", {}), /missing: 1/);
    assert.match(refused("1,\n2,3", { missing: "mask" }, "samples"), /masked/);
    const long = { ...read("1"), shape: [200_000], values: new Float32Array(200_000), offsets: new Uint32Array(200_000) };
    const windows = shapeOf(long, { ...plainReading, window: { length: 1000, stride: 1 } }, "sequences");
    assert.ok(!windows.ok && /199001000.*67108864/.test(say(windows.error.message)));
  });
});

describe("a table whose rows are not counted yet", () => {
  const model = presetById("simple_rnn")?.build([null, 7, 3]) ?? null;
  const about = { shape: [1000, 3], columns: null, inPieces: true, rowsAbout: true };

  it("has as many time steps as a model wants, until they are counted", () => {
    assert.ok(model !== null && fitReading(model, about, plainReading).ok);
    assert.ok(!fitReading(model, { ...about, rowsAbout: false }, plainReading).ok);
    assert.ok(!fitReading(model, { ...about, shape: [1000, 2] }, plainReading).ok, "features are known");
  });

  it("has windows and sequences of known lengths", () => {
    for (const [length, fits] of [
      [7, true],
      [5, false],
    ] as const)
      assert.equal(fitReading(model, about, { ...plainReading, window: { length, stride: 1 } }).ok, fits);
    assert.ok(!fitReading(model, about, { ...plainReading, axes: "rows" }).ok);
  });
});

describe("missing values", () => {
  const text = "1,10\n,20\n3,NA\nnan,40";
  const cases: [Reading["missing"], number[], number[] | null][] = [
    ["zero", [1, 10, 0, 20, 3, 0, 0, 40], null],
    ["forwardFill", [1, 10, 1, 20, 3, 20, 3, 40], null],
    ["mask", [1, 10, 0, 20, 3, 0, 0, 40], [1, 0, 0, 0]],
  ];
  for (const [missing, values, mask] of cases) {
    it(missing, () => {
      const done = shaped(text, { missing });
      assert.deepEqual([...done.values], values);
      assert.deepEqual(done.mask === null ? null : [...done.mask], mask);
      assert.ok(
        done.notes.some((note) => /: 3\./.test(say(note))),
        "how many are missing is said",
      );
    });
  }

  it("are no infinities", () => {
    const found = parseSelection("1,inf", { missing: "keep", languageId: "csv" });
    assert.ok(!found.ok && found.kind === "non-finite");
  });

  it("are kept in literals too", () => {
    const found = read("[[1, None, np.nan], [float('nan'), 5, -np.nan]]", "python");
    assert.deepEqual([...found.values], [1, NaN, NaN, NaN, 5, NaN]);
    assert.deepEqual([...read("[1,,3]", "javascript").values], [1, NaN, 3]);
  });

  it("are not carried from one sequence into the next, and 0 at a start", () => {
    assert.deepEqual([...shaped(",1\n2,\n,4", { missing: "forwardFill", axes: "rows" }).values], [0, 1, 2, 2, 0, 4]);
  });
});

describe("rows of different lengths", () => {
  const text = "[[1, 2, 3], [4]]";
  it("are sequences with a mask", () => {
    const done = shaped(text, { axes: "rows", ragged: "pad" }, "sequences", "python");
    assert.deepEqual(
      { shape: done.shape, values: [...done.values], mask: [...(done.mask ?? [])] },
      { shape: [2, 3, 1], values: [1, 2, 3, 4, 0, 0], mask: [1, 1, 1, 1, 0, 0] },
    );
    assert.ok(done.notes.some((note) => /masked/.test(say(note))));
  });

  it("keep the mask through columns, windows and a swap", () => {
    const cube = "[[[1, 2], [3, 4]], [[5, 6]]]";
    assert.deepEqual([...(shaped(cube, { ragged: "pad", axes: "swapped" }, "sequences", "python").mask ?? [])], [1, 1, 1, 0]);
    assert.deepEqual([...(shaped(cube, { ragged: "pad", columns: ["2"] }, "sequences", "python").mask ?? [])], [1, 1, 1, 0]);
    assert.deepEqual(
      [...(shaped(text, { ragged: "pad", axes: "rows", window: { length: 2, stride: 1 } }, "sequences", "python").mask ?? [])],
      [1, 1, 1, 1, 1, 0, 0, 0],
    );
    assert.equal(shaped(text, { ragged: "pad" }, "sequences", "python").mask, null);
  });
});

describe("scales", () => {
  const near = (got: Float32Array, expected: number[]): void =>
    got.forEach((value, i) => assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-6, `${value} at ${i}`));

  it("z-score and 0–1, by feature; a constant becomes 0", () => {
    near(shaped("1,7\n3,7", { scaling: "zScore" }).values, [-1, 0, 1, 0]);
    near(shaped("1,7\n3,7\n2,7", { scaling: "minMax" }).values, [0, 0, 1, 0, 0.5, 0]);
    near(shaped("0.1,7\n0.1,7\n0.1,7", { scaling: "zScore" }).values, [0, 0, 0, 0, 0, 0]);
  });

  it("are fitted on the first rows only, and say so", () => {
    const done = shaped("0\n10\n20\n30", { scaling: "minMax", fitPercent: 50 });
    near(done.values, [0, 1, 2, 3]);
    assert.ok(done.notes.some((note) => /time steps 1 to 2 of 4/.test(say(note))));
    near(shaped("0,10\n20,30", { scaling: "minMax", fitPercent: 50, axes: "rows" }).values, [0, 1, 2, 3]);
  });

  it("leave out padding, masked steps and what is missing", () => {
    const done = shaped("[[10, 20], [30]]", { ragged: "pad", axes: "rows", scaling: "minMax" }, "sequences", "python");
    near(done.values, [0, 0.5, 1, 0]);
    near(shaped("10\nNA\n20", { missing: "mask", scaling: "minMax" }).values, [0, 0, 1]);
    near(shaped("10\nNA\n20", { missing: "forwardFill", scaling: "minMax" }).values, [0, 0, 1]);
  });

  it("do not touch token ids, and overflow is refused", () => {
    assert.deepEqual([...shaped(matrix, { scaling: "zScore" }, "ids").values], [1, 2, 3, 4, 5, 6]);
    assert.match(refused("0\n1e-38\n3e38", { scaling: "zScore", fitPercent: 67 }), /float32/);
  });
});

describe("any reading of any matrix", () => {
  const cell = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -999, max: 999 }).map(String) }, fc.constantFrom("", "NA"));
  const size = fc.integer({ min: 1, max: 6 });
  const rows = fc
    .tuple(size, size)
    .chain(([n, d]) => fc.array(fc.array(cell, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }));
  const reading: fc.Arbitrary<Reading> = fc.record({
    axes: fc.constantFrom(...axisReadings),
    window: fc.option(fc.record({ length: size, stride: size }, { noNullPrototype: true })),
    columns: fc.option(fc.subarray(["1", "2", "3", "4"])),
    missing: fc.constantFrom(...missingPolicies),
    scaling: fc.constantFrom(...scalings),
    fitPercent: fc.integer({ min: 0, max: 120 }),
    ragged: fc.constantFrom("error", "pad"),
  });

  it("gives the announced shape and finite numbers, each with its own place", () => {
    fc.assert(
      fc.property(rows, reading, fc.constantFrom(...targets), (cells, chosen, target) => {
        const text = cells.map((row) => `[${row.map((value) => value || "None").join(", ")}]`).join(",\n");
        const numbers = read(`[${text}]`, "python");
        const announced = shapeOf(numbers, chosen, target);
        const done = applyReading(numbers, chosen, target);
        if (!done.ok) return;
        const { shape, values, offsets, mask } = done.value;
        assert.ok(announced.ok);
        assert.deepEqual(shape, announced.value);
        assert.equal(
          values.length,
          shape.reduce((product, n) => product * n, 1),
        );
        assert.ok(values.every(Number.isFinite));
        assert.ok(mask === null || mask.length === (shape[0] ?? 0) * (shape[1] ?? 0));
        assert.ok(offsets !== null && offsets.length === values.length);
        if (chosen.scaling !== "none" && target !== "ids") return;
        offsets.forEach((offset, i) => {
          const written = /^-?\d+/.exec(`[${text}]`.slice(offset, offset + 8))?.[0];
          if (written !== undefined) assert.equal(values[i], Number(written) || 0);
          else assert.ok(chosen.missing !== "error");
        });
        assert.ok(say(shapeLine(numbers.shape, shape, target)).includes(`(${shape.join(", ")})`));
      }),
      { numRuns: 2000 },
    );
  });

  it("survives its way through storage", () => {
    fc.assert(fc.property(reading, (chosen) => assert.deepEqual(decodeReading(JSON.parse(JSON.stringify(chosen))), { ...chosen })));
    assert.equal(decodeReading({ ...plainReading, axes: "sideways" }), undefined);
  });
});
