import assert from "node:assert/strict";
import { keyCommand, type KeyPlace, type KeyPress, menuStep, nearestFix } from "./keys.js";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrl: false, alt: false, shift: false, ...held });
const place = (item: number, more: Partial<KeyPlace> = {}): KeyPlace => ({ item, layers: 3, open: -1, inText: false, ...more });

describe("keys on a card's head", () => {
  it("moves the focus and stays inside", () => {
    assert.deepEqual(keyCommand(press("ArrowDown"), place(1)), { do: "focus", item: 2 });
    assert.deepEqual(keyCommand(press("ArrowDown"), place(3)), { do: "focus", item: 3 });
    assert.deepEqual(keyCommand(press("ArrowUp"), place(0)), { do: "focus", item: 0 });
    assert.deepEqual(keyCommand(press("Home"), place(2)), { do: "focus", item: 0 });
    assert.deepEqual(keyCommand(press("End"), place(0)), { do: "focus", item: 3 });
  });

  it("opens to the right and closes to the left", () => {
    assert.deepEqual(keyCommand(press("ArrowRight"), place(2)), { do: "toggle", item: 2 });
    assert.equal(keyCommand(press("ArrowRight"), place(2, { open: 2 })), null);
    assert.deepEqual(keyCommand(press("ArrowLeft"), place(2, { open: 2 })), { do: "toggle", item: 2 });
    assert.equal(keyCommand(press("ArrowLeft"), place(2)), null);
    assert.equal(keyCommand(press("Enter"), place(2)), null, "a button's own");
  });

  it("reorders inside the stack, and never the input", () => {
    const alt = { alt: true };
    assert.deepEqual(keyCommand(press("ArrowUp", alt), place(2)), { do: "move", item: 2, to: 1 });
    assert.equal(keyCommand(press("ArrowUp", alt), place(1)), null);
    assert.deepEqual(keyCommand(press("ArrowDown", alt), place(2)), { do: "move", item: 2, to: 3 });
    assert.equal(keyCommand(press("ArrowDown", alt), place(3)), null);
    assert.equal(keyCommand(press("ArrowDown", alt), place(0)), null);
    assert.deepEqual(keyCommand(press("ArrowDown", { alt: true, shift: true }), place(3)), { do: "duplicate", item: 3 });
  });

  it("removes all but the last layer, and asks why", () => {
    assert.deepEqual(keyCommand(press("Delete"), place(1)), { do: "remove", item: 1 });
    assert.equal(keyCommand(press("Delete"), place(1, { layers: 1 })), null);
    assert.equal(keyCommand(press("Delete"), place(0)), null);
    assert.deepEqual(keyCommand(press("?", { shift: true }), place(1)), { do: "why", item: 1 });
  });
});

describe("keys from anywhere", () => {
  const ctrl = { ctrl: true };

  it("runs, fixes, undoes and redoes", () => {
    assert.deepEqual(keyCommand(press("Enter", ctrl), place(-1)), { do: "run" });
    assert.deepEqual(keyCommand(press(".", ctrl), place(-1)), { do: "fix" });
    assert.deepEqual(keyCommand(press("z", ctrl), place(-1)), { do: "undo" });
    assert.deepEqual(keyCommand(press("Z", { ctrl: true, shift: true }), place(-1)), { do: "redo" });
    assert.deepEqual(keyCommand(press("y", ctrl), place(1)), { do: "redo" });
    assert.deepEqual(keyCommand(press("Escape"), place(-1)), { do: "escape" });
  });

  it("leaves a field that is typed into its own undo and arrows", () => {
    assert.equal(keyCommand(press("z", ctrl), place(-1, { inText: true })), null);
    assert.deepEqual(keyCommand(press("Enter", ctrl), place(-1, { inText: true })), { do: "run" });
    assert.equal(keyCommand(press("ArrowDown"), place(-1)), null);
    assert.equal(keyCommand(press("?"), place(-1)), null);
  });
});

describe("menus and fixes", () => {
  it("goes round in a menu, from its box too", () => {
    assert.equal(menuStep("ArrowDown", 2, 3), 0);
    assert.equal(menuStep("ArrowUp", 0, 3), 2);
    assert.equal(menuStep("ArrowDown", -1, 3), 0);
    assert.equal(menuStep("ArrowUp", -1, 3), 2);
    assert.equal(menuStep("End", 0, 3), 2);
    assert.equal(menuStep("x", 0, 3), null);
    assert.equal(menuStep("ArrowDown", -1, 0), null);
  });

  it("takes the fix at the layer, then the one above, then the first", () => {
    assert.equal(nearestFix([false, true, true, false], 2), 2);
    assert.equal(nearestFix([false, true, false, false], 2), 1);
    assert.equal(nearestFix([true, false, false, false], 3), 0);
    assert.equal(nearestFix([false, true], -1), 1);
    assert.equal(nearestFix([false, false], 1), -1);
  });
});
