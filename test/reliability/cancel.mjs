// R9: how soon a run ends that is cancelled at any time, and that the next one is right.
import { check, count, createEngine, end, layer, quantile, sequential, tensor } from "./lib.mjs";

const trials = count("UNROLL_CANCELS", 40);
const engine = await createEngine({ device: process.env["UNROLL_DEVICE"] ?? "cpu" });
const models = [];
// Many short steps, few long ones, a long projection, both directions, several layers.
for (const [layers, shape] of [
  [[layer("SimpleRNN", 16, 8, { return_sequences: true })], [1, 400_000, 8]],
  [[layer("LSTM", 128, 32)], [64, 2000, 32]],
  [[layer("GRU", 1024, 256)], [128, 60, 256]],
  [[{ class_name: "Bidirectional", config: { layer: layer("LSTM", 256), batch_input_shape: [null, null, 64] } }], [32, 400, 64]],
  [
    [layer("LSTM", 64, 16, { return_sequences: true }), layer("LSTM", 64, null, { return_sequences: true }), layer("Dense", 32)],
    [32, 3000, 16],
  ],
]) {
  const model = await engine.load(sequential(...layers));
  models.push({ model, x: tensor(...shape), small: tensor(1, 4, shape[2]) });
}
for (const entry of models) {
  entry.expected = (await entry.model.run(entry.small)).outputs[0].data;
  // The fastest of some: other programs may slow a run down to half its speed.
  entry.takes = Infinity;
  for (let i = 0; i < 4; i++) entry.takes = Math.min(entry.takes, (await entry.model.run(entry.x)).timing.totalMs);
}

const latencies = [];
let [missed, wrong, over] = [0, 0, 0];
for (let i = 0; i < trials; i++) {
  const entry = models[i % models.length];
  const { model, x, small, expected, takes } = entry;
  const controller = new AbortController();
  let ended = false;
  const outcome = model.run(x, { signal: controller.signal }).then(
    () => {
      ended = true;
      return "finished";
    },
    (error) => error.code,
  );
  // Anywhere in the first half: a run that is over cannot be cancelled.
  await new Promise((resolve) => setTimeout(resolve, (((i * 37) % 100) / 200) * takes));
  if (ended && over++ < trials) {
    // It was over before anybody asked: no trial. The machine has become faster.
    entry.takes /= 2;
    i--;
    continue;
  }
  const asked = performance.now();
  controller.abort();
  const how = await outcome;
  latencies.push(performance.now() - asked);
  if (how !== "CANCELLED") missed++;
  const { outputs } = await model.run(small);
  if (!outputs[0].data.every((value, k) => value === expected[k])) wrong++;
}
check(
  `p99 of ${trials} cancels`,
  quantile(latencies, 0.99) <= 50,
  `${quantile(latencies, 0.99).toFixed(1)} ms (median ${quantile(latencies, 0.5).toFixed(1)} ms, limit 50 ms)`,
);
check("runs that were cancelled, not finished", missed === 0, `${trials - missed} of ${trials}`);
check("the next run is right", wrong === 0, `${trials - wrong} of ${trials}`);
await engine.dispose();
end();
