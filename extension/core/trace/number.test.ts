/** Traced numbers against the float64 reference: every number of random layers, masks, directions and start states. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { drawnWeights } from "../../../test/support/horizons.js";
import { near } from "../../../test/support/near.js";
import { activationNames, vectorActivations } from "../model/activations.js";
import { programDirections, programPrefix, type ProgramCell, type ProgramLayer, type ProgramRecurrent } from "../model/program.js";
import { outputShapes, sizeOf, tensorPlan } from "../model/tensors.js";
import { Reference } from "../reference/reference.js";
import { gateKeys } from "./cell.js";
import { activated } from "./ledger.js";
import { traceNumber } from "./number.js";
import { addressFits, isReversed, maskInto, type RecurrentLayer, type TraceTask } from "./task.js";
import { PAGE_TERMS, type Ledger, type Quantity, type TraceQuestion } from "./trace.js";

const STEPS = 4;

interface Drawn {
  readonly kind: string;
  readonly cells: readonly ProgramRecurrent[];
  readonly merge: "concat" | "sum" | "mul" | "ave" | null;
  readonly activation: string;
  readonly start: boolean;
}

const cell: fc.Arbitrary<ProgramRecurrent> = fc.record({
  kind: fc.constantFrom<ProgramCell>("simple_rnn", "lstm", "gru"),
  units: fc.integer({ min: 1, max: 3 }),
  activation: fc.constantFrom(...activationNames, "tanh", "tanh", "tanh"),
  recurrentActivation: fc.constantFrom(...activationNames, "sigmoid", "sigmoid", "sigmoid"),
  useBias: fc.boolean(),
  returnSequences: fc.boolean(),
  goBackwards: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  resetAfter: fc.boolean(),
});
const layers: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom("one", "one", "one", "stack", "bidirectional", "dense", "activation", "masking", "repeat", "reshape", "embedding"),
  cells: fc.tuple(cell, cell),
  merge: fc.constantFrom("concat", "sum", "mul", "ave", null),
  activation: fc.constantFrom(...activationNames),
  start: fc.boolean(),
});
const masks = fc.option(fc.array(fc.constantFrom(0, 1, 1), { minLength: STEPS, maxLength: STEPS }));
const numbers = fc.infiniteStream(fc.double({ min: -1.5, max: 1.5, noNaN: true }));

describe("Trace of a number", () => {
  it("computes what the reference has, over a random grid of all layers", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(layers, masks, numbers, (drawn, mask, stream) => {
        const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
        const layer = layerOf(drawn);
        const task = taskOf(layer, draw, { mask, start: drawn.start });
        for (const question of questionsOf(task)) {
          const trace = traceNumber({ ...task, question });
          const where = `${layer.kind} ${JSON.stringify(question)}`;
          const expected = stored(task, question);
          const close = 1e-10 * (1 + Math.abs(expected));
          near(trace.value, expected, close, where);
          near(trace.engine, expected, 0, where);
          // The address that it gives leads to the same number.
          assert.deepEqual(traceNumber({ ...task, question: { ...question, ...trace.at } }), trace, where);
          seen.add(`${layer.kind} ${trace.kind}`);
          if (trace.kind === "held") seen.add(trace.how);
          if (trace.kind === "cell")
            for (const gate of trace.gates) near(gate.value, gate.engine, 1e-10 * (1 + Math.abs(gate.value)), where);
          if (trace.kind === "cell" || trace.kind === "dense") checkLedger(trace.ledger);
        }
      }),
      { seed: 7, numRuns: 600 },
    );
    for (const kind of ["simple_rnn", "lstm", "gru", "stack", "bidirectional"]) {
      for (const how of ["cell", "held"]) assert.ok(seen.has(`${kind} ${how}`), `${kind} ${how}`);
    }
    for (const kind of ["bidirectional merge", "dense dense", "activation passed", "masking passed", "repeat_vector passed"])
      assert.ok(seen.has(kind), kind);
    for (const kind of ["reshape passed", "embedding lookup", "carried", "zero", "shut"]) assert.ok(seen.has(kind), kind);
  });

  it("leads to the layer below: what a term read stands at its input's place", () => {
    fc.assert(
      fc.property(cell, cell, fc.boolean(), masks, numbers, (lower, upper, stacked, given, stream) => {
        const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
        const first = { ...lower, returnSequences: true };
        const below: ProgramLayer = stacked ? { kind: "stack", cells: [first, { ...first, goBackwards: false, units: 2 }] } : first;
        const task = taskOf(below, draw, { mask: given, start: false });
        const output = { data: tensorOf(task, "output"), shape: outputShapes(below, task.x.shape)[0] as readonly number[] };
        const mask = maskInto([below], 1, given, () => task.x);
        assert.deepEqual(mask, given, "a layer with sequences passes its mask on");
        const above = taskOf(upper, draw, { mask: null, start: false, x: output, below });
        for (const question of questionsOf(above)) {
          const trace = traceNumber({ ...above, question: { ...question, layer: 1 } });
          if (trace.kind !== "cell") continue;
          assert.equal(trace.input.layer, 0);
          for (const term of trace.ledger.terms) {
            if (term.source !== "x") continue;
            const from = traceNumber({ ...task, question: { ...question, ...trace.input, unit: term.index, gate: null } });
            near(from.engine, term.value, 0, "what the term read");
          }
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("lists more terms than a page by size, page after page, with what the others add up to", () => {
    const layer: ProgramLayer = { kind: "dense", units: 1, activation: "tanh", useBias: true };
    let at = 0;
    const values = Float64Array.from({ length: 400 }, () => Math.sin(++at * 7.3) / 9);
    let taken = 0;
    const draw = (size: number): Float64Array => values.slice(taken, (taken += size));
    const x = { shape: [1, 150], data: draw(150) };
    const task = taskOf(layer, draw, { mask: null, start: false, x });
    const seen: number[] = [];
    let before = 0;
    for (let from = 0; from < 151; from += PAGE_TERMS) {
      const trace = traceNumber({ ...task, question: { ...task.question, from, order: "given" } });
      assert.equal(trace.kind, "dense");
      const { ledger } = trace;
      assert.equal(ledger.order, "size");
      assert.deepEqual([ledger.from, ledger.count, ledger.biases], [from, 151, 1]);
      near(ledger.before, before, 1e-15, "before");
      for (const { product } of ledger.terms) {
        before += product;
        seen.push(Math.abs(product));
      }
      if (from === 128) near(before, ledger.sum, 1e-14, "all pages");
    }
    assert.equal(seen.length, 151);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => b - a),
    );
    const past = traceNumber({ ...task, question: { ...task.question, from: 10_000 } });
    assert.equal(past.kind === "dense" && past.ledger.from, 128);
  });

  it("takes the mask of a Masking or an Embedding below, and ends it where Keras does", () => {
    const masking: ProgramLayer = { kind: "masking", maskValue: 0.1 };
    const x = { shape: [1, 3, 2], data: Float32Array.of(0.1, 0.1, 0.1, 0, 3, 4) };
    assert.deepEqual(
      maskInto([masking], 1, null, () => x),
      [0, 1, 1],
    );
    assert.deepEqual(
      maskInto([masking, { kind: "reshape", target: [-1, 1] }], 2, null, () => x),
      null,
    );
    const embedding: ProgramLayer = { kind: "embedding", vocabulary: 9, units: 2, maskZero: true };
    assert.deepEqual(
      maskInto([embedding], 1, null, () => ({ shape: [1, 3], data: [4, 0, 1] })),
      [1, 0, 1],
    );
  });

  it("knows which numbers there are", () => {
    const lstm: ProgramLayer = { ...programDefaults, kind: "lstm", units: 2 };
    const question: TraceQuestion = { layer: 0, part: 0, row: 0, step: 3, unit: 1, quantity: "c", gate: null, order: "given", from: 0 };
    assert.ok(addressFits(lstm, [1, 4, 3], question));
    for (const other of [{ step: 4 }, { unit: 2 }, { part: 1 }, { quantity: "z" }] as const)
      assert.ok(!addressFits(lstm, [1, 4, 3], { ...question, ...other }), JSON.stringify(other));
    assert.ok(!addressFits({ ...lstm, kind: "gru" } as ProgramLayer, [1, 4, 3], question));
  });
});

const programDefaults = {
  activation: "tanh",
  recurrentActivation: "sigmoid",
  useBias: true,
  returnSequences: true,
  goBackwards: false,
  zeroOutputForMask: false,
  resetAfter: true,
};

function layerOf({ kind, cells: [a, b], merge, activation }: Drawn): ProgramLayer {
  const [first, second] = [a as ProgramRecurrent, b as ProgramRecurrent];
  switch (kind) {
    case "one":
      return first;
    case "stack":
      return {
        kind,
        cells: [
          { ...first, returnSequences: true, zeroOutputForMask: false },
          { ...second, goBackwards: false },
        ],
      };
    case "bidirectional": {
      const { units, returnSequences, zeroOutputForMask } = first;
      const own = merge === "concat" || merge === null ? second : { ...second, units };
      const backward = { ...own, goBackwards: true, returnSequences, zeroOutputForMask };
      return { kind, mergeMode: merge, forward: { ...first, goBackwards: false }, backward };
    }
    case "dense":
      return { kind, units: 3, activation, useBias: first.useBias };
    case "masking":
      return { kind, maskValue: 0 };
    case "repeat":
      return { kind: "repeat_vector", times: 3 };
    case "reshape":
      return { kind, target: [-1, 3] };
    case "embedding":
      return { kind, vocabulary: 5, units: 2, maskZero: false };
    default:
      return { kind: "activation", activation };
  }
}

interface Given {
  readonly mask: readonly number[] | null;
  readonly start: boolean;
  readonly x?: TraceTask["x"];
  readonly below?: ProgramLayer;
}

/** The layer with random weights, run by the reference; its tensors are kept in float64. */
function taskOf(layer: ProgramLayer, draw: (size: number) => Float64Array, { mask, start, x: given, below }: Given): TraceTask {
  const shape = layer.kind === "embedding" ? [1, STEPS] : layer.kind === "repeat_vector" ? [1, 3] : [1, STEPS, 3];
  const data = layer.kind === "embedding" ? Float64Array.of(0, 4, 2, 1) : draw(sizeOf(shape));
  if (layer.kind === "masking") data.fill(0, 3, 6);
  const x = given ?? { shape, data };
  const weights = drawnWeights(layer, x.shape.at(-1) as number, draw);
  const directions = programDirections(layer);
  const initial = start ? directions.map(({ kind, units }) => ({ h: draw(units), c: kind === "lstm" ? draw(units) : null })) : null;
  const plan = tensorPlan([layer], x.shape, 2);
  const outputs = plan.map((tensor) => new Float64Array(sizeOf(tensor.shape)));
  const initialStates = (initial ?? []).flatMap(({ h, c }) => (c === null ? [h] : [h, c]));
  const run = new Reference([layer], weights).run({
    shape: x.shape,
    x: x.data,
    mask: mask === null ? null : Uint8Array.from(mask),
    initialStates,
    capture: 2,
    // The reference rounds only where its caller's buffers do.
    outputs: outputs as unknown as Float32Array[],
  });
  while (run.next().done !== true);
  const captured = new Map(plan.map(({ name }, i) => [name, outputs[i] as Float64Array]));
  const question: TraceQuestion = { layer: 0, part: 0, row: 0, step: 0, unit: 0, quantity: "output", gate: null, order: "given", from: 0 };
  return { layer, below: below ?? null, weights, question, x, mask, captured, initial };
}

