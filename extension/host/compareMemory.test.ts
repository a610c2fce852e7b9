import assert from "node:assert/strict";
import type * as vscode from "vscode";
import { CompareMemory } from "./compareMemory.js";

/** A workspace's storage, which outlives a window. */
function storage(values: Record<string, unknown> = {}): vscode.Memento {
  return {
    keys: () => Object.keys(values),
    get: (key: string) => values[key],
    update: (key: string, value: unknown) => {
      values[key] = structuredClone(value);
      return Promise.resolve();
    },
  } as vscode.Memento;
}

describe("what was put beside runs", () => {
  it("is there after a reload, the newest file first, each array once", () => {
    const kept = storage();
    const memory = new CompareMemory(kept);
    const first = memory.keep("file:///a.npz", "x");
    const second = memory.keep("file:///a.npz", "y");
    assert.deepEqual(memory.keep("file:///a.npz", "x"), first);
    memory.other = second.id;
    const again = new CompareMemory(kept);
    assert.deepEqual(again.files, [first, second]);
    assert.equal(again.other, second.id);
    assert.notEqual(again.keep("file:///b.npy", null).id, second.id);
  });

  it("is bounded, and gives no id twice", () => {
    const memory = new CompareMemory(storage());
    for (let i = 0; i < 30; i++) memory.keep(`file:///${i}.npy`, null);
    assert.equal(memory.files.length, 8);
    assert.equal(new Set(memory.files.map(({ id }) => id)).size, 8);
    assert.ok(
      memory.files.every(({ id }) => !id.includes(" ")),
      "the view splits there",
    );
  });

  it("takes nothing odd for a file", () => {
    for (const odd of [3, "x", {}, [null, 3, { id: "file-1" }]])
      assert.deepEqual(new CompareMemory(storage({ "unroll.compare.files": odd, "unroll.compare.other": odd })).files, []);
    assert.equal(new CompareMemory(storage({ "unroll.compare.other": 7 })).other, null);
  });
});
