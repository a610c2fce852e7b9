/** A file that is run in pieces gives what it gives as a whole, however it is cut; what cannot be cut is refused by name, and nothing is left. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { UnrollError } from "../core/errors.js";
import { sizeOf } from "../core/formats/arrays.js";
import { writeNpy } from "../core/formats/npy.js";
import { readModel } from "../core/model/read.js";
import type { ModelSpec } from "../core/model/spec.js";
import { say } from "../core/messages.js";
import type { FileOutcome, FileStage } from "../core/protocol/fileRun.js";
import { applyReading } from "../core/reading/applyReading.js";
import { targetOf } from "../core/reading/fit.js";
import { plainReading, type Reading } from "../core/reading/reading.js";
import { parseSelection, type SelectionNumbers } from "../core/text/parseSelection.js";
import { openArrays, takeArray } from "../files/dataFile.js";
import { type FileControls, runFile } from "./fileRun.js";
import { Session } from "./session.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-pieces-"));
const output = path.join(folder, "data.out.npy");
const session = new Session({ device: "auto", threads: 1, memoryLimitBytes: 2 ** 28 });

function spec(...layers: object[]): ModelSpec {
  const read = readModel({ class_name: "Sequential", config: { layers } });
  assert.ok(read.ok);
  return read.value;
}
const layer = (className: string, config: object = {}): object => ({ class_name: className, config: { units: 3, ...config } });
const seq = { return_sequences: true };
const file = (name: string, content: string | Uint8Array): string => {
  fs.writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};
const waves = (...shape: number[]): Float32Array => Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 0.7) * 2 - 0.1);
const npy = (shape: number[], values = waves(...shape)): string => file("data.npy", writeNpy(shape, values));
const refusedWith = (words: RegExp) => (error: unknown) => error instanceof UnrollError && words.test(error.message);

function numbersOf(name: string, shape: number[], values: Float32Array, columns: readonly string[] | null = null): SelectionNumbers {
  const offsets = new Uint32Array(values.length);
  return { ok: true, shape, values, columns, notes: [], offsets, mask: null, maskShape: null, name, format: "file" };
}

async function inPieces(model: ModelSpec, data: string, reading: Partial<Reading> = {}, controls: FileControls = {}): Promise<FileOutcome> {
  const loaded = session.load(model, null, 5);
  try {
    return await runFile(session, loaded, { path: data, array: null, reading: { ...plainReading, ...reading }, output }, controls);
  } finally {
    session.unload(loaded);
  }
}

/** Runs both ways, and takes the result's file away again. */
async function assertSame(
  model: ModelSpec,
  data: { path: string; numbers: SelectionNumbers },
  reading: Partial<Reading>,
  mostNumbers: number,
): Promise<FileOutcome> {
  const outcome = await inPieces(model, data.path, reading, { mostNumbers });
  const shaped = applyReading(data.numbers, { ...plainReading, ...reading }, targetOf(model, data.numbers.shape));
  assert.ok(shaped.ok, shaped.ok ? "" : say(shaped.error.message));
  const { shape, values, mask } = shaped.value;
  const loaded = session.load(model, null, 5);
  const given = mask === null ? undefined : { shape: shape.slice(0, 2), data: Int32Array.from(mask) };
  const { tensors } = await session.run(loaded, { x: { shape, data: values }, mask: given, capture: 0 });
  session.unload(loaded);
  const whole = tensors.find(({ role }) => role === "output");
  const written = await openArrays(output);
  assert.ok(whole !== undefined && written !== null);
  const got = await takeArray(written.arrays[0]!, 2 ** 28);
  await written.close();
  fs.rmSync(output);
  assert.deepEqual(written.arrays[0]?.shape, whole.shape);
  assert.deepEqual([outcome.shape, outcome.input], [whole.shape, shape]);
  whole.data.forEach((value, i) => {
    const limit = 1e-5 + 1e-4 * Math.abs(value);
    assert.ok(Math.abs((got[i] as number) - value) <= limit, `${i}: ${got[i] ?? "nothing"} instead of ${value}`);
  });
  assert.deepEqual(
    outcome.notes.map((note) => say(note)).slice(0, shaped.value.notes.length),
    shaped.value.notes.map((note) => say(note)),
  );
  return outcome;
}

