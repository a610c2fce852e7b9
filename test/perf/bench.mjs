// Our engine beside onnxruntime-node, from JavaScript: outputs compared first, then interleaved rounds; minimum and median. The ratio is the
// median of those of the rounds, each with its two times right behind each other: a shared machine has slow seconds, which are the neighbours'.
// Where they do not tell which of the two is ahead, there are more rounds, up to four times as many.
//   npm run bench -- [--threads 1,2] [--rounds 11] [--slot 60] [--only LSTM]
import { execFileSync, fork, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { flopsOf, grid } from "./grid.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const option = (name, byDefault) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : byDefault);
const rounds = Number(option("rounds", 11));
const slotMs = Number(option("slot", 60));
const only = new RegExp(option("only", "."), "i");
const TOLERANCE = 1e-4;
// An engine's threads go on looking for work for some milliseconds after a run: on processors that are the other's then.
const PAUSE_MS = 50;

if (!fs.existsSync(path.join(here, "node_modules", "onnxruntime-node"))) {
  console.log("installing onnxruntime-node into test/perf (once)");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
}
const pinned = spawnSync("taskset", ["-V"]).status === 0;

/** A peer's process; one request at a time. */
function start(name, threads) {
  const argv = [pathToFileURL(path.join(here, "peers", `${name}.mjs`)).href, String(threads)];
  const child = fork(path.join(here, "worker.mjs"), argv, { serialization: "advanced" });
  const cpus = threads === 1 ? String(Math.max(0, os.cpus().length - 1)) : `0-${threads - 1}`;
  if (pinned) spawnSync("taskset", ["-a", "-p", "-c", cpus, String(child.pid)]);
  const ask = (request) =>
    new Promise((resolve, reject) => {
      const gone = (code) => reject(new Error(`${name} ended with ${code}`));
      child.once("exit", gone);
      child.once("message", (answer) => {
        child.off("exit", gone);
        if (answer.error === undefined) resolve(answer.value);
        else reject(new Error(`${name}: ${answer.error}`));
      });
      child.send(request);
    });
  return { name, ask, end: () => child.disconnect() };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
/** Half of the 95 % interval of a median (McGill, Tukey, Larsen 1978). */
function uncertainty(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const quartile = (q) => sorted[Math.round(q * (sorted.length - 1))];
  return (1.57 * (quartile(0.75) - quartile(0.25))) / Math.sqrt(sorted.length);
}
const time = (ns) => (ns < 1e5 ? `${(ns / 1e3).toFixed(1)} µs` : ns < 1e7 ? `${(ns / 1e6).toFixed(2)} ms` : `${(ns / 1e6).toFixed(1)} ms`);
const mean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

async function measure(point, [ours, theirs]) {
  const [a, b] = [await ours.ask({ do: "setup", id: point.id }), await theirs.ask({ do: "setup", id: point.id })];
  const difference = a.length === b.length ? a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0) : Infinity;
  if (!(difference <= TOLERANCE)) throw new Error(`${point.id}: the outputs differ by ${difference}`);
  const times = [[], []];
  const peers = [...[ours, theirs].entries()];
  const ratios = [];
  const isOpen = () => Math.abs(median(ratios) - 1) <= uncertainty(ratios);
  for (let round = 0; round < rounds || (round < 4 * rounds && isOpen()); round++) {
    // Each goes first in turn: what the other left in the caches is nobody's gain.
    for (const [i, peer] of round % 2 === 0 ? peers : peers.toReversed()) {
      await sleep(PAUSE_MS);
      times[i].push(await peer.ask({ do: "time", slotMs }));
    }
    ratios.push(median(times[1][round]) / median(times[0][round]));
  }
  const [our, their] = times.map((own) => ({ median: median(own.map(median)), least: Math.min(...own.map((t) => Math.min(...t))) }));
  return { our, their, ratio: median(ratios), plusMinus: uncertainty(ratios), difference };
}

for (const threads of option("threads", "1,2").split(",").map(Number)) {
  console.log(`\n${threads} thread${threads === 1 ? "" : "s"}: median (minimum) of ${rounds} interleaved rounds or more of ${slotMs} ms`);
  const peers = ["unroll", "onnxruntime"].map((name) => start(name, threads));
  const ratios = [];
  for (const point of grid.filter(({ id }) => only.test(id))) {
    const { our, their, ratio, plusMinus, difference } = await measure(point, peers);
    ratios.push({ id: point.id, ratio, plusMinus });
    const speed = `${(flopsOf(point) / our.median).toFixed(0)} GFLOP/s`;
    console.log(
      `${point.id.padEnd(38)} unroll ${time(our.median).padStart(9)} (${time(our.least)}) ${speed.padStart(12)}   onnxruntime ${time(their.median).padStart(9)} (${time(their.least)})   ${ratio.toFixed(2)}× ±${plusMinus.toFixed(2)}   max difference ${difference.toExponential(0)}`,
    );
  }
  for (const peer of peers) peer.end();
  const worst = ratios.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  const behind = ratios.filter(({ ratio }) => ratio < 1);
  const certain = behind.filter(({ ratio, plusMinus }) => ratio + plusMinus < 1);
  console.log(
    `geometric mean ${mean(ratios.map(({ ratio }) => ratio)).toFixed(2)}×, worst ${worst.ratio.toFixed(2)}× (${worst.id}), behind at ${behind.length} of ${ratios.length} (by more than ±: ${certain.length})`,
  );
}
