/** A config is read or refused, never thrown at, whatever stands in it; a model that was read bears everything that is asked of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { configOf, loadCases } from "../../../test/support/vectors.js";
import { say } from "../messages.js";
import { costOf } from "./cost.js";
import { lint } from "./lint.js";
import { lower } from "./lower.js";
import { designerPresets } from "./presets.js";
import { readModel, readModelText } from "./read.js";
import { flowOf } from "./shapes.js";
import { summaryText } from "./summary.js";
import { warningsOf } from "./warnings.js";
import { writeModel } from "./write.js";

/** The long form counts UNROLL_CASES. */
const RUNS = Number(process.env["UNROLL_CASES"] ?? 1500);
const seed = process.env["UNROLL_SEED"] === undefined ? {} : { seed: Number(process.env["UNROLL_SEED"]) };

type Place = readonly (string | number)[];

const configs: readonly unknown[] = [
  ...["tutorial", "published", "grid"].flatMap(loadCases).map(configOf),
  ...designerPresets.map((preset) => writeModel(preset.build([null, 4, 5]))),
];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Array.isArray(value) ? value.map((own, i): [number, unknown] => [i, own]) : Object.entries(value);
  return [at, ...inner.flatMap(([key, own]) => placesIn(own, [...at, key]))];
}

/** Puts a value in a place, or takes away what is there. */
function changed(value: unknown, [key, ...rest]: Place, by: { value: unknown } | null): unknown {
  if (key === undefined) return by?.value;
  if (typeof value !== "object" || value === null) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (rest.length === 0 && by === null) Reflect.deleteProperty(copy, key);
  else copy[key] = changed(copy[key], rest, by);
  return copy;
}

const odd = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.integer(),
  fc.constantFrom<unknown>(
    0, -1, 1.5, 1e9, 2 ** 31, 2 ** 53, NaN, Infinity, "", "linear", "toString", "__proto__", "LSTM", "tanh\u0000", null, [], {}, [null], [1, 2, 3], true, false,
    { class_name: "LSTM", config: { units: 2 } }, { class_name: "Bidirectional", config: { layer: null } }, { class_name: "constructor", config: {} },
    { class_name: "TimeDistributed", config: { layer: { class_name: "TimeDistributed", config: {} } } },
  ),
); // prettier-ignore
/** Most of them in the arguments of a layer: what breaks the outside is soon refused. */
const edit = fc.record({ at: fc.nat(), deep: fc.integer({ min: 0, max: 9 }), by: fc.option(fc.record({ value: odd }), { nil: null }) });
const mutated = fc
  .record({ config: fc.constantFrom(...configs), edits: fc.array(edit, { minLength: 1, maxLength: 3 }) })
  .map(({ config, edits }) =>
    edits.reduce<unknown>((value, { at, deep, by }) => {
      const all = placesIn(value);
      const inner = all.filter((place) => place.length > 4);
      const places = deep > 0 && inner.length > 0 ? inner : all;
      return changed(value, places[at % places.length] as Place, by);
    }, config),
  );

/** Everything that is asked of a model before it runs. */
function ask(config: unknown): boolean {
  const read = readModel(config);
  if (!read.ok) {
    assert.notEqual(say(read.error.message), "");
    return false;
  }
  const model = read.value;
  const flow = flowOf(model);
  assert.equal(flow.length, model.layers.length);
  lint(model, flow);
  warningsOf(model);
  costOf(model);
  summaryText(model);
  lower(model);
  const again = readModel(JSON.parse(JSON.stringify(writeModel(model))));
  assert.ok(again.ok, again.ok ? "" : say(again.error.message));
  return true;
}

describe("reading a model's config", function () {
  this.timeout(0);

  it("does not throw on changed configs; what is read can be asked anything and written again", () => {
    let read = 0;
    fc.assert(
      fc.property(mutated, (config) => void (read += +ask(config))),
      { numRuns: RUNS, ...seed },
    );
    assert.ok(read > RUNS / 10, `only ${read} of ${RUNS} were models: the changes are too coarse to get anywhere`);
    assert.equal(({} as Record<string, unknown>)["units"], undefined);
  });

  it("does not throw on texts cut and joined", () => {
    const texts = configs.slice(0, 60).map((config) => JSON.stringify(config));
    const cut = fc.record({
      text: fc.constantFrom(...texts),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      by: fc.string({ maxLength: 4 }),
      drop: fc.nat(8),
    });
    const property = fc.property(cut, ({ text, at, by, drop }) => {
      const place = Math.floor(at * text.length);
      const read = readModelText(text.slice(0, place) + by + text.slice(place + drop));
      if (read.ok) flowOf(read.value);
    });
    fc.assert(property, { numRuns: RUNS, ...seed });
  });
});
