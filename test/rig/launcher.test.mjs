// The stand-in for `code` says 0 only where the tests passed: a host that is lost after printing "1 passed" has not passed.
import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { root } from "./paths.mjs";

const probe = path.join(root, "test", "rig", "probe");
const cases = [
  { way: "pass", passes: true },
  { way: "fail", passes: false, says: "one test failed" },
  { way: "segfault", passes: false, says: "SIGSEGV" },
  { way: "abort", passes: false, says: "SIGABRT" },
  { way: "exit", passes: false, says: "went away before the tests were over|the extension host ended|host ends" },
  { way: "hang", passes: false, says: "no verdict after 8000 ms", limitMs: 8000 },
];

const total = { passed: 0, failed: 0 };
for (const { way, passes, says, limitMs = 120_000 } of cases) {
  const args = [
    path.join(root, "test", "rig", "code.mjs"),
    os.tmpdir(),
    `--extensionDevelopmentPath=${probe}`,
    `--extensionTestsPath=${path.join(probe, "suite")}`,
  ];
  const env = { ...process.env, UNROLL_PROBE: way, UNROLL_RIG_TIMEOUT_MS: String(limitMs) };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  const output = stdout + stderr;
  const ok = passes ? status === 0 : status !== 0 && status !== null && new RegExp(says).test(output);
  total[ok ? "passed" : "failed"] += 1;
  console.log(`  ${ok ? "✔" : "✘"} a suite's host that ends by “${way}” is a ${passes ? "pass" : "failure"} (exit code ${status})`);
  if (!ok) console.log(output);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
