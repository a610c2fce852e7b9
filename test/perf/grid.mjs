// The points of the benchmark, and the model of each. B batch, T timesteps, D features, H units.
const shapes = [
  [1, 100, 64, 128],
  [1, 256, 256, 512],
  [8, 2, 10, 3],
  [16, 100, 128, 256],
  [32, 128, 256, 512],
  [64, 50, 512, 1024],
  [128, 32, 64, 64],
];

/** Gates of a cell. */
export const gates = { SimpleRNN: 1, LSTM: 4, GRU: 3 };

const point = (cell, [B, T, D, H], layers = 1, directions = 1) => ({
  id: `${cell} ${B}×${T}×${D}×${H}${directions === 2 ? " bidirectional" : ""}${layers > 1 ? ` ${layers} layers` : ""}`,
  ...{ cell, B, T, D, H, layers, directions },
});

export const grid = [
  ...Object.keys(gates).flatMap((cell) => shapes.map((shape) => point(cell, shape))),
  point("LSTM", [32, 128, 256, 512], 1, 2),
  point("SimpleRNN", [16, 64, 64, 128], 4, 2),
];

/** Features of a layer's input. */
const inputOf = ({ D, H, directions }, layer) => (layer === 0 ? D : H * directions);

/** Floating-point operations of the matrix products. */
export function flopsOf(p) {
  let sum = 0;
  for (let layer = 0; layer < p.layers; layer++) sum += 2 * p.B * p.T * p.H * gates[p.cell] * (inputOf(p, layer) + p.H) * p.directions;
  return sum;
}

/** Numbers in ±scale, the same for the same point. */
function stream(id) {
  let state = [...id].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return (size, scale) => Float32Array.from({ length: size }, () => (next() * 2 - 1) * scale);
}

/**
 * Input [B, T, D] and, per layer and direction, weights in Keras's order: kernel [D, G·H], recurrent [H, G·H], bias [G·H]
 * (GRU, reset_after: [2, 3·H]).
 */
export function modelOf(p) {
  const draw = stream(p.id);
  const G = gates[p.cell];
  const scale = 1 / Math.sqrt(p.H);
  const layers = Array.from({ length: p.layers }, (_, layer) =>
    Array.from({ length: p.directions }, () => {
      const features = inputOf(p, layer);
      return {
        features,
        kernel: draw(features * G * p.H, scale),
        recurrent: draw(p.H * G * p.H, scale),
        bias: draw((p.cell === "GRU" ? 2 : 1) * G * p.H, scale),
      };
    }),
  );
  return { ...p, layers, depth: p.layers, x: draw(p.B * p.T * p.D, 1) };
}
