import assert from "node:assert/strict";
import { type DoctorFacts, doctorReport, driverRelease, hardwareLine } from "./doctor.js";
import { msg, say } from "./messages.js";

const gpu = {
  state: "ready",
  name: "NVIDIA H100",
  driver: "13.0",
  needed: "13.0",
  capability: "9.0",
  memoryBytes: 80 * 2 ** 30,
  reason: "",
  emulated: false,
};
const facts: DoctorFacts = {
  version: "0.1.0",
  around: ["Node v20", "linux-x64"],
  processor: { name: "Xeon", count: 8 },
  memory: { totalBytes: 2 ** 34, freeBytes: 2 ** 33 },
  notes: [],
  wanted: "auto",
  used: { kind: "cpu", name: "Xeon (avx512, 4 threads)", reason: msg("No NVIDIA driver was found.") },
  problem: null,
  diagnosis: {
    addon: { file: "/x/unroll.node", abiVersion: 3, reason: null },
    emulatorAsked: false,
    cpu: { name: "Xeon", target: "avx512", targets: ["scalar", "avx512"], threads: 4, physicalCores: 4 },
    cuda: { ...gpu, state: "no-driver", name: "", driver: "", capability: "", memoryBytes: 0 },
    devices: [
      { kind: "cuda", name: "GPU", available: false, reason: msg("No NVIDIA driver was found.") },
      { kind: "cpu", name: "a | b", available: true, reason: null },
    ],
  },
  lostAt: [],
  gpus: [],
};
const withCuda = (changes: object): DoctorFacts =>
  ({ ...facts, diagnosis: { ...facts.diagnosis, cuda: { ...gpu, ...changes } } }) as DoctorFacts;

describe("the doctor's report", () => {
  it("says what is used, why nothing better, and what the addon and its CPU kernels are", () => {
    const text = doctorReport(facts);
    for (const part of [
      "Unroll 0.1.0, Node v20, linux-x64",
      "Addon: /x/unroll.node, interface 3",
      "avx512 (of scalar, avx512), threads: 4 (physical cores: 4)",
      "NVIDIA driver: not found; needed: CUDA 13.0 (R580 or newer)",
      "GPU: none",
      "Used: cpu (Xeon (avx512, 4 threads))",
      "No NVIDIA driver was found.",
      "| cpu | a \\| b | available |",
    ])
      assert.ok(text.includes(part), `${part} in\n${text}`);
    assert.equal(text.split("No NVIDIA driver").length, 2, "the reason is said once");
  });

  it("shows the driver and the GPU, and that one is emulated", () => {
    assert.match(
      doctorReport(withCuda({ driver: "12.4", state: "old-driver" })),
      /supports CUDA 12\.4; needed: CUDA 13\.0[^]*NVIDIA H100, compute capability 9\.0, 80\.0 GiB/,
    );
    assert.doesNotMatch(doctorReport(withCuda({})), /emulated/);
    assert.match(doctorReport(withCuda({ emulated: true })), /emulated on the CPU/);
    assert.match(doctorReport(withCuda({ state: "off", driver: "" })), /this build is without CUDA/);
  });

  it("reports without an engine too, with the problem", () => {
    const text = doctorReport({ ...facts, used: null, diagnosis: null, problem: msg("The engine did not start in {ms} ms.", { ms: 5 }) });
    assert.match(text, /Used: nothing\.[^]*did not start in 5 ms/);
  });

  it("counts what was lost, and words everything by the one function", () => {
    assert.match(doctorReport({ ...facts, lostAt: [0, 1000] }), /lost in this session: 2, last at 1970-01-01T00:00:01\.000Z/);
    const said: string[] = [];
    doctorReport(facts, (message) => (said.push(message.text), say(message)));
    assert.ok(said.includes("Wanted: {wanted}. Used: {used} ({name})."));
  });

  it("is honest about hardware until there is a report", () => {
    assert.match(doctorReport(facts), /^- CUDA: not yet run on hardware$/m);
    assert.equal(say(hardwareLine(["NVIDIA H100", "RTX 4090"])), "CUDA: tested on NVIDIA H100, RTX 4090");
  });

  it("knows the driver of a CUDA version", () => {
    assert.deepEqual(["13.0", "13.2", "12.8", "14.0"].map(driverRelease), ["R580", "R580", "R525", "CUDA 14.0"]);
  });
});
