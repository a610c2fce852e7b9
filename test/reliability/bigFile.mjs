// Files of 2 GiB through the engine's process: bounded memory however they are cut, right values, a cancel that leaves nothing.
import { fork } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { check, count, createEngine, end, layer, root, sequential } from "./lib.mjs";

const BYTES = count("UNROLL_BIG_BYTES", 2 ** 31);
/** The engine's process over what it has before the file. */
const LIMIT_MIB = 400;
/** Rows after which the data repeat: it divides no piece. */
const PERIOD = 9973;
const HEADER = 128;

const folder = fs.mkdtempSync(path.join(process.env["UNROLL_BIG_FOLDER"] ?? os.tmpdir(), "unroll-big-"));
const reference = await createEngine({ device: "cpu" });
const value = (row, d) => Math.fround(Math.sin((row % PERIOD) * 0.37 + d) * 0.9);

/** The engine as the extension starts it. */
class Child {
  constructor() {
    this.waiting = new Map();
    this.ids = 0;
    this.child = fork(path.join(root, "dist", "engine.js"), [], { serialization: "advanced", execArgv: [] });
    this.child.on("message", (answer) => {
      const one = this.waiting.get(answer.id);
      if (answer.type === "progress") return one?.onProgress?.(answer);
      this.waiting.delete(answer.id);
      one?.resolve(answer);
    });
  }

  send(request, onProgress) {
    const id = ++this.ids;
    this.child.send({ ...request, id });
    return Object.assign(new Promise((resolve) => this.waiting.set(id, { resolve, onProgress })), { id });
  }

  async load(config) {
    await this.send({ type: "hello", device: "cpu", threads: 0, gpuPrecision: "float32", memoryLimitBytes: 2 ** 32, noGpu: null });
    const answer = await this.send({ type: "load", modelId: 1, model: config, weights: null, seed: 3, device: null });
    if (answer.type !== "done") throw new Error(JSON.stringify(answer));
  }

  /** Bytes now, and the most there ever were. */
  memory() {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
    return { now: of("VmRSS"), most: of("VmHWM") };
  }

  stop() {
    this.child.disconnect();
  }
}

const plain = { axes: "asWritten", window: null, columns: null, missing: "error", scaling: "none", fitPercent: 100, ragged: "error" };
const MiB = (bytes) => (bytes / 2 ** 20).toFixed(0);

/** `block(first)` gives PERIOD rows from row `first` on, which is a multiple of PERIOD; the last is cut where the file is full. */
async function written(file, header, block, bytesOf) {
  const out = fs.openSync(file, "w");
  let size = fs.writeSync(out, header);
  for (let rows = 0; ;) {
    const { bytes, ends } = block;
    const left = bytesOf - size;
    const taken = left >= bytes.length ? PERIOD : ends.findIndex((at) => at > left);
    size += fs.writeSync(out, bytes, 0, taken === PERIOD ? bytes.length : (ends[taken - 1] ?? 0));
    rows += taken;
    if (taken < PERIOD) {
      fs.closeSync(out);
      return { rows, size };
    }
  }
}

function npyBlock(width) {
  const values = Float32Array.from({ length: PERIOD * width }, (_, i) => value(Math.floor(i / width), i % width));
  return { bytes: Buffer.from(values.buffer), ends: Array.from({ length: PERIOD }, (_, row) => (row + 1) * width * 4) };
}

function csvBlock(width) {
  const lines = Array.from({ length: PERIOD }, (_, row) => {
    const cells = Array.from({ length: width }, (_unused, d) => value(row, d).toPrecision(7));
    return `2026-01-01 00:00:${String(row % 60).padStart(2, "0")},${cells.join(",")}\n`;
  });
  let at = 0;
  return { bytes: Buffer.from(lines.join("")), ends: lines.map((line) => (at += line.length)) };
}

function npyHeader(shape) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(HEADER - 11) + "\n";
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]), Buffer.from(text, "latin1")]);
}

/** Numbers [from, from + length) of a .npy file. */
function numbersOf(file, from, length) {
  const bytes = Buffer.alloc(4 * length);
  const opened = fs.openSync(file, "r");
  fs.readSync(opened, bytes, 0, bytes.length, HEADER + 4 * from);
  fs.closeSync(opened);
  return Float32Array.from({ length }, (_, i) => bytes.readFloatLE(4 * i));
}

const rowsOf = (first, rows, width) =>
  Float32Array.from({ length: rows * width }, (_, i) => value(first + Math.floor(i / width), i % width));
const apart = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), a.length === b.length ? 0 : Infinity);

