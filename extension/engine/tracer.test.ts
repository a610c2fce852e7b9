/** Traced numbers of kept runs, on the native kernels and on js: every layer of deep stacks, within the tolerance of a check. */
import assert from "node:assert/strict";
import { checkTolerance } from "../core/compare.js";
import { lower } from "../core/model/lower.js";
import { readModel } from "../core/model/read.js";
import { directionsOf, type ModelSpec } from "../core/model/spec.js";
import { traceOf, traceQuestion } from "../core/protocol/trace.js";
import { addressFits } from "../core/trace/task.js";
import type { Quantity, Trace, TraceQuestion } from "../core/trace/trace.js";
import type { InputTensor, OutputTensor } from "./loadedModel.js";
import { defaultOptions, Session } from "./session.js";
import { Tracer, type TraceOrder } from "./tracer.js";

const layer = (class_name: string, config: object): object => ({ class_name, config });
const sequences = { units: 3, return_sequences: true };
const inner = (class_name: string, config: object = {}): object => layer(class_name, { ...sequences, ...config });

function spec(...layers: object[]): ModelSpec {
  const input = layer("InputLayer", { batch_shape: [2, 4, 3] });
  const read = readModel({ class_name: "Sequential", config: { layers: [input, ...layers] } });
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}
const stacks: Readonly<Record<string, ModelSpec>> = {
  "deep, bidirectional": spec(
    inner("SimpleRNN"),
    layer("Bidirectional", { layer: inner("LSTM", { units: 4 }), merge_mode: "concat" }),
    layer("Dense", { units: 3, activation: "softmax" }),
    layer("GRU", { units: 2 }),
  ),
  "masked, backwards": spec(
    layer("Masking", { mask_value: 0 }),
    inner("GRU", { reset_after: false, go_backwards: true, zero_output_for_mask: true }),
    inner("LSTM", { stateful: true }),
    layer("Bidirectional", { layer: inner("GRU"), backward_layer: inner("LSTM", { go_backwards: true }), merge_mode: "ave" }),
    layer("Flatten", {}),
    layer("Dense", { units: 2 }),
    layer("RepeatVector", { n: 3 }),
    layer("LSTM", { units: 2, use_bias: false }),
  ),
  "two outputs": spec(layer("Activation", { activation: "relu" }), layer("Bidirectional", { layer: inner("LSTM"), merge_mode: null })),
  cells: spec(
    layer("RNN", {
      cell: { class_name: "StackedRNNCells", config: { cells: [layer("LSTMCell", { units: 3 }), layer("GRUCell", { units: 2 })] } },
      return_sequences: true,
      go_backwards: true,
    }),
  ),
};
const quantities: readonly Quantity[] = ["output", "h", "c", "i", "f", "candidate", "o", "z", "r"];
const [B, T, D] = [2, 4, 3];
const x: InputTensor = { shape: [B, T, D], data: Float32Array.from({ length: B * T * D }, (_, i) => 1.5 * Math.sin(3 * i)) };
// A step that Masking takes out.
x.data.fill(0, T * D + D, T * D + 2 * D);

