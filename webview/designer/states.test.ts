import assert from "node:assert/strict";
import { bidirectional, dense, recurrent, stack } from "../../extension/core/model/defaults.js";
import type { LayerSpec, ModelSpec } from "../../extension/core/model/spec.js";
import { writeModel } from "../../extension/core/model/write.js";
import { decodeDesignerFromHost, type DesignerState } from "../../extension/core/protocol/designer.js";
import { Controller } from "./controller.js";
import { type Frame, frameOf } from "./frame.js";
import { initialState, reduce, type ViewState } from "./state.js";
import { stateTuples } from "./states.js";

const shapes = (layer: LayerSpec, convention: "keras" | "torch" | "onnx"): string[] =>
  stateTuples(layer, [null, 4, 8], convention).map(({ name, tuple }) => `${name} (${tuple.dims.map((d) => d ?? "None").join(", ")})`);

describe("states, as three frameworks hand them out", () => {
  it("are Keras's list, PyTorch's h_n and c_n, ONNX's Y_h and Y_c", () => {
    const both = bidirectional(recurrent("LSTM", 8));
    assert.deepEqual(shapes(both, "keras"), ["forward/h (None, 8)", "forward/c (None, 8)", "backward/h (None, 8)", "backward/c (None, 8)"]);
    assert.deepEqual(shapes(both, "torch"), ["h_n (2, None, 8)", "c_n (2, None, 8)"]);
    assert.deepEqual(shapes(recurrent("GRU", 3), "onnx"), ["Y_h (1, None, 3)"]);
    assert.deepEqual(shapes(dense(3), "torch"), []);
  });

  it("stay apart where no one tensor can hold them", () => {
    const uneven = { ...bidirectional(recurrent("GRU", 8)), backward: recurrent("GRU", 2), ownBackward: true };
    assert.deepEqual(shapes(uneven, "torch"), ["forward/h (None, 8)", "backward/h (None, 2)"]);
    const cells = stack([recurrent("LSTM", 8), recurrent("GRU", 2)], recurrent("LSTM", 1));
    assert.deepEqual(shapes(cells, "onnx"), ["cells/0/h (None, 8)", "cells/0/c (None, 8)", "cells/1/h (None, 2)"]);
  });
});

const host = (model: ModelSpec, more: object = {}): DesignerState => {
  const state = {
    type: "state",
    model: writeModel(model),
    document: { kind: "scratch", name: "m", problem: null },
    data: { label: "x", shape: [4, 5], tensor: [1, 4, 5] },
    device: { chosen: "auto", used: null, name: "CPU", reason: null, brief: null, options: [] },
    run: { phase: "idle" },
    trusted: true,
    ...more,
  };
  return decodeDesignerFromHost(state) as DesignerState;
};

function frame(model: ModelSpec, more: object = {}, convention: ViewState["convention"] = "keras"): Frame {
  const state = reduce({ ...initialState, convention }, { type: "host", state: host(model, more) });
  const framed = frameOf(state, new Controller(state, () => {}, () => {})); // prettier-ignore
  assert.ok(framed !== null);
  return framed;
}
const model = (layers: LayerSpec[], disabled: ModelSpec["disabled"] = []): ModelSpec => ({
  name: "m",
  kerasVersion: 3,
  input: [null, 4, 5],
  layers,
  seed: null,
  disabled,
});

describe("the frame", () => {
  const off = recurrent("SimpleRNN", 3, { name: "off" });

  it("has a card for a layer that is switched off, and lets everything pass it", () => {
    const seen = frame(model([recurrent("LSTM", 8), recurrent("GRU", 4)], [{ position: 1, layer: off }]));
    assert.deepEqual(seen.places, [0, -1, 1]);
    assert.deepEqual(seen.flow[1]?.outputs, [[null, 8]]);
    assert.deepEqual(
      seen.troubles.map((trouble) => trouble !== null),
      [false, false, true, false],
      "the trouble stands above the layer that has it",
    );
  });

  it("says what PyTorch cannot say while shapes are shown as PyTorch has them, and stops no run for it", () => {
    const odd = model([recurrent("LSTM", 8, { recurrentDropout: 0.5 })], [{ position: 0, layer: off }]);
    assert.deepEqual(frame(odd).warnings, [null, null, null]);
    const torch = frame(odd, {}, "torch");
    assert.deepEqual(torch.warnings[2]?.fixes[0]?.edit, { op: "setOption", index: 1, key: "recurrentDropout", value: 0 });
    assert.ok(torch.troubles.every((trouble) => trouble === null));
  });

  it("holds the data's memory against the limit that the host names, or the setting's default", () => {
    const small = model([recurrent("LSTM", 8)]);
    assert.equal(frame(small).overLimit, null);
    assert.deepEqual(frame(small, { memoryLimit: 100 }).overLimit, { bytes: 4 * (448 + 8), limit: 100 });
    const large = { data: { label: "x", shape: [1], tensor: [1e9, 4, 5] } };
    assert.equal(frame(small, large).overLimit?.limit, 4 * 1024 ** 3);
    assert.equal(frame(small, { data: null, memoryLimit: 1 }).overLimit, null);
  });
});