/** Every number of the layer, and every sum of it. */
function questionsOf(task: TraceTask): TraceQuestion[] {
  const { layer, x } = task;
  const out: TraceQuestion[] = [];
  const directions = programDirections(layer);
  const all: readonly Quantity[] = ["output", "h", "c", "i", "f", "candidate", "o", "z", "r"];
  const sums = [...new Set([null, ...directions.flatMap((direction) => gateKeys(direction))])];
  for (let part = 0; part < Math.max(1, directions.length); part++)
    for (const quantity of all)
      for (let step = 0; step < 12; step++)
        for (let unit = 0; unit < 6; unit++)
          for (const gate of sums) {
            const question: TraceQuestion = { layer: 0, part, row: 0, step, unit, quantity, gate, order: "given", from: 0 };
            if (addressFits(layer, x.shape, question)) out.push(question);
          }
  return out;
}

function tensorOf({ captured }: TraceTask, name: string): ArrayLike<number> {
  const found = captured.get(name);
  assert.ok(found !== undefined, name);
  return found;
}

/** The number by the contract of `tensorPlan` alone. */
function stored(task: TraceTask, { part, step, unit, quantity }: TraceQuestion): number {
  const { layer, x } = task;
  const directions = programDirections(layer);
  const reversed = (own: number): boolean => directions.length > 0 && isReversed(layer as RecurrentLayer, own);
  if (quantity === "output") {
    const shapes = outputShapes(layer, x.shape);
    const split = shapes.length > 1;
    const shape = shapes[split ? part : 0] as readonly number[];
    const offset = part === 1 && layer.kind === "bidirectional" && layer.mergeMode === "concat" ? layer.forward.units : 0;
    const output = tensorOf(task, split ? `${part === 0 ? "forward" : "backward"}/output` : "output");
    if (shape.length < 3) return output[offset + unit] as number;
    const at = layer.kind !== "bidirectional" && reversed(0) ? (shape[1] as number) - 1 - step : step;
    return output[at * (shape[2] as number) + offset + unit] as number;
  }
  const taken = reversed(part) ? STEPS - 1 - step : step;
  const { units, kind } = directions[part] as ProgramRecurrent;
  const inGates = quantity !== "h" && quantity !== "c";
  const name = `${programPrefix(layer, part)}${inGates ? "gates" : "states"}/${quantity}`;
  assert.ok(!(kind === "simple_rnn" && inGates));
  return tensorOf(task, name)[taken * units + unit] as number;
}

function checkLedger({ terms, sum, value, slope, activation, largest, count, before }: Ledger): void {
  near(before + terms.reduce((all, { product }) => all + product, 0), sum, 1e-12 * (1 + Math.abs(sum)), "sum");
  for (const { value: v, weight, factor, product } of terms) near(v * weight * (factor ?? 1), product, 1e-13, "product");
  assert.equal(terms.length, count);
  assert.equal(Math.abs(largest?.product ?? 0), Math.max(...terms.map(({ product }) => Math.abs(product))));
  if (vectorActivations.has(activation)) return assert.equal(slope, null);
  near(activated(activation, sum), value, 1e-12 * (1 + Math.abs(value)), activation);
  const about = (activated(activation, sum + 1e-6) - activated(activation, sum - 1e-6)) / 2e-6;
  // Beside a kink the two sides differ.
  if (Math.abs(activated(activation, sum + 1e-5) - 2 * value + activated(activation, sum - 1e-5)) < 1e-9)
    near(slope as number, about, 1e-4 * (1 + Math.abs(about)), "slope");
}
