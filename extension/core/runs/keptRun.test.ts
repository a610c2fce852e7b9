import assert from "node:assert/strict";
import fc from "fast-check";
import { type KeptRun, KEPT_VERSION, readKept, surplusOf, writeKept } from "./keptRun.js";

export function keptRun(more: Partial<KeptRun> = {}): KeptRun {
  return {
    version: KEPT_VERSION,
    id: "a-1",
    number: 1,
    when: 1,
    title: "",
    pinned: false,
    live: false,
    fatal: false,
    model: { class_name: "Sequential", config: { layers: [] } },
    seed: 7,
    asked: null,
    device: { chosen: "auto", used: "cpu", name: "CPU", reason: null, brief: null, options: [] },
    tensors: [
      {
        layer: 0,
        name: "output",
        role: "output",
        returned: true,
        shape: [1, 3],
        stats: { min: -Infinity, mean: null, max: Infinity, nanCount: 2 },
        health: null,
        data: null,
      },
    ],
    timing: { computeMs: 1, copyMs: 0, totalMs: 1 },
    name: "x",
    written: [4, 5],
    notes: ["a note"],
    source: { uri: "file:///a.py", languageId: "python", offset: 3, range: [0, 0, 4, 1] },
    data: { shape: [1, 4, 5], masked: false, states: null, textBytes: 0, crc: 0 },
    ...more,
  };
}

describe("kept runs", () => {
  it("are read as they were written, infinities included", () => {
    assert.deepEqual(readKept(writeKept(keptRun())), keptRun());
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(99), { maxLength: 8 }), fc.boolean(), fc.double(), (title, written, pinned, seed) => {
        const run = keptRun({ title, written, pinned, seed: Number.isFinite(seed) ? seed : 0 });
        // −0 and 0 are one number in JSON.
        assert.deepEqual(readKept(writeKept(run)), { ...run, seed: run.seed + 0 });
      }),
    );
  });

  it("never throw, whatever stands in their file", () => {
    const text = writeKept(keptRun());
    fc.assert(
      fc.property(fc.nat(text.length), fc.string(), (at, noise) => {
        const read = readKept(text.slice(0, at) + noise + text.slice(at + noise.length));
        if (read !== undefined) assert.equal(read.version, KEPT_VERSION);
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(readKept(JSON.stringify(value)), undefined)));
    assert.equal(readKept(text.replace('"version":1', '"version":2')), undefined);
    assert.equal(readKept(text.replace('"id":"a-1"', '"id":"../a"')), undefined);
  });

  it("go when there are too many: the oldest first, never a pinned one nor the newest", () => {
    const runs = Array.from({ length: 10 }, (_, i) => keptRun({ id: `r${i}`, pinned: i === 9 }));
    const ids = (most: { count: number; bytes: number }): string[] => surplusOf(runs, most).map((run) => run.id);
    assert.deepEqual(ids({ count: 9, bytes: 1e9 }), []);
    assert.deepEqual(ids({ count: 7, bytes: 1e9 }), ["r7", "r8"]);
    // 80 bytes each.
    assert.deepEqual(ids({ count: 99, bytes: 400 }), ["r5", "r6", "r7", "r8"]);
    assert.deepEqual(ids({ count: 0, bytes: 0 }).includes("r0"), false);
  });
});
