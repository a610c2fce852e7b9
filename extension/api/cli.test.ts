/** The command line as a person calls it: what it prints, and its exit codes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../test/support/root.js";

const samples = path.join(root, "samples");
const model = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "unroll-cli-")), "lstm.json");
fs.writeFileSync(model, JSON.stringify({ class_name: "Sequential", config: { layers: [{ class_name: "LSTM", config: { units: 2 } }] } }));
function unroll(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  input: string | Buffer = "",
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, "cli.js"), ...args], {
    encoding: "utf8",
    cwd: samples,
    input,
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout, err: stderr };
}
const json = (out: string): Record<string, never> => {
  assert.equal(out.trim().split("\n").length, 1, out);
  return JSON.parse(out) as Record<string, never>;
};

describe("the command line", function () {
  this.timeout(30_000);

  it("doctor: Markdown with addon, devices and the honest line", () => {
    const { code, out } = unroll(["doctor"]);
    assert.equal(code, 0);
    for (const part of [
      /Addon: .*unroll\.node, interface \d/,
      /CPU kernels: /,
      /CUDA: not yet run on hardware/,
      /Wanted: auto\. Used: /,
      /\| js \|/,
    ])
      assert.match(out, part);
  });

  it("doctor --json: one object", () => {
    const { code, out } = unroll(["doctor", "--json", "--threads", "1"]);
    assert.equal(code, 0);
    const report = json(out) as unknown as {
      devices: { kind: string }[];
      cuda: { state: string; needed: string };
      cpu: { threads: number };
    };
    assert.deepEqual(
      report.devices.map(({ kind }) => kind),
      ["cuda", "cpu", "js"],
    );
    assert.equal(report.cuda.needed, "13.0");
    assert.equal(report.cpu.threads, 1);
  });

  it("doctor --device of one that is not there: the report, and a refusal", () => {
    const env = { UNROLL_CUDA_EMULATOR: "0", CUDA_VISIBLE_DEVICES: "" };
    const { code, out, err } = unroll(["doctor", "--device", "cuda", "--json"], env);
    const report = json(out) as unknown as { error?: { code: string }; devices: unknown[] };
    assert.equal(code, 1);
    assert.equal(report.error?.code, "DEVICE_UNAVAILABLE");
    assert.equal(report.devices.length, 3);
    assert.notEqual(err.trim(), "");
  });

  it("check: agreed, by tensor and step", () => {
    const { code, out, err } = unroll(["check", "lstm", "temperatures.csv", "--device", "cpu"]);
    assert.equal(code, 0, err);
    assert.match(out, /Tolerance: 1e-5 \+ 1e-4 × \|js\|[^]*cpu ⇄ js: agree; largest difference \d\.\de-\d/);
    assert.match(out, /lstm +gates\/candidate +\(1, 7, 3\)/);
    assert.match(out, /lstm by step {2}1: .* 7: /);
  });

  it("check --json: one object, with a seed and a file's model", () => {
    const data = JSON.stringify(Array.from({ length: 4 }, (_, t) => Array.from({ length: 5 }, (__, d) => t - d / 2)));
    const { code, out } = unroll(["check", "two_layers.rnn.json", "-", "--json", "--seed", "5", "--device", "cpu"], {}, data);
    const report = json(out) as unknown as {
      agreed: boolean;
      devices: { kind: string; first: null; tensors: { layerName: string; steps: number[] }[] }[];
    };
    assert.equal(code, 0);
    assert.equal(report.agreed, true);
    assert.deepEqual([report.devices[0]?.kind, report.devices[0]?.first], ["cpu", null]);
    assert.ok(report.devices[0]?.tensors.some(({ steps }) => steps.length === 4));
  });

  it("check: exit code 1 where devices differ, and where there is nothing to compare", () => {
    const preload = path.join(root, "out", "test", "support", "spoiledGpu.js");
    const { code, out, err } = unroll(["check", "lstm", "temperatures.csv"], { NODE_OPTIONS: `--require=${preload}` });
    assert.equal(code, 1);
    assert.match(out, /cuda ⇄ js: differ, first in lstm states\/h, step 3[^]*cpu ⇄ js: agree/);
    assert.match(err, /cuda and js differ beyond the tolerance, first in lstm states\/h, step 3\./);
    const nothing = unroll(["check", "lstm", "temperatures.csv", "--device", "js", "--json"]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.out, /INVALID_ARGUMENT/);
    assert.equal(unroll(["check", "lstm"]).code, 2);
  });

  it("run: data files of every kind, one array of several by its name", () => {
    const files = path.join(root, "test", "fixtures", "files");
    for (const [data, shape] of [
      ["cube.npy", [3, 2]],
      ["fortran.npy", [3, 2]],
      ["deflated.npz:train", [3, 2]],
      ["types.safetensors:bfloat16", [1, 2]],
      ["snappy.parquet", [1, 2]],
      ["groups.h5:packed/x", [3, 2]],
    ] as const) {
      const { code, out, err } = unroll(["run", model, path.join(files, data), "--json", "--device", "js"]);
      assert.equal(code, 0, `${data}: ${err}`);
      assert.deepEqual((json(out)["outputs"] as unknown as { shape: number[] }[])[0]?.shape, shape, data);
    }
  });

  it("run: refuses what is no array of numbers, and names the arrays of several", () => {
    const files = path.join(root, "test", "fixtures", "files");
    for (const [data, words] of [
      ["object.npy", /Python objects/],
      ["stored.npz", /holds 3 arrays: train/],
      ["missing.parquet", /“a”\] is NaN/],
    ] as const) {
      const { code, err } = unroll(["run", model, path.join(files, data)]);
      assert.equal(code, 1);
      assert.match(err, words);
    }
  });

  it("run --out: a file in pieces, beside which nothing is left, and never over another", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-out-"));
    const [out, rows] = [path.join(folder, "x.npy"), path.join(folder, "rows.csv")];
    fs.writeFileSync(rows, `day,a,b\n${Array.from({ length: 90 }, (_, i) => `2024-01-01,${i},${i / 2}\n`).join("")}`);
    const whole = json(unroll(["run", model, rows, "--json", "--device", "js"]).out)["outputs"] as unknown as { data: number[] }[];
    const { code, out: said, err } = unroll(["run", model, rows, "--out", out, "--device", "js"]);
    assert.equal(code, 0, err);
    assert.match(said, /day[^]*Wrote \(1, 2\) float32 to .*x\.npy\.\n\njs: .*1 piece/);
    const read = json(unroll(["run", "simple_rnn", out, "--json", "--device", "js"]).out);
    assert.deepEqual((read["outputs"] as unknown as { shape: number[] }[])[0]?.shape.slice(0, 1), [1]);
    const bytes = fs.readFileSync(out);
    assert.equal(bytes.length, 128 + 2 * 4);
    assert.deepEqual([bytes.readFloatLE(128), bytes.readFloatLE(132)], whole[0]?.data.map(Math.fround));
    const again = unroll(["run", model, rows, "--out", out]);
    assert.deepEqual([again.code, /is there already/.test(again.err)], [1, true]);
    const bad = unroll(["run", model, rows.replace("rows", "none"), "--out", path.join(folder, "y.npy")]);
    assert.equal(bad.code, 1);
    assert.equal(unroll(["run", model, "-", "--out", path.join(folder, "y.npy")]).code, 2);
    assert.deepEqual(fs.readdirSync(folder).sort(), ["rows.csv", "x.npy"]);
    fs.rmSync(folder, { recursive: true });
  });

  it("run: reads a .npy file from standard input too", () => {
    const input = fs.readFileSync(path.join(root, "test", "fixtures", "files", "cube.npy"));
    const { code, out, err } = unroll(["run", model, "-", "--json", "--device", "js"], {}, input);
    assert.equal(code, 0, err);
    assert.deepEqual((json(out)["outputs"] as unknown as { shape: number[] }[])[0]?.shape, [3, 2]);
  });
});
