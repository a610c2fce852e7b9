// End to end, as a person would: packs the VSIX, installs it into a real VS Code, drives that through Chromium.
//   node scripts/test-e2e.mjs [flow]      one scenario; screenshots land in test-results/screenshots
import fs from "node:fs";
import path from "node:path";
import { root, run } from "./lib/run.mjs";
import { packageVsix } from "./package.mjs";

await packageVsix();
const wanted = process.argv.slice(2);
const folder = path.join(root, "test", "e2e");
const files = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".e2e.mjs") && (wanted.length === 0 || wanted.some((word) => name.startsWith(word))))
  .map((name) => path.join(folder, name));
const mocha = path.join(root, "node_modules", "mocha", "bin", "mocha.js");
const { code } = await run(process.execPath, [mocha, "--no-config", "--forbid-only", "--timeout", "120000", ...files]);
process.exitCode = code;
