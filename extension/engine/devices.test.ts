import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { say } from "../core/messages.js";
import { addonFile, chooseBackend, findDevices } from "./devices.js";
import { isCutShort } from "./sharedLibrary.js";

describe("devices where the addon is not what it should be", () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-devices-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const file = (name: string, content: Buffer | string): string => {
    const at = path.join(folder, name);
    fs.writeFileSync(at, content);
    return at;
  };
  /** The head of a shared library for Windows, macOS and another processor. */
  const foreign: Record<string, () => Buffer> = {
    windows: () => Buffer.from("MZ".padEnd(512, "\0")),
    macos: () => Buffer.concat([Buffer.from([0xcf, 0xfa, 0xed, 0xfe]), Buffer.alloc(508)]),
    processor: () => {
      const copy = Buffer.from(fs.readFileSync(addonFile()));
      // e_machine: RISC-V.
      copy.writeUInt16LE(243, 18);
      return copy;
    },
  };
  const broken: Record<string, () => string> = {
    missing: () => path.join(folder, "missing.node"),
    empty: () => file("empty.node", ""),
    truncated: () => file("truncated.node", fs.readFileSync(addonFile()).subarray(0, 20_000)),
    "a text": () => file("text.node", "version https://git-lfs.github.com/spec/v1\n"),
    "for Windows": () => file("windows.node", (foreign["windows"] as () => Buffer)()),
    "for macOS": () => file("macos.node", (foreign["macos"] as () => Buffer)()),
    "for another processor": () => file("processor.node", (foreign["processor"] as () => Buffer)()),
  };

  for (const [how, make] of Object.entries(broken)) {
    it(`${how}: says so with the remedy or the reason, and JavaScript computes`, () => {
      const devices = findDevices(0, make());
      assert.equal(devices.addon, null);
      const cpu = devices.list.find((device) => device.kind === "cpu");
      assert.equal(cpu?.available, false);
      assert.match(
        say(cpu?.reason ?? { text: "" }),
        /The native addon (is missing|does not load).*(npm run build:native|linux|darwin|win32)/,
      );
      const { backend, reason } = chooseBackend(devices, "auto");
      assert.equal(backend.device.kind, "js");
      assert.ok(reason !== null);
      assert.throws(() => chooseBackend(devices, "cpu"), { code: "DEVICE_UNAVAILABLE" });
      const model = backend.createModel([{ kind: "dense", units: 1, activation: "linear", useBias: false }], 2, [new Float32Array([2, 3])]);
      const outputs = [new Float32Array(1)];
      model.runNow({ shape: [1, 2], x: new Float32Array([1, 10]), mask: null, initialStates: [], capture: 0, outputs });
      assert.deepEqual([...(outputs[0] as Float32Array)], [32]);
    });
  }

  it("cut short anywhere it is not loaded", () => {
    const whole = fs.readFileSync(addonFile());
    for (const part of [0.0001, 0.001, 0.05, 0.3, 0.6, 0.9]) {
      const cut = file("cut.node", whole.subarray(0, Math.floor(whole.length * part)));
      assert.equal(findDevices(0, cut).addon, null, `${part}`);
    }
    assert.equal(isCutShort(addonFile()), false);
  });

  it("a CPU target that is not there is refused by name", () => {
    const before = process.env["UNROLL_CPU_TARGET"];
    process.env["UNROLL_CPU_TARGET"] = "mmx";
    try {
      const cpu = findDevices(0).list.find((device) => device.kind === "cpu");
      assert.equal(cpu?.available, false);
      assert.match(say(cpu?.reason ?? { text: "" }), /UNROLL_CPU_TARGET.*mmx.*scalar/);
    } finally {
      if (before === undefined) delete process.env["UNROLL_CPU_TARGET"];
      else process.env["UNROLL_CPU_TARGET"] = before;
    }
  });
});
