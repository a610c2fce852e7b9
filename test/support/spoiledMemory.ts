/** Fills memory that Node gives as it comes with NaN: what a run should have written, and did not, is then no number of an earlier run. */
const given = Buffer.allocUnsafeSlow.bind(Buffer);
Buffer.allocUnsafeSlow = (size) => given(size).fill(0xff);
