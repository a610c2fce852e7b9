// Our Node API, in this process.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { createEngine } = createRequire(import.meta.url)(fileURLToPath(new URL("../../../dist/node.js", import.meta.url)));

function config({ cell, H, D, depth, directions }) {
  const layer = (first) => {
    const own = { units: H, return_sequences: true, ...(first && { batch_input_shape: [null, null, D] }) };
    if (directions === 1) return { class_name: cell, config: own };
    const { batch_input_shape, ...inner } = own;
    return { class_name: "Bidirectional", config: { layer: { class_name: cell, config: inner }, ...(first && { batch_input_shape }) } };
  };
  return { class_name: "Sequential", config: { layers: Array.from({ length: depth }, (_, i) => layer(i === 0)) } };
}

/** @returns {Promise<{ run: () => Promise<Float32Array>, end: () => Promise<void> }>} run gives [B, T, directions·H] */
export async function setup(model, threads, device = "cpu") {
  const { cell, B, T, D, H, layers, x } = model;
  const engine = await createEngine({ device, threads });
  const width = { SimpleRNN: 1, LSTM: 4, GRU: 3 }[cell] * H;
  const weights = layers.flat().flatMap(({ features, kernel, recurrent, bias }) => [
    { shape: [features, width], data: kernel },
    { shape: [H, width], data: recurrent },
    { shape: cell === "GRU" ? [2, width] : [width], data: bias },
  ]);
  const loaded = await engine.load(config(model), { weights });
  const input = { shape: [B, T, D], data: x };
  return { run: async () => (await loaded.run(input)).outputs[0].data, end: () => engine.dispose() };
}
