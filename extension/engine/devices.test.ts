import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { say } from "../core/messages.js";
import { addonFile, findAddon, loadAddon } from "./addon.js";
import { chooseBackend, findDevices } from "./devices.js";
import { fakeAddon, loaded, readyCuda } from "../../test/support/fakeAddon.js";
import type { NativeCuda } from "./binding.js";
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
      const devices = findDevices({ threads: 0 }, loadAddon(make()));
      assert.equal(devices.loaded.addon, null);
      const cpu = devices.list.find((device) => device.kind === "cpu");
      assert.equal(cpu?.available, false);
      assert.match(
        say(cpu?.reason ?? { text: "" }),
        /The native addon (is missing|does not load).*(npm run build:native|linux|darwin|win32)/,
      );
      const { backend, device } = chooseBackend(devices, "auto");
      assert.equal(backend.device.kind, "js");
      assert.ok(device.reason !== null);
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
      assert.equal(findDevices({ threads: 0 }, loadAddon(cut)).loaded.addon, null, `${part}`);
    }
    assert.equal(isCutShort(addonFile()), false);
  });

  it("a CPU target that is not there is refused by name", () => {
    const before = process.env["UNROLL_CPU_TARGET"];
    process.env["UNROLL_CPU_TARGET"] = "mmx";
    try {
      const cpu = findDevices({ threads: 0 }).list.find((device) => device.kind === "cpu");
      assert.equal(cpu?.available, false);
      assert.match(say(cpu?.reason ?? { text: "" }), /UNROLL_CPU_TARGET.*mmx.*scalar/);
    } finally {
      if (before === undefined) delete process.env["UNROLL_CPU_TARGET"];
      else process.env["UNROLL_CPU_TARGET"] = before;
    }
  });
});

describe("the GPU", () => {
  const cuda = (state: NativeCuda["state"], changes: Partial<NativeCuda> = {}) =>
    findDevices({ threads: 1 }, loaded(fakeAddon({ cuda: { ...readyCuda, state, ...changes } })));
  const nothing = { name: "", driver: "", capability: "", memoryBytes: 0 };

  const states: [NativeCuda["state"], Partial<NativeCuda>, RegExp, string][] = [
    ["off", nothing, /made without CUDA.*npm run build:native/, "built without CUDA"],
    ["no-driver", nothing, /No NVIDIA driver.*install.*R580/, "no NVIDIA driver"],
    ["old-driver", { ...nothing, driver: "12.4" }, /supports CUDA 12\.4.*needs CUDA 13\.0.*R580.*Update/, "NVIDIA driver too old"],
    ["no-device", { ...nothing, driver: "13.0" }, /finds no GPU.*nvidia-smi.*--gpus all/, "no NVIDIA GPU"],
    ["no-image", { name: "Tesla P100", capability: "6.0" }, /Tesla P100.*6\.0.*7\.5 to 12\.0/, "GPU not supported"],
    ["failed", { reason: "unknown error (CUDA error 999)." }, /not be started: unknown error \(CUDA error 999\)\. /, "GPU does not start"],
  ];
  for (const [state, changes, reason, brief] of states) {
    it(`${state}: the CPU computes, and the reason has its remedy`, () => {
      const devices = cuda(state, changes);
      const { backend, device } = chooseBackend(devices, "auto");
      assert.equal(backend.device.kind, "cpu");
      assert.match(say(device.reason ?? { text: "" }), reason);
      assert.equal(say(device.brief ?? { text: "" }), brief);
      assert.throws(
        () => chooseBackend(devices, "cuda"),
        (error: Error & { code?: string }) => error.code === "DEVICE_UNAVAILABLE" && reason.test(error.message),
      );
    });
  }

  it("is taken by auto when it is ready, with nothing to excuse", () => {
    const { backend, device } = chooseBackend(cuda("ready"), "auto");
    assert.deepEqual([backend.device.kind, device.name, device.reason, device.brief], ["cuda", "NVIDIA Test 1000", null, null]);
    assert.equal(chooseBackend(cuda("ready"), "cpu").backend.device.kind, "cpu");
  });

  it("is not used where it was forbidden, and the reason is that", () => {
    const words = { reason: { text: "lost twice" }, brief: { text: "GPU lost" } };
    const devices = findDevices({ threads: 1 }, loaded(fakeAddon()), words);
    const { backend, device } = chooseBackend(devices, "auto");
    assert.deepEqual([backend.device.kind, device.reason, device.brief], ["cpu", words.reason, words.brief]);
  });
});

describe("the emulated GPU", () => {
  const emulated = fakeAddon({ cuda: { name: "Test 1000", emulated: true } });

  it("says that it is emulated", () => {
    const { device } = chooseBackend(findDevices({ threads: 1 }, loaded(emulated, { emulator: true })), "cuda");
    assert.match(device.name, /Test 1000.*emulated/);
  });

  it("says what its numbers are less exact by, where that was asked for", () => {
    const devices = findDevices({ threads: 1, gpuPrecision: "tf32" }, loaded(fakeAddon()));
    assert.match(chooseBackend(devices, "cuda").device.name, /\(TF32\)$/);
    assert.doesNotMatch(chooseBackend(findDevices({ threads: 1 }, loaded(fakeAddon())), "cuda").device.name, /TF32/);
  });

  it("is never used in silence, and a real one not in its place", () => {
    for (const [addon, emulator] of [
      [emulated, false],
      [fakeAddon(), true],
    ] as const) {
      const { backend, device } = chooseBackend(findDevices({ threads: 1 }, loaded(addon, { emulator })), "auto");
      assert.equal(backend.device.kind, "cpu");
      assert.match(say(device.reason ?? { text: "" }), /UNROLL_CUDA_EMULATOR/);
    }
  });

  it("asked for and not built, or not usable: the CPU computes, and the remedy is said", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-emulator-"));
    try {
      const at = (name: string): string => (name === "unroll.node" ? addonFile() : path.join(folder, name));
      for (const content of [null, "not an addon"]) {
        if (content !== null) fs.writeFileSync(at("unroll-emulator.node"), content);
        const devices = findDevices({ threads: 1 }, findAddon({ UNROLL_CUDA_EMULATOR: "1" }, at));
        const [gpu, cpu] = devices.list;
        assert.deepEqual([gpu?.available, cpu?.available], [false, true]);
        assert.match(say(gpu?.reason ?? { text: "" }), /npm run build:emulator/);
        assert.equal(chooseBackend(devices, "auto").backend.device.kind, "cpu");
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("is not looked for where nobody asks", () => {
    const names: string[] = [];
    const at = (name: string): string => (names.push(name), addonFile());
    findAddon({}, at);
    findAddon({ UNROLL_CUDA_EMULATOR: "0" }, at);
    assert.deepEqual(names, ["unroll.node", "unroll.node"]);
  });
});
