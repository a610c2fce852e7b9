/** Whatever the addon is called with, it answers with a typed error or a result; the long form takes UNROLL_CALLS. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { isErrorCode } from "../../extension/core/errors.js";
import type { NativeAddon, NativeRunArgs, NativeSensitivityArgs, NativeSurveyArgs } from "../../extension/engine/binding.js";
import { loadAddon } from "../support/built.js";

const addon = loadAddon();
const calls = Number(process.env["UNROLL_CALLS"] ?? 5000);

const layer = {
  kind: "lstm",
  units: 2,
  activation: "tanh",
  recurrentActivation: "sigmoid",
  useBias: true,
  returnSequences: true,
  goBackwards: false,
  zeroOutputForMask: false,
  resetAfter: true,
} as const;
const weights = (): Float32Array[] => [new Float32Array(3 * 8), new Float32Array(2 * 8), new Float32Array(8)];
const options = { device: "cpu", threads: 1 } as const;

function detached(): Float32Array {
  const array = new Float32Array(24);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

const constants: readonly unknown[] = [
  ...[null, undefined, NaN, Infinity, -1, 0, 1.5, 2 ** 31, 2 ** 53, "", "lstm", true, {}, [], 10n, Symbol("odd"), () => 1],
  ...[
    [1, 4, 3],
    [2 ** 31, 2 ** 31, 2 ** 31],
    [-1, 4, 3],
    [1, 4],
    [NaN, 4, 3],
    [0, 0, 0],
  ],
];
/** Makers of values that no argument is made for, by chance some that are; a new one each time, as some change when they are used. */
const odd: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom(...constants).map((value) => () => value),
  fc.constant(detached),
  fc.constant(() => new Float32Array(new SharedArrayBuffer(96))),
  fc.nat({ max: 64 }).map((length) => () => new Float32Array(length)),
  fc.nat({ max: 64 }).map((length) => () => new Float64Array(length)),
);

/** Sets one property, at any depth, to something odd. */
function bend(value: unknown, path: readonly number[], other: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined || typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return other;
  const keys = Object.keys(value);
  const key = keys[head % Math.max(1, keys.length)];
  if (key === undefined) return other;
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...(value as unknown[])] as never) : { ...value };
  copy[key] = bend((value as Record<string, unknown>)[key], rest, other);
  return copy;
}

function typed(error: unknown): void {
  const { code } = error as { code?: unknown };
  assert.ok(error instanceof Error && isErrorCode(code) && code !== "INTERNAL", `${String(error)} (${String(code)})`);
}

