/** Model → a NumPy script that needs nothing else: plain loops, and the weights in Keras's order. */
import { weightShapes } from "../../model/params.js";
import { featuresOf, flowOf, type LayerFlow, shapeText } from "../../model/shapes.js";
import {
  type BidirectionalSpec,
  directionsOf,
  isRecurrent,
  type LayerSpec,
  type ModelSpec,
  type RecurrentSpec,
  type StackSpec,
} from "../../model/spec.js";
import { knownFeatures, notStateful, shapeNote } from "./code.js";
import { activationFunctions, type CellFeatures, cellFunction, type CellName, cellNames } from "./numpyFunctions.js";
import { call, comment, float, keyword, lines, tuple } from "./python.js";

/** The model has to be sound. Throws CannotSay. */
export function numpyCode(model: ModelSpec): string {
  const flow = flowOf(model);
  model.layers.forEach((layer, i) => checkLayer(layer, flow[i] as LayerFlow));
  const script = new Script(model, flow);
  const body = script.body();
  const math = model.layers.some((layer) => activationsOf(layer).includes("gelu"));
  return [
    ...(math ? ["import math", "import os", ""] : ["import os", ""]),
    "import numpy as np",
    "",
    ...weightsHead(model, flow),
    "",
    "",
    ...functions(model, script.features).flatMap((own) => [...own, "", ""]),
    ...body,
    "",
    "",
    ...main(model),
    "",
  ].join("\n");
}

function checkLayer(layer: LayerSpec, flow: LayerFlow): void {
  notStateful(layer);
  if (layer.className !== "Embedding" && weightShapes(layer, 1).length > 0) knownFeatures(flow, layer);
}

/** Names of the file of weights, and what they are without it. */
function weightsHead(model: ModelSpec, flow: readonly LayerFlow[]): string[] {
  const shapes = model.layers.flatMap((layer, i) =>
    weightShapes(layer, featuresOf(flow[i]?.input ?? null) ?? 1).map(({ name, shape }) => ({
      code: tuple(shape),
      note: `${layer.name}: ${name}`,
    })),
  );
  return [
    '# In Keras: np.savez("weights.npz", *model.get_weights()).',
    "# Without the file the weights are random.",
    'WEIGHTS_FILE = "weights.npz"',
    ...lines({ open: "SHAPES = [", items: shapes, close: "]", tall: shapes.length > 0 }),
    "",
    "",
    "def load_weights():",
    "    if not os.path.exists(WEIGHTS_FILE):",
    "        rng = np.random.default_rng(0)",
    "        return [rng.uniform(-0.5, 0.5, shape) for shape in SHAPES]",
    "    with np.load(WEIGHTS_FILE) as file:",
    "        weights = [file[name].astype(np.float64) for name in file.files]",
    "    if [weight.shape for weight in weights] != SHAPES:",
    '        raise ValueError(f"{WEIGHTS_FILE} holds the weights of another model")',
    "    return weights",
  ];
}

function activationsOf(layer: LayerSpec): string[] {
  const directions = directionsOf(layer);
  if (directions.length > 0)
    return directions.flatMap((own) =>
      own.className === "SimpleRNN" ? [own.activation] : [own.activation, own.recurrentActivation, "sigmoid"],
    );
  return "activation" in layer ? [layer.activation] : [];
}

function cellOf(cell: RecurrentSpec): CellName {
  return cell.className === "GRU" && !cell.resetAfter ? "GRUBefore" : cell.className;
}

/** Activations first: a cell's parameters name one as their default. */
function functions(model: ModelSpec, features: CellFeatures): string[][] {
  const used = new Set(model.layers.flatMap(activationsOf));
  const own = Object.entries(activationFunctions).filter(([name, code]) => used.has(name) && typeof code !== "string" && name !== "linear");
  const linear = model.layers.some((layer) =>
    directionsOf(layer).some((cell) => cell.activation === "linear" || cell.recurrentActivation === "linear"),
  );
  const cells = [...new Set(model.layers.flatMap((layer) => directionsOf(layer).map(cellOf)))].sort();
  return [
    ...(linear ? [activationFunctions["linear"] as string[]] : []),
    ...own.map(([, code]) => [...code]),
    ...cells.map((cell) => cellFunction(cell, features)),
  ];
}

/** An activation as the script calls it. */
function nameOf(activation: string): string {
  const code = activationFunctions[activation];
  return typeof code === "string" ? code : activation;
}

