// R12: at n − 1, n and n + 1 of every limit; what is over it is refused at once, by number, and leaves nothing behind.
import { addon, check, createEngine, end, layer, load, root, sequential, tensor } from "./lib.mjs";
import path from "node:path";

const { limits } = load(path.join(root, "out", "extension", "core", "model", "limits.js"));
const engine = await createEngine({ device: "cpu", memoryLimitBytes: 2 ** 24 });
const before = addon.debugLiveBytes();
let slowest = 0;

/** Whether it was refused, with TOO_LARGE or what `codes` says; its time counts. */
async function refused(body, codes = ["TOO_LARGE", "INVALID_ARGUMENT"]) {
  const started = performance.now();
  try {
    await body();
    return false;
  } catch (error) {
    slowest = Math.max(slowest, performance.now() - started);
    if (!codes.includes(error.code)) throw error;
    return true;
  }
}
const plan = (layers, features, shape) => () => {
  const weights = [];
  const model = addon.createModel(layers, features, weights, { device: "cpu", threads: 1 });
  model.plan(shape, 0);
};
const config = (...layers) => sequential(...layers);

const units = (n) => () => engine.load(config({ class_name: "SimpleRNN", config: { units: n } }));
check(
  "units",
  !(await refused(units(limits.units - 1))) && !(await refused(units(limits.units))) && (await refused(units(limits.units + 1))),
  limits.units,
);
const features = (n) => () =>
  engine.load(config({ class_name: "Dense", config: { units: 1, batch_input_shape: [null, n], kernel_initializer: "zeros" } }));
check(
  "features",
  !(await refused(features(limits.units))) &&
    (await refused(() => features(limits.units + 1)().then((model) => model.run(tensor(1, limits.units + 1))))),
  limits.units,
);
const layers = (n) => () => engine.load(config(...Array.from({ length: n }, () => ({ class_name: "Flatten", config: {} }))));
check(
  "layers",
  !(await refused(layers(limits.layers - 1))) && !(await refused(layers(limits.layers))) && (await refused(layers(limits.layers + 1))),
  limits.layers,
);
const vocabulary = (n) => () =>
  engine.load(config({ class_name: "Embedding", config: { input_dim: n, output_dim: 1, embeddings_initializer: "zeros" } }));
check(
  "vocabulary",
  !(await refused(vocabulary(limits.vocabulary))) && (await refused(vocabulary(limits.vocabulary + 1))),
  limits.vocabulary,
);
const pointwise = [{ kind: "activation", activation: "relu" }];
for (const [what, shape] of [
  ["batch", (n) => [n, 1, 1]],
  ["timesteps", (n) => [1, n, 1]],
]) {
  const at = (n) => refused(async () => plan(pointwise, 1, shape(n))());
  check(what, !(await at(limits[what] - 1)) && !(await at(limits[what])) && (await at(limits[what] + 1)), limits[what]);
}

// Planned bytes: the setting is 16 MiB; the largest sequence that fits, and one more.
const model = await engine.load(config(layer("LSTM", 16, 8, { return_sequences: true })));
const bytes = (steps) => refused(() => model.run({ shape: [1, steps, 8], data: new Float32Array(steps * 8) }), ["TOO_LARGE"]);
let [low, high] = [1, 2 ** 22];
while (high - low > 1) {
  const middle = (low + high) >> 1;
  if (await bytes(middle)) high = middle;
  else low = middle;
}
check("planned bytes: one step more than fits is refused", !(await bytes(low)) && (await bytes(low + 1)), `${low} steps in 16 MiB`);
await engine.dispose();
check("nothing is left of what was refused", addon.debugLiveBytes() === before, `${addon.debugLiveBytes() - before} bytes`);
check("refused within 50 ms", slowest <= 50, `${slowest.toFixed(1)} ms at most`);
end();
