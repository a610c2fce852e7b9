/** What the reader's thread says about a data file, and the numbers that it gives of it. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fixtures } from "../../test/support/root.js";
import { say } from "../core/messages.js";
import { decodeReaderAnswer } from "../core/protocol/reader.js";
import type { Selection } from "../core/text/parseSelection.js";
import { contentOf, numbersOf } from "./files.js";

const file = (name: string): string => path.join(fixtures, "files", name);
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-reader-"));
const numbers = (name: string, more: { array?: string; missing?: "keep"; maxBytes?: number } = {}): Promise<Selection> =>
  numbersOf({
    ...{ type: "readFile", id: 1, path: name, array: more.array ?? null, ragged: "error" },
    ...{ missing: more.missing ?? "error", maxBytes: more.maxBytes ?? 2 ** 28 },
  });

describe("a data file for the host", function () {
  this.timeout(60_000);
  after(() => fs.rmSync(temporary, { recursive: true }));

  it("is a list of arrays, which crosses the border as it is", async () => {
    const answer = { type: "file", id: 3, file: await contentOf(file("stored.npz")) } as const;
    const decoded = decodeReaderAnswer(structuredClone(answer));
    assert.deepEqual(decoded, answer);
    assert.ok(answer.file.ok);
    assert.deepEqual(answer.file.value.arrays[0], { name: "train", dtype: "float32", shape: [3, 4, 5], bytes: 240 });
    const refused = { type: "file", id: 3, file: await contentOf(file("object.npy")) } as const;
    assert.equal(refused.file.ok, false);
    assert.deepEqual(decodeReaderAnswer(structuredClone(refused)), refused);
  });

  it("gives numbers as a selection does", async () => {
    const read = await numbers(file("stored.npz"), { array: "labels" });
    assert.ok(read.ok);
    assert.deepEqual([read.shape, Array.from(read.values)], [[3], [0, 1, 2]]);
    assert.deepEqual(
      read.notes.map((note) => say(note)),
      ["int64 was rounded to float32."],
    );
    assert.deepEqual(decodeReaderAnswer(structuredClone({ type: "selection", id: 1, selection: read })), {
      type: "selection",
      id: 1,
      selection: read,
    });
    const table = await numbers(file("snappy.parquet"));
    assert.ok(table.ok);
    assert.deepEqual(table.columns, ["temp", "day", "rain"]);
  });

  it("keeps missing values where a person's rule wants them, and else says where the first is", async () => {
    const strict = await numbers(file("missing.parquet"));
    assert.ok(!strict.ok && /“a”\] is NaN/.test(say(strict.message)));
    const kept = await numbers(file("missing.parquet"), { missing: "keep" });
    assert.ok(kept.ok && Number.isNaN(kept.values[2]));
  });

  it("reads a text of more than a selection may have row by row, and refuses what memory is not there for", async () => {
    const long = path.join(temporary, "long.csv");
    const row = `2026-11-25,${"1.5,".repeat(200)}2\n`;
    const rows = Math.ceil((51 * 2 ** 20) / row.length);
    fs.writeFileSync(long, row.repeat(rows));
    const read = await numbers(long);
    assert.ok(read.ok, read.ok ? "" : say(read.message));
    assert.deepEqual(read.shape, [rows, 201]);
    assert.equal(read.values.at(-1), 2);
    assert.equal(read.notes.length, 1);
    const refused = await numbers(long, { maxBytes: 2 ** 20 });
    assert.ok(!refused.ok && /1 MiB that are held at once/.test(say(refused.message)));
  });
});
