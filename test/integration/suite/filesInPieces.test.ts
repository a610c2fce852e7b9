/** "Run RNN on file…" for what the memory limit does not hold, by the command: the file beside it, and what it says where a cell is wrong. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { writeNpy } from "../../../extension/core/formats/npy.js";
import { recurrent } from "../../../extension/core/model/defaults.js";
import { presetById } from "../../../extension/core/model/presets.js";
import type { UnrollExtensionApi } from "../../../extension/host/publicApi.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-big-files-"));
const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration("unroll");
const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37));

let unroll: UnrollExtensionApi;

const run = (file: string): Thenable<unknown> => vscode.commands.executeCommand("unroll.runOnFile", vscode.Uri.file(file));

function takes(steps: number | null, features: number): void {
  const model = presetById("simple_rnn")?.build([null, steps, features]);
  assert.ok(model);
  unroll.setModel(model);
}

/** What the model returned for data that are run as a whole. */
async function outputOf(shape: number[], values: Float32Array): Promise<number[]> {
  const file = path.join(folder, "part.npy");
  fs.writeFileSync(file, writeNpy(shape, values));
  const before = unroll.lastRun()?.id;
  await run(file);
  const view = unroll.lastRun();
  assert.notEqual(view?.id, before, "nothing ran");
  const tensor = view?.tensors.find(({ returned }) => returned);
  assert.ok(tensor);
  const start = tensor.shape.map(() => 0);
  return [...(await unroll.readSlice(tensor.id, start, tensor.shape))];
}

function written(name: string): { header: string; values: Float32Array } {
  const bytes = fs.readFileSync(path.join(folder, name));
  return { header: bytes.toString("latin1", 10, 128), values: new Float32Array(new Uint8Array(bytes).buffer, 128) };
}

describe("files that memory does not hold", function () {
  this.timeout(120_000);

  before(async () => {
    const extension = vscode.extensions.getExtension<UnrollExtensionApi>("unroll.unroll");
    assert.ok(extension);
    unroll = await extension.activate();
    // A quarter of it is for what is read at once: 16 MiB.
    await settings().update("memoryLimitMB", 64, vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await settings().update("memoryLimitMB", undefined, vscode.ConfigurationTarget.Global);
    fs.rmSync(folder, { recursive: true });
  });
  afterEach(() => vscode.commands.executeCommand("notifications.clearAll"));

  it("run batch by batch, with the result beside them, numbered where there is one", async () => {
    const [samples, size] = [50_000, 100];
    const values = wave(samples * size);
    const file = path.join(folder, "many.npy");
    fs.writeFileSync(file, writeNpy([samples, 10, 10], values));
    takes(10, 10);
    const before = unroll.lastRun()?.id;
    for (const name of ["many.out.npy", "many.out-2.npy"]) {
      await run(file);
      const { header, values: got } = written(name);
      const units = got.length / samples;
      assert.match(header, new RegExp(`'<f4', 'fortran_order': False, 'shape': \\(${samples}, ${units}\\)`));
      for (const at of [0, 31_234, samples - 1]) {
        const whole = await outputOf([1, 10, 10], values.slice(at * size, (at + 1) * size));
        whole.forEach((value, i) => assert.ok(Math.abs(value - (got[at * units + i] ?? NaN)) < 1e-5, `sample ${at}`));
      }
    }
    assert.notEqual(before, unroll.lastRun()?.id);
    assert.deepEqual(fs.readdirSync(folder).sort(), ["many.npy", "many.out-2.npy", "many.out.npy", "part.npy"]);
  });

  it("run in pieces, too, where memory holds the data and not the outputs", async () => {
    const values = wave(3000 * 100 * 2);
    const file = path.join(folder, "wide.npy");
    fs.writeFileSync(file, writeNpy([3000, 100, 2], values));
    takes(100, 2);
    const model = unroll.model();
    assert.ok(model);
    unroll.setModel({ ...model, layers: [recurrent("GRU", 64, { name: "wide", returnSequences: true })] });
    await run(file);
    const { header, values: got } = written("wide.out.npy");
    assert.match(header, /'shape': \(3000, 100, 64\)/);
    const whole = await outputOf([1, 100, 2], values.slice(1717 * 200, 1718 * 200));
    assert.ok(whole.every((value, i) => Math.abs(value - (got[1717 * 6400 + i] ?? NaN)) < 1e-5));
    for (const name of ["wide.npy", "wide.out.npy"]) fs.rmSync(path.join(folder, name));
  });

  it("run along time, a table with dates, and leave nothing where a cell is wrong", async () => {
    const rows = 1_600_000;
    const numbers = wave(3 * 1000);
    const block = Array.from({ length: 1000 }, (_, i) => {
      const cells = [...numbers.subarray(3 * i, 3 * i + 3)].map((value) => value.toFixed(3));
      return `2026-01-01,${cells.join(",")}\n`;
    }).join("");
    const file = path.join(folder, "long.csv");
    fs.writeFileSync(file, `day,a,b,c\n${block.repeat(rows / 1000)}`);
    takes(null, 3);
    await run(file);
    const { header, values: got } = written("long.out.npy");
    assert.match(header, new RegExp(`'shape': \\(1, ${got.length}\\)`));
    // What came before the last 1000 steps is forgotten.
    const last = Float32Array.from(numbers, (value) => Number(value.toFixed(3)));
    const whole = await outputOf([1, 1000, 3], last);
    whole.forEach((value, i) => assert.ok(Math.abs(value - (got[i] ?? NaN)) < 1e-4, `${value} and ${got[i] ?? "nothing"}`));
    fs.rmSync(path.join(folder, "long.out.npy"));
    fs.appendFileSync(file, "2026-01-01,1,oops,2\n");
    const before = unroll.lastRun()?.id;
    await run(file);
    assert.equal(unroll.lastRun()?.id, before);
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.startsWith("long")),
      ["long.csv"],
    );
  });
});
