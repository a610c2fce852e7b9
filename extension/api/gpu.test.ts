/** The Node API over a GPU that is lost, in a process of its own and in this one. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fakeAddon, nativeError } from "../../test/support/fakeAddon.js";
import { createEngine } from "./engine.js";
import type { Engine } from "./types.js";

const config = {
  class_name: "Sequential",
  config: { layers: [{ class_name: "GRU", config: { units: 3, batch_input_shape: [null, null, 2] } }] },
};
const x = { shape: [1, 4, 2], data: new Float32Array(8).fill(0.5) };

describe("the Node API on a GPU that is lost", function () {
  this.timeout(30_000);
  let engine: Engine | undefined;
  afterEach(() => engine?.dispose());

  describe("in a process of its own", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-api-"));
    const options = process.env["NODE_OPTIONS"];
    before(() => {
      process.env["UNROLL_FAKE_LOSSES"] = path.join(folder, "losses");
      process.env["NODE_OPTIONS"] =
        `${options ?? ""} --require=${path.join(__dirname, "..", "..", "test", "support", "lostGpu.js")}`.trim();
    });
    after(() => {
      delete process.env["UNROLL_FAKE_LOSSES"];
      if (options === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = options;
      fs.rmSync(folder, { recursive: true });
    });
    const start = async (device: "auto" | "cuda", losses: number): Promise<Engine> => {
      fs.writeFileSync(path.join(folder, "losses"), String(losses));
      return (engine = await createEngine({ device, isolation: "process" }));
    };

    it("auto: DEVICE_LOST twice, then the CPU with the reason", async () => {
      const own = await start("auto", 2);
      const model = await own.load(config, { seed: 7 });
      assert.equal(own.device.kind, "cuda");
      await assert.rejects(model.run(x), { code: "DEVICE_LOST" });
      await assert.rejects(model.run(x), { code: "DEVICE_LOST" });
      const { device, outputs } = await model.run(x);
      assert.equal(device.kind, "cpu");
      assert.match(device.reason ?? "", /twice/);
      assert.deepEqual(own.device, device);
      assert.equal((await own.devices()).find(({ kind }) => kind === "cuda")?.available, false);
      const cpu = await createEngine({ device: "cpu" });
      assert.deepEqual((await (await cpu.load(config, { seed: 7 })).run(x)).outputs, outputs);
      await cpu.dispose();
    });

    it("cuda: DEVICE_LOST each time, and the GPU again", async () => {
      const own = await start("cuda", 2);
      const model = await own.load(config);
      for (let i = 0; i < 2; i++) await assert.rejects(model.run(x), { code: "DEVICE_LOST" });
      assert.equal((await model.run(x)).device.kind, "cuda");
    });
  });

  it("in this process: refuses further runs on it and asks for a new process; the CPU goes on", async () => {
    const real = process.dlopen;
    const beforeRun = (): void => {
      throw nativeError("DEVICE_LOST", "unspecified launch failure (CUDA error 719)");
    };
    const addon = fakeAddon({ beforeRun });
    process.dlopen = (module) => ((module as { exports: unknown }).exports = addon);
    try {
      const own = (engine = await createEngine({ device: "auto" }));
      const model = await own.load(config);
      await assert.rejects(model.run(x), { code: "DEVICE_LOST", message: /CUDA error 719/ });
      await assert.rejects(model.run(x), { code: "DEVICE_LOST", message: /new process/ });
      assert.equal(own.device.kind, "cuda");
      const next = await createEngine({ device: "auto" });
      assert.match(next.device.reason ?? "", /new process/);
      assert.equal((await (await next.load(config)).run(x)).device.kind, "cpu");
      await next.dispose();
      await assert.rejects(createEngine({ device: "cuda" }), { code: "DEVICE_UNAVAILABLE", message: /new process/ });
    } finally {
      process.dlopen = real;
    }
  });
});
