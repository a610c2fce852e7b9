/** Backwards through time: the shared vectors of one recurrent layer, and finite differences over masks and directions. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { near } from "../../../test/support/near.js";
import { checkSensitivity, decodeRounded, loadSensitivityCases } from "../../../test/support/vectors.js";
import { lower } from "../model/lower.js";
import { type ProgramCell, programGates, type ProgramRecurrent } from "../model/program.js";
import { readModel } from "../model/read.js";
import { DirectionBackward, type SampleTask } from "./directionBackward.js";
import { runDirection } from "./direction.js";

const EPSILON = 1e-6;
const ALONE = /simple_rnn|lstm_(tutorial|50|long|no_bias)|gru_(tutorial|50|long|batch)/;

describe("One direction backwards through time", () => {
  it("gives the norms and gradients of every vector of one recurrent layer", () => {
    const cases = loadSensitivityCases();
    const alone = cases.filter(({ id }) => ALONE.test(id) && !id.includes("stack") && !id.includes("bidirectional"));
    assert.equal(alone.length, 15);
    for (const one of alone) {
      const { id, model, weights, x, options } = one;
      const spec = readModel(model);
      assert.ok(spec.ok, id);
      const layer = lower(spec.value)[0] as ProgramRecurrent;
      const [, timesteps, features] = x.shape as [number, number, number];
      const [kernel, recurrent, bias] = weights.map(decodeRounded);
      const from = (options.sample ?? 0) * timesteps * features;
      const task: SampleTask = {
        layer,
        timesteps,
        features,
        x: decodeRounded(x).slice(from, from + timesteps * features),
        mask: null,
        weights: { kernel: kernel as Float64Array, recurrent: recurrent as Float64Array, bias: bias ?? null },
        h: new Float64Array(layer.units),
        c: new Float64Array(layer.units),
      };
      const { norms, gx } = backwards(task, new Float64Array(layer.units).fill(1), null);
      checkSensitivity(one, { stateNorms: norms, inputGradient: gx });
    }
  });

  it("agrees with finite differences of the direction, by every input, over masks and directions", () => {
    const options = fc.record({
      kind: fc.constantFrom<ProgramCell>("simple_rnn", "lstm", "gru"),
      units: fc.integer({ min: 1, max: 3 }),
      resetAfter: fc.boolean(),
      goBackwards: fc.boolean(),
      zeroOutputForMask: fc.boolean(),
      mask: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 })),
    });
    const numbers = fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(options, numbers, ({ mask, ...own }, stream) => {
        const layer: ProgramRecurrent = {
          ...own,
          activation: "tanh",
          recurrentActivation: "sigmoid",
          useBias: false,
          returnSequences: true,
        };
        const [timesteps, features, n] = [5, 2, own.units];
        const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
        const columns = programGates(own.kind) * n;
        const weights = { kernel: draw(features * columns), recurrent: draw(n * columns), bias: null };
        const kept = mask === null ? null : Uint8Array.from(mask);
        const task: SampleTask = { layer, timesteps, features, x: draw(timesteps * features), mask: kept, weights, h: draw(n), c: draw(n) };
        const [byH, byOut] = [draw(n), draw(timesteps * n)];
        const value = (x: Float64Array): number => {
          const [h, out] = [task.h.slice(), new Float64Array(timesteps * n)];
          const c = own.kind === "lstm" ? task.c.slice() : null;
          for (const _ of runDirection({ ...task, batch: 1, x, h, c, out, traces: null })) assert.ok(_ > 0);
          return dot(h, byH) + dot(out, byOut);
        };
        const { gx } = backwards(task, byH, byOut);
        gx.forEach((g, i) => {
          const [up, down] = [task.x.slice(), task.x.slice()];
          up[i] = (up[i] as number) + EPSILON;
          down[i] = (down[i] as number) - EPSILON;
          near(g, (value(up) - value(down)) / (2 * EPSILON), 1e-7 * (1 + Math.abs(g)), `gradient ${i}`);
        });
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

function backwards(task: SampleTask, byH: Float64Array, byOut: Float64Array | null): { norms: Float64Array; gx: Float64Array } {
  const backward = new DirectionBackward(task);
  const [norms, gx] = [new Float64Array(task.timesteps), new Float64Array(task.timesteps * task.features)];
  const steps = [...backward.remember(), ...backward.stateNorms(norms), ...backward.inputGradient(byH, byOut, gx)];
  near(dot(Float64Array.from(steps), new Float64Array(steps.length).fill(1)), 3 * task.timesteps, 1e-9, "steps told");
  return { norms, gx };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
}