/** The lines of model(x, weights), and which features its cells need. */
class Script {
  readonly features: CellFeatures;
  private readonly out: string[] = [];
  /** Index of the next weight. */
  private weight = 0;
  /** A mask may be there. */
  private masked = false;

  constructor(
    private readonly model: ModelSpec,
    private readonly flow: readonly LayerFlow[],
  ) {
    const masks = model.layers.some((layer) => layer.className === "Masking" || (layer.className === "Embedding" && layer.maskZero));
    const directions = model.layers.flatMap(directionsOf);
    // A Bidirectional that returns sequences gives zeros whatever its layers say.
    const zeros =
      directions.some((own) => own.zeroOutputForMask) ||
      model.layers.some((layer) => layer.className === "Bidirectional" && layer.layer.returnSequences);
    this.features = { masks, zeroOutput: masks && zeros, backwards: directions.some((own) => own.goBackwards) };
  }

  body(): string[] {
    const input = this.model.input === null ? "" : `x: ${shapeText(this.model.input)}; `;
    this.out.push("def model(x, weights):", `    """${input}weights: as load_weights() gives them."""`);
    let returned = "x";
    this.model.layers.forEach((layer, i) => {
      const note = shapeNote(this.flow[i] as LayerFlow);
      const idle = layer.className === "Dropout" ? ": drops nothing outside of training" : note === null ? "" : `, ${note}`;
      this.say(comment(`${layer.name}: ${layer.className}${idle}`));
      returned = this.layer(layer) ?? "x";
    });
    this.say(`return ${returned}`);
    return this.out;
  }

  private say(code: string): void {
    this.out.push(`    ${code}`);
  }

  /** `weights[3:6]`, and on to the next. */
  private take(count: number): string {
    const from = this.weight;
    this.weight += count;
    return `weights[${from}:${this.weight}]`;
  }

  /** What the model returns after this layer, where that is more than x. */
  private layer(layer: LayerSpec): string | undefined {
    switch (layer.className) {
      case "Dense": {
        const product = `x @ weights[${this.weight}]${layer.useBias ? ` + weights[${this.weight + 1}]` : ""}`;
        this.take(layer.useBias ? 2 : 1);
        return void this.say(`x = ${layer.activation === "linear" ? product : `${nameOf(layer.activation)}(${product})`}`);
      }
      case "Embedding":
        if (layer.maskZero) this.mask("x != 0");
        this.say(`x = weights[${this.weight}][np.asarray(x, dtype=int)]`);
        return void this.take(1);
      case "Masking":
        this.mask(`np.any(x.astype(np.float32) != np.float32(${float(layer.maskValue)}), axis=-1)`);
        return void this.say("x = np.where(mask[..., None], x, 0.0)");
      case "Activation":
        if (layer.activation !== "linear") this.say(`x = ${nameOf(layer.activation)}(x)`);
        return undefined;
      case "Dropout":
        return undefined;
      case "RepeatVector":
        this.say(`x = np.repeat(x[:, None, :], ${layer.n}, axis=1)`);
        return this.unmask();
      case "Flatten":
        this.say("x = x.reshape(x.shape[0], -1)");
        return this.unmask();
      case "Reshape":
        this.say(`x = x.reshape(x.shape[0], ${layer.targetShape.join(", ")})`);
        return this.unmask();
      case "Bidirectional":
        return this.bidirectional(layer);
      case "RNN":
        return this.stack(layer);
      default:
        return this.single(layer, layer.returnState);
    }
  }

  private mask(code: string): void {
    this.say(`mask = ${code}`);
    this.masked = true;
  }

  private unmask(): undefined {
    this.masked = false;
  }

  /** A call of a cell's function; the weights are the next ones. */
  private cellCall(cell: RecurrentSpec, zeroOutput: boolean): ReturnType<typeof call> {
    const { masks } = this.features;
    return call(
      cellNames[cellOf(cell)],
      "x",
      `*${this.take(cell.useBias ? 3 : 2)}`,
      ...(cell.activation === "tanh" ? [] : [keyword("activation", nameOf(cell.activation))]),
      ...(cell.className === "SimpleRNN" || cell.recurrentActivation === "sigmoid"
        ? []
        : [keyword("recurrent_activation", nameOf(cell.recurrentActivation))]),
      ...(cell.goBackwards ? ["go_backwards=True"] : []),
      ...(masks && this.masked ? ["mask=mask"] : []),
      ...(masks && this.masked && zeroOutput ? ["zero_output_for_mask=True"] : []),
    );
  }

