/** A table that is read in chunks is the table that the selection reader reads, wherever the chunks end. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { say } from "../messages.js";
import { parseSelection } from "../text/parseSelection.js";
import type { SelectionFailure } from "../text/selection.js";
import type { TableEnd } from "../text/tableStream.js";
import { readDelimited } from "./delimited.js";
import { inMemory } from "./source.js";

async function streamed(text: string, chunk: number): Promise<{ values: number[]; table: TableEnd | SelectionFailure }> {
  const reading = readDelimited(inMemory(new TextEncoder().encode(text)), { chunk });
  const values: number[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { values, table: next.value };
    for (const value of next.value.values) values.push(value);
  }
}

async function assertSame(text: string, chunk: number): Promise<void> {
  const whole = parseSelection(text, { languageId: "csv" });
  const { values, table } = await streamed(text, chunk);
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
    const reading = readDelimited(inMemory(new TextEncoder().encode(text)), { chunk: 4096 });
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

  it("refuse an array in brackets, which only the whole is", async () => {
    const { table } = await streamed("[[1, 2], [3, 4]]", 4);
    assert.ok(!table.ok && /brackets/.test(say(table.message)));
  });
});
