import assert from "node:assert/strict";
import fc from "fast-check";
import { contrast, ink, mix, paint, type Palette, parseColour, type Rgb } from "./colour.js";

const dark: Palette = {
  back: [31, 31, 31],
  fore: [204, 204, 204],
  zero: mix([31, 31, 31], [204, 204, 204], 0.07),
  negative: [55, 148, 255],
  positive: [209, 134, 22],
  focus: [0, 120, 212],
  safe: false,
};

describe("colours of values", () => {
  it("reads what themes write", () => {
    assert.deepEqual(parseColour(" #1f1f1f"), [31, 31, 31]);
    assert.deepEqual(parseColour("#fff"), [255, 255, 255]);
    assert.deepEqual(parseColour("#ffffff12"), [255, 255, 255]);
    assert.deepEqual(parseColour("rgba(1, 2, 3, 0.5)"), [1, 2, 3]);
    assert.equal(parseColour("red"), null);
    assert.equal(parseColour(""), null);
  });

  it("says the sign by hue and the amount by distance from zero", () => {
    assert.deepEqual(paint(dark, 0, 1), dark.zero);
    assert.deepEqual(paint(dark, -1, 1), dark.negative);
    assert.deepEqual(paint(dark, 9, 1), dark.positive);
    assert.deepEqual(paint(dark, NaN, 1), dark.back);
    assert.deepEqual(paint(dark, 1, 1, "amount"), mix(dark.zero, dark.fore, 0.92));
  });

  it("writes on every ground so that it can be read", () => {
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(fc.property(fc.tuple(channel, channel, channel), (ground) => contrast(ground as Rgb, ink(dark, ground as Rgb)) >= 4.5));
  });
});
