/** A backward step of each cell against finite differences of the reference, over random sizes and activations. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type ProgramCell, programGates, type ProgramRecurrent } from "../model/program.js";
import { Cell } from "./cells.js";
import { CellBackward } from "./cellsBackward.js";

const EPSILON = 1e-6;
// Those without a kink: a finite difference across one says nothing.
const smooth = ["linear", "tanh", "sigmoid", "softplus", "softsign", "gelu", "silu", "mish", "squareplus", "exponential"];
const names = [...smooth, "softmax", "log_softmax", "log_sigmoid", "tanh_shrink", "elu"];

const layers = fc.record({
  kind: fc.constantFrom<ProgramCell>("simple_rnn", "lstm", "gru"),
  units: fc.integer({ min: 1, max: 4 }),
  activation: fc.constantFrom(...names),
  recurrentActivation: fc.constantFrom(...names),
  useBias: fc.boolean(),
  resetAfter: fc.boolean(),
});

describe("A cell's step backwards", () => {
  it("agrees with finite differences of the step, by every state and input", () => {
    fc.assert(
      fc.property(
        layers,
        fc.integer({ min: 1, max: 3 }),
        fc.infiniteStream(fc.double({ min: -0.9, max: 0.9, noNaN: true })),
        (own, features, stream) => {
          const layer: ProgramRecurrent = { ...own, returnSequences: false, goBackwards: false, zeroOutputForMask: false };
          const n = layer.units;
          const columns = programGates(layer.kind) * n;
          const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
          const bias = layer.useBias ? draw(columns * (layer.kind === "gru" && layer.resetAfter ? 2 : 1)) : null;
          const weights = { kernel: draw(features * columns), recurrent: draw(n * columns), bias };
          // x, h, c one after the other; the gradient goes by h and, of an LSTM, by c.
          const given = draw(features + 2 * n);
          const [gh, gc] = [draw(n), layer.kind === "lstm" ? draw(n) : new Float64Array(n)];
          const cell = new Cell(layer, features, weights);
          const value = (at: Float64Array): number => {
            const [h, c] = [at.slice(features, features + n), at.slice(features + n)];
            cell.step(at, 0, h, c, null);
            return h.reduce((sum, v, k) => sum + v * (weightsOfH[k] as number) + (c[k] as number) * (weightsOfC[k] as number), 0);
          };
          const [weightsOfH, weightsOfC] = [gh.slice(), gc.slice()];
          const gx = new Float64Array(features);
          const backward = new CellBackward(layer, features, weights);
          backward.forward(given, 0, given.slice(features, features + n), given.slice(features + n));
          backward.pull(gh, gc, gx, 0);
          const got = [...gx, ...gh, ...(layer.kind === "lstm" ? gc : [])];
          got.forEach((g, i) => {
            const [up, down] = [given.slice(), given.slice()];
            up[i] = (up[i] as number) + EPSILON;
            down[i] = (down[i] as number) - EPSILON;
            const expected = (value(up) - value(down)) / (2 * EPSILON);
            assert.ok(Math.abs(g - expected) <= 2e-6 * (1 + Math.abs(expected)), `${i}: ${g}, expected ${expected}`);
          });
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
