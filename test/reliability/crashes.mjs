// R10: the engine's process dies at start, idle, or in a run: whoever waits is told at once, and the next run works.
import { load, check, count, end, layer, quantile, root, sequential, tensor } from "./lib.mjs";
import path from "node:path";

const trials = count("UNROLL_CRASHES", 12);
// The client itself: in the product the restart budget would end this after five.
const { EngineClient } = load(path.join(root, "out", "extension", "client", "engineClient.js"));
const { defaultPolicy } = load(path.join(root, "out", "extension", "client", "supervisor.js"));
const client = new EngineClient({
  file: path.join(root, "dist", "engine.js"),
  device: "cpu",
  threads: 1,
  memoryLimitBytes: 2 ** 32,
  policy: { ...defaultPolicy, maxRestarts: Number.MAX_SAFE_INTEGER },
});
const model = sequential(layer("LSTM", 64, 8));
const request = (x) => ({
  type: "run",
  modelId: 1,
  resultId: 0,
  keep: false,
  x,
  mask: null,
  initialState: null,
  capture: 0,
  timeoutMs: 0,
  progress: false,
});
const [small, large] = [tensor(1, 5, 8), tensor(32, 20_000, 8)];
const good = async () => (await client.ask(request(small))).tensors[0].data;

await client.load(1, { model, weights: null, seed: 7 });
const expected = await good();
const [told, ready] = [[], []];
let [wrong, untold] = [0, 0];
// SIGKILL: as the system does where memory ends. SIGSEGV and SIGABRT: as native code that reads where nothing is, or that gives up.
const signals = ["SIGSEGV", "SIGABRT", "SIGKILL", "SIGBUS"];
const places = ["in a run", "idle", "at start"];
for (let i = 0; i < trials; i++) {
  const [signal, place] = [signals[i % signals.length], places[i % places.length]];
  let waiting = null;
  if (place === "at start") {
    client.restart();
    waiting = client.greet();
  } else if (place === "in a run") {
    waiting = client.ask(request(large));
    await new Promise((resolve) => setTimeout(resolve, 20 + (i % 5) * 10));
  }
  const outcome = waiting?.then(
    () => "answered",
    (error) => error.code,
  );
  const died = performance.now();
  process.kill(client.pid, signal);
  if (outcome !== undefined) {
    if ((await outcome) !== "ENGINE_CRASHED") untold++;
    told.push(performance.now() - died);
  } else {
    // Idle: nobody waits; the client sees the end by itself.
    while (client.pid !== undefined && performance.now() - died < 2000) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const asked = performance.now();
  const values = await good();
  ready.push(performance.now() - asked);
  if (!values.every((value, k) => value === expected[k])) wrong++;
}
check(`${trials} crashes: who waits is told ENGINE_CRASHED`, untold === 0, `${told.length - untold} of ${told.length}`);
check("told within 250 ms", Math.max(...told) <= 250, `${Math.max(...told).toFixed(0)} ms at most`);
check("ready again, p95 within 1 s", quantile(ready, 0.95) <= 1000, `${quantile(ready, 0.95).toFixed(0)} ms`);
check("the next run is right", wrong === 0, `${trials - wrong} of ${trials}`);
await client.dispose();
end();
