/** Files that NumPy, h5py, pyarrow and safetensors wrote are read as they read them; changed ones are refused, never thrown over. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { cpuMs } from "../../../test/support/cpuTime.js";
import { fixtures } from "../../../test/support/root.js";
import { sliceOf } from "../slice.js";
import { say } from "../messages.js";
import { type ArrayFile, readBox, readBoxExactly, sizeOf, type StoredArray } from "./arrays.js";
import { statsOfArray } from "./arrayStats.js";
import { halfToFloat } from "./dtype.js";
import { openNpy, writeNpy } from "./npy.js";
import { openNpz } from "./npz.js";
import { openParquet } from "./parquet.js";
import { openSafetensors } from "./safetensors.js";
import { inMemory } from "./source.js";
import type { Result } from "../result.js";

const folder = path.join(fixtures, "files");
const bytesOf = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(folder, name)));
type Expected = Record<string, Record<string, { shape: number[]; dtype: string; values: (number | null)[] }>>;
const expected = JSON.parse(fs.readFileSync(path.join(folder, "expected.json"), "utf8")) as Expected;

const npy = async (bytes: Uint8Array): Promise<Result<ArrayFile>> => {
  const array = await openNpy(inMemory(bytes));
  return array.ok ? { ok: true, value: { arrays: [array.value], refused: [], notes: [] } } : array;
};
const openers: Record<string, (bytes: Uint8Array) => Promise<Result<ArrayFile>>> = {
  npy,
  npz: (bytes) => openNpz(inMemory(bytes)),
  safetensors: (bytes) => openSafetensors(inMemory(bytes)),
  parquet: (bytes) => openParquet(inMemory(bytes)),
};
const open = (name: string, bytes = bytesOf(name)): Promise<Result<ArrayFile>> => openers[name.split(".")[1] ?? ""]!(bytes);

async function opened(name: string): Promise<ArrayFile> {
  const file = await open(name);
  assert.ok(file.ok, file.ok ? "" : say(file.error.message));
  return file.value;
}

async function wholeOf(array: StoredArray): Promise<Float32Array> {
  const values = await readBox(
    array,
    array.shape.map(() => 0),
    array.shape,
  );
  assert.ok(values.ok, values.ok ? "" : say(values.error.message));
  return values.value;
}

async function refusal(name: string, bytes?: Uint8Array): Promise<string> {
  const file = await open(name, bytes);
  assert.ok(!file.ok, `${name} is read`);
  return say(file.error.message);
}

describe("data files", () => {
  for (const [name, arrays] of Object.entries(expected)) {
    if (name.endsWith(".h5")) continue;
    it(`are read as their library reads them: ${name}`, async () => {
      const file = await opened(name);
      for (const [key, { shape, dtype, values }] of Object.entries(arrays)) {
        const array = file.arrays.find((one) => one.name === key);
        assert.ok(array !== undefined, key);
        assert.deepEqual(array.shape, shape);
        assert.equal(array.dtype, dtype);
        assert.deepEqual(Array.from(await wholeOf(array)), values);
      }
    });
  }

  it("say why what is no plain number is refused", async () => {
    assert.match(await refusal("object.npy"), /Python objects.*astype/);
    assert.match(await refusal("structured.npy"), /fields price, count/);
    assert.match(await refusal("complex.npy"), /“<c8”/);
    assert.match(await refusal("text.npy"), /“<U2”/);
    assert.match(await refusal("texts.parquet"), /no column of numbers.*city/);
    const mixed = await opened("mixed.npz");
    assert.deepEqual(
      mixed.refused.map((one) => one.name),
      ["names"],
    );
    const zstd = (await opened("zstd.parquet")).arrays[0]!;
    const values = await readBox(zstd, [0, 0], zstd.shape);
    assert.ok(!values.ok && /ZSTD.*snappy/.test(say(values.error.message)));
  });

  it("keep a missing value of a table as NaN, and name the columns that are set aside", async () => {
    const table = (await opened("missing.parquet")).arrays[0]!;
    assert.deepEqual(Array.from(await wholeOf(table)), [1.5, 1, NaN, 2, 3, 3]);
    const file = await opened("snappy.parquet");
    assert.deepEqual(file.arrays[0]?.columns, ["temp", "day", "rain"]);
    assert.match(say(file.notes[0]!), /“city”/);
  });

  it("give any box as a slice of the whole, in both orders", async () => {
    for (const name of ["cube.npy", "fortran.npy", "deflated.npz"]) {
      const array = (await opened(name)).arrays[0]!;
      const whole = await wholeOf(array);
      const range = (d: number) => fc.tuple(fc.nat(d), fc.nat(d)).map(([a, b]) => ({ start: Math.min(a, b), count: Math.abs(a - b) }));
      await fc.assert(
        fc.asyncProperty(fc.tuple(...array.shape.map(range)), async (box) => {
          const [start, count] = [box.map((one) => one.start), box.map((one) => one.count)];
          const got = await readBox(array, start, count);
          const want = sliceOf(whole, array.shape, start, count);
          assert.ok(got.ok && want.ok);
          assert.deepEqual(got.value, want.value);
          assert.deepEqual(await readBoxExactly(array, start, count), got);
        }),
        { numRuns: 100 },
      );
    }
  });

  it("refuse a box that is not inside", async () => {
    const array = (await opened("cube.npy")).arrays[0]!;
    for (const [start, count] of [
      [
        [0, 0, 0],
        [4, 4, 5],
      ],
      [
        [0, 0],
        [1, 1],
      ],
      [
        [-1, 0, 0],
        [1, 1, 1],
      ],
      [
        [0.5, 0, 0],
        [1, 1, 1],
      ],
    ] as const) {
      assert.equal((await readBox(array, start, count)).ok, false);
    }
  });

  it("keep every digit where they are looked at", async () => {
    const wide = (await opened("int64-wide.npy")).arrays[0]!;
    const all = await readBoxExactly(wide, [0], [4]);
    assert.deepEqual(all, { ok: true, value: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -5n) });
    const stats = await statsOfArray(wide);
    assert.ok(stats.ok);
    assert.deepEqual([stats.value.min, stats.value.max], [-(2n ** 63n), 2n ** 63n - 1n]);
    for (const [name, type] of Object.entries({
      "big-u8.npy": BigUint64Array,
      "big-i4.npy": Float64Array,
      "little-f8.npy": Float64Array,
    })) {
      const array = (await opened(name)).arrays[0]!;
      const values = await readBoxExactly(array, [0, 0], array.shape);
      assert.ok(values.ok && values.value instanceof type, name);
      assert.deepEqual(
        Array.from<number | bigint, number>(values.value as ArrayLike<number | bigint>, (v) => Math.fround(Number(v))),
        Array.from(await wholeOf(array)),
      );
    }
  });

  it("have statistics that count NaN apart, and infinities as values", async () => {
    const half = await statsOfArray((await opened("half-special.npy")).arrays[0]!);
    assert.ok(half.ok);
    assert.deepEqual([half.value.min, half.value.max, half.value.nanCount], [-Infinity, Infinity, 0]);
    const empty = await statsOfArray((await opened("empty.npy")).arrays[0]!);
    assert.deepEqual(empty, { ok: true, value: { min: null, mean: null, max: null, nanCount: 0 } });
    const table = (await opened("missing.parquet")).arrays[0]!;
    assert.deepEqual(await statsOfArray(table), { ok: true, value: { min: 1, mean: 10.5 / 5, max: 3, nanCount: 1 } });
  });

  it("read every half as its value", () => {
    for (const [bits, value] of [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [1, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x7c00, Infinity],
    ] as const)
      assert.equal(halfToFloat(bits), value);
    assert.ok(Number.isNaN(halfToFloat(0x7e00)));
  });

  it("are written so that they are read again", async () => {
    const shape = fc.array(fc.nat(4), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shape, fc.float(), async (dims, seed) => {
        const values = Float32Array.from({ length: sizeOf(dims) }, (_, i) => seed + i);
        const file = await npy(writeNpy(dims, values));
        assert.ok(file.ok);
        assert.deepEqual(file.value.arrays[0]?.shape, dims);
        assert.deepEqual(await wholeOf(file.value.arrays[0]!), values);
      }),
      { numRuns: 100 },
    );
  });

  it("of an archive are never other numbers where a bit of it is another: its sums see to that", async () => {
    const all = async (name: string, bytes: Uint8Array): Promise<Map<string, Result<Float32Array>>> => {
      const file = await open(name, bytes);
      const arrays = file.ok ? file.value.arrays : [];
      const read = arrays.map(async (array) => [array.name, await readBox(array, array.shape.map(() => 0), array.shape)] as const); // prettier-ignore
      return new Map(await Promise.all(read));
    };
    for (const name of ["stored.npz", "deflated.npz"]) {
      const bytes = bytesOf(name);
      const genuine = await all(name, bytes);
      let refused = 0;
      for (let at = 0; at < bytes.length; at += 13) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ 1;
        for (const [array, values] of await all(name, changed)) {
          if (!values.ok) refused++;
          else if (genuine.has(array)) assert.deepEqual(values, genuine.get(array), `${name}, byte ${at}`);
        }
      }
      assert.ok(refused > 0);
    }
  });

  it("end where a page does not say how long it is", async () => {
    const bytes = bytesOf("gzip.parquet");
    const page = Buffer.from(bytes).indexOf(Buffer.from([0x15, 4, 0x15, 40, 0x15, 80]));
    assert.ok(page > 0);
    // Its size becomes another field.
    const changed = bytes.slice();
    changed[page + 4] = 0x54;
    const file = await open("gzip.parquet", changed);
    assert.ok(file.ok);
    const [table] = file.value.arrays;
    assert.ok(table);
    const values = await readBox(table, [0, 0], table.shape);
    assert.ok(!values.ok);
    assert.match(say(values.error.message), /A page of the column “.+” does not say how long it is/);
  });

  it("name what their headers promise and do not hold", async () => {
    assert.match(await refusal("cube.npy", bytesOf("cube.npy").subarray(0, 300)), /ends too early: \d+ bytes are expected, it has 300/);
    const huge = new Uint8Array(new TextEncoder().encode("\x00".repeat(8)));
    new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
    assert.match(await refusal("huge.safetensors", huge), /limit is 100000000/);
    const header = (entries: object): Uint8Array => {
      const text = new TextEncoder().encode(JSON.stringify(entries));
      const out = new Uint8Array(8 + text.length + 8);
      new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
      out.set(text, 8);
      return out;
    };
    const tensor = (start: number, end: number): object => ({ dtype: "F32", shape: [(end - start) / 4], data_offsets: [start, end] });
    assert.match(await refusal("a.safetensors", header({ a: tensor(0, 8), b: tensor(4, 8) })), /“b” lies at 4 to 8; from 8 on/);
    assert.match(await refusal("a.safetensors", header({ a: tensor(4, 8) })), /from 0 on/);
    assert.match(await refusal("a.safetensors", header({ a: tensor(0, 4) })), /have 4 bytes, the file has 8/);
    assert.match(
      await refusal("a.safetensors", header({ a: { dtype: "F32", shape: [3], data_offsets: [0, 8] } })),
      /has 12 bytes, its offsets say 8/,
    );
  });
});

/** Of every format a genuine file whose bytes are changed, cut, or repeated: the long form counts UNROLL_CASES. */
describe("changed data files", function () {
  this.timeout(0);
  const runs = Number(process.env["UNROLL_CASES"] ?? 400);
  for (const extension of Object.keys(openers)) {
    const names = fs.readdirSync(folder).filter((name) => name.endsWith(`.${extension}`));
    it(`neither throw nor hang: ${extension}`, async () => {
      const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), cut: fc.nat(40), kind: fc.nat(9) });
      const changed = fc.tuple(fc.constantFrom(...names), fc.array(edit, { minLength: 1, maxLength: 6 }));
      await fc.assert(
        fc.asyncProperty(changed, async ([name, edits]) => {
          let bytes = bytesOf(name);
          for (const { at, byte, cut, kind } of edits) {
            const place = Math.floor(at * bytes.length);
            if (kind === 0) bytes = bytes.slice(0, place);
            else if (kind === 1)
              bytes = Uint8Array.from([...bytes.subarray(0, place), ...bytes.subarray(Math.min(bytes.length, place + cut))]);
            // Headers are short: most changes are made where they matter.
            else if (bytes.length > 0) bytes[kind < 6 ? Math.floor(at * Math.min(200, bytes.length)) : place] = byte;
          }
          const started = cpuMs();
          const file = await open(name, bytes);
          if (file.ok) {
            for (const array of file.value.arrays) {
              const size = sizeOf(array.shape);
              if (size > 2 ** 22) continue;
              const values = await readBox(
                array,
                array.shape.map(() => 0),
                array.shape,
              );
              assert.ok(!values.ok || values.value.length === size);
            }
          }
          assert.ok(cpuMs() - started < 1000 * Math.max(1, bytes.length / 2 ** 20), `${name} took too long`);
        }),
        { numRuns: runs },
      );
    });
  }
});
