import assert from "node:assert/strict";
import type { EngineAnswer } from "../core/protocol/engine.js";
import { EngineService } from "./service.js";

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