const left = (): string[] => fs.readdirSync(folder).filter((name) => name.startsWith("data.out"));

describe("a file in pieces", function () {
  this.timeout(0);
  after(async () => {
    await session.dispose();
    fs.rmSync(folder, { recursive: true });
  });
  afterEach(() => assert.deepEqual(left(), []));

  const models: Record<string, ModelSpec> = {
    last: spec(layer("LSTM")),
    sequences: spec(layer("GRU", seq), { class_name: "TimeDistributed", config: { layer: layer("Dense") } }),
    stack: spec(layer("SimpleRNN", seq), layer("LSTM", seq), layer("Dense", { activation: "softmax" })),
    behind: spec(layer("LSTM"), { class_name: "RepeatVector", config: { n: 4 } }, layer("GRU", { ...seq, go_backwards: true })),
    cells: spec({ class_name: "RNN", config: { cell: [layer("LSTMCell"), layer("GRUCell")], ...seq } }),
  };
  const wholeModels = {
    ...models,
    bidirectional: spec({ class_name: "Bidirectional", config: { layer: layer("LSTM", seq) } }),
  };
  const one = fc.constantFrom(...Object.values(models));

  it("is what it is as a whole, cut by samples", async () => {
    const any = fc.constantFrom(...Object.values(wholeModels));
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }));
    await fc.assert(
      fc.asyncProperty(any, sizes, fc.boolean(), fc.nat(60), async (model, shape, swapped, more) => {
        const data = { path: npy(shape), numbers: numbersOf("", shape, waves(...shape)) };
        const [b, t, d] = shape;
        await assertSame(model, data, { axes: swapped ? "swapped" : "asWritten" }, (swapped ? b : t) * d + more);
      }),
      { numRuns: 60 },
    );
    const masking = spec({ class_name: "Masking", config: { mask_value: 0, batch_input_shape: [null, null, 2] } }, layer("GRU", seq));
    const zeros = waves(9, 5, 2).fill(0, 30, 44);
    await assertSame(masking, { path: npy([9, 5, 2], zeros), numbers: numbersOf("", [9, 5, 2], zeros) }, {}, 20);
  });

  it("is what it is as a whole, cut along time with the states carried", async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 3 }));
    await fc.assert(
      fc.asyncProperty(one, sizes, fc.nat(40), async (model, shape, most) => {
        const data = { path: npy(shape), numbers: numbersOf("", shape, waves(...shape)) };
        const { pieces } = await assertSame(model, data, {}, 3 + most);
        assert.ok(pieces > 1 || 3 + most >= shape[1] * shape[2]);
      }),
      { numRuns: 60 },
    );
    const long = { path: npy([500, 2]), numbers: numbersOf("", [500, 2], waves(500, 2)) };
    for (const model of Object.values(models)) assert.ok((await assertSame(model, long, {}, 32)).pieces >= 500 / 16);
    await assertSame(models["stack"]!, long, { axes: "swapped" }, 1000);
    const keeps = spec(layer("LSTM", { ...seq, stateful: true, batch_input_shape: [1, null, 2] }), layer("GRU", { stateful: true }));
    assert.ok((await assertSame(keeps, long, {}, 70)).pieces > 10);
  });

  it("is what it is as a whole, in windows, with gaps, scales and columns", async () => {
    const readings = fc.record({
      window: fc.option(fc.record({ length: fc.integer({ min: 1, max: 6 }), stride: fc.integer({ min: 1, max: 9 }) })),
      missing: fc.constantFrom("zero" as const, "forwardFill" as const, "mask" as const),
      scaling: fc.constantFrom("none" as const, "zScore" as const, "minMax" as const),
      fitPercent: fc.constantFrom(100, 60, 1),
      columns: fc.constantFrom(null, ["1", "3"], ["2"]),
      axes: fc.constantFrom("asWritten" as const, "swapped" as const),
    });
    const shapes = fc.constantFrom([40, 3], [23, 3], [5, 12, 3], [30, 6, 3]);
    const holes = fc.array(fc.nat(2000), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(one, readings, shapes, holes, fc.nat(60), async (model, reading, sizes, gaps, most) => {
        const shape = [...sizes];
        const values = waves(...shape);
        for (const at of gaps) values[at % values.length] = NaN;
        const swapped = reading.axes === "swapped" && shape.length === 2;
        // Columns of a table on its side are time steps.
        const columns = swapped ? null : reading.columns;
        const rank3 = shape.length === 3;
        const steps = rank3 ? (reading.axes === "swapped" ? shape[0]! : shape[1]!) : swapped ? 3 : shape[0]!;
        const window = reading.window !== null && reading.window.length > steps ? null : reading.window;
        const data = { path: npy(shape, values), numbers: numbersOf("", shape, values) };
        const whole = 3 * steps * (swapped ? shape[0]! : 1);
        // A masked step cannot be carried over.
        const mostNumbers = reading.missing === "mask" && window === null ? whole + most : (window?.length ?? 1) * shape[0]! + most;
        await assertSame(model, data, { ...reading, columns, window }, mostNumbers);
      }),
      { numRuns: 120 },
    );
  });

  it("is what it is as a whole: samples without a time axis, token ids, rows as sequences", async () => {
    const data = { path: npy([50, 3]), numbers: numbersOf("", [50, 3], waves(50, 3)) };
    const dense = spec({ class_name: "Dense", config: { units: 2, batch_input_shape: [null, 3] } });
    assert.equal((await assertSame(dense, data, {}, 21)).pieces, 8);
    await assertSame(dense, data, { scaling: "zScore", fitPercent: 50 }, 10);
    assert.equal((await assertSame(models["last"]!, data, { axes: "rows" }, 12)).pieces, 13);
    const ids = Float32Array.from({ length: 60 }, (_, i) => (i * 7) % 10);
    const tokens = { path: npy([6, 10], ids), numbers: numbersOf("", [6, 10], ids) };
    const embedding = { class_name: "Embedding", config: { input_dim: 10, output_dim: 4 } };
    assert.equal((await assertSame(spec(embedding, layer("LSTM", seq)), tokens, {}, 20)).pieces, 3);
    assert.ok((await assertSame(spec(embedding, layer("LSTM", seq)), tokens, {}, 6)).pieces > 6);
  });

  it("reads a table as a selection does: its header, dates set aside, decimal commas, gaps", async () => {
    const lines = Array.from({ length: 700 }, (_, i) => {
      const gap = i % 50 === 7 ? "" : `${i % 13},25`;
      return `2024-01-${String(1 + (i % 28)).padStart(2, "0")};${i / 8 - 3};${gap}`.replace(".", ",");
    });
    const text = `day;temp;rain\n${lines.join("\n")}\n`;
    const read = parseSelection(text, { languageId: "csv", missing: "keep" });
    assert.ok(read.ok);
    const data = { path: file("data.csv", text), numbers: read };
    for (const reading of [
      { missing: "forwardFill" as const },
      { missing: "zero" as const, scaling: "minMax" as const, fitPercent: 80 },
      { missing: "zero" as const, columns: ["rain"] },
      { missing: "mask" as const, window: { length: 5, stride: 2 } },
    ]) {
      const { pieces, notes } = await assertSame(models["sequences"]!, data, reading, 100);
      assert.ok(pieces > 6);
      const said = notes.map((note) => say(note)).join(" ");
      assert.match(said, /day/);
      assert.match(said, /decimal signs/);
    }
    await assert.rejects(inPieces(models["last"]!, data.path), refusedWith(/Row 8, column “rain”: the value is missing/));
    const bad = file("data.csv", text.replace("2024-01-20;-0,625", "2024-01-20;oops"));
    await assert.rejects(
      inPieces(models["last"]!, bad, { missing: "zero" }),
      refusedWith(/Row 20, column “temp”: “oops” is no finite number/),
    );
    const ragged = file("data.csv", `${text}2024-01-01;1\n`);
    await assert.rejects(inPieces(models["last"]!, ragged, { missing: "zero" }), refusedWith(/Row 701 has 1 numbers/));
  });

  it("refuses by name what needs a whole sequence that memory has not", async () => {
    const tight = new Session({ device: "js", threads: 1, memoryLimitBytes: 100_000 });
    const data = npy([20_000, 2]);
    for (const [layers, words] of [
      [[{ class_name: "Bidirectional", config: { layer: layer("LSTM") } }], /^Bidirectional LSTM 3 reads the sequence from its end/],
      [[layer("GRU", seq), layer("GRU", { go_backwards: true })], /^GRU 3 reads the sequence from its end/],
      [
        [{ class_name: "Masking", config: { mask_value: 0, batch_input_shape: [null, null, 2] } }, layer("GRU")],
        /^Masking masks time steps/,
      ],
    ] as const) {
      const loaded = tight.load(spec(...layers), null, 1);
      const order = { path: data, array: null, reading: plainReading, output };
      await assert.rejects(runFile(tight, loaded, order), refusedWith(words));
    }
    await tight.dispose();
    const gaps = waves(400, 1);
    gaps[300] = NaN;
    const masked = inPieces(models["last"]!, npy([400, 1], gaps), { missing: "mask" }, { mostNumbers: 50 });
    await assert.rejects(masked, refusedWith(/masked time step/));
  });

  it("says where a bad number is, never writes over a file, and leaves no half file", async () => {
    const values = waves(40, 5, 2);
    values[271] = Infinity;
    await assert.rejects(
      inPieces(models["last"]!, npy([40, 5, 2], values), {}, { mostNumbers: 30 }),
      refusedWith(/\[27, 0, 1\] is Infinity/),
    );
    fs.writeFileSync(output, "mine");
    await assert.rejects(inPieces(models["last"]!, npy([4, 2])), refusedWith(/is there already/));
    assert.equal(fs.readFileSync(output, "utf8"), "mine");
    fs.rmSync(output);
    const nowhere = session.load(models["last"]!, null, 1);
    const order = { path: npy([4, 2]), array: null, reading: plainReading, output: path.join(folder, "none", "x.npy") };
    await assert.rejects(runFile(session, nowhere, order), refusedWith(/cannot be written/));
  });

  it("tells how far it is, and ends where it is cancelled or takes too long", async () => {
    const told: [number, number, FileStage][] = [];
    const text = `a,b\n${"1,2\n".repeat(200_000)}`;
    await inPieces(
      models["last"]!,
      file("data.csv", text),
      { scaling: "zScore" },
      {
        onProgress: (...far) => told.push(far),
        mostNumbers: 40_000,
      },
    );
    fs.rmSync(output);
    assert.deepEqual([...new Set(told.map(([, , stage]) => stage))], ["reading", "fitting", "computing"]);
    assert.deepEqual(told.at(-1), [200_000, 200_000, "computing"]);
    for (const stage of ["reading", "fitting", "computing"] as const) {
      const abort = new AbortController();
      const onProgress = (...[, , now]: [number, number, FileStage]): void => (now === stage ? abort.abort() : undefined);
      const controls = { signal: abort.signal, onProgress, mostNumbers: 2000 };
      const run = inPieces(models["last"]!, path.join(folder, "data.csv"), { scaling: "zScore" }, controls);
      await assert.rejects(run, (error) => error instanceof UnrollError && error.code === "CANCELLED", stage);
      assert.deepEqual(left(), []);
    }
    const late = inPieces(models["last"]!, path.join(folder, "data.csv"), {}, { timeoutMs: 1, mostNumbers: 200 });
    await assert.rejects(late, refusedWith(/longer than 1 ms/));
  });
});
