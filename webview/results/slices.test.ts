import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResultsFromView } from "../../extension/core/protocol/results.js";
import { bandOf, windowOf } from "./bands.js";
import { facePlan, offsetIn } from "./face.js";
import { valueAt } from "./band.js";
import { layoutOf, moveBy, MOST_PIXELS, scrollTo } from "./gridWindow.js";
import { BLOCK, boxAround, cellOf, indexOf, planeOf } from "./matrix.js";
import { outputsOf, stripsOf } from "./outputs.js";
import { requestIds } from "./requestCache.js";
import { type Box, type Slice, SliceCache } from "./slices.js";
import { testRun } from "./testRun.test.js";

const tensor = (shape: number[]) => ({ ...(testRun.tensors[4] as (typeof testRun.tensors)[number]), shape });

describe("slices", () => {
  const box: Box = { tensor: 4, start: [0, 0, 0], count: [1, 4, 4] };

  it("are asked for once, and kept", () => {
    const posts: ResultsFromView[] = [];
    const cache = new SliceCache((message) => posts.push(message));
    cache.show("run-1");
    assert.equal(cache.get(box).status, "pending");
    assert.equal(cache.get(box).status, "pending");
    assert.equal(posts.length, 1);
    assert.equal(cache.answer(1, new Float32Array(16)), true);
    assert.equal(cache.get(box).status, "ready");
    assert.equal(cache.answer(1, new Float32Array(16)), false);
  });

  it("of a run before are dropped", () => {
    const cache = new SliceCache(() => undefined);
    cache.show("run-1");
    cache.get(box);
    cache.show("run-2");
    assert.equal(cache.answer(1, new Float32Array(16)), false);
    assert.equal(cache.held, 0);
  });

  it("that failed say why, and can be asked for again", () => {
    const cache = new SliceCache(() => undefined);
    cache.show("run-1");
    cache.get(box);
    cache.answer(1, "gone");
    assert.deepEqual(cache.get(box), { status: "failed", message: "gone" });
    cache.retry();
    assert.equal(cache.get(box).status, "pending");
  });

  it("never hold more than the budget and the latest", () => {
    const cache = new SliceCache(() => undefined, requestIds(), 32);
    cache.show("run-1");
    for (let i = 0; i < 8; i++) {
      cache.get({ ...box, start: [i, 0, 0] });
      cache.answer(i + 1, new Float32Array(16));
      assert.ok(cache.held <= 32);
    }
    assert.equal(cache.get({ ...box, start: [0, 0, 0] }).status, "pending");
  });
});

