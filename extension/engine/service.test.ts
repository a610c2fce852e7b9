import assert from "node:assert/strict";
import type { EngineAnswer, EngineRequest } from "../core/protocol/engine.js";
import { isGone } from "../core/protocol/gone.js";
import { EngineService } from "./service.js";

/** An engine on the device js, asked one thing after another. */
function engine(): (request: EngineRequest) => Promise<EngineAnswer> {
  const waiting = new Map<number, (answer: EngineAnswer) => void>();
  const service = new EngineService(
    (answer) => waiting.get(answer.id)?.(answer),
    () => undefined,
  );
  return (request) =>
    new Promise((resolve) => {
      waiting.set(request.id, resolve);
      service.receive(request);
    });
}

const hello = { type: "hello", id: 1, device: "js", threads: 1, gpuPrecision: "float32", memoryLimitBytes: 2 ** 30, noGpu: null } as const;

describe("the engine's service", () => {
  const answers = (message: unknown): EngineAnswer[] => {
    const sent: EngineAnswer[] = [];
    new EngineService(
      (answer) => sent.push(answer),
      () => {},
    ).receive(message);
    return sent;
  };

  it("answers a request that it cannot read, so that nobody waits for it", () => {
    const x = { shape: [-1, 4, 5], data: new Float32Array(20) };
    const [answer, ...more] = answers({ type: "run", id: 7, modelId: 1, resultId: null, x });
    assert.equal(more.length, 0);
    assert.ok(answer?.type === "failed");
    assert.equal(answer.id, 7);
    assert.equal(answer.failure.code, "INVALID_ARGUMENT");
  });

  it("drops what is no request at all", () => {
    for (const message of [null, undefined, 3, "run", {}, { type: "run" }, { id: "7" }, { id: Number.NaN }]) {
      assert.deepEqual(answers(message), []);
    }
  });
});

describe("results that the engine holds", () => {
  const input = { class_name: "InputLayer", config: { batch_shape: [null, 6, 2] } };
  const rnn = { class_name: "SimpleRNN", config: { units: 3, return_sequences: true } };
  const model = { class_name: "Sequential", config: { layers: [input, rnn] } };
  const box = { batch: 0, from: 0, steps: 6, unit: 0, units: 3, stepsPer: 2, unitsPer: 1, lead: 0 };
  const part = { a: 0, b: 0, offsetA: 0, offsetB: 0, units: 3, mirrored: false, descending: false };

  it("are told apart in bands, from the step on at which the input differs", async () => {
    const ask = engine();
    await ask(hello);
    await ask({ type: "load", id: 2, modelId: 1, model, weights: null, seed: 7, device: null });
    const run = (id: number, changed: number): EngineRequest => {
      const data = Float32Array.from({ length: 12 }, (_, i) => (i === changed ? 9 : i / 12));
      const request = { type: "run", id, modelId: 1, resultId: id, keep: true, x: { shape: [1, 6, 2], data } } as const;
      return { ...request, mask: null, initialState: null, capture: 1, timeoutMs: 0, progress: false };
    };
    assert.equal((await ask(run(3, -1))).type, "ran");
    // The fourth step, so the second pair of steps.
    assert.equal((await ask(run(4, 6))).type, "ran");
    const band = await ask({ type: "readDifferenceBand", id: 5, resultA: 3, resultB: 4, part, box });
    assert.ok(band.type === "band");
    assert.deepEqual(
      [0, 1, 2].map((column) => [0, 1, 2].some((unit) => band.low[3 * column + unit] !== 0 || band.high[3 * column + unit] !== 0)),
      [false, true, true],
    );
    const measured = await ask({ type: "difference", id: 6, resultA: 3, resultB: 4, tolerance: 0, parts: [part] });
    assert.ok(measured.type === "difference");
    const largest = Math.max(...band.low.map(Math.abs), ...band.high.map(Math.abs));
    assert.equal(largest, Math.fround(measured.parts[0]?.largest ?? NaN));
    const gone = await ask({ type: "readDifferenceBand", id: 7, resultA: 3, resultB: 99, part, box });
    assert.ok(gone.type === "failed" && isGone(gone.failure));
  });
});
