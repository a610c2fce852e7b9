/** Whatever a document holds, the view shows something: the last good model, and what is wrong. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { bidirectional, dense, newLayer, recurrent } from "../../extension/core/model/defaults.js";
import type { ModelSpec } from "../../extension/core/model/spec.js";
import { whyShape } from "../../extension/core/model/why.js";
import { whyParameters } from "../../extension/core/model/whyParams.js";
import { writeModel } from "../../extension/core/model/write.js";
import { decodeDesignerFromHost, type DesignerState } from "../../extension/core/protocol/designer.js";
import { conventions, inputTuple, ordered, outputTuple } from "./axes.js";
import { Controller } from "./controller.js";
import { frameOf } from "./frame.js";
import { initialState, reduce, type ViewState } from "./state.js";
import { stateTuples } from "./states.js";
import { description, spokenHead } from "./words.js";

const good: ModelSpec = {
  name: "good",
  kerasVersion: 3,
  input: [null, 4, 5],
  layers: [bidirectional(recurrent("LSTM", 8, { returnSequences: true })), newLayer("RNN", 4), dense(1)],
  seed: 3,
  disabled: [{ position: 1, layer: recurrent("GRU", 4) }],
};

const host = (model: unknown): DesignerState =>
  decodeDesignerFromHost({
    type: "state",
    model,
    document: { kind: "file", name: "m", problem: null },
    data: { label: "x", shape: [4, 5], tensor: [1, 4, 5] },
    device: { chosen: "auto", used: null, name: "CPU", reason: null, brief: null, options: [] },
    run: { phase: "idle" },
    trusted: true,
  }) as DesignerState;

/** Everything that a rendering asks the model. */
function look(state: ViewState): number {
  const frame = frameOf(state, new Controller(state, () => {}, () => {})); // prettier-ignore
  if (frame === null) return 0;
  frame.stack.forEach(({ layer }, i) => {
    const flow = frame.flow[i];
    assert.ok(flow !== undefined && frame.places[i] !== undefined);
    whyShape(frame.model, frame.places[i]);
    whyParameters(layer, null);
    description(layer, flow);
    for (const convention of conventions) {
      stateTuples(layer, flow.outputs[0] ?? [], convention);
      spokenHead(layer, ordered(outputTuple(layer, flow.outputs[0] ?? []), convention, layer).dims);
      ordered(inputTuple(frame.model), convention, null);
    }
  });
  return frame.stack.length;
}

/** Every place in a JSON value, as a path. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

describe("a document that is no model", () => {
  const config: unknown = JSON.parse(JSON.stringify(writeModel(good)));
  const start = reduce(initialState, { type: "host", state: host(config) });
  const places = placesIn(config).filter((path) => path.length > 0);
  const odd = fc.oneof(fc.anything(), fc.constantFrom(0, -1, 1e9, Infinity, "", "LSTM", null, [], {}, [null], true), fc.integer());

  it("keeps the last good one on the screen, whatever stands in any place of it", () => {
    assert.equal(look(start), 4);
    fc.assert(
      fc.property(fc.constantFrom(...places), odd, (path, by) => {
        const state = reduce(start, { type: "host", state: host(replaced(config, path, by)) });
        const shown = look(state);
        if (state.unreadable !== null) assert.equal(shown, 4, path.join("."));
      }),
      { numRuns: 2000 },
    );
  });

  it("never gets in the way of a view that has none yet", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("class_name", "config", "layers", "unroll"), fc.anything()), (model) => {
        look(reduce(initialState, { type: "host", state: host(model) }));
      }),
      { numRuns: 500 },
    );
  });
});