describe("the data grid", () => {
  it("finds a cell in the block that holds it", () => {
    const plane = planeOf(tensor([2, 300, 200]), [1]);
    const slice = ({ start, count }: Box): Slice => {
      const values = new Float32Array(count.reduce((a, b) => a * b, 1));
      const width = count[2] as number;
      for (let i = 0; i < values.length; i++)
        values[i] = ((start[1] as number) + Math.floor(i / width)) * 200 + (start[2] as number) + (i % width);
      return { status: "ready", values };
    };
    fc.assert(fc.property(fc.nat(299), fc.nat(199), (row, column) => cellOf(plane, row, column, slice) === row * 200 + column));
    assert.deepEqual(boxAround(plane, 299, 199), { tensor: 4, start: [1, 256, 128], count: [1, 44, 72] });
    assert.ok(BLOCK * BLOCK <= 262_144);
  });

  it("shows the part that was typed, with the indices of the whole", () => {
    const whole = tensor([2, 300, 200]);
    const plane = planeOf(whole, [0, 0, 0], "[:, 7, 150:]");
    assert.deepEqual([plane.rowAxis, plane.columnAxis, plane.rows, plane.columns], [0, 2, 2, 50]);
    assert.deepEqual(indexOf(plane, 1, 49), [1, 7, 199]);
    assert.deepEqual(boxAround(plane, 1, 3), { tensor: 4, start: [0, 7, 150], count: [2, 1, 50] });
    const one = planeOf(whole, [], "[1, 2, 3]");
    assert.deepEqual([one.rows, one.columns, indexOf(one, 0, 0)], [1, 1, [1, 2, 3]]);
    const deep = planeOf(tensor([3, 4, 5, 6]), [9, 2], "1:3");
    assert.deepEqual(
      [deep.start, deep.pickers.map(({ axis }) => axis)],
      [
        [2, 2, 0, 0],
        [0, 1],
      ],
    );
    assert.deepEqual(planeOf(whole, [0, 0, 0], "nonsense"), planeOf(whole, [0, 0, 0]));
  });

  it("draws the cells in sight, however long the tensor is", () => {
    for (const rows of [4, 5000, 1_000_000_000]) {
      const size = { rows, columns: 60_000, columnWidth: 100, headWidth: 60 };
      let window = { top: 0, left: 0, width: 800, height: 400 };
      const at = moveBy("End", true, { row: 0, column: 0 }, size, 10) ?? { row: -1, column: -1 };
      window = { ...window, ...scrollTo(size, window, at.row, at.column) };
      const layout = layoutOf(size, window);
      assert.ok(layout.height <= MOST_PIXELS);
      assert.equal(layout.lastRow, rows - 1);
      assert.equal(layout.lastColumn, 59_999);
      assert.ok(layout.lastRow - layout.firstRow < 40 && layout.lastColumn - layout.firstColumn < 16);
      const top = layout.top(at.row) - window.top;
      assert.ok(top >= 0 && top <= 400, `${rows}: ${top}`);
    }
  });

  it("moves by keys, within the grid", () => {
    const size = { rows: 4, columns: 3, columnWidth: 80, headWidth: 50 };
    assert.deepEqual(moveBy("ArrowUp", false, { row: 0, column: 1 }, size, 10), { row: 0, column: 1 });
    assert.deepEqual(moveBy("PageDown", false, { row: 0, column: 1 }, size, 10), { row: 3, column: 1 });
    assert.deepEqual(moveBy("End", false, { row: 1, column: 0 }, size, 10), { row: 1, column: 2 });
    assert.equal(moveBy("a", false, { row: 1, column: 0 }, size, 10), null);
  });
});

describe("faces and strips", () => {
  const outputs = outputsOf(testRun);
  const spec = outputs.model?.layers[1] ?? null;

  it("show every value of a small tensor once, in each convention", () => {
    for (const convention of ["keras", "pytorch", "onnx"] as const) {
      const plan = facePlan(tensor([2, 3, 4]), spec, convention);
      const seen = new Set<number>();
      for (const slab of plan.slabs)
        for (let r = 0; r < plan.shownRows; r++) for (let c = 0; c < plan.shownColumns; c++) seen.add(offsetIn(plan, slab, r, c));
      assert.deepEqual(
        [...seen].sort((a, b) => a - b),
        Array.from({ length: 24 }, (_, i) => i),
        convention,
      );
    }
  });

  it("of a large tensor ask for a corner", () => {
    const plan = facePlan(tensor([8, 5000, 512]), spec, "keras");
    assert.deepEqual(plan.count, [1, 16, 29]);
    assert.equal(plan.small, false);
  });

  it("read a reversed strip in the order of the input", () => {
    const strip = stripsOf(outputs)[3];
    assert.ok(strip !== undefined);
    // Taken from the last step to the first: row 0 is step 4.
    const values = Float32Array.of(4, 40, 3, 30, 2, 20, 1, -10);
    const { band } = bandOf(strip, windowOf([strip], 0), 0, () => ({ status: "ready", values }));
    assert.ok(band !== null);
    assert.deepEqual(
      [0, 1, 2, 3].map((step) => valueAt(band, 0, step)),
      [1, 2, 3, 4],
    );
  });

  it("are shown window by window where they are long", () => {
    const strip = { ...(stripsOf(outputs)[1] as ReturnType<typeof stripsOf>[number]), tensor: tensor([1, 5000, 1024]) };
    const window = windowOf([strip], 4999);
    assert.ok(window.from <= 4999 && window.from + window.steps === 5000);
    assert.ok(window.steps * 1024 <= 65_536);
  });
});
