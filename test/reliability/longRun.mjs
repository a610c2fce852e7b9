// A million steps in bounded memory, with progress, and cancelled in the middle.
import { check, count, createEngine, end, layer, quantile, sequential, tensor } from "./lib.mjs";

const steps = count("UNROLL_STEPS", 1_000_000);
const engine = await createEngine({ device: "cpu" });
const x = tensor(1, steps, 8);
for (const cell of ["SimpleRNN", "LSTM", "GRU"]) {
  const model = await engine.load(sequential(layer(cell, 16, 8)));
  const before = process.memoryUsage.rss();
  let [most, told, last] = [before, 0, 0];
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  const { outputs, timing } = await model.run(x, { onProgress: (done) => ((told += done > last ? 1 : 0), (last = done)) });
  clearInterval(watch);
  const finite = outputs[0].data.every(Number.isFinite);
  check(`${cell}, ${steps} steps`, finite && last === steps, `${timing.computeMs.toFixed(0)} ms, ${told} times progress`);
  const grown = (most - before) / 1024 / 1024;
  check(`${cell}, memory beside the data`, grown <= 16, `${grown.toFixed(1)} MiB`);
  const latencies = [];
  for (let i = 0; i < 10; i++) {
    const controller = new AbortController();
    const outcome = model.run(x, { signal: controller.signal }).then(
      () => "finished",
      (error) => error.code,
    );
    await new Promise((resolve) => setTimeout(resolve, 5 + 10 * i));
    const asked = performance.now();
    controller.abort();
    if ((await outcome) === "CANCELLED") latencies.push(performance.now() - asked);
  }
  check(
    `${cell}, cancelled within 50 ms`,
    latencies.length > 0 && quantile(latencies, 1) <= 50,
    `${quantile(latencies, 1).toFixed(1)} ms at most, ${latencies.length} of 10 in time`,
  );
  model.dispose();
}
await engine.dispose();
end();
