/** The reports of `npm run test:gpu` in docs/gpu: on which GPUs everything passed. Until there is one, we say that CUDA has not run on hardware. */
"use strict";
const fs = require("node:fs");
const path = require("node:path");

/**
 * @param {string} root of the project
 * @returns {string[]} names of the GPUs; a report with failures proves nothing
 */
function gpuReports(root) {
  const folder = path.join(root, "docs", "gpu");
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().flatMap((name) => {
    /** @type {{ gpu: string, passed: number, failed: number }} */
    const report = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
    if (typeof report.gpu !== "string" || report.gpu === "" || !Number.isInteger(report.passed) || !Number.isInteger(report.failed)) {
      throw new Error(`docs/gpu/${name} is no report of a GPU: it has to have gpu, passed and failed`);
    }
    return report.failed === 0 && report.passed > 0 ? [report.gpu] : [];
  });
}

module.exports = { gpuReports };
