/** What is kept of files' readings: by rank, bounded, and nothing that does not decode. */
import * as assert from "node:assert/strict";
import type * as vscode from "vscode";
import { plainReading, type Reading } from "../../core/reading/reading.js";
import { ReadingMemory } from "./readingMemory.js";

function memento(start: unknown): vscode.Memento & { value: unknown } {
  return {
    value: start,
    keys: () => [],
    get(this: { value: unknown }) {
      return this.value;
    },
    update(this: { value: unknown }, _: string, value: unknown) {
      this.value = JSON.parse(JSON.stringify(value));
      return Promise.resolve();
    },
  } as unknown as vscode.Memento & { value: unknown };
}

const file = (name: string): vscode.Uri => ({ toString: () => name }) as vscode.Uri;
const swapped: Reading = { ...plainReading, axes: "swapped", missing: "mask" };

describe("the memory of readings", () => {
  it("keeps axes for numbers of the same rank, the rest for all", () => {
    const memory = new ReadingMemory(memento(undefined));
    memory.keep(file("file:a"), 2, swapped);
    assert.deepEqual(memory.of(file("file:a"), 2), swapped);
    assert.deepEqual(memory.of(file("file:a"), 1), { ...swapped, axes: "asWritten" });
    assert.deepEqual([memory.knows(file("file:a"), 2), memory.knows(file("file:a"), 1)], [true, false]);
    assert.equal(memory.of(file("file:b")), undefined);
  });

  it("survives a reload, but for untitled documents", () => {
    const storage = memento(undefined);
    const memory = new ReadingMemory(storage);
    memory.keep(file("untitled:1"), 2, swapped);
    memory.keep(file("file:a"), 2, swapped);
    const again = new ReadingMemory(storage);
    assert.deepEqual(again.of(file("file:a"), 2), swapped);
    assert.equal(again.of(file("untitled:1")), undefined);
    memory.forget(file("untitled:1"));
    assert.equal(memory.of(file("untitled:1")), undefined);
  });

  it("changes what concerns no axis, and leaves the axes", () => {
    const memory = new ReadingMemory(memento(undefined));
    memory.keep(file("file:a"), 2, swapped);
    memory.amend(file("file:a"), { ...plainReading, ragged: "pad" });
    assert.deepEqual(memory.of(file("file:a"), 2), { ...plainReading, axes: "swapped", ragged: "pad" });
    memory.amend(file("file:b"), { ...plainReading, missing: "zero" });
    assert.deepEqual([memory.of(file("file:b"))?.missing, memory.knows(file("file:b"), 2)], ["zero", false]);
  });

  it("is bounded: the oldest go", () => {
    const storage = memento(undefined);
    const memory = new ReadingMemory(storage);
    for (let i = 0; i < 500; i++) memory.keep(file(`file:${i}`), 2, swapped);
    assert.equal(memory.of(file("file:0")), undefined);
    assert.deepEqual(memory.of(file("file:499"), 2), swapped);
    assert.ok((storage.value as unknown[]).length <= 200);
  });

  it("drops what does not decode", () => {
    for (const stored of [null, "x", [{ uri: "file:a", rank: 2, reading: { axes: "up" } }], [7], { length: 3 }])
      assert.equal(new ReadingMemory(memento(stored)).of(file("file:a")), undefined);
  });
});
