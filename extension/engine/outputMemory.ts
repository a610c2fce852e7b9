/** Memory for what a run gives. */

/** More than this comes from the system alone, which gives zeros anyway. */
const MOST_FLOATS = 1 << 23;

/**
 * Numbers that the run writes, all of them: what they are before is left open. Zeros would be written by one thread before the others can
 * begin: 1 MB is 2 % of LSTM 128×32×64×64 with one thread, and 4 % with two.
 *
 * @throws RangeError where the system has no memory for it.
 */
export function outputFloats(size: number): Float32Array {
  return size > MOST_FLOATS ? new Float32Array(size) : new Float32Array(Buffer.allocUnsafeSlow(4 * size).buffer);
}
