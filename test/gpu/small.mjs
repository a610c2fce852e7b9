// Every kernel once, at sizes that a sanitizer bears: each cell, both GRUs, both directions, masks, row activations, streamed weights.
import { createEngine, layer, sequential, tensor } from "../reliability/lib.mjs";

const engine = await createEngine({ device: "cuda" });
const both = (inner) => ({ class_name: "Bidirectional", config: { layer: inner, batch_input_shape: [null, null, 5] } });
const masked = { class_name: "Masking", config: { mask_value: 0, batch_input_shape: [null, null, 5] } };
const models = [
  sequential(layer("SimpleRNN", 7, 5, { return_sequences: true }), layer("Dense", 3)),
  sequential(masked, layer("LSTM", 33, null, { return_sequences: true, go_backwards: true })),
  sequential(both(layer("GRU", 20, null, { reset_after: true }))),
  sequential(both(layer("GRU", 20, null, { reset_after: false, return_sequences: true }))),
  sequential(layer("LSTM", 12, 5, { activation: "softmax" })),
  // W_h of no GPU's shared memory.
  sequential(layer("LSTM", 2560, 5)),
];
for (const config of models) {
  const model = await engine.load(config);
  const { outputs } = await model.run(tensor(3, 6, 5), { capture: "gates" });
  if (!outputs[0].data.every(Number.isFinite)) throw new Error("a number is not finite");
  model.dispose();
}
await engine.dispose();
console.log(`${models.length} passed, 0 failed`);
