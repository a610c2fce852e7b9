// onnxruntime-node on its CPU provider, with models written here (ONNX is protobuf: a few fields by hand need no library).
import * as ort from "onnxruntime-node";

const varint = (value) => {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
};
const int = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, value) => Buffer.concat([varint((field << 3) | 2), varint(Buffer.byteLength(value)), Buffer.from(value)]);
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const attribute = {
  int: (name, value) => message(5, bytes(1, name), int(3, value), int(20, 2)),
  text: (name, value) => message(5, bytes(1, name), bytes(4, value), int(20, 3)),
  ints: (name, values) => message(5, bytes(1, name), ...values.map((value) => int(8, value)), int(20, 7)),
  texts: (name, values) => message(5, bytes(1, name), ...values.map((value) => bytes(9, value)), int(20, 8)),
};
const raw = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);
const floats = (name, shape, data) => message(5, ...shape.map((d) => int(1, d)), int(2, 1), bytes(8, name), bytes(9, raw(data)));
const longs = (name, values) =>
  message(5, int(1, values.length), int(2, 7), bytes(8, name), bytes(9, raw(BigInt64Array.from(values.map(BigInt)))));
const value = (field, name, shape) =>
  message(field, bytes(1, name), message(2, message(1, int(1, 1), message(2, ...shape.map((d) => message(1, int(1, d)))))));
const node = (type, inputs, outputs, ...attributes) =>
  message(1, ...inputs.map((name) => bytes(1, name)), ...outputs.map((name) => bytes(2, name)), bytes(4, type), ...attributes);

/** Keras's gate order → ONNX's: LSTM i f c o → i o f c; GRU z r h is the same. */
const order = { SimpleRNN: [0], LSTM: [0, 3, 1, 2], GRU: [0, 1, 2] };

/** Columns g·H … of [rows, G·H] → rows of [G·H, rows]. */
function transposed(data, rows, H, gates) {
  const out = new Float32Array(data.length);
  const width = gates.length * H;
  gates.forEach((from, to) => {
    for (let h = 0; h < H; h++) for (let r = 0; r < rows; r++) out[(to * H + h) * rows + r] = data[r * width + from * H + h];
  });
  return out;
}

function joined(parts) {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** [2·G·H]: input biases, then recurrent ones. */
function biases(cell, bias, H, gates) {
  const width = gates.length * H;
  const own = (from) => joined(gates.map((gate) => bias.subarray(from + gate * H, from + (gate + 1) * H)));
  return joined([own(0), cell === "GRU" ? own(width) : new Float32Array(width)]);
}

function onnxModel({ cell, B, T, D, H, layers, directions }) {
  const gates = order[cell];
  const width = gates.length * H;
  const nodes = [];
  const tensors = [];
  let input = "x";
  layers.forEach((layer, l) => {
    tensors.push(
      floats(`W${l}`, [directions, width, layer[0].features], joined(layer.map((d) => transposed(d.kernel, d.features, H, gates)))),
      floats(`R${l}`, [directions, width, H], joined(layer.map((d) => transposed(d.recurrent, H, H, gates)))),
      floats(`B${l}`, [directions, 2 * width], joined(layer.map((d) => biases(cell, d.bias, H, gates)))),
    );
    const attributes = [attribute.int("hidden_size", H), attribute.text("direction", directions === 2 ? "bidirectional" : "forward")];
    if (cell === "GRU") attributes.push(attribute.int("linear_before_reset", 1));
    if (cell === "SimpleRNN") attributes.push(attribute.texts("activations", Array(directions).fill("Tanh")));
    const last = l === layers.length - 1;
    const output = last ? "y" : `y${l}`;
    nodes.push(node(cell === "SimpleRNN" ? "RNN" : cell, [input, `W${l}`, `R${l}`, `B${l}`], [output], ...attributes));
    if (last) return;
    // [T, directions, B, H] → [T, B, directions·H]
    nodes.push(node("Transpose", [output], [`t${l}`], attribute.ints("perm", [0, 2, 1, 3])));
    nodes.push(node("Reshape", [`t${l}`, "shape"], [`x${l + 1}`]));
    input = `x${l + 1}`;
  });
  if (layers.length > 1) tensors.push(longs("shape", [T, B, directions * H]));
  const graph = message(7, ...nodes, bytes(2, "graph"), ...tensors, value(11, "x", [T, B, D]), value(12, "y", [T, directions, B, H]));
  return Buffer.concat([int(1, 8), bytes(2, "bench"), graph, message(8, bytes(1, ""), int(2, 14))]);
}

/** [T, directions, B, H] → [B, T, directions·H] */
function batchMajor(y, { B, T, H, directions }) {
  const out = new Float32Array(y.length);
  for (let t = 0; t < T; t++)
    for (let d = 0; d < directions; d++)
      for (let b = 0; b < B; b++) {
        const from = ((t * directions + d) * B + b) * H;
        out.set(y.subarray(from, from + H), ((b * T + t) * directions + d) * H);
      }
  return out;
}

export async function setup(model, threads) {
  const { B, T, D, x } = model;
  const session = await ort.InferenceSession.create(onnxModel(model), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  // onnxruntime takes [T, B, D]; turning is not timed.
  const turned = new Float32Array(x.length);
  for (let b = 0; b < B; b++) for (let t = 0; t < T; t++) turned.set(x.subarray((b * T + t) * D, (b * T + t + 1) * D), (t * B + b) * D);
  const run = async () => (await session.run({ x: new ort.Tensor("float32", turned, [T, B, D]) })).y.data;
  return { run, canonical: (y) => batchMajor(y, model), end: () => session.release() };
}
