/** A table that is read in chunks is the table that the selection reader reads, wherever the chunks end. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { parseSelection } from "../text/parseSelection.js";
import type { SelectionFailure } from "../text/selection.js";
import type { TableEnd } from "../text/tableStream.js";
import { readLongText, type TableRefusal } from "./longText.js";
import { inMemory } from "./source.js";

/** In how small pieces. */
interface Pieces {
  readonly chunk: number;
  readonly atOnce?: number;
  readonly languageId?: string;
}

async function streamed(text: string, pieces: Pieces): Promise<{ values: number[]; table: TableEnd | SelectionFailure }> {
  const reading = readLongText(inMemory(new TextEncoder().encode(text)), pieces);
  const values: number[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { values, table: next.value };
    for (const value of next.value.values) values.push(value);
  }
}

async function assertSame(text: string, chunk: number, list: Omit<Pieces, "chunk"> = {}): Promise<void> {
  const whole = parseSelection(text, { languageId: list.languageId ?? "csv" });
  const { values, table } = await streamed(text, { chunk, ...list });
  assert.equal(table.ok, whole.ok, JSON.stringify(whole.ok ? table : { ...whole, text: text.slice(0, 200) }));
  if (!whole.ok || !table.ok) {
    assert.ok(!whole.ok && !table.ok);
    assert.equal(table.kind, whole.kind);
    assert.equal(table.start, whole.start);
    assert.equal(say(table.message), say(whole.message));
    return;
  }
  assert.deepEqual(table.shape, whole.shape);
  assert.deepEqual(values, Array.from(whole.values));
  assert.deepEqual(table.columns, whole.columns);
  assert.deepEqual(
    table.notes.map((note) => say(note)),
    whole.notes.map((note) => say(note)),
  );
}

const cell = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -999, max: 999 }).map(String) },
  { weight: 3, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('"1"', '"2.5"', " 3 ", "20000001") },
);
const word = fc.constantFrom("서울", "Zürich", '"a, b"', '"one\nline"', '"say ""hi"""', "😀");
const rows = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t"),
  header: fc.boolean(),
  texts: fc.boolean(),
  end: fc.constantFrom("\n", "\r\n"),
  tail: fc.constantFrom("", "\n", "\n\n  \n"),
  cells: fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }))
    .chain(([width, height]) =>
      fc.array(fc.tuple(fc.array(cell, { minLength: width, maxLength: width }), word), { minLength: height, maxLength: height }),
    ),
  /** Rows that are repeated so often that the table is longer than what is looked ahead: seldom, as such a table takes a hundred times as long. */
  times: fc.oneof(
    { weight: 24, arbitrary: fc.constant(1) },
    { weight: 12, arbitrary: fc.constant(40) },
    { weight: 1, arbitrary: fc.constant(900) },
  ),
  spoil: fc.constantFrom("", "", "", "x", "1,2,3,4,5,6,7", '"', "nan", "--"),
});

describe("tables in chunks", function () {
  this.timeout(0);

  it("are what the selection reader reads of the same text", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.integer({ min: 1, max: 300_000 }),
        async ({ delimiter, header, texts, end, tail, cells, times, spoil }, chunk) => {
          const lines = cells.map(([numbers, text]) => [...(texts ? [text] : []), ...numbers].join(delimiter));
          const body = Array.from({ length: times }, () => lines).flat();
          if (spoil !== "") body.push(spoil, ...lines);
          const names = cells[0]![0].map((_, i) => `열${i}`);
          if (header) body.unshift([...(texts ? ["name"] : []), ...names].join(delimiter));
          const text = body.join(end) + tail;
          await assertSame(text, text.length > 20_000 ? Math.max(chunk, 700) : Math.max(1, chunk % 97));
        },
      ),
      { numRuns: Number(process.env["UNROLL_CASES"] ?? 300) },
    );
  });

  it("may end within a letter or a quoted cell", async () => {
    const line = '"서울, 부산",1.5,"2"\n';
    const text = `name,a,b\n${line.repeat(30)}`;
    for (let chunk = 1; chunk < 60; chunk++) await assertSame(text, chunk);
  });

  it("may begin with a quoted cell of several lines", async () => {
    const text = '"one\nline",0,0,"1"\n서울,0, 3 ,0';
    const read = parseSelection(text, { languageId: "csv" });
    assert.ok(read.ok);
    assert.deepEqual(read.shape, [2, 3]);
    for (let chunk = 1; chunk < 40; chunk++) await assertSame(text, chunk);
  });

  it("without a number are refused, whatever was set aside", async () => {
    // The stray quote makes one row of several lines, whose columns are all text.
    const text = '"one\nline"\t0\t0\t"1"\n"\n"one\nline"\t0\t0\t"1"';
    for (let chunk = 1; chunk < 50; chunk++) await assertSame(text, chunk);
    for (const one of ["a\tb", '"1', '"1\n2"\t"3', '"\n"']) for (const chunk of [1, 2, 64]) await assertSame(one, chunk);
  });

  it("keep little of a long text", async () => {
    const text = "1,2,3\n".repeat(300_000);
    let most = 0;
    const reading = readLongText(inMemory(new TextEncoder().encode(text)), { chunk: 4096 });
    let sum = 0;
    for (;;) {
      const next = await reading.next();
      if (next.done === true) break;
      most = Math.max(most, next.value.values.length);
      sum += next.value.values.length;
    }
    assert.equal(sum, 900_000);
    assert.ok(most < 200_000, `${most} numbers at once`);
  });

  it("refuse what only the whole is", async () => {
    const { table } = await streamed('{"a": [1, 2]}', { chunk: 4 });
    assert.ok(!table.ok && /brackets/.test(say(table.message)));
  });
});

