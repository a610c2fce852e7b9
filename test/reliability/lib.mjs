// What the reliability scripts share: the built Node API, checks that are counted, figures that are printed.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
export const load = createRequire(import.meta.url);
export const { createEngine } = load(path.join(root, "dist", "node.js"));
export const addon = load(path.join(root, "dist", "unroll.node"));

const counts = { passed: 0, failed: 0 };

/** Notes what holds and what does not; the figure is printed in both cases. */
export function check(what, good, figure) {
  counts[good ? "passed" : "failed"]++;
  console.log(`${good ? "ok  " : "FAIL"} ${what}: ${figure}`);
}

export function end() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

/** A number from the environment: the long form's count. */
export const count = (name, byDefault) => Number(process.env[name] ?? byDefault);

export const sequential = (...layers) => ({ class_name: "Sequential", config: { layers } });
export const layer = (className, units, features, options = {}) => ({
  class_name: className,
  config: { units, ...options, ...(features && { batch_input_shape: [null, null, features] }) },
});
export const tensor = (...shape) => {
  const size = shape.reduce((product, d) => product * d, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37) * 0.8) };
};
export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(q * values.length) - 1)];
