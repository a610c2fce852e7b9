/** Samples of Keras and PyTorch code as people write it, each with the models found in it in short form. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { briefModels } from "../../../test/support/briefModel.js";
import { fixtures } from "../../../test/support/root.js";

/** `##### name`, the source, then a line `#= …` for each model. */
function samplesOf(file: string): { name: string; source: string; models: string[] }[] {
  const text = fs.readFileSync(path.join(fixtures, "code", file), "utf8");
  return text
    .split(/^##### /m)
    .slice(1)
    .map((part) => {
      const [name = "", ...lines] = part.split("\n");
      const models = lines.filter((line) => line.startsWith("#= ")).map((line) => line.slice(3));
      return { name, source: lines.filter((line) => !line.startsWith("#= ")).join("\n"), models };
    });
}

for (const file of ["keras.py", "torch.py"]) {
  describe(`samples of ${file}`, () => {
    for (const { name, source, models } of samplesOf(file)) {
      it(name, () => {
        assert.ok(models.length > 0);
        assert.deepEqual(briefModels(source), models);
      });
    }
  });
}