const json = (value: unknown, space: number): string => JSON.stringify(value, null, space);
const number = fc.oneof(fc.integer({ min: -999, max: 999 }), fc.constantFrom(1.5, -2e-3, 20000001, 33554433, true));
const many = <T>(item: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: most });
const vector = (length: number): fc.Arbitrary<unknown[]> => fc.array(number, { minLength: length, maxLength: length });
const record = fc
  .tuple(number, number, fc.constantFrom("서울", 'a "b", [c', "2024-01-01", "}"))
  .map(([a, b, name]) => ({ name, a, "b c": b }));
const lists: fc.Arbitrary<unknown[]> = fc.oneof(
  many(number, 40),
  fc.integer({ min: 1, max: 4 }).chain((width) => many(vector(width), 30)),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
    .chain(([steps, width]) => many(fc.array(vector(width), { minLength: steps, maxLength: steps }), 20)),
  many(record, 20),
);
/** In the place of an element: what no element may be, or what is unlike the others. */
const wrong = fc.constantFrom<unknown>(null, "x", [], [1], [[1, 2, 3, 4, 5]], [[[[1]]]], { name: "a", a: 1 }, 1e300);

describe("arrays in chunks", function () {
  this.timeout(0);

  it("are what the selection reader reads of the same text", async () => {
    const spoil = fc.option(fc.tuple(fc.nat(), wrong), { nil: null, freq: 2 });
    const tail = fc.constantFrom("", "\n", ";\n", " x", "// end");
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(lists, spoil, fc.constantFrom(0, 1), tail),
        fc.integer({ min: 1, max: 97 }),
        fc.integer({ min: 1, max: 200 }),
        async ([elements, spoiled, space, behind], chunk, atOnce) => {
          // Not the first one, which says what all have to be.
          const odd = spoiled === null ? 0 : spoiled[0] % elements.length;
          const written = elements.map((element, i) => (spoiled !== null && i > 0 && i === odd ? spoiled[1] : element));
          const text = ` \n${json(written, space)}${spoiled === null ? behind : ""}`;
          await assertSame(text, chunk, { atOnce, languageId: "json" });
        },
      ),
      { numRuns: Number(process.env["UNROLL_CASES"] ?? 300) },
    );
  });

  it("name the row of what is unlike the first one, and the field of a value that is none", async () => {
    const rows = (odd: string): string => `[${"[1, 2],\n".repeat(50)}${odd},\n[3, 4]]`;
    const cases: readonly (readonly [string, RegExp, unknown])[] = [
      [rows("[1]"), /^Row 51 has 1 numbers; row 1 has 2/, null],
      [rows("[1, null]"), /missing/, { row: 51, column: "2" }],
      [`[${'{"a": 1, "b": 2},'.repeat(50)}{"a": 1, "b": null}]`, /missing/, { row: 51, column: "b" }],
      [`[${'{"a": 1, "b": 2},'.repeat(50)}{"a": 1, "b": "x"}]`, /not a number|other fields/, undefined],
      [`[${"[[1], [2]],".repeat(50)}[[1, 3], [2]]]`, /^Row 101 has 2 numbers; row 1 has 1/, null],
    ];
    for (const [text, words, cell] of cases) {
      const { table } = await streamed(text, { chunk: 64, atOnce: 100, languageId: "json" });
      assert.ok(!table.ok && words.test(say(table.message)), table.ok ? "read" : say(table.message));
      if (cell !== undefined) assert.deepEqual((table as TableRefusal).cell, cell);
    }
  });

  it("hold little, and refuse an element that is too long for that", async () => {
    const text = `[${"[1, 2, 3],".repeat(300_000)}[4, 5, 6]]`;
    let most = 0;
    const reading = readLongText(inMemory(new TextEncoder().encode(text)), { chunk: 65_536 });
    for (let next = await reading.next(); next.done !== true; next = await reading.next()) most = Math.max(most, next.value.values.length);
    assert.ok(most > 0 && most < 300_000, `${most} numbers at once`);
    const { table } = await streamed(`[[${"1,".repeat(9_000_000)}1]]`, { chunk: 1_000_000 });
    assert.ok(!table.ok && /more than 16 MiB/.test(say(table.message)));
  });
});
