// R6: memory after many runs, and after many models that were loaded and disposed.
//   node --expose-gc --max-semi-space-size=1 test/reliability/memory.mjs
import { addon, check, count, createEngine, end, layer, sequential, tensor } from "./lib.mjs";

const runs = count("UNROLL_RUNS", 4000);
const loads = count("UNROLL_LOADS", 40);
// The promise is 8 MiB after 100,000 runs; a short one sees what V8 and malloc are still about to take.
const LIMIT = (runs >= 100_000 ? 8 : 24) * 1024 * 1024;

async function resident() {
  // What one collection finds dead, another gives back.
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage.rss();
}
const MiB = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** RSS at the end against that after a part of the work, when V8 and malloc have taken what they keep for themselves. */
async function drift(what, times, least, body) {
  const warm = Math.max(least, Math.floor(times / 5));
  for (let i = 0; i < warm; i++) await body(i);
  const before = await resident();
  for (let i = warm; i < times; i++) await body(i);
  const grown = (await resident()) - before;
  check(`RSS after ${times} ${what}`, grown <= LIMIT, `${MiB(grown)} more (limit ${MiB(LIMIT)})`);
}

const engine = await createEngine({ device: process.env["UNROLL_DEVICE"] ?? "cpu" });
const model = await engine.load(sequential(layer("LSTM", 24, 8, { return_sequences: true }), layer("GRU", 8)));
const shapes = [tensor(2, 6, 8), tensor(16, 40, 8), tensor(1, 3, 8)];
const wide = tensor(64, 64, 8);
await drift("runs", runs, 2000, async (i) => {
  if (i % 50 === 0) await model.run(wide, { capture: "gates" });
  else
    await model.run(
      shapes[i % 3],
      i % 7 === 0
        ? { mask: { shape: shapes[i % 3].shape.slice(0, 2), data: new Int32Array(shapes[i % 3].data.length / 8).fill(1) } }
        : undefined,
    );
});
model.dispose();
const before = addon.debugLiveBytes();
await drift("models loaded and disposed", loads, 10, async () => {
  const other = await engine.load(sequential(layer("LSTM", 64, 16)));
  await other.run(tensor(2, 4, 16));
  await other.run(tensor(2, 4, 16));
  other.dispose();
});
check("native bytes of disposed models", addon.debugLiveBytes() === before && before === 0, `${addon.debugLiveBytes()}`);
await engine.dispose();
end();
