/**
 * Small arrays out of a common block, as Node's small Buffers are: an ArrayBuffer of its own takes V8 0.3 µs, which is as long as a tiny
 * run. A block cannot be transferred to another thread, so nobody takes others' numbers along.
 */
import { markAsUntransferable } from "node:worker_threads";

const BLOCK_BYTES = 8192;
/** Larger ones pay for an ArrayBuffer of their own, and would waste a block's end. */
const SMALL_BYTES = 1024;
/** What each begins at a multiple of: a cache line. */
const ALIGN = 64;

let block = newBlock();
let used = 0;

function newBlock(): ArrayBuffer {
  const buffer = new ArrayBuffer(BLOCK_BYTES);
  markAsUntransferable(buffer);
  return buffer;
}

/** A copy of `numbers`; `byteOffset` need not be 0, and `buffer` may be larger. */
export function copyOf(numbers: Float32Array): Float32Array {
  const bytes = numbers.byteLength;
  if (bytes > SMALL_BYTES) return numbers.slice();
  if (used + bytes > BLOCK_BYTES) {
    block = newBlock();
    used = 0;
  }
  const copy = new Float32Array(block, used, numbers.length);
  used += Math.ceil(bytes / ALIGN) * ALIGN;
  copy.set(numbers);
  return copy;
}
