/** Questions of the view: one answer each, progress in between, a cancel that is heard, words for what went wrong. */
import assert from "node:assert/strict";
import { failure, UnrollError } from "../../core/errors.js";
import { memoryOf } from "../../core/memory.js";
import type { Answer } from "../../core/protocol/questions.js";
import { decodeResultsFromHost, type ResultsFromHost } from "../../core/protocol/results.js";
import { Asked, type Answering } from "./asked.js";

const asked = (requestId: number) =>
  ({ type: "asked", requestId, runId: "run", question: { about: "memory", memory: { layer: 0, backward: false, row: 0 } } }) as const;
const answer: Answer = { about: "memory", memory: memoryOf(Float64Array.of(0.5, 1), 1, { shape: [2, 1], data: [3, -4] }) };

describe("questions on their way", () => {
  const sent: ResultsFromHost[] = [];
  const host = (work: Answering["answer"]): Asked =>
    new Asked({ answer: work, reason: (error) => (error as Error).message }, (message) => sent.push(message));
  beforeEach(() => (sent.length = 0));

  it("are answered once, in a message that the view takes as it is", async () => {
    await host(() => Promise.resolve(answer)).take(asked(7));
    assert.deepEqual(sent, [{ type: "answered", requestId: 7, answer }]);
    assert.deepEqual(decodeResultsFromHost(structuredClone(sent[0])), sent[0]);
  });

  it("say why there is no answer, and nothing of a cancel that was asked for", async () => {
    const tooLarge = new UnrollError(failure("TOO_LARGE", "The memory horizon takes too long."));
    await host(() => Promise.reject(tooLarge)).take(asked(1));
    assert.deepEqual(sent.pop(), { type: "unanswered", requestId: 1, message: tooLarge.message });
    const own = host((_run, _question, { signal, onProgress }) => {
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          onProgress(1, 2);
          reject(new UnrollError(failure("CANCELLED", "The run was cancelled.")));
        });
      });
    });
    const open = [own.take(asked(2)), own.take(asked(3)), own.take(asked(4))];
    own.cancel(3);
    own.cancel(99);
    await open[1];
    assert.deepEqual(sent, [{ type: "unanswered", requestId: 3, message: null }]);
    own.cancelAll();
    await Promise.all(open);
    assert.equal(sent.length, 3);
  });
});
