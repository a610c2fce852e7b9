/** Boxes and statistics of a file that is looked at: exact, cancelled when asked, and never of a file that has become another. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fixtures } from "../../test/support/root.js";
import { npyHeader, writeNpy } from "../core/formats/npy.js";
import { say } from "../core/messages.js";
import { decodeReaderAnswer, decodeReaderRequest } from "../core/protocol/reader.js";
import { boxOf, cancelStats, statsOf } from "./boxes.js";

const file = (name: string): string => path.join(fixtures, "files", name);
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-boxes-"));
const box = (at: string, array: number, start: number[], count: number[]) =>
  boxOf({ type: "readBox", id: 1, path: at, array, start, count });
const nothing = (): void => undefined;

describe("a file that is looked at", () => {
  after(() => fs.rmSync(temporary, { recursive: true }));

  it("gives boxes with all digits, which cross the border as they are", async () => {
    const values = await box(file("int64-wide.npy"), 0, [1], [2]);
    assert.deepEqual(values, { ok: true, value: BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n) });
    const answer = { type: "box", id: 1, values } as const;
    assert.deepEqual(decodeReaderAnswer(structuredClone(answer)), answer);
    const packed = await box(file("deflated.npz"), 2, [100, 0], [1, 3]);
    assert.deepEqual(packed, { ok: true, value: new Float32Array(3) });
  });

  it("is opened again once it was written again", async () => {
    const changing = path.join(temporary, "changing.npy");
    fs.writeFileSync(changing, writeNpy([2], Float32Array.of(1, 2)));
    assert.deepEqual(await box(changing, 0, [0], [2]), { ok: true, value: Float32Array.of(1, 2) });
    fs.writeFileSync(changing, writeNpy([3], Float32Array.of(3, 4, 5)));
    assert.deepEqual(await box(changing, 0, [1], [2]), { ok: true, value: Float32Array.of(4, 5) });
    fs.rmSync(changing);
    const gone = await box(changing, 0, [0], [1]);
    assert.ok(!gone.ok && /cannot be read/.test(say(gone.error.message)));
  });

  it("says what is wrong with a box, or with a file that was cut", async () => {
    const outside = await box(file("cube.npy"), 0, [2, 0, 0], [2, 1, 1]);
    assert.ok(!outside.ok && /does not lie in/.test(say(outside.error.message)));
    const other = await box(file("cube.npy"), 4, [0, 0, 0], [1, 1, 1]);
    assert.ok(!other.ok && /has changed/.test(say(other.error.message)));
    const cut = path.join(temporary, "cut.npy");
    fs.writeFileSync(cut, fs.readFileSync(file("cube.npy")).subarray(0, 200));
    const early = await box(cut, 0, [0, 0, 0], [1, 1, 1]);
    assert.ok(!early.ok && /ends too early.*Copy or save it again/.test(say(early.error.message)));
  });

  it("is looked through in pieces, and no further once that is cancelled", async () => {
    const long = path.join(temporary, "long.npy");
    // Without a byte on the disk: what is not written reads as 0.
    fs.writeFileSync(long, npyHeader([2 ** 28]));
    fs.truncateSync(long, 128 + 4 * 2 ** 28);
    const id = 7;
    const stats = await statsOf({ type: "stats", id, path: long, array: 0 }, (done, total) => {
      assert.ok(done < total && total === 2 ** 28);
      cancelStats(id);
    });
    assert.ok(!stats.ok && stats.error.code === "CANCELLED");
    const short = await statsOf({ type: "stats", id, path: file("cube.npy"), array: 0 }, nothing);
    assert.ok(short.ok && short.value.nanCount === 0);
    const answer = {
      type: "stats",
      id,
      stats: await statsOf({ type: "stats", id, path: file("int64-wide.npy"), array: 0 }, nothing),
    } as const;
    assert.deepEqual(decodeReaderAnswer(structuredClone(answer)), answer);
    assert.equal(decodeReaderRequest({ type: "cancel", id: 1, target: -1 }), undefined);
  }).timeout(20_000);
});
