/** What Keras refuses is refused here, with a code and a message, and the engine goes on. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { createEngine } from "../../extension/api/engine.js";
import type { RunOptions, Tensor } from "../../extension/api/types.js";
import { isErrorCode } from "../../extension/core/errors.js";
import { root } from "../support/root.js";

type Call = [model: object, weights: Tensor[] | undefined, x: Tensor, options?: RunOptions];

const folder = path.join(root, "test", "fixtures", "vectors");
const { cases } = JSON.parse(fs.readFileSync(path.join(folder, "errors.json"), "utf8")) as { cases: { id: string; what: string }[] };
const isBug = (code: unknown): boolean => ["INTERNAL", "ENGINE_CRASHED", "DEVICE_LOST", "TIMEOUT"].includes(String(code));

for (const device of ["js", "cpu"] as const) {
  describe(`refusals on ${device}`, () => {
    for (const { id, what } of cases) {
      it(what, async () => {
        const { CALLS } = (await import(pathToFileURL(path.join(folder, "errors.calls.mjs")).href)) as { CALLS: Record<string, Call> };
        const [config, weights, x, options] = CALLS[id.replace("error/", "")] as Call;
        const engine = await createEngine({ device });
        try {
          const attempt = async (): Promise<Tensor[]> => {
            const model = await engine.load(structuredClone(config), weights === undefined ? {} : { weights });
            return (await model.run(x, options)).outputs;
          };
          if (id === "error/rank2_input") {
            // One axis less is one sequence: here, other than in Keras, it gets its batch.
            assert.deepEqual((await attempt())[0]?.shape, [1, 3]);
          } else {
            await assert.rejects(attempt(), (error: Error & { code?: unknown }) => {
              assert.ok(isErrorCode(error.code) && !isBug(error.code), String(error.code));
              return error.message.length > 10;
            });
          }
          const good = await engine.load({
            class_name: "Sequential",
            config: { layers: [{ class_name: "SimpleRNN", config: { units: 3 } }] },
          });
          const { outputs } = await good.run({ shape: [1, 2, 4], data: new Float32Array(8).fill(0.5) });
          assert.deepEqual(outputs[0]?.shape, [1, 3]);
        } finally {
          await engine.dispose();
        }
      });
    }
  });
}
