/** Files on disk: every format by its name or its first bytes, HDF5 as h5py reads it, and what is refused. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { fixtures } from "../../test/support/root.js";
import { UnrollError } from "../core/errors.js";
import { sizeOf } from "../core/formats/arrays.js";
import { chooseArray, openArrays, takeArray, textArray, textOf } from "./dataFile.js";
import { Hdf5Thread, openHdf5 } from "./hdf5.js";
import { boxesOf } from "./hdf5Library.js";

const folder = path.join(fixtures, "files");
type Expected = Record<string, Record<string, { shape: number[]; dtype: string; values: number[] }>>;
const expected = JSON.parse(fs.readFileSync(path.join(folder, "expected.json"), "utf8")) as Expected;
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-files-"));
const refusedWith = (words: RegExp) => (error: unknown) => error instanceof UnrollError && words.test(error.message);

describe("files on disk", function () {
  this.timeout(0);
  after(() => fs.rmSync(temporary, { recursive: true }));

  it("have HDF5 datasets in groups, of any type of number, and no link out of the file", async () => {
    const file = await openArrays(path.join(folder, "groups.h5"));
    assert.ok(file !== null);
    assert.deepEqual(file.arrays.map((array) => array.name).sort(), ["flags", "half", "packed/days", "packed/x", "x"]);
    assert.deepEqual(
      file.refused.map((one) => one.name),
      ["names"],
    );
    for (const [name, { shape, dtype, values }] of Object.entries(expected["groups.h5"] ?? {})) {
      const array = chooseArray(file, name);
      assert.deepEqual([array.shape, array.dtype], [shape, dtype]);
      assert.deepEqual(Array.from(await takeArray(array, 2 ** 20)), values, name);
    }
    await file.close();
  });

  it("cut an HDF5 dataset into boxes that are exactly a range of its numbers", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(700), fc.nat(700), (dims, a, b) => {
        const size = sizeOf(dims);
        const [from, to] = [Math.min(a % size, b % size), Math.max(a % size, b % size) + 1];
        let at = from;
        for (const { start, count } of boxesOf(dims, from, to - from)) {
          assert.equal(
            start.reduce((sum, n, axis) => sum + n * sizeOf(dims.slice(axis + 1)), 0),
            at,
          );
          assert.ok(start.every((n, axis) => n + (count[axis] ?? 0) <= (dims[axis] ?? 0)));
          at += sizeOf(count);
        }
        assert.equal(at, to);
      }),
    );
  });

  it("are known by their first bytes where the name says nothing", async () => {
    const file = path.join(temporary, "data");
    fs.copyFileSync(path.join(folder, "cube.npy"), file);
    const opened = await openArrays(file);
    assert.equal(opened?.format, "npy");
    await opened?.close();
    fs.writeFileSync(file, "1,2\n3,4\n");
    assert.equal(await openArrays(file), null);
  });

  it("name their arrays where one has to be chosen", async () => {
    const file = await openArrays(path.join(folder, "stored.npz"));
    assert.ok(file !== null);
    assert.throws(() => chooseArray(file, null), refusedWith(/holds 3 arrays: train \(3, 4, 5\), labels \(3,\)/));
    assert.throws(() => chooseArray(file, "none"), refusedWith(/holds 3 arrays/));
    assert.deepEqual(chooseArray(file, "labels").shape, [3]);
    await file.close();
  });

  it("say where a number is that would spoil every later step", async () => {
    const table = await openArrays(path.join(folder, "missing.parquet"));
    await assert.rejects(takeArray(table!.arrays[0]!, 2 ** 20), refusedWith(/\[1, “a”\] is NaN/));
    await table?.close();
    const cube = await openArrays(path.join(folder, "cube.npy"));
    await assert.rejects(takeArray(cube!.arrays[0]!, 16), refusedWith(/limit is/));
    await cube?.close();
  });

  it("are texts in UTF-8 and UTF-16", () => {
    assert.equal(textOf(Buffer.from("\ufeff1\t2\n", "utf16le")), "1\t2\n");
    const read = textArray("a.tsv", new Uint8Array(Buffer.from("\ufeffa\tb\n1\t2\n", "utf16le")));
    assert.deepEqual(
      [read.shape, Array.from(read.values)],
      [
        [1, 2],
        [1, 2],
      ],
    );
  });

  it("are refused where they are not there, or no HDF5", async () => {
    await assert.rejects(openArrays(path.join(temporary, "none.npy")), refusedWith(/cannot be read/));
    await assert.rejects(openArrays(temporary), refusedWith(/cannot be read/));
    const file = path.join(temporary, "bad.h5");
    fs.writeFileSync(file, "nothing");
    assert.equal((await openHdf5(file)).ok, false);
  });

  it("are refused, not thrown over, where an HDF5 file's bytes are changed", async () => {
    const bytes = fs.readFileSync(path.join(folder, "groups.h5"));
    const file = path.join(temporary, "changed.h5");
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    // Of one thread, as long as libhdf5 bears it: starting one takes longer than reading the file.
    let thread = new Hdf5Thread();
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of list) changed[at] = byte;
        fs.writeFileSync(file, changed);
        if (thread.isEnded) thread = new Hdf5Thread();
        const opened = await thread.open(file);
        if (!opened.ok) return;
        for (const [i, array] of opened.value.arrays.entries()) {
          const size = sizeOf(array.shape);
          if (size > 2 ** 20) continue;
          const values = await thread.read(i, 0, size);
          assert.ok(!values.ok || values.value.length === size);
        }
      }),
      { numRuns: Number(process.env["UNROLL_CASES"] ?? 150) },
    );
    await thread.end();
  });

  it("are given up where libhdf5 does not come back, and the next file is read", async () => {
    const file = path.join(folder, "groups.h5");
    const thread = new Hdf5Thread(0);
    const late = await thread.open(file);
    assert.ok(!late.ok && late.error.code === "TIMEOUT" && thread.isEnded);
    const after = await thread.read(0, 0, 1);
    assert.ok(!after.ok && after.error.code === "TIMEOUT");
    const next = await openHdf5(file);
    assert.ok(next.ok && next.value.arrays.length === 5);
    await next.value.close();
    await assert.rejects(next.value.arrays[0]!.read(0, 1), refusedWith(/was closed/));
  });
});
