/** The memory horizon of whole models: every shared vector, and finite differences of the float64 reference over random stacks. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { directionOf, modelOf, stacks } from "../../../test/support/horizons.js";
import { near } from "../../../test/support/near.js";
import { checkSensitivity, decodeRounded, loadSensitivityCases } from "../../../test/support/vectors.js";
import { lower } from "../model/lower.js";
import { isProgramRecurrent, programDirections, type ProgramLayer, type ProgramRecurrent } from "../model/program.js";
import { readModel } from "../model/read.js";
import { Cell } from "./cells.js";
import { type Flow, Reference } from "./reference.js";
import { type Sensitivity, sensitivity, sensitivityPlan, type SensitivityTask } from "./sensitivity.js";

const EPSILON = 1e-5;

describe("Memory horizon", () => {
  it("gives the norms and gradients of every shared vector", () => {
    const cases = loadSensitivityCases();
    assert.equal(cases.length, 20);
    for (const one of cases) {
      const { id, model, weights, x, options } = one;
      const spec = readModel(model);
      assert.ok(spec.ok, id);
      const program = lower(spec.value);
      const shape = [1, ...x.shape.slice(1)];
      const size = product(shape);
      const from = (options.sample ?? 0) * size;
      const layer = options.layer ?? program.map((one) => programDirections(one).length > 0).lastIndexOf(true);
      const task = { program, weights: weights.map(decodeRounded), layer, shape };
      const { stateNorms, inputGradient } = whole(task, decodeRounded(x).slice(from, from + size), null);
      checkSensitivity(one, { stateNorms, inputGradient });
    }
  });

  it("agrees with finite differences over random stacks of all layers, merges and masks", () => {
    const seen = new Set<string>();
    const numbers = fc.infiniteStream(fc.double({ min: -0.9, max: 0.9, noNaN: true }));
    fc.assert(
      fc.property(stacks, fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 4, maxLength: 4 })), numbers, (layers, given, stream) => {
        const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
        const { task, mask } = modelOf(layers, given, draw);
        task.program.forEach((layer) => seen.add(layer.kind === "bidirectional" ? `${layer.kind} ${layer.mergeMode}` : layer.kind));
        const x = draw(product(task.shape));
        // Of a Masking layer: one step that it takes out.
        if (layers.masking) x.fill(0, 2, 4);
        const { stateNorms, inputGradient } = whole(task, x, mask);
        inputGradient.forEach((g, i) => {
          if (layers.masking && i >= 2 && i < 4) return assert.equal(g, 0);
          const moved = (by: number): number => {
            const other = x.slice();
            other[i] = (x[i] as number) + by;
            return lastState(task, other, mask, null).reduce((sum, v) => sum + v, 0);
          };
          near(g, (moved(EPSILON) - moved(-EPSILON)) / (2 * EPSILON), 1e-6 * (1 + Math.abs(g)), `gradient ${i}`);
        });
        stateNorms.forEach((norm, t) => {
          const columns = Array.from({ length: unitsOf(task) }, (_, unit) => {
            const [up, down] = [EPSILON, -EPSILON].map((by) => lastState(task, x, mask, { t, unit, by })) as [Float64Array, Float64Array];
            return up.map((v, k) => (v - (down[k] as number)) / (2 * EPSILON));
          });
          near(norm, Math.hypot(...columns.flatMap((column) => [...column])), 1e-6 * (1 + norm), `norm ${t}`);
        });
      }),
      { seed: 21, numRuns: 150 },
    );
    const all = ["simple_rnn", "lstm", "gru", "stack", "dense", "activation", "masking", "repeat_vector", "reshape"];
    assert.deepEqual([...seen].filter((kind) => kind.startsWith("bid")).length, 5);
    for (const kind of all) assert.ok(seen.has(kind), kind);
  });

  it("refuses to pull a gradient through token ids", () => {
    const lstm = directionOf({ kind: "lstm", units: 2, goBackwards: false, zeroOutputForMask: false, resetAfter: true }, false);
    const program: ProgramLayer[] = [{ kind: "embedding", vocabulary: 3, units: 2, maskZero: true }, lstm];
    const weights = [new Float64Array(6), new Float64Array(16), new Float64Array(16), new Float64Array(8)];
    assert.throws(() => whole({ program, weights, layer: 1, shape: [1, 3] }, [0, 1, 2], null), /no gradient/);
  });
});

function unitsOf({ program, layer, backward }: SensitivityTask): number {
  const top = program[layer] as ProgramLayer;
  if (top.kind === "bidirectional") return (backward === true ? top.backward : top.forward).units;
  return (isProgramRecurrent(top) ? top : (programDirections(top).at(-1) as ProgramRecurrent)).units;
}

/** The last h of the top layer by the forward pass alone; `kick` is added to its h after the t-th step. */
function lastState(
  task: SensitivityTask,
  x: Float64Array,
  mask: Uint8Array | null,
  kick: { t: number; unit: number; by: number } | null,
): Float64Array {
  const reference = new Reference(task.program, task.weights);
  let flow: Flow = { data: x, shape: task.shape, mask };
  for (let i = 0; i < task.layer; i++) flow = ended(reference.layer(i, flow));
  const top = task.program[task.layer] as ProgramLayer;
  let weights = reference.weightsOf(task.layer);
  let own = top.kind === "bidirectional" ? top.forward : (top as ProgramRecurrent);
  if (top.kind === "bidirectional" && task.backward === true) {
    weights = weights.slice(own.useBias ? 3 : 2);
    own = top.backward;
  }
  if (top.kind === "stack") {
    // The cells below the last one are a model of their own.
    const cells = top.cells.slice(0, -1);
    const count = cells.reduce((sum, { useBias }) => sum + (useBias ? 3 : 2), 0);
    const turned = cells[0]?.goBackwards === true ? (flow.mask?.slice().reverse() ?? null) : flow.mask;
    flow = { ...ended(new Reference([{ kind: "stack", cells }], weights.slice(0, count)).layer(0, flow)), mask: turned };
    [weights, own] = [weights.slice(count), top.cells.at(-1) as ProgramRecurrent];
  }
  const [timesteps, features] = flow.shape.slice(1) as [number, number];
  const [kernel, recurrent, bias] = weights as [Float64Array, Float64Array, Float64Array | undefined];
  const step = new Cell(own, features, { kernel, recurrent, bias: own.useBias ? (bias as Float64Array) : null });
  const [h, c] = [new Float64Array(own.units), new Float64Array(own.units)];
  for (let taken = 0; taken < timesteps; taken++) {
    const row = own.goBackwards ? timesteps - 1 - taken : taken;
    if (flow.mask === null || flow.mask[row] !== 0) step.step(flow.data, row * features, h, c, null);
    if (kick?.t === taken) h[kick.unit] = (h[kick.unit] as number) + kick.by;
  }
  return h;
}

function ended<T>(steps: Generator<number, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Also holds what is yielded to what was planned. */
function whole(task: SensitivityTask, x: ArrayLike<number>, mask: Uint8Array | null): Sensitivity {
  const steps = sensitivity(task, x, mask);
  let work = 0;
  for (;;) {
    const next = steps.next();
    if (next.done === true) {
      const planned = sensitivityPlan(task).work;
      near(work, planned, 1e-9 * planned, "work");
      return next.value;
    }
    work += next.value;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, d) => size * d, 1);
}
