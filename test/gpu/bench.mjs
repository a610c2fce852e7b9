// The device cuda beside the device cpu, from JavaScript: outputs compared first, then interleaved rounds; prints the medians.
//   node test/gpu/bench.mjs [--json FILE]     UNROLL_BENCH_ONLY: a pattern of points
import fs from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { flopsOf, grid, modelOf } from "../perf/grid.mjs";
import { setup } from "../perf/peers/unroll.mjs";

const rounds = 5;
const only = new RegExp(process.env["UNROLL_BENCH_ONLY"] ?? ".");
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const { createEngine } = createRequire(import.meta.url)(fileURLToPath(new URL("../../dist/node.js", import.meta.url)));
const engine = await createEngine({ device: "cuda" });
const gpu = engine.device.name;
await engine.dispose();

const points = [];
for (const point of grid.filter(({ id }) => only.test(id))) {
  const model = modelOf(point);
  const peers = [await setup(model, 0, "cuda"), await setup(model, 0, "cpu")];
  const [a, b] = [await peers[0].run(), await peers[1].run()];
  const difference = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  const times = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [i, peer] of peers.entries()) {
      const before = performance.now();
      await peer.run();
      times[i].push(performance.now() - before);
    }
  }
  const [cudaMs, cpuMs] = times.map(median);
  const gflops = flopsOf(point) / cudaMs / 1e6;
  points.push({ id: point.id, cudaMs, cpuMs, ratio: cpuMs / cudaMs, gflops, difference });
  console.log(
    `${point.id.padEnd(38)} cuda ${cudaMs.toFixed(2).padStart(9)} ms ${gflops.toFixed(0).padStart(7)} GFLOP/s   cpu ${cpuMs.toFixed(2).padStart(9)} ms   ${(cpuMs / cudaMs).toFixed(2)}×   max difference ${difference.toExponential(0)}`,
  );
  for (const peer of peers) await peer.end();
}
const at = process.argv.indexOf("--json");
if (at > 0) fs.writeFileSync(process.argv[at + 1], JSON.stringify({ gpu, points }));
const wrong = points.filter(({ difference }) => !(difference <= 1e-4)).length;
console.log(`${points.length - wrong} passed, ${wrong} failed`);
process.exitCode = wrong > 0 || points.length === 0 ? 1 : 0;
