/**
 * Required before the engine: gives its process a GPU that is lost as often as the file UNROLL_FAKE_LOSSES says; each loss takes one off.
 * `NODE_OPTIONS=--require=…` puts it before an engine that the Node API starts.
 */
import * as fs from "node:fs";
import { loadAddon } from "./built.js";
import { fakeAddon, nativeError } from "./fakeAddon.js";

const file = process.env["UNROLL_FAKE_LOSSES"] as string;
const real = loadAddon();

function beforeRun(): void {
  const left = Number(fs.readFileSync(file, "utf8"));
  if (left <= 0) return;
  fs.writeFileSync(file, String(left - 1));
  throw nativeError("DEVICE_LOST", "an illegal memory access was encountered (CUDA error 700).");
}

process.dlopen = (module) => ((module as { exports: unknown }).exports = fakeAddon({ beforeRun }, real));
