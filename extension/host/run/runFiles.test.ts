import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { keptRun } from "../../core/runs/keptRun.test.js";
import { pack, RunFiles, type RunNumbers } from "./runFiles.js";

describe("files of kept runs", () => {
  let folder: string;
  let lines: string[];
  const files = (): RunFiles => new RunFiles(folder, (line) => lines.push(line));
  const numbers: RunNumbers = {
    values: Float32Array.from({ length: 20 }, (_, i) => i / 7),
    mask: Uint8Array.of(1, 1, 0, 1),
    states: [Float32Array.of(0.5, -0, NaN)],
    text: "[[1, 2]] # 값",
  };
  const save = async (id: string, when: number): Promise<void> => {
    const [bytes, data] = pack([1, 4, 5], numbers, [[1, 3]]);
    await files().save(keptRun({ id, when, data }), bytes);
  };

  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "unroll-runs-")), "runs");
    lines = [];
  });
  afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }));

  it("give back what was saved, newest first", async () => {
    await save("old", 1);
    await save("new", 2);
    const runs = await files().load();
    assert.deepEqual(
      runs.map((run) => run.id),
      ["new", "old"],
    );
    assert.deepEqual(await files().numbers(runs[0]!), numbers);
    await files().remove("new");
    assert.deepEqual(fs.readdirSync(folder).sort(), ["old.bin", "old.json"]);
    assert.deepEqual(lines, []);
  });

  it("are none where there is no folder, and survive one that cannot be written", async () => {
    assert.deepEqual(await files().load(), []);
    fs.writeFileSync(folder, "a file, not a folder");
    await save("a", 1);
    assert.equal(lines.length, 1);
    assert.deepEqual(await files().load(), []);
  });

  it("are skipped and logged when damaged, wherever that is", async () => {
    await save("good", 1);
    await save("bad", 2);
    const json = fs.readFileSync(path.join(folder, "bad.json"));
    const bin = fs.readFileSync(path.join(folder, "bad.bin"));
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (inJson, place, change) => {
        const whole = inJson ? json : bin;
        const broken = Buffer.from(whole);
        broken[place % whole.length] = (broken[place % whole.length] as number) ^ change;
        fs.writeFileSync(path.join(folder, inJson ? "bad.json" : "bad.bin"), broken);
        const runs = await files().load();
        assert.ok(runs.some((run) => run.id === "good"));
        const found = runs.find((run) => run.id === "bad");
        if (!inJson) await assert.rejects(files().numbers(found!), /damaged/);
        fs.writeFileSync(path.join(folder, "bad.json"), json);
        fs.writeFileSync(path.join(folder, "bad.bin"), bin);
      }),
      { numRuns: 60 },
    );
    fs.writeFileSync(path.join(folder, "bad.bin"), bin.subarray(1));
    lines = [];
    assert.deepEqual((await files().load()).length, 1);
    assert.match(lines.join(), /bad\.json is skipped/);
  });

  it("leave no numbers behind that no run has, once nobody can be writing them", async () => {
    await save("a", 1);
    fs.writeFileSync(path.join(folder, "lost.bin"), "x");
    fs.writeFileSync(path.join(folder, "fresh.bin"), "x");
    const long = new Date(Date.now() - 7_200_000);
    fs.utimesSync(path.join(folder, "lost.bin"), long, long);
    await files().load();
    assert.deepEqual(fs.readdirSync(folder).sort(), ["a.bin", "a.json", "fresh.bin"]);
  });
});
