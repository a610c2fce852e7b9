/** What the first rows of a long text say of it, and its numbers in a file of their own. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UnrollError } from "../core/errors.js";
import { openArrays, takeArray } from "./dataFile.js";
import { sampleTable, spoolTable } from "./longTable.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-tables-"));
const file = (content: string | Uint8Array): string => {
  fs.writeFileSync(path.join(folder, "data.csv"), content);
  return path.join(folder, "data.csv");
};
const quiet = { cancelled: () => false, onProgress: () => undefined };

describe("a long table", () => {
  after(() => fs.rmSync(folder, { recursive: true }));

  it("has the columns of its first rows, and about as many rows as are as long", async () => {
    const line = (i: number): string => `2024-01-01,${i % 90},0.5\n`;
    const text = `day,a,b\n${Array.from({ length: 120_000 }, (_, i) => line(i)).join("")}`;
    const sample = await sampleTable(file(text));
    assert.deepEqual(sample?.columns, ["a", "b"]);
    assert.equal(sample.shape[1], 2);
    assert.ok(Math.abs((sample.shape[0] ?? 0) - 120_000) < 1200, String(sample.shape[0]));
    const short = await sampleTable(file("1,2\n3,\n5,6\n"));
    assert.deepEqual(short, { shape: [3, 2], columns: null });
  });

  it("is none where it is an array, a line, or no numbers", async () => {
    for (const text of ["", "(1, 2),\n(3, 4)\n", "1,2,3", "a b c\nd e f\n"]) assert.equal(await sampleTable(file(text)), null, text);
  });

  it("becomes an array of its numbers, gaps where they are kept", async () => {
    const spool = path.join(folder, "numbers.npy");
    const { columns, notes } = await spoolTable(file("day,a,b\n2024-01-01,1,2\n2024-01-02,,4\n"), spool, true, quiet);
    assert.deepEqual(columns, ["a", "b"]);
    assert.equal(notes.length, 1);
    const opened = await openArrays(spool);
    assert.deepEqual(opened?.arrays[0]?.shape, [2, 2]);
    assert.deepEqual([...(await takeArray(opened!.arrays[0]!, 100, true))], [1, 2, NaN, 4]);
    await opened?.close();
    fs.rmSync(spool);
  });

  it("is an array in brackets as well, of any rank, or records", async () => {
    const spool = path.join(folder, "numbers.npy");
    const rows = Array.from({ length: 200_000 }, (_, i) => `[[${i % 90}, 0.5], [1, 2]]`);
    const sample = await sampleTable(file(`[${rows.join(", ")}]`));
    assert.deepEqual(sample?.shape.slice(1), [2, 2]);
    assert.ok(Math.abs((sample.shape[0] ?? 0) - 200_000) < 2000, String(sample.shape[0]));
    await spoolTable(file(`[${rows.slice(0, 40_000).join(",\n")}]`), spool, true, quiet);
    const cubes = await openArrays(spool);
    assert.deepEqual(cubes?.arrays[0]?.shape, [40_000, 2, 2]);
    await cubes?.close();
    fs.rmSync(spool);
    const records = '[{"day": "2024-01-01", "a": 1}, {"day": "2024-01-02", "a": null}]';
    assert.deepEqual(await sampleTable(file(`${records}\n\n`)), { shape: [2, 1], columns: ["a"] });
    const { columns, notes } = await spoolTable(file(records), spool, true, quiet);
    assert.deepEqual([columns, notes.length], [["a"], 1]);
    await assert.rejects(spoolTable(file(records), `${spool}.2`, false, quiet), /Row 2, column “a”: the value is missing/);
    fs.rmSync(spool);
  });

  it("is refused in UTF-16 and where it is a text, and leaves nothing", async () => {
    const spool = path.join(folder, "numbers.npy");
    const refused = (words: RegExp) => (error: unknown) => error instanceof UnrollError && words.test(error.message);
    await assert.rejects(spoolTable(file(Buffer.from("\ufeff1,2\n3,4\n", "utf16le")), spool, false, quiet), refused(/UTF-16/));
    await assert.rejects(spoolTable(file('{"a": [1, 2]}\n'), spool, false, quiet), refused(/brackets/));
    await assert.rejects(spoolTable(file("1,2\n3,4\n"), spool, false, { ...quiet, cancelled: () => true }), { code: "CANCELLED" });
    assert.deepEqual(fs.readdirSync(folder), ["data.csv"]);
  });
});
