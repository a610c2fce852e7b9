import assert from "node:assert/strict";
import { copyOf } from "./smallArrays.js";

describe("small arrays", () => {
  it("are copies that share no number", () => {
    const copies = Array.from({ length: 300 }, (_, i) => copyOf(new Float32Array(1 + (i % 70)).fill(i)));
    copies.forEach((copy, i) => {
      assert.equal(copy.length, 1 + (i % 70));
      assert.ok(copy.every((value) => value === i));
    });
    const source = new Float32Array([1, 2]);
    const copy = copyOf(source);
    source[0] = 9;
    assert.deepEqual([...copy], [1, 2]);
  });

  it("of more than a kilobyte have a buffer of their own", () => {
    const large = copyOf(new Float32Array(257));
    assert.equal(large.byteOffset, 0);
    assert.equal(large.buffer.byteLength, 4 * 257);
  });

  it("cannot be taken away by a transfer", () => {
    const [one, two] = [copyOf(new Float32Array([1])), copyOf(new Float32Array([2]))];
    try {
      structuredClone(one, { transfer: [one.buffer as ArrayBuffer] });
    } catch {
      // Newer versions of Node refuse, older ones copy.
    }
    assert.deepEqual([...two], [2]);
  });

  it("may be empty", () => assert.equal(copyOf(new Float32Array(0)).length, 0));
});
