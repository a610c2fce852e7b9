/** A sum that is another is told once all was read, in whatever pieces. */
import assert from "node:assert/strict";
import { crc32 as reference } from "node:zlib";
import fc from "fast-check";
import { UnrollError } from "../errors.js";
import { Checked, crc32 } from "./checked.js";
import { inMemory } from "./source.js";

describe("bytes with a sum", () => {
  it("have zip's sum, in one piece or several", () => {
    assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const whole = Uint8Array.from([...a, ...b]);
        assert.equal(crc32(b, crc32(a)), crc32(whole));
        assert.equal(crc32(whole), reference(whole));
      }),
    );
  });

  it("are refused when the last of them was read, whatever was read twice or before its turn", async () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
    const read = async (sum: number, ...reads: (readonly [number, number])[]): Promise<string> => {
      const source = new Checked(inMemory(bytes), sum);
      try {
        for (const [offset, length] of reads)
          assert.deepEqual(await source.readAt(offset, length), bytes.subarray(offset, offset + length));
        return "read";
      } catch (error) {
        assert.ok(error instanceof UnrollError);
        return error.failure.code;
      }
    };
    const sum = crc32(bytes);
    assert.equal(await read(sum, [0, 100]), "read");
    assert.equal(await read(sum, [0, 16], [10, 50], [0, 5], [60, 1000]), "read");
    assert.equal(await read(sum + 1, [0, 16], [10, 50], [0, 5], [60, 1000]), "PARSE");
    assert.equal(await read(sum + 1, [0, 16], [50, 50], [0, 99]), "read");
  });
});
