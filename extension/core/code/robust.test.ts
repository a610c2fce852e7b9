/** Reading code never throws and never takes long, whatever the text. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { cpuMs } from "../../../test/support/cpuTime.js";
import { fixtures } from "../../../test/support/root.js";
import { readModelCode } from "./readModelCode.js";
import { shapesInCode } from "./shapesInCode.js";
import { targets, writeCode } from "./write/writeModelCode.js";

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "code.json"), "utf8")) as { cases: { source?: string }[] };
const sources = cases.flatMap(({ source }) => (source === undefined ? [] : [source]));
/** Pieces that change what the text around them means. */
const pieces = fc.constantFrom(
  "(", ")", "[", "]", "{", "}", '"', "'", '"""', "#", "\\", "\n", "\n    ", ":", ",", "=", ".", "*", "**", ">>> ", "...", "%", "lambda ", "for i in range(9): ",
  "if x: ", "return ", "yield ", "await ", "self.", "None", "-1", "10**9", "x", "LSTM", "Bidirectional(", "nn.LSTM(", "\u0000", "\ud800", "은닉", "class A(A): ", "def f(*a, **k): ",
); // prettier-ignore
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat({ max: 12 }), piece: pieces });
const mutated = fc
  .record({ source: fc.constantFrom(...sources), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) })
  .map(({ source, edits }) =>
    edits.reduce((text, { at, drop, piece }) => {
      const place = Math.floor(at * text.length);
      return text.slice(0, place) + piece + text.slice(place + drop);
    }, source),
  );

/** The long form counts UNROLL_CASES. */
const RUNS = Number(process.env["UNROLL_CASES"] ?? 2000);
const seed = process.env["UNROLL_SEED"] === undefined ? {} : { seed: Number(process.env["UNROLL_SEED"]) };

function check(source: string): void {
  for (const model of readModelCode(source)) {
    const { layers } = model.config["config"] as { layers: unknown[] };
    assert.ok(layers.length - model.layerRanges.length <= 1);
    for (const { start, end } of [model, ...model.layerRanges, ...model.problems]) {
      assert.ok(
        Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= source.length,
        `${start}–${end} of ${source.length}`,
      );
    }
    assert.equal(shapesInCode(model).length, model.layerRanges.length);
    for (const target of targets) writeCode(model.config, target);
  }
}

describe("reading code", function () {
  this.timeout(RUNS > 2000 ? 0 : 60_000);

  it("does not throw on changed sources, and its ranges stay inside", () => {
    fc.assert(fc.property(mutated, check), { numRuns: RUNS, ...seed });
  });

  it("does not throw on sources put together from others", () => {
    const cut = fc.tuple(fc.constantFrom(...sources), fc.constantFrom(...sources), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(cut, ([a, b, at]) => check(a.slice(0, Math.floor(at * a.length)) + b.slice(Math.floor(at * b.length)))),
      { numRuns: 500 },
    );
  });

  it("does not throw on any text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 60 }), (parts) =>
        check(`LSTM${parts.join("")}`),
      ),
      { numRuns: RUNS, ...seed },
    );
  });

  const before =
    "from keras.models import Sequential\nfrom keras.layers import *\nmodel = Sequential()\nmodel.add(LSTM(3, input_shape=(4, 5)))\n";
  const after = "\nmodel.add(Dense(1))\n";
  const long: Readonly<Record<string, string>> = {
    "a megabyte of other code": "x = foo(1, 2, [3, 4], name='abc') + bar[1:2]\n".repeat(24_000),
    "a megabyte of comments": "# nothing here, LSTM\n".repeat(50_000),
    "a megabyte of prose": "lorem ipsum dolor sit amet\n".repeat(40_000),
    "a megabyte of numbers": `data = [${"1.5, 2.5, ".repeat(100_000)}]\n`,
    "open brackets": "(\n".repeat(100_000),
    "nested calls": "f(".repeat(100_000),
    colons: ":".repeat(300_000),
    "a long sum": `n = 1${"+1".repeat(100_000)}\n`,
    "a printed table": "lstm (LSTM)                 (None, 3)                 96\n".repeat(20_000),
    "endless loops": "while True:\n    x = 1\nfor i in range(10**9):\n    for j in range(10**9):\n        y = i * j\n".repeat(5),
    "endless calls":
      "def f(n):\n    return f(n + 1)\nf(0)\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(60)\n".repeat(5),
    "huge numbers": "x = 10**10**10\ny = 'a' * 10**9\nz = [0] * 10**9\nw = z + z\n".repeat(50),
    "lists that double": "q = [1]\n" + "q = q + q\nq.extend(q)\np = [q, q]\n".repeat(40),
    "wrappers around wrappers": "w = LSTM(3)\nfor i in range(10000):\n    w = Bidirectional(w)\n",
  };
  for (const [what, text] of Object.entries(long)) {
    it(`takes less than 5 s, and finds the model around it: ${what}`, () => {
      const started = cpuMs();
      const models = readModelCode(before + text + after);
      assert.ok(cpuMs() - started < 5000, `${cpuMs() - started} ms`);
      const found = models.find(({ name }) => name === "model");
      assert.deepEqual(found?.layerRanges.length, 2, what);
      assert.deepEqual(found?.problems, [], what);
    });
  }

  it("reads a model of many layers, and stops at what nobody builds", () => {
    const many = readModelCode(before + "model.add(LSTM(8, return_sequences=True))\n".repeat(3000));
    assert.equal(many[0]?.layerRanges.length, 3001);
    const [endless] = readModelCode(`${before}for i in range(10**9):\n    model.add(Dense(2))\n`);
    assert.ok((endless?.problems.length ?? 0) > 0);
  });
});
