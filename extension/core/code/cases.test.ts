/** Every case of code.json: the models found, their layers, input, ranges and problems, and the round trips that it asks for. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { fixtures } from "../../../test/support/root.js";
import { say } from "../messages.js";
import { canonicalActivation } from "../model/activations.js";
import { layerEntries, readModel } from "../model/read.js";
import { type CodeModel, readModelCode } from "./readModelCode.js";
import { targets, writeCode } from "./write/writeModelCode.js";

type Json = Record<string, unknown>;
interface ExpectedLayer {
  readonly class_name: string;
  readonly config?: Json;
  readonly at?: string | string[];
  readonly nth?: number;
  readonly optional?: boolean;
  readonly repeat?: "any";
}
interface ExpectedModel {
  readonly input: (number | null | string)[] | null | "*";
  readonly layers: ExpectedLayer[] | "*";
  readonly unresolved?: string[];
  readonly problems?: { covers: string; nth?: number; within?: string; mentions?: string[] }[];
  readonly may_also?: string[];
}
interface Reading {
  readonly models: ExpectedModel[];
}
interface Case {
  readonly id: string;
  readonly framework: string;
  readonly languageId: string;
  readonly source?: string;
  readonly source_recipe?: { prefix: string; repeat: string; count: number; suffix: string };
  readonly expected: Reading & { also_accept?: Reading[] };
}

const { cases } = JSON.parse(fs.readFileSync(path.join(fixtures, "vectors", "code.json"), "utf8")) as { cases: Case[] };
const defaults: Json = {
  activation: "tanh",
  use_bias: true,
  return_sequences: false,
  return_state: false,
  merge_mode: "concat",
  reset_after: true,
};

function sourceOf({ source, source_recipe: recipe }: Case): string {
  return source ?? (recipe === undefined ? "" : recipe.prefix + recipe.repeat.repeat(recipe.count) + recipe.suffix);
}

function places(source: string, text: string, nth?: number): [number, number][] {
  const all: [number, number][] = [];
  for (let i = source.indexOf(text); i >= 0; i = source.indexOf(text, i + 1)) all.push([i, i + text.length]);
  return nth === undefined ? all : all.slice(nth, nth + 1);
}

const touches = (range: { start: number; end: number }, [start, end]: [number, number]): boolean => range.start < end && range.end > start;

/** Does the range stay on the lines of the place? */
function onLines(source: string, range: { start: number; end: number }, [start, end]: [number, number]): boolean {
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const to = source.indexOf("\n", end);
  return range.start >= from && range.end <= (to < 0 ? source.length : to + 1);
}

function sameValue(key: string, expected: unknown, got: unknown): boolean {
  if (expected === "?" || expected === "*") return true;
  if (typeof expected === "object" && expected !== null && "class_name" in expected) {
    return typeof got === "object" && got !== null && sameLayer(expected as ExpectedLayer, got as Json);
  }
  const value = (own: unknown): unknown => (/activation$/.test(key) && typeof own === "string" ? canonicalActivation(own, 3) : own);
  if (typeof expected === "number" && typeof got === "number") return Math.abs(expected - got) < 1e-9;
  return JSON.stringify(value(got === undefined ? defaults[key] : got)) === JSON.stringify(value(expected));
}

function sameLayer(expected: ExpectedLayer, got: Json): boolean {
  const unwrapped =
    got["class_name"] === "TimeDistributed" && expected.class_name === "Dense" ? ((got["config"] as Json)["layer"] as Json) : got;
  const config = unwrapped["config"] as Json;
  const given = Object.entries(expected.config ?? {});
  // Flags that the case leaves out have Keras's defaults.
  const left = ["return_sequences", "return_state", "go_backwards", "stateful"].filter(
    (key) => expected.config === undefined || !(key in expected.config),
  );
  return (
    unwrapped["class_name"] === expected.class_name &&
    given.every(([key, value]) => sameValue(key, value, config[key])) &&
    left.every((key) => !config[key])
  );
}

function matchLayers(expected: readonly ExpectedLayer[], got: readonly Json[]): Map<number, number> | null {
  const walk = (e: number, g: number): [number, number][] | null => {
    const layer = expected[e];
    if (layer === undefined) return g === got.length ? [] : null;
    if (got[g] !== undefined && sameLayer(layer, got[g])) {
      const rest = (layer.repeat === "any" ? walk(e, g + 1) : null) ?? walk(e + 1, g + 1);
      if (rest !== null) return [[e, g], ...rest];
    }
    return layer.optional === true || layer.repeat === "any" ? walk(e + 1, g) : null;
  };
  const pairs = walk(0, 0);
  return pairs === null ? null : new Map(pairs);
}