describe("bad calls to the addon", () => {
  const place = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 });

  it("createModel answers with a model or a typed error", () => {
    fc.assert(
      fc.property(place, odd, (at, make) => {
        const other = make();
        const args = bend([[layer], 3, weights(), options], at, other) as Parameters<NativeAddon["createModel"]>;
        try {
          addon.createModel(...(Array.isArray(args) ? args : ([other] as never))).dispose();
        } catch (error) {
          typed(error);
        }
      }),
      { numRuns: calls },
    );
  });

  it("plan and run answer with a result or a typed error", async () => {
    const model = addon.createModel([layer], 3, weights(), options);
    await fc.assert(
      fc.asyncProperty(place, odd, fc.boolean(), async (at, make, sync) => {
        const other = make();
        const shape = [1, 4, 3];
        const outputs = model.plan(shape, 0).outputs.map((size) => new Float32Array(size));
        const good: NativeRunArgs = { shape, x: new Float32Array(12), mask: null, initialStates: [], capture: 0, outputs };
        const args = bend(good, at, other) as NativeRunArgs;
        try {
          if (sync) model.runSync(args);
          else await model.run(args, addon.createCancelToken());
        } catch (error) {
          typed(error);
        }
        try {
          model.plan(other as number[], 0);
        } catch (error) {
          typed(error);
        }
      }),
      { numRuns: calls },
    );
    model.dispose();
    assert.throws(
      () => model.bind([1, 4, 3], 0, new ArrayBuffer(0)),
      (error: unknown) => (typed(error), true),
    );
    assert.throws(
      () => model.plan([1, 4, 3], 0),
      (error: unknown) => (typed(error), true),
    );
    assert.throws(
      () => model.runSync({} as NativeRunArgs),
      (error: unknown) => (typed(error), true),
    );
  });

  it("run refuses outputs that lie in each other or in what is read", async () => {
    const model = addon.createModel([layer], 3, weights(), options);
    const shape = [1, 4, 3];
    const [size = 0] = model.plan(shape, 0).outputs;
    const memory = new ArrayBuffer(4 * size);
    const own = (): NativeRunArgs => ({
      ...{ shape, x: new Float32Array(12), mask: new Uint8Array(4).fill(1), capture: 0 },
      initialStates: [new Float32Array(2), new Float32Array(2)],
      outputs: model.plan(shape, 0).outputs.map((length) => new Float32Array(length)),
    });
    const into = (change: Partial<NativeRunArgs>): NativeRunArgs => {
      const args = { ...own(), ...change };
      return { ...args, outputs: [new Float32Array(memory), ...args.outputs.slice(1)] };
    };
    const x = new Float32Array(memory.byteLength < 48 ? new ArrayBuffer(48) : memory, 0, 12);
    for (const args of [
      into({ mask: new Uint8Array(memory, memory.byteLength - 4, 4) }),
      into({ initialStates: [null, new Float32Array(memory, 8, 2)] }),
      { ...own(), x, outputs: [new Float32Array(x.buffer, x.byteLength - 4 * size), ...own().outputs.slice(1)] },
      { ...own(), outputs: own().outputs.map((output) => new Float32Array(memory, 0, output.length)) },
    ]) {
      assert.throws(() => model.runSync(args as NativeRunArgs), { code: "INVALID_ARGUMENT" });
      await assert.rejects(async () => model.run(args as NativeRunArgs, addon.createCancelToken()), { code: "INVALID_ARGUMENT" });
    }
    // Inputs may lie in each other.
    const both = new Float32Array(12).fill(0.5);
    model.runSync(into({ x: both, initialStates: [both.subarray(0, 2), both.subarray(1, 3)] }));
    model.dispose();
  });

  it("planSensitivity and sensitivity answer with a result or a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(place, odd, async (at, make) => {
        const good: NativeSensitivityArgs = {
          ...{ layers: [layer], weights: weights(), backward: false, shape: [1, 4, 3], threads: 1, x: new Float32Array(12) },
          ...{ mask: new Uint8Array(4), stateNorms: new Float64Array(4), inputGradient: new Float32Array(12) },
        };
        const args = bend(good, at, make()) as NativeSensitivityArgs;
        try {
          addon.planSensitivity(args);
        } catch (error) {
          typed(error);
        }
        try {
          await addon.sensitivity(args, addon.createCancelToken());
        } catch (error) {
          typed(error);
        }
      }),
      { numRuns: calls },
    );
    assert.throws(
      () => addon.sensitivity({} as NativeSensitivityArgs, {} as never),
      (error: unknown) => (typed(error), true),
    );
  });

  it("survey answers with a result or a typed error", () => {
    fc.assert(
      fc.property(place, odd, (at, make) => {
        const cells = { low: new Float32Array(4), high: new Float32Array(4) };
        const good = { data: new Float32Array(24), first: 4, stride: 4, steps: 4, units: 4, stepsPer: 2, unitsPer: 2, lead: 0, ...cells };
        try {
          addon.survey(bend(good, at, make()) as NativeSurveyArgs);
        } catch (error) {
          typed(error);
        }
      }),
      { numRuns: calls },
    );
    const data = new Float32Array(8);
    const box = { first: 0, stride: 4, steps: 1, units: 4, stepsPer: 1, unitsPer: 1, lead: 0 };
    assert.throws(() => addon.survey({ data, ...box, low: data.subarray(4), high: new Float32Array(4) }), { code: "INVALID_ARGUMENT" });
    const cells = { low: new Float32Array(4), high: new Float32Array(4) };
    assert.throws(() => addon.survey({ data, ...box, first: 5, ...cells }), { code: "SHAPE_MISMATCH" });
  });

  it("bind and what it returns answer with milliseconds or a typed error", () => {
    const model = addon.createModel([layer], 3, weights(), options);
    const shape = [1, 4, 3];
    const bytes = 4 * (12 + model.plan(shape, 0).outputs.reduce((sum, size) => sum + size, 0));
    const buffers: fc.Arbitrary<() => unknown> = fc.oneof(
      odd,
      fc.constantFrom(bytes - 4, bytes, bytes + 4, 0).map((size) => () => new ArrayBuffer(size)),
      fc.constant(() => new SharedArrayBuffer(bytes)),
    );
    fc.assert(
      fc.property(place, odd, buffers, buffers, fc.boolean(), (at, make, first, second, taken) => {
        const own = new ArrayBuffer(bytes);
        try {
          model.bind(...(bend([shape, 0, own], at, make()) as Parameters<typeof model.bind>));
        } catch (error) {
          typed(error);
        }
        try {
          model.bind(shape, 0, first() as ArrayBuffer);
        } catch (error) {
          typed(error);
        }
        const run = model.bind(shape, 0, own);
        if (taken) structuredClone(own, { transfer: [own] });
        for (const buffer of [own, second()] as ArrayBuffer[]) {
          try {
            assert.ok(run(buffer) >= 0);
            assert.ok(!taken && buffer === own);
          } catch (error) {
            typed(error);
          }
        }
      }),
      { numRuns: calls },
    );
    const buffer = new ArrayBuffer(bytes);
    const old = model.bind(shape, 0, buffer);
    const now = model.bind(shape, 0, buffer);
    assert.throws(
      () => old(buffer),
      (error: unknown) => (typed(error), true),
    );
    assert.ok(now(buffer) >= 0);
    model.dispose();
    assert.throws(
      () => now(buffer),
      (error: unknown) => (typed(error), true),
    );
  });
});
