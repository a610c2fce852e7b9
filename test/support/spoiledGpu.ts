/** Required before the engine: gives its process a GPU whose states are wrong from the third step on, by a thousandth. */
import { loadAddon } from "./built.js";
import { fakeAddon } from "./fakeAddon.js";

const real = loadAddon();

/** Of an LSTM(3) on seven steps with its gates: output, h, c, states/h … */
function afterRun(outputs: readonly Float32Array[]): void {
  const states = outputs[3] as Float32Array;
  for (let i = 2 * 3; i < states.length; i++) states[i] = (states[i] as number) + 1e-3;
}

process.dlopen = (module) => ((module as { exports: unknown }).exports = fakeAddon({ afterRun }, real));
