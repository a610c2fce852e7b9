/** README and doctor say the same about hardware: what the reports in docs/gpu prove. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { root } from "../../test/support/root.js";
import { build } from "./build.js";

const { gpuReports } = createRequire(__filename)(path.join(root, "scripts", "lib", "gpuReports.cjs")) as {
  gpuReports: (folder: string) => string[];
};

describe("what the build proves", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-gpu-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const report = (name: string, content: object): void => {
    fs.mkdirSync(path.join(folder, "docs", "gpu"), { recursive: true });
    fs.writeFileSync(path.join(folder, "docs", "gpu", name), JSON.stringify(content));
  };

  it("nothing without a report, or with one that has failures", () => {
    assert.deepEqual(gpuReports(folder), []);
    report("a.json", { gpu: "NVIDIA H100", passed: 10, failed: 1 });
    report("b.json", { gpu: "NVIDIA H100", passed: 0, failed: 0 });
    assert.deepEqual(gpuReports(folder), []);
  });

  it("each GPU on which everything passed; what is no report stops the build", () => {
    report("a.json", { gpu: "NVIDIA H100", passed: 10, failed: 0 });
    report("b.json", { gpu: "RTX 4090", passed: 10, failed: 0, date: "2025-01-01" });
    assert.deepEqual(gpuReports(folder), ["NVIDIA H100", "RTX 4090"]);
    report("c.json", { hello: 1 });
    assert.throws(() => gpuReports(folder), /c\.json/);
  });

  it("the README says what the doctor says", () => {
    const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
    assert.equal(readme.includes("CUDA: not yet run on hardware"), gpuReports(root).length === 0);
    assert.deepEqual(build, { version: "from source", gpus: [] });
  });
});