for (const device of ["cpu", "js"] as const) {
  describe(`Traces of kept runs on ${device}`, () => {
    let session: Session;
    before(() => (session = new Session({ ...defaultOptions, device, threads: 1 })));
    after(() => session.dispose());

    const orderOf = async (
      model: ModelSpec,
      mask: InputTensor | null = null,
    ): Promise<Omit<TraceOrder, "question" | "x" | "mask" | "states">> => {
      const loaded = session.load(model, null, 5);
      const { tensors } = await session.run(loaded, { x, mask: mask ?? undefined, capture: 1 });
      return { model: loaded, resultId: 1, kept: tensors };
    };
    const rowOf = (tensor: InputTensor, row: number): InputTensor => {
      const size = tensor.data.length / B;
      return { shape: [1, ...tensor.shape.slice(1)], data: tensor.data.slice(row * size, (row + 1) * size) };
    };

    for (const [name, model] of Object.entries(stacks)) {
      it(`agree with the device: ${name}`, async () => {
        const own = name === "deep, bidirectional";
        const mask = own ? { shape: [B, T], data: Int32Array.of(1, 1, 0, 1, 0, 1, 1, 1) } : null;
        const order = await orderOf(model, mask);
        const tracer = new Tracer();
        const kinds = new Set<string>();
        for (const question of questionsOf(model, order.kept)) {
          const given = {
            ...order,
            x: rowOf(x, question.row),
            mask: mask === null ? null : rowOf(mask, question.row),
            states: null,
            question,
          };
          const trace = await tracer.trace(session, given);
          kinds.add(trace.kind);
          within(trace);
          assert.deepEqual(traceOf(structuredClone(trace)), trace, "crosses processes as it is");
          assert.deepEqual(traceQuestion(question), question);
          if (question.quantity === "output")
            assert.equal(trace.engine, storedOutput(model, order.kept, question), JSON.stringify(question));
        }
        assert.ok(kinds.has("cell"));
        if (own || name.startsWith("masked")) assert.ok(kinds.has("held"));
        session.unload(order.model);
      });
    }

    it("refuse a number that there is not, and a result without its layers", async () => {
      const order = await orderOf(stacks["cells"] as ModelSpec);
      const question: TraceQuestion = { layer: 0, part: 0, row: 0, step: 0, unit: 0, quantity: "h", gate: null, order: "given", from: 0 };
      const ask = (changes: object, kept = order.kept): Promise<Trace> =>
        new Tracer().trace(session, { ...order, kept, x: rowOf(x, 0), mask: null, states: null, question: { ...question, ...changes } });
      for (const wrong of [{ layer: 1 }, { part: 2 }, { unit: 3 }, { step: T }, { quantity: "z" }])
        await assert.rejects(ask(wrong), { code: "INVALID_ARGUMENT" });
      const deep = await orderOf(stacks["two outputs"] as ModelSpec);
      const lost = { ...deep, kept: [], x: rowOf(x, 0), mask: null, states: null, question: { ...question, layer: 1 } };
      await assert.rejects(new Tracer().trace(session, lost), { code: "INVALID_ARGUMENT" });
    });

    it("begin with the states that a stateful layer had", async () => {
      const stateful = spec(inner("SimpleRNN"), inner("LSTM", { stateful: true }), inner("GRU", { stateful: true }));
      const loaded = session.load(stateful, null, 5);
      await session.run(loaded, { x, capture: 1 });
      const start = loaded.states();
      const { tensors } = await session.run(loaded, { x, capture: 1 });
      const order = { model: loaded, resultId: 2, kept: tensors, mask: null };
      const tracer = new Tracer();
      for (const question of questionsOf(stateful, tensors)) {
        const states = start.map((state) => rowOf(state, question.row));
        const trace = await tracer.trace(session, { ...order, x: rowOf(x, question.row), states, question });
        within(trace);
        if (question.quantity === "output") assert.equal(trace.engine, storedOutput(stateful, tensors, question), JSON.stringify(question));
        const first = start.find(({ name }) => name === (question.layer === 1 ? "lstm/h" : "gru/h"));
        if (trace.kind === "cell" && question.layer > 0 && question.step === 0)
          assert.equal(trace.hBefore, first?.data[question.row * 3 + trace.at.unit], "h before the first step");
      }
      session.unload(loaded);
    });

    it("end with CANCELLED where nobody waits any more", async () => {
      const order = await orderOf(stacks["cells"] as ModelSpec);
      const question: TraceQuestion = { layer: 0, part: 0, row: 0, step: 0, unit: 0, quantity: "h", gate: null, order: "given", from: 0 };
      const asked = new Tracer().trace(
        session,
        { ...order, x: rowOf(x, 0), mask: null, states: null, question },
        { signal: AbortSignal.abort() },
      );
      await assert.rejects(asked, { code: "CANCELLED" });
    });
  });
}

function within({ value, engine, at }: Trace): void {
  const allowed = checkTolerance.absolute + checkTolerance.relative * Math.abs(value);
  assert.ok(Math.abs(value - engine) <= allowed, `${JSON.stringify(at)}: ${value}, the device has ${engine}`);
}

function inputShape(kept: readonly OutputTensor[], index: number): readonly number[] {
  if (index === 0) return [1, T, D];
  const below = kept.find((tensor) => tensor.layer === index - 1 && tensor.role === "output");
  return [1, ...(below as OutputTensor).shape.slice(1)];
}

function questionsOf(model: ModelSpec, kept: readonly OutputTensor[]): TraceQuestion[] {
  const program = lower(model);
  const out: TraceQuestion[] = [];
  for (const [index, own] of program.entries())
    for (let part = 0; part < 2; part++)
      for (const quantity of quantities)
        for (let step = 0; step < T; step++)
          for (let unit = 0; unit < 8; unit++) {
            const row = (step + unit) % B;
            const question: TraceQuestion = { layer: index, part, row, step, unit, quantity, gate: null, order: "size", from: 0 };
            if (addressFits(own, inputShape(kept, index), question)) out.push(question);
          }
  return out;
}

/** What the run itself kept. */
function storedOutput(model: ModelSpec, kept: readonly OutputTensor[], { layer: index, part, row, step, unit }: TraceQuestion): number {
  const outputs = kept.filter((tensor) => tensor.layer === index && tensor.role === "output");
  const { shape, data } = outputs[outputs.length > 1 ? part : 0] as OutputTensor;
  const one = model.layers[index];
  const turned = one !== undefined && one.className !== "Bidirectional" && directionsOf(one)[0]?.goBackwards === true;
  const steps = shape.length === 3 ? (shape[1] as number) : 1;
  const at = shape.length < 3 ? 0 : turned ? steps - 1 - step : step;
  const offset = one?.className === "Bidirectional" && outputs.length === 1 && part === 1 ? one.layer.units : 0;
  return data[(row * steps + at) * (shape.at(-1) as number) + offset + unit] as number;
}
