/** What can be wrong with a layer's numbers over time: units that are dead, values that grow without end. */

export interface TensorHealth {
  /** Units that are 0 at every step of every row. */
  readonly dead: number;
  readonly infinite: number;
  /** Largest finite |value| of the first and of the last quarter of the steps, in stored order. */
  readonly early: number;
  readonly late: number;
}

/** @param data row-major, of shape [B, T, U]; null for other shapes, and where there is no step */
export function healthOf(data: Float32Array, shape: readonly number[]): TensorHealth | null {
  const [batch, steps, units] = shape;
  if (batch === undefined || steps === undefined || units === undefined || shape.length !== 3 || data.length === 0) return null;
  const alive = new Uint8Array(units);
  const quarter = Math.ceil(steps / 4);
  let infinite = 0;
  let [early, late] = [0, 0];
  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < steps; step++) {
      const start = (row * steps + step) * units;
      let largest = 0;
      for (let unit = 0; unit < units; unit++) {
        const size = Math.abs(data[start + unit] as number);
        if (size === 0) continue;
        alive[unit] = 1;
        if (size === Infinity) infinite++;
        else if (size > largest) largest = size;
      }
      if (step < quarter && largest > early) early = largest;
      if (step >= steps - quarter && largest > late) late = largest;
    }
  }
  const dead = alive.reduce((count, one) => count + (one === 0 ? 1 : 0), 0);
  return { dead, infinite, early, late };
}
