import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSelection } from "../text/parseSelection.js";
import { generate, type GeneratorKind, generators, MOST_GENERATED } from "./generate.js";

const kinds = generators.map(({ kind }) => kind);

function rows(kind: GeneratorKind, steps: number, features: number, seed: number): number[][] {
  const text = generate(kind, { steps, features, seed });
  assert.ok(text.ok);
  return text.value
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
}

describe("generated data", () => {
  it("is read as what was asked for, and the same for the same seed", () => {
    const sizes = fc.record({ steps: fc.integer({ min: 3, max: 120 }), features: fc.integer({ min: 1, max: 6 }), seed: fc.integer() });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), sizes, (kind, options) => {
        const text = generate(kind, options);
        assert.ok(text.ok);
        const read = parseSelection(text.value, { languageId: "csv" });
        assert.ok(read.ok, text.value);
        const width = generators.find((generator) => generator.kind === kind)?.columns?.length ?? options.features;
        // One column is a list.
        assert.deepEqual(
          read.shape.filter((d, axis) => axis === 0 || d > 1),
          width === 1 ? [options.steps] : [options.steps, width],
        );
        assert.ok(read.values.every(Number.isFinite));
        assert.deepEqual(generate(kind, options), text);
      }),
    );
  });

  it("differs by seed", () => {
    for (const kind of kinds) assert.notDeepEqual(rows(kind, 60, 2, 1), rows(kind, 60, 2, 2));
  });

  it("a wave stays within its size, a walk does not jump", () => {
    assert.ok(rows("sine", 400, 3, 5).every((row) => row.every((x) => Math.abs(x) < 2)));
    const walk = rows("random_walk", 400, 2, 5);
    walk.slice(1).forEach((row, t) => row.forEach((x, d) => assert.ok(Math.abs(x - (walk[t]?.[d] as number)) < 6)));
  });

  it("the adding problem marks one value in each half", () => {
    for (const steps of [2, 3, 10, 101]) {
      const marked = rows("adding", steps, 9, steps).flatMap(([, marker], t) => (marker === 1 ? [t] : []));
      assert.equal(marked.length, 2);
      assert.ok((marked[0] as number) < Math.floor(steps / 2) && (marked[1] as number) >= Math.floor(steps / 2));
    }
  });

  it("the copy task leaves room for the copy", () => {
    for (const steps of [3, 4, 21, 60]) {
      const symbols = rows("copy", steps, 9, steps).flat();
      const count = symbols.findIndex((symbol) => symbol === 0 || symbol === 9);
      assert.ok(count >= 1 && symbols.slice(0, count).every((symbol) => symbol >= 1 && symbol <= 8));
      assert.equal(symbols.indexOf(9), steps - count - 1);
      assert.ok(symbols.slice(steps - count).every((symbol) => symbol === 0));
    }
  });

  it("refuses what cannot be, with the number", () => {
    const refused = (kind: GeneratorKind, steps: number, features: number): string => {
      const text = generate(kind, { steps, features, seed: 0 });
      assert.ok(!text.ok);
      return JSON.stringify(text.error);
    };
    assert.match(refused("copy", 2, 1), /3/);
    assert.match(refused("sine", 10, 0), /feature/);
    assert.match(refused("sine", 1.5, 1), /whole/);
    assert.match(refused("sine", MOST_GENERATED, 2), /2000000/);
  });
});
