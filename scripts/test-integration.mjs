// Integration tests in the extension host: a downloaded VS Code where there is one to be had, else the one from npm.
//   node scripts/test-integration.mjs [--locale ko]
import path from "node:path";
import { root, run } from "./lib/run.mjs";
import { countsOf } from "./lib/run.mjs";

const locales = process.argv.includes("--locale") ? [process.argv[process.argv.indexOf("--locale") + 1]] : ["en", "ko"];
const total = { passed: 0, failed: 0 };
for (const locale of locales) {
  const { code, output } = await run(process.execPath, [path.join(root, "out", "test", "integration", "runTest.js")], {
    env: { UNROLL_LOCALE: locale },
  });
  const { passed, failed } = countsOf(output);
  total.passed += passed;
  total.failed += failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