  private assign(targets: string, value: ReturnType<typeof call>): void {
    for (const line of lines({ ...value, open: `${targets} = ${value.open}` }, 4)) this.out.push(line);
  }

  /** Its output, then its states where the model returns them. */
  private single(layer: RecurrentSpec, states: boolean): string | undefined {
    const names = layer.className === "LSTM" ? ["h", "c"] : ["h"];
    this.assign(`x, ${states ? names.join(", ") : names.map(() => "_").join(", ")}`, this.cellCall(layer, layer.zeroOutputForMask));
    if (!layer.returnSequences) {
      this.say("x = x[:, -1]");
      this.unmask();
    }
    return states ? ["x", ...names].join(", ") : undefined;
  }

  /** Cell after cell: without masks and states of their own they are layers. */
  private stack(layer: StackSpec): string | undefined {
    const all: string[] = [];
    layer.cells.forEach((cell, i) => {
      const states = (cell.className === "LSTM" ? ["h", "c"] : ["h"]).map((state) => `${state}${i}`);
      all.push(...states);
      this.assign(
        `x, ${cell.returnState ? states.join(", ") : states.map(() => "_").join(", ")}`,
        this.cellCall(cell, cell.zeroOutputForMask),
      );
      // The cells above read the steps in the order in which the first one took them.
      if (cell.goBackwards && this.masked && i < layer.cells.length - 1) this.say("mask = mask[:, ::-1]");
    });
    const last = layer.cells.at(-1) as RecurrentSpec;
    if (!last.returnSequences) {
      this.say("x = x[:, -1]");
      this.unmask();
    } else if (layer.cells[0]?.goBackwards === true && this.masked && layer.cells.length > 1) this.say("mask = mask[:, ::-1]");
    return last.returnState ? ["x", ...all].join(", ") : undefined;
  }

  /** Both directions, the backward one turned round, put together. */
  private bidirectional(layer: BidirectionalSpec): string | undefined {
    const sequences = layer.layer.returnSequences;
    const states = layer.layer.returnState;
    const sides = [
      { name: "forward", cell: layer.layer },
      { name: "backward", cell: layer.backward },
    ];
    const all: string[] = [];
    for (const { name, cell } of sides) {
      const own = (cell.className === "LSTM" ? ["h", "c"] : ["h"]).map((state) => `${name}_${state}`);
      all.push(...own);
      this.assign(`${name}, ${states ? own.join(", ") : own.map(() => "_").join(", ")}`, this.cellCall(cell, sequences));
    }
    if (sequences) this.say("backward = backward[:, ::-1]");
    else {
      this.say("forward, backward = forward[:, -1], backward[:, -1]");
      this.unmask();
    }
    const joins: Readonly<Record<string, string>> = {
      concat: "np.concatenate([forward, backward], axis=-1)",
      sum: "forward + backward",
      mul: "forward * backward",
      ave: "(forward + backward) / 2.0",
    };
    if (layer.mergeMode !== null) this.say(`x = ${joins[layer.mergeMode] ?? ""}`);
    const output = layer.mergeMode === null ? ["forward", "backward"] : ["x"];
    return states || layer.mergeMode === null ? [...output, ...(states ? all : [])].join(", ") : undefined;
  }
}

/** Runs the model on numbers of the right shape, so that the script does something as it is. */
function main(model: ModelSpec): string[] {
  const [first] = model.layers;
  const shape = (model.input ?? [null, null]).map((size, axis) => size ?? (axis === 0 ? 1 : 4));
  const several = first === undefined ? false : returnsSeveral(model.layers.at(-1) ?? first);
  const x =
    first?.className === "Embedding" ? `rng.integers(0, ${first.inputDim}, size=${tuple(shape)})` : `rng.normal(size=${tuple(shape)})`;
  return [
    'if __name__ == "__main__":',
    "    rng = np.random.default_rng(1)",
    `    x = ${x}`,
    several ? "    for output in model(x, load_weights()):" : "    output = model(x, load_weights())",
    several ? "        print(output.shape)" : "    print(output.shape)",
    several ? "        print(output)" : "    print(output)",
  ];
}

function returnsSeveral(layer: LayerSpec): boolean {
  if (layer.className === "Bidirectional" && layer.mergeMode === null) return true;
  return (
    (isRecurrent(layer) || layer.className === "Bidirectional" || layer.className === "RNN") &&
    directionsOf(layer).some((own) => own.returnState)
  );
}