function checkInput(expected: ExpectedModel["input"], model: CodeModel): void {
  const layers = (model.config["config"] as Json)["layers"] as Json[];
  const shape = layers[0]?.["class_name"] === "InputLayer" ? ((layers[0]["config"] as Json)["batch_shape"] as (number | null)[]) : null;
  if (expected === "*") return;
  if (expected === null || shape === null)
    return assert.ok(shape === null ? expected === null || expected.includes("?") : shape.every((d) => d === null));
  assert.equal(shape.length, expected.length);
  expected.forEach((size, i) => assert.ok(size === "?" || size === "*" || size === shape[i], `input ${JSON.stringify(shape)}`));
}

function checkProblems(source: string, expected: ExpectedModel, { problems }: CodeModel): void {
  const needed = [
    ...(expected.problems ?? []),
    ...(expected.unresolved ?? []).map((name) => ({ covers: name, nth: undefined, within: undefined, mentions: undefined })),
  ];
  for (const { covers, nth, within, mentions } of needed) {
    const found = problems.filter((problem) =>
      places(source, covers, nth).some((place) => touches(problem, place) && (within === "*" || onLines(source, problem, place))),
    );
    assert.ok(found.length > 0, `a problem on ${covers}`);
    for (const word of mentions ?? [])
      assert.ok(
        found.some((problem) => say(problem.message).includes(word)),
        `${word} is named`,
      );
  }
  const allowed = [...needed.map(({ covers }) => covers), ...(expected.may_also ?? [])].flatMap((text) => places(source, text));
  for (const problem of problems) {
    assert.ok(
      allowed.some((place) => touches(problem, place)),
      `not a problem: ${source.slice(problem.start, problem.end)}: ${say(problem.message)}`,
    );
  }
}

function checkModel(source: string, expected: ExpectedModel, model: CodeModel, framework: string): void {
  assert.equal(model.framework, framework);
  const layers = layerEntries(model.config);
  assert.equal(model.layerRanges.length, layers.length);
  for (const range of [model, ...model.layerRanges, ...model.problems])
    assert.ok(range.start >= 0 && range.start < range.end && range.end <= source.length);
  if (expected.layers !== "*") {
    const pairs = matchLayers(expected.layers, layers);
    assert.ok(pairs !== null, `layers ${JSON.stringify(layers)}`);
    for (const [e, g] of pairs) {
      const { at, nth } = expected.layers[e] as ExpectedLayer;
      if (at === undefined) continue;
      const range = model.layerRanges[g] as { start: number; end: number };
      assert.ok(
        [at].flat().some((text) => places(source, text, nth).some((place) => touches(range, place))),
        `range of layer ${g}`,
      );
    }
    checkInput(expected.input, model);
  }
  checkProblems(source, expected, model);
  if (model.problems.length === 0) checkRoundTrip(model, framework);
}

/** What is written is read back as the same model, where the target can say it. */
function checkRoundTrip(model: CodeModel, framework: string): void {
  const before = readModel(model.config);
  assert.ok(before.ok);
  for (const target of targets) {
    const code = writeCode(model.config, target);
    const asked = target === "keras3" || (target === "pytorch" && framework === "pytorch");
    if (!code.ok) assert.ok(!asked && code.error.code === "UNSUPPORTED", say(code.error.message));
    if (!code.ok || !asked) continue;
    const [again, ...more] = readModelCode(code.value);
    assert.ok(again !== undefined && more.length === 0 && again.problems.length === 0, code.value);
    const after = readModel(again.config);
    assert.ok(after.ok);
    const plain = (layers: typeof before.value.layers): unknown =>
      layers.map((layer) => ({ ...layer, name: "", kept: {}, timeDistributed: false }));
    assert.deepEqual(plain(after.value.layers), plain(before.value.layers), code.value);
  }
}

describe("code.json", () => {
  for (const item of cases) {
    it(item.id, () => {
      const source = sourceOf(item);
      const models = readModelCode(source, item.languageId);
      const failures: unknown[] = [];
      for (const reading of [item.expected, ...(item.expected.also_accept ?? [])]) {
        try {
          assert.equal(models.length, reading.models.length, "number of models");
          reading.models.forEach((expected, i) => checkModel(source, expected, models[i] as CodeModel, item.framework));
          return;
        } catch (error) {
          failures.push(error);
        }
      }
      throw failures[0];
    });
  }
});
