import assert from "node:assert/strict";
import { readModel } from "../core/model/read.js";
import type { ModelSpec } from "../core/model/spec.js";
import { applyFlip, flipsOf } from "../core/runs/whatIf.js";
import { reasonsForSame } from "../core/runs/sameResult.js";
import { Session } from "./session.js";

const shapeOf = (steps: number): number[] => [1, steps, 2];
const x = (steps: number) => ({ shape: shapeOf(steps), data: Float32Array.from({ length: 2 * steps }, (_, i) => Math.sin(i + 1)) });

function models(): ModelSpec[] {
  const options = [{}, { use_bias: false }, { bias_initializer: "ones" }, { unit_forget_bias: false }, { reset_after: false }];
  const layers = ["SimpleRNN", "LSTM", "GRU"].flatMap((class_name) =>
    options.flatMap((more): { class_name: string; config: object }[] => {
      const layer = { class_name, config: { name: "own", units: 3, return_sequences: true, ...more } };
      return [layer, { class_name: "Bidirectional", config: { name: "both", layer } }];
    }),
  );
  const dense = { class_name: "Dense", config: { name: "dense", units: 3 } };
  return [...layers, dense].flatMap((layer) => {
    const read = readModel({ class_name: "Sequential", config: { layers: [layer] } });
    return read.ok ? [read.value] : [];
  });
}

describe("what is said of an option that changes no number", () => {
  it("is said of every option that changes none, and of no other", async () => {
    const session = new Session({ device: "js", threads: 1, memoryLimitBytes: 2 ** 30 });
    const outputs = async (model: ModelSpec, steps: number): Promise<Float32Array> => {
      const loaded = session.load(model, null, 7);
      const { tensors } = await session.run(loaded, { x: x(steps), capture: 1 });
      session.unload(loaded);
      return tensors[0]?.data ?? new Float32Array(0);
    };
    let same = 0;
    try {
      for (const steps of [1, 3])
        for (const model of models())
          for (const flip of flipsOf(model, shapeOf(steps))) {
            // They give another shape.
            if (flip.key === "returnSequences" || flip.key === "mergeMode") continue;
            const other = applyFlip(model, flip, shapeOf(steps));
            assert.ok(other.ok);
            const [a, b] = [await outputs(model, steps), await outputs(other.value, steps)];
            const equal = a.every((value, i) => value === b[i]);
            same += +equal;
            const about = `${flip.text}, ${steps} steps of ${JSON.stringify(model.layers[0])}`;
            assert.equal(reasonsForSame(model, other.value, steps).length > 0, equal, about);
          }
    } finally {
      await session.dispose();
    }
    assert.ok(same > 20, `${same} changes changed nothing`);
  });
});
