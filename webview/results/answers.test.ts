import assert from "node:assert/strict";
import type { Question } from "../../extension/core/protocol/questions.js";
import type { ResultsFromView } from "../../extension/core/protocol/results.js";
import { AnswerCache } from "./answers.js";

const memory = (layer: number): Question => ({ about: "memory", memory: { layer, backward: false, row: 0 } });

describe("answers that the view holds", () => {
  let posted: ResultsFromView[];
  let cache: AnswerCache;
  beforeEach(() => {
    posted = [];
    cache = new AnswerCache((message) => posted.push(message));
    cache.show("run");
  });
  const asked = (): number[] => posted.flatMap((message) => (message.type === "asked" ? [message.requestId] : []));

  it("asks once, shows progress, and keeps what came", () => {
    assert.deepEqual(cache.get(memory(0)), { status: "pending", done: 0, total: 0 });
    cache.get(memory(0));
    assert.deepEqual(asked(), [1]);
    assert.ok(cache.take({ type: "answerProgress", requestId: 1, done: 3, total: 9 }));
    assert.deepEqual(cache.get(memory(0)), { status: "pending", done: 3, total: 9 });
    assert.ok(cache.take({ type: "unanswered", requestId: 1, message: "too large" }));
    assert.deepEqual(cache.get(memory(0)), { status: "failed", message: "too large" });
    assert.ok(!cache.take({ type: "answerProgress", requestId: 1, done: 9, total: 9 }), "it has had its answer");
  });

  it("asks again for what failed or was cancelled only when told to", () => {
    cache.get(memory(0));
    cache.cancel("trace");
    assert.equal(posted.length, 1);
    cache.cancel("memory");
    assert.deepEqual(posted.at(-1), { type: "askCancelled", requestId: 1 });
    cache.take({ type: "unanswered", requestId: 1, message: null });
    assert.deepEqual(cache.get(memory(0)), { status: "cancelled" });
    cache.retry();
    cache.get(memory(0));
    assert.deepEqual(asked(), [1, 2]);
  });

  it("belongs to one run: another cancels what is open and drops what comes", () => {
    cache.get(memory(0));
    cache.show("next");
    assert.deepEqual(posted.at(-1), { type: "askCancelled", requestId: 1 });
    assert.ok(!cache.take({ type: "unanswered", requestId: 1, message: null }));
    cache.get(memory(0));
    assert.deepEqual(asked(), [1, 2]);
  });

  it("lets only the latest traces wait, and drops what nobody looks at", () => {
    const at = { layer: 0, part: 0, row: 0, unit: 0, quantity: "h", gate: null, order: "given", from: 0 } as const;
    for (let step = 0; step < 12; step++) cache.get({ about: "trace", trace: { ...at, step } });
    const ended = posted.flatMap((message) => (message.type === "askCancelled" ? [message.requestId] : []));
    assert.deepEqual(ended, [1, 2, 3, 4]);
    assert.ok(!cache.take({ type: "unanswered", requestId: 1, message: null }));
    for (let layer = 0; layer < 40; layer++) cache.get(memory(layer));
    assert.equal(asked().length, 52);
    cache.drop("memory");
    cache.get(memory(11));
    assert.equal(asked().length, 53, "what was left alone is asked for again");
  });

  it("holds a bounded number", () => {
    for (let layer = 0; layer < 400; layer++) {
      cache.get(memory(layer));
      cache.take({ type: "unanswered", requestId: layer + 1, message: "no" });
    }
    cache.get(memory(0));
    assert.equal(asked().length, 401, "the first was dropped");
    cache.get(memory(399));
    assert.equal(asked().length, 401, "the last was not");
  });
});
