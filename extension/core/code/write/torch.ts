/** Model → PyTorch code: an nn.Sequential where that is enough, else a module with forward. */
import { snakeCase } from "../../model/defaults.js";
import { flowOf, type LayerFlow, shapeText } from "../../model/shapes.js";
import { directionsOf, isRecurrent, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../../model/spec.js";
import { knownFeatures, shapeNote } from "./code.js";
import { call, type Code, comment, identifier, keyword, lines, text } from "./python.js";
import { checkTorchLayer, torchActivations as activations } from "./torchChecks.js";

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

/** The constructor of each module that a layer takes; null: it needs code in forward. @param input its features. */
function modulesOf(layer: LayerSpec, input: number): Code[] | null {
  switch (layer.className) {
    case "Dense": {
      const linear = call("nn.Linear", String(input), String(layer.units), ...(layer.useBias ? [] : [keyword("bias", "False")]));
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

function sequentialCode(model: ModelSpec, flow: readonly LayerFlow[]): string[] {
  const items = model.layers.flatMap((layer, i): Code[] => {
    const at = flow[i] as LayerFlow;
    const modules = modulesOf(layer, layer.className === "Dense" ? knownFeatures(at, layer) : 1) ?? [];
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

function classCode(model: ModelSpec, flow: readonly LayerFlow[]): string[] {
  const body = new Body();
  let returned = "x";
  model.layers.forEach((layer, i) => {
    const at = flow[i] as LayerFlow;
    const input = /^(?:Dense|RNN|Bidirectional|SimpleRNN|LSTM|GRU)$/.test(layer.className) ? knownFeatures(at, layer) : 1;
    if (directionsOf(layer).length > 0) returned = recurrentCode(layer, input, at, body);
    else plainCode(layer, input, at, body);
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

function plainCode(layer: LayerSpec, input: number, flow: LayerFlow, body: Body): void {
  switch (layer.className) {
    case "Dense": {
      const module = body.attribute(
        layer.name,
        call("nn.Linear", String(input), String(layer.units), ...(layer.useBias ? [] : [keyword("bias", "False")])),
      );
      const activation = layer.activation === "linear" ? undefined : activations[layer.activation];
      return body.say(`x = ${activation?.of(`${module}(x)`) ?? `${module}(x)`}`, flow);
    }
    case "Activation":
      if (layer.activation !== "linear") body.say(`x = ${activations[layer.activation]?.of("x") ?? "x"}`);
      return;
    case "RepeatVector":
      return body.say(`x = x.unsqueeze(1).repeat(1, ${layer.n}, 1)`, flow);
    case "Reshape":
      return body.say(`x = x.reshape(x.size(0), ${layer.targetShape.join(", ")})`, flow);
    case "Masking":
      return;
    default: {
      const [module] = modulesOf(layer, input) ?? [];
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
