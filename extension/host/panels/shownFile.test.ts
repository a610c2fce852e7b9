/** The tensor viewer's host: what the view asks is answered in words that the view takes; what is no message changes nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { failure, UnrollError } from "../../core/errors.js";
import { say } from "../../core/messages.js";
import type { FileContent } from "../../core/protocol/reader.js";
import { decodeTensorFromHost, type TensorFromHost } from "../../core/protocol/tensor.js";
import { ok } from "../../core/result.js";
import { ShownFile, type ShownFileHost } from "./shownFile.js";

const content: FileContent = {
  isText: false,
  size: 96,
  arrays: [
    { name: "<img onerror=alert(1)>", dtype: "int64", shape: [2, 3], bytes: 48 },
    { name: "w", dtype: "float32", shape: [], bytes: 4 },
  ],
  refused: [{ name: "names", reason: failure("UNSUPPORTED", "The file holds no array of numbers.") }],
  table: null,
};

describe("a file in the tensor viewer", () => {
  const sent: TensorFromHost[] = [];
  const done: string[] = [];
  const open = (reader: Partial<ShownFileHost["reader"]> = {}, path: string | null = "/data/a.npz"): ShownFile =>
    new ShownFile({
      reader: {
        openFile: () => Promise.resolve(ok(content)),
        readBox: () => Promise.resolve(BigInt64Array.of(2n ** 53n + 1n)),
        stats: () => Promise.resolve({ min: -(2n ** 63n), mean: Infinity, max: 5n, nanCount: 0 }),
        ...reader,
      },
      ...{ path, name: "a.npz", word: say },
      init: () => ({ type: "init", locale: "en", strings: {} }),
      send: (message) => sent.push(message),
      copy: (text) => done.push(`copy ${text}`),
      run: (array) => done.push(`run ${array}`),
      dropped: () => done.push("dropped"),
    });
  beforeEach(() => {
    sent.length = 0;
    done.length = 0;
  });

  it("is told of in messages that the view takes as they are, names as text", async () => {
    const shown = open();
    await shown.receive({ type: "ready" });
    await shown.receive({ type: "sliceRequested", requestId: 3, array: 0, start: [0, 0], count: [1, 1] });
    await shown.receive({ type: "statsRequested", array: 0 });
    await shown.receive({ type: "run", array: 1 });
    for (const message of sent) assert.deepEqual(decodeTensorFromHost(structuredClone(message)), message);
    const [init, file, slice, stats] = sent;
    assert.deepEqual([init?.type, slice], ["init", { type: "slice", requestId: 3, values: BigInt64Array.of(2n ** 53n + 1n) }]);
    assert.ok(file?.type === "file" && file.arrays[0]?.name === "<img onerror=alert(1)>" && file.refused[0]?.name === "names");
    // 64 bits and infinities survive JSON as text only.
    const text = { min: "-9223372036854775808", mean: "Infinity", max: "5", nanCount: 0 };
    assert.deepEqual(stats, { type: "stats", revision: 1, array: 0, stats: { phase: "done", stats: text } });
    assert.deepEqual(done, ["run w"]);
  });

  it("drops whatever is no message, and goes on", async () => {
    const shown = open();
    await shown.receive({ type: "ready" });
    sent.length = 0;
    const types = ["ready", "reopen", "sliceRequested", "statsRequested", "copyRequested", "run"];
    const hostile = fc.oneof(
      fc.anything(),
      fc.record({
        type: fc.constantFrom(...types.slice(2)),
        array: fc.oneof(fc.string(), fc.double({ min: 0.1, max: 0.9 }), fc.constant(-1)),
        text: fc.integer(),
      }),
      fc.record({
        type: fc.constant("sliceRequested"),
        requestId: fc.nat(),
        array: fc.nat(),
        start: fc.array(fc.string(), { minLength: 1 }),
      }),
    );
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(hostile, async (raw) => {
        asked++;
        await shown.receive(raw);
      }),
      { numRuns: 10_000 },
    );
    assert.equal(done.filter((what) => what === "dropped").length, asked);
    assert.deepEqual(sent, []);
    // A message that fits, of an array or a slice that there is not.
    await shown.receive({ type: "statsRequested", array: 99 });
    await shown.receive({ type: "sliceRequested", requestId: 1, array: 0, start: [0], count: [2 ** 40] });
    assert.deepEqual(
      sent.map(({ type }) => type),
      ["sliceFailed"],
    );
  });

  it("says why it cannot be shown", async () => {
    const problems: string[] = [];
    const asText = { ...content, isText: true, arrays: [] };
    for (const shown of [
      open({}, null),
      open({ openFile: () => Promise.resolve(ok(asText)) }),
      open({ openFile: () => Promise.resolve({ ok: false, error: failure("PARSE", "It was cut.") }) }),
      open({ openFile: () => Promise.reject(new UnrollError(failure("TIMEOUT", "It took too long."))) }),
    ]) {
      await shown.open();
      const last = sent.at(-1);
      if (last?.type === "file") problems.push(last.problem ?? "none");
    }
    assert.match(problems.join("\n"), /on a disk.*\n.*a text.*\nIt was cut\.\nIt took too long\./);
  });

  it("ends statistics that nobody waits for, and is silent about a file that is another now", async () => {
    const signals: AbortSignal[] = [];
    const stats: ShownFileHost["reader"]["stats"] = (_, __, { signal, onProgress }) => {
      signals.push(signal);
      onProgress(1, 6);
      return new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(new UnrollError(failure("CANCELLED", "The computation was cancelled.")))),
      );
    };
    const shown = open({ stats });
    await shown.open();
    const first = shown.receive({ type: "statsRequested", array: 0 });
    const second = shown.receive({ type: "statsRequested", array: 1 });
    await first;
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
    sent.length = 0;
    await shown.open();
    await second;
    assert.deepEqual(
      sent.map(({ type }) => type),
      ["file"],
    );
  });
});
