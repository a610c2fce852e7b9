/** A small seeded generator whose numbers are the same everywhere: integer arithmetic only, no libm but where said. */

/** xoshiro128** (Blackman & Vigna 2018), seeded by splitmix32. */
export class Random {
  private readonly state: Uint32Array;
  private spare: number | undefined;

  constructor(seed: number) {
    // Both halves of a large seed count.
    let x = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x9e3779b1);
    this.state = Uint32Array.from({ length: 4 }, () => {
      x = (x + 0x9e3779b9) | 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    });
  }

  private next(): number {
    const s = this.state;
    const [a, b, c, d] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number];
    const rotated = Math.imul(b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const t = b << 9;
    const [c1, d1] = [c ^ a, d ^ b];
    s[1] = b ^ c1;
    s[0] = a ^ d1;
    s[2] = c1 ^ t;
    s[3] = (d1 << 11) | (d1 >>> 21);
    return result;
  }

  /** In [0, 1), 53 bits. */
  uniform(): number {
    return ((this.next() >>> 5) * 67_108_864 + (this.next() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Standard normal by Marsaglia's polar method. Math.log may differ in the last bit; rounding to float32 hides that. */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = v * factor;
      return u * factor;
    }
  }

  /** Standard normal, drawn again beyond two deviations. */
  truncatedNormal(): number {
    for (;;) {
      const value = this.normal();
      if (Math.abs(value) <= 2) return value;
    }
  }
}