async function run(what, file, config, checkValues) {
  const child = new Child();
  await child.load(config);
  const before = child.memory();
  const output = `${file}.out.npy`;
  const order = { type: "runFile", modelId: 1, file: { path: file, array: null, reading: plain, output }, timeoutMs: 0 };
  const used = process.cpuUsage();
  const started = performance.now();
  let told = 0;
  const answer = await child.send(order, () => told++);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(used);
  const share = (user + system) / 1e6 / seconds;
  const { most } = child.memory();
  if (answer.type !== "fileRan") return check(what, false, JSON.stringify(answer.failure));
  const { shape, pieces } = answer.outcome;
  check(what, told > 2, `(${shape.join(", ")}) in ${pieces} pieces, ${seconds.toFixed(1)} s, ${told} times progress`);
  const grown = most - before.now;
  check(`${what}: memory`, grown <= LIMIT_MIB * 2 ** 20, `${MiB(grown)} MiB more at most (${MiB(most)} MiB in all; limit ${LIMIT_MIB})`);
  check(`${what}: who waits`, share <= 0.05, `${(100 * share).toFixed(1)} % of a processor, the thread that VS Code's host would be`);
  const difference = await checkValues(output, shape);
  check(`${what}: values`, difference <= 2e-5, `${difference.toExponential(1)} apart at most`);
  fs.rmSync(output);
  await cancelled(what, child, order, seconds);
  child.stop();
}

/** At a tenth, a half and nine tenths of the way. */
async function cancelled(what, child, order, seconds) {
  const latencies = [];
  for (const part of [0.1, 0.5, 0.9]) {
    const answer = child.send(order);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds * part));
    const asked = performance.now();
    child.child.send({ type: "cancel", id: ++child.ids, target: answer.id });
    const { type, failure } = await answer;
    if (failure?.code === "CANCELLED") latencies.push(performance.now() - asked);
    if (type === "fileRan") fs.rmSync(order.file.output);
  }
  const left = fs.readdirSync(folder).filter((name) => name.includes(".out"));
  const figure = `${latencies.length} of 3 in time, ${Math.max(0, ...latencies).toFixed(0)} ms at most, ${left.length} files left`;
  check(`${what}: cancelled within 500 ms`, latencies.length > 0 && Math.max(...latencies) <= 500 && left.length === 0, figure);
}

async function wholeOf(config, shape, data) {
  const model = await reference.load(config, { seed: 3 });
  const { outputs } = await model.run({ shape, data });
  model.dispose();
  return outputs[0].data;
}

try {
  const many = path.join(folder, "many.npy");
  const [steps, width] = [64, 32];
  const samples = Math.floor((BYTES - HEADER) / (4 * steps * width));
  await written(many, npyHeader([samples, steps, width]), npyBlock(width), HEADER + samples * steps * width * 4);
  const encoder = sequential(layer("LSTM", 8, width));
  await run("npy of many samples", many, encoder, async (output) => {
    let most = 0;
    for (const at of [0, 1, Math.floor(samples / 2) + 7, samples - 1]) {
      const whole = await wholeOf(encoder, [1, steps, width], rowsOf(at * steps, steps, width));
      most = Math.max(most, apart(numbersOf(output, 8 * at, 8), whole));
    }
    return most;
  });
  fs.rmSync(many);

  // States of so many steps ago are forgotten: the rows before the one that is looked at say all.
  const back = 3000;
  const sequenceValues = (config, units, features) => async (output, shape) => {
    const rows = shape.at(-2);
    let most = 0;
    for (const at of [back - 1, Math.floor(rows / 3), Math.floor(rows / 2) + 11, rows - 1]) {
      const whole = await wholeOf(config, [1, back, features], rowsOf(at + 1 - back, back, features));
      most = Math.max(most, apart(numbersOf(output, units * at, units), whole.slice(-units)));
    }
    return most;
  };

  const long = path.join(folder, "long.npy");
  const rows = Math.floor((BYTES - HEADER) / (4 * 8));
  await written(long, npyHeader([rows, 8]), npyBlock(8), HEADER + rows * 8 * 4);
  const stack = sequential(layer("GRU", 4, 8, { return_sequences: true }), layer("SimpleRNN", 2, undefined, { return_sequences: true }));
  await run("npy of one long sequence", long, stack, sequenceValues(stack, 2, 8));
  fs.rmSync(long);

  const table = path.join(folder, "table.csv");
  await written(table, "time,a,b,c,d\n", csvBlock(4), BYTES);
  const rnn = sequential(layer("SimpleRNN", 3, 4, { return_sequences: true }));
  await run("csv with a header and times", table, rnn, sequenceValues(rnn, 3, 4));
} finally {
  fs.rmSync(folder, { recursive: true });
  await reference.dispose();
}
end();
