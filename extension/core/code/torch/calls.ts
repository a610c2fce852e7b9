/** Calls of PyTorch's names: modules, containers, and functions on a model's tensors. */
import { msg } from "../../messages.js";
import { type Args, array, type Dict, none, type Site, tuple, type Value } from "../evaluate/values.js";
import { SequentialModel } from "../models/sequential.js";
import { settled } from "../trace/parts.js";
import { Tensor } from "../trace/tensor.js";
import { torchFunction } from "./functions.js";
import { TorchModule } from "./module.js";

/** @param path dotted, from torch on. undefined: not known. */
export function torchCall(path: string, args: Args, at: Site): Value | undefined {
  if (!/^torch(?:\.|$)/.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (/^torch\.nn\.(?:modules\.(?:\w+\.)?)?[A-Z]\w*$/.test(path)) return moduleCall(name, args, at);
  const tensor = args[0]?.value;
  if (name === "pack_padded_sequence" && tensor instanceof Tensor) {
    const message = msg(
      "pack_padded_sequence leaves out the steps behind each length. In a Sequential a Masking layer or mask_zero does that, by the data.",
    );
    const { rank, recurrent } = tensor.form;
    const order = args.find((arg) => arg.name === "batch_first")?.value ?? args[2]?.value;
    const batchFirst = order?.kind === "bool" && order.value;
    return settled(tensor)
      .gap({ ...at.machine.firstLine(at), message })
      .with({ rank: rank ?? 3, recurrent, order: batchFirst ? "BT" : "TB" });
  }
  if (name === "pad_packed_sequence" && tensor instanceof Tensor) return tuple([tensor, at.machine.lost("runtime", at)]);
  return torchFunction(name, args, at);
}

/** A class of torch.nn; losses are no part of a model. */
function moduleCall(name: string, args: Args, at: Site): Value | undefined {
  const [first] = args;
  switch (name) {
    case "Sequential":
      return torchSequential(args, at);
    case "ModuleList":
      return first === undefined ? { kind: "list", items: [] } : at.machine.call({ kind: "symbol", path: "builtins.list" }, [first], at);
    case "ModuleDict":
      return first === undefined ? ({ kind: "dict", entries: new Map() } satisfies Dict) : first.value;
    case "Parameter":
      return array(null);
    default:
      return /Loss$/.test(name) ? at.machine.lost("runtime", at) : new TorchModule(name, args, at);
  }
}

/** @param model given where a class of the source derives from nn.Sequential. */
export function torchSequential(args: Args, at: Site, model = new SequentialModel("pytorch", at)): SequentialModel {
  for (const arg of args) {
    const place: Site = { ...at, start: arg.start, end: arg.end };
    if (arg.value.kind === "dict") for (const entry of arg.value.entries.values()) model.add(entry.value, place);
    else if (arg.spread) model.addAll(arg.value, place);
    else model.add(arg.value, place);
  }
  return at.machine.touch(model);
}

/** What nn.Module gives every module beside forward. */
export function moduleMethod(self: Value, name: string, args: Args): Value | undefined {
  if (/^(?:to|cuda|cpu|eval|train|float|double|half|apply|requires_grad_|compile)$/.test(name)) return self;
  const [key, value] = args.map((arg) => arg.value);
  if (!/^(?:add_module|register_module|register_buffer|register_parameter)$/.test(name) || key?.kind !== "string" || value === undefined)
    return undefined;
  if (self.kind === "thing" && "attributes" in self) (self.attributes as Map<string, Value>).set(key.value, value);
  return none;
}
