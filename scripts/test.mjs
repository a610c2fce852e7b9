// npm test: sets up, runs every kind of test, goes on after a failure, ends with `N passed, N failed` on a line of its own.
//   npm test -- --only unit,integration
import path from "node:path";
import { countsOf, root, run } from "./lib/run.mjs";
import { ensureEmulator, setup } from "./setup.mjs";

const bin = (name) => path.join(root, "node_modules", ".bin", name);
const script = (name, ...args) => ({ command: process.execPath, args: [path.join(root, "scripts", name), ...args] });

/** A check counts as one test; a suite says its own counts. */
const steps = [
  { name: "lint", check: true, command: "npm", args: ["run", "-s", "lint"] },
  { name: "types", check: true, command: bin("tsc"), args: ["-b"] },
  { name: "unit", command: bin("mocha"), args: ["--reporter", "dot"] },
  { name: "cpp", ...script("test-cpp.mjs") },
  { name: "reliability", ...script("reliability.mjs", "--quick") },
  { name: "launcher", command: process.execPath, args: [path.join(root, "test", "rig", "launcher.test.mjs")] },
  { name: "integration", ...script("test-integration.mjs") },
  { name: "e2e", ...script("test-e2e.mjs") },
];

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1].split(",") : null;
const chosen = steps.filter((step) => only === null || only.includes(step.name));
const total = { passed: 0, failed: 0, skipped: 0 };
const table = [];

await setup({ vscode: chosen.some((step) => ["launcher", "integration", "e2e"].includes(step.name)) });
ensureEmulator();

for (const step of chosen) {
  console.log(`\n── ${step.name}`);
  const started = Date.now();
  const { code, output } = await run(step.command, step.args);
  const counts = step.check ? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 } : countsOf(output);
  // A suite that ran nothing, or ended badly while all its tests passed, has failed.
  if (!step.check && counts.failed === 0 && (code !== 0 || counts.passed === 0)) counts.failed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
  table.push(
    `${step.name.padEnd(12)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed  ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
}

console.log(`\n${table.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
