import * as assert from "node:assert/strict";
import { chunksOf } from "./python/chunks.js";
import { relevantChunks } from "./relevant.js";
import { briefModels } from "../../../test/support/briefModel.js";

const model = `from keras import layers, Sequential
import settings
STEPS = 4 * 2
sizes = [8]
def grow(n):
    return n * 2
sizes.append(grow(8))
cfg = {"rate": 0.1}
cfg["rate"] = 0.5
model = Sequential()
for n in sizes:
    model.add(layers.LSTM(n, return_sequences=True))
head = layers.Dense(STEPS)
model.add(head)
model.add(layers.Dropout(cfg["rate"]))
`;
const noise = (i: number): string =>
  `def tidy_${i}(rows):\n    total = sum(rows)\n    return total\n\nresult_${i} = tidy_${i}([1, 2])\nprint(result_${i})\n`;

describe("the sieve for large sources", () => {
  const around = Array.from({ length: 3000 }, (_, i) => noise(i));
  const large = [...around.slice(0, 1500), model, ...around.slice(1500)].join("");

  it("keeps what has to do with a model, and little else", () => {
    const kept = relevantChunks(chunksOf(large)).map((chunk) => chunk.text);
    for (const { text } of chunksOf(model)) if (!/^import/.test(text)) assert.ok(kept.includes(text), text);
    assert.ok(kept.length < 20, `${kept.length} of ${chunksOf(large).length}`);
  });

  it("changes nothing about what is found", () => {
    assert.deepEqual(briefModels(large), briefModels(model));
    assert.deepEqual(briefModels(model), ["LSTM(8, return_sequences=true) LSTM(16, return_sequences=true) Dense(8) Dropout(rate=0.5)"]);
  });

  it("leaves small sources whole", () => {
    const chunks = chunksOf(model + noise(1));
    assert.equal(relevantChunks(chunks), chunks);
  });
});
