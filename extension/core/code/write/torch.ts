/** Model → PyTorch code: an nn.Sequential where that is enough, else a module with forward. */
import { snakeCase } from "../../model/defaults.js";
import { featuresOf, flowOf, type LayerFlow, shapeText } from "../../model/shapes.js";
import { type DenseSpec, directionsOf, isRecurrent, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../../model/spec.js";
import { knownFeatures, shapeNote } from "./code.js";
import { call, type Code, comment, type Group, identifier, keyword, lines, text } from "./python.js";
import { checkTorchLayer, torchActivations as activations } from "./torchChecks.js";

/** The model has to be sound. Throws CannotSay. */
export function torchCode(model: ModelSpec): string {
  const flow = flowOf(model);
  model.layers.forEach((layer) => checkTorchLayer(layer, model));
  const sequential = model.layers.every((layer) => modulesOf(layer, 1) !== null);
  const body = sequential ? sequentialCode(model, flow) : classCode(model, flow);
  const all = body.join("\n");
  const imports = [
    ...(/\btorch\./.test(all) ? ["import torch"] : []),
    ...(/\bF\./.test(all) ? ["import torch.nn.functional as F"] : []),
    "from torch import nn",
  ];
  return [...imports, ...(sequential ? [""] : ["", ""]), ...body, ""].join("\n");
}

/** @param input its features; PyTorch finds them out itself where they are not known. */
function linearCode(layer: DenseSpec, input: number | null): Group {
  const options = [String(layer.units), ...(layer.useBias ? [] : [keyword("bias", "False")])];
  return input === null ? call("nn.LazyLinear", ...options) : call("nn.Linear", String(input), ...options);
}

/** The constructor of each module that a layer takes; null: it needs code in forward. @param input its features. */
function modulesOf(layer: LayerSpec, input: number | null): Code[] | null {
  switch (layer.className) {
    case "Dense": {
      const linear = linearCode(layer, input);
      if (layer.activation === "linear") return [linear];
      const module = activations[layer.activation]?.module ?? null;
      return module === null ? null : [linear, module];
    }
    case "Embedding":
      return [call("nn.Embedding", String(layer.inputDim), String(layer.outputDim))];
    case "Dropout":
      return [call("nn.Dropout", String(layer.rate))];
    case "Flatten":
      return ["nn.Flatten()"];
    case "Activation": {
      if (layer.activation === "linear") return ["nn.Identity()"];
      const module = activations[layer.activation]?.module ?? null;
      return module === null ? null : [module];
    }
    case "Masking":
      return ["nn.Identity()"];
    default:
      return null;
  }
}

/** One module a line, with the shapes behind them. */
function sequentialCode(model: ModelSpec, flow: readonly LayerFlow[]): string[] {
  const items = model.layers.flatMap((layer, i): Code[] => {
    const at = flow[i] as LayerFlow;
    const modules = modulesOf(layer, featuresOf(at.input)) ?? [];
    const note = shapeNote(at);
    const [first, ...rest] = modules;
    return first === undefined || note === null || (typeof first !== "string" && "code" in first)
      ? modules
      : [{ code: first, note }, ...rest];
  });
  return lines({ open: "model = nn.Sequential(", items, close: ")", tall: true });
}

/** What a class is called after the model's name. */
function className(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const pascal = words.replace(/(?:^| )(\S)/g, (_, letter: string) => letter.toUpperCase());
  return name === "sequential" || words === ""
    ? "Model"
    : identifier(pascal, new Set(["nn", "torch", "F", "Model"].filter((own) => own !== pascal)));
}

/** Attributes that every nn.Module has. */
const reserved =
  "forward train eval training type to half float double parameters modules children apply state_dict buffers call_super_init dump_patches add_module cuda cpu ipu xpu compile extra_repr zero_grad share_memory requires_grad_ named_modules";

class Body {
  readonly init: string[] = [];
  readonly forward: string[] = [];
  private readonly taken = new Set(reserved.split(" "));

  /** Adds a module to the constructor, and says how forward calls it. */
  attribute(name: string, constructor: Code): string {
    const own = identifier(name, this.taken);
    this.init.push(...lines(prefixed(`self.${own} = `, constructor), 8));
    return `self.${own}`;
  }

  say(code: string, flow: LayerFlow | null = null): void {
    const output = flow === null || flow.input === null ? undefined : flow.outputs[0];
    this.forward.push(`        ${code}${output === undefined ? "" : `  ${comment(shapeText(output))}`}`);
  }
}

function prefixed(start: string, code: Code): Code {
  if (typeof code === "string") return start + code;
  return "code" in code ? prefixed(start, code.code) : { ...code, open: start + code.open };
}

/** A module with its layers as attributes, named as in the model. */
function classCode(model: ModelSpec, flow: readonly LayerFlow[]): string[] {
  const body = new Body();
  let returned = "x";
  model.layers.forEach((layer, i) => {
    const at = flow[i] as LayerFlow;
    if (directionsOf(layer).length > 0) returned = recurrentCode(layer, knownFeatures(at, layer), at, body);
    else plainCode(layer, at, body);
  });
  const name = className(model.name);
  const input = model.input === null ? "" : `  ${comment(shapeText(model.input))}`;
  return [
    `class ${name}(nn.Module):`,
    "    def __init__(self):",
    "        super().__init__()",
    ...body.init,
    "",
    `    def forward(self, x):${input}`,
    ...body.forward,
    `        return ${returned}`,
    "",
    "",
    `model = ${name}()`,
  ];
}

/** One axis more, or other sizes for all but the batch. */
function reshapeCode(target: readonly number[]): string {
  if (target.join() === "1,-1") return "x.unsqueeze(1)";
  return target.join() === "-1,1" ? "x.unsqueeze(-1)" : `x.reshape(x.size(0), ${target.join(", ")})`;
}

/** A layer that is not recurrent: a module of its own, or an expression. */
function plainCode(layer: LayerSpec, flow: LayerFlow, body: Body): void {
  switch (layer.className) {
    case "Dense": {
      const module = body.attribute(layer.name, linearCode(layer, featuresOf(flow.input)));
      const activation = layer.activation === "linear" ? undefined : activations[layer.activation];
      return body.say(`x = ${activation?.of(`${module}(x)`) ?? `${module}(x)`}`, flow);
    }
    case "Activation":
      if (layer.activation !== "linear") body.say(`x = ${activations[layer.activation]?.of("x") ?? "x"}`);
      return;
    case "RepeatVector":
      return body.say(`x = x.unsqueeze(1).repeat(1, ${layer.n}, 1)`, flow);
    case "Reshape":
      return body.say(`x = ${reshapeCode(layer.targetShape)}`, flow);
    case "Masking":
      return;
    default: {
      const [module] = modulesOf(layer, featuresOf(flow.input)) ?? [];
      if (module !== undefined) body.say(`x = ${body.attribute(layer.name, module)}(x)`, layer.className === "Dropout" ? null : flow);
    }
  }
}

const modules: Readonly<Record<RecurrentSpec["className"], string>> = { SimpleRNN: "nn.RNN", LSTM: "nn.LSTM", GRU: "nn.GRU" };

/** Returns what forward would return after this layer. */
function recurrentCode(layer: LayerSpec, input: number, flow: LayerFlow, body: Body): string {
  if (layer.className === "RNN" && layer.cells.length > 1) {
    let size = input;
    layer.cells.forEach((cell, i) => {
      const last = i === layer.cells.length - 1;
      oneRecurrent({ ...cell, name: `${layer.name}_${i}` }, cell, { input: size, flow: last ? flow : null, body });
      size = cell.units;
    });
    return "x";
  }
  return oneRecurrent(layer, directionsOf(layer)[0] as RecurrentSpec, { input, flow, body });
}

interface Place {
  readonly input: number;
  readonly flow: LayerFlow | null;
  readonly body: Body;
}

/** Every step, or the last one; both directions put together as merge_mode says. */
function oneRecurrent(layer: LayerSpec, cell: RecurrentSpec, { input, flow, body }: Place): string {
  const both = layer.className === "Bidirectional";
  const options: Code[] = [
    ...(cell.className === "SimpleRNN" && cell.activation === "relu" ? [keyword("nonlinearity", text("relu"))] : []),
    ...(cell.useBias ? [] : [keyword("bias", "False")]),
    keyword("batch_first", "True"),
    ...(both ? [keyword("bidirectional", "True")] : []),
  ];
  if (cell.dropout > 0)
    body.say(`x = ${body.attribute(`${layer.name || snakeCase(cell.className)}_dropout`, call("nn.Dropout", String(cell.dropout)))}(x)`);
  const module = body.attribute(layer.name, call(modules[cell.className], String(input), String(cell.units), ...options));
  if (isRecurrent(layer) || layer.className === "RNN") if (cell.goBackwards) body.say("x = torch.flip(x, [1])");
  const mode = layer.className === "Bidirectional" ? layer.mergeMode : null;
  const states = cell.className === "LSTM" ? "(h, c)" : "h";
  if (both && !cell.returnSequences) {
    body.say(`_, ${cell.returnState ? states : states.replace("c", "_")} = ${module}(x)`);
    body.say(`x = ${mode === "concat" ? "torch.cat((h[-2], h[-1]), dim=-1)" : merged("h[-2]", "h[-1]", mode)}`, flow);
  } else {
    body.say(
      `x, ${cell.returnState ? states : "_"} = ${module}(x)`,
      cell.returnSequences && (mode === null || mode === "concat") ? flow : null,
    );
    if (!cell.returnSequences) body.say("x = x[:, -1]", flow);
    else if (mode !== null && mode !== "concat") {
      body.say("forward, backward = x.chunk(2, dim=-1)");
      body.say(`x = ${merged("forward", "backward", mode)}`, flow);
    }
  }
  if (!cell.returnState) return "x";
  const rows = both ? ["-2", "-1"] : ["-1"];
  return ["x", ...rows.flatMap((row) => (cell.className === "LSTM" ? [`h[${row}]`, `c[${row}]`] : [`h[${row}]`]))].join(", ");
}

function merged(forward: string, backward: string, mode: string | null): string {
  if (mode === "ave") return `(${forward} + ${backward}) / 2`;
  return `${forward} ${mode === "mul" ? "*" : "+"} ${backward}`;
}
