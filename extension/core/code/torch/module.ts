/** A module of torch.nn from its constructor call, and what it makes of a tensor. */
import { msg } from "../../messages.js";
import { type Arg, type Args, Instance, type Site, Thing, type Value } from "../evaluate/values.js";
import { unfinished } from "../keras/open.js";
import { dataFrom } from "../keras/apply.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { Declared, LayerEntry } from "../trace/node.js";
import { activated } from "../trace/activated.js";
import { settled } from "../trace/parts.js";
import { Tensor } from "../trace/tensor.js";
import { torchActivation } from "./activations.js";
import { isRecurrentModule, ModuleArguments, recurrentModule, type RecurrentModule, recurrentResult } from "./recurrent.js";
import { isZeros } from "./states.js";

const tail = "num_layers bias batch_first dropout bidirectional proj_size";
/** Order of arguments. Source: torch.nn. */
const signatures: Readonly<Record<string, string>> = {
  RNN: "input_size hidden_size num_layers nonlinearity bias batch_first dropout bidirectional",
  LSTM: `input_size hidden_size ${tail}`,
  GRU: `input_size hidden_size ${tail}`,
  Linear: "in_features out_features bias",
  LazyLinear: "out_features bias",
  Embedding: "num_embeddings embedding_dim padding_idx max_norm norm_type scale_grad_by_freq sparse",
  Dropout: "p inplace",
  Dropout1d: "p inplace",
  Dropout2d: "p inplace",
  Flatten: "start_dim end_dim",
};

/** Modules of torch.nn that are known, beside activations. */
export function isKnownModule(name: string): boolean {
  return Object.hasOwn(signatures, name) || name === "Identity";
}

export class TorchModule extends Thing {
  readonly problems: Problem[] = [];
  variable: string | null = null;
  /** Of the constructor. */
  private readonly place: Range;
  private readonly a: ModuleArguments;
  private readonly recurrent: RecurrentModule | null;
  private readonly entries: readonly LayerEntry[];
  private readonly args: Args;

  constructor(
    readonly name: string,
    args: Args,
    at: Site,
  ) {
    super();
    this.args = args;
    const given = new Map<string, Arg>();
    const order = (Object.hasOwn(signatures, name) ? signatures[name] : undefined)?.split(" ") ?? [];
    let position = 0;
    for (const arg of args) {
      const key = arg.name ?? order[position++];
      if (arg.spread)
        this.problems.push({
          start: arg.start,
          end: arg.end,
          message: msg("The arguments that {layer} gets here are not known.", { layer: `nn.${name}` }),
        });
      else if (key !== undefined) given.set(key, arg);
    }
    this.place = at.machine.firstLine(at);
    this.a = new ModuleArguments(name, given, at, this.problems);
    const base = { framework: "pytorch" as const, problems: this.problems, places: new Map(), keras2: false, start: at.start, end: at.end };
    this.recurrent = isRecurrentModule(name) ? recurrentModule(this.a, base) : null;
    this.entries = this.recurrent?.entries ?? this.plain(base);
    if (at.open === true && !this.problems.some((problem) => problem.end > at.start)) this.problems.push(unfinished(at, `nn.${name}`));
    at.machine.touch(this);
  }

  /** The layer of Keras that computes the same; none for activations and what is not known. */
  private plain(base: Omit<LayerEntry, "className" | "config" | "declared">): LayerEntry[] {
    const { a } = this;
    const entry = (className: string, config: LayerEntry["config"], declared: Declared | null = null): LayerEntry[] => [
      { ...base, className, config, declared },
    ];
    switch (this.name) {
      case "Linear":
      case "LazyLinear": {
        const units = a.needed("out_features");
        const config = { ...(units !== null && { units }), ...(a.flag("bias", true) ? {} : { use_bias: false }) };
        const features = this.name === "LazyLinear" ? null : a.needed("in_features");
        return entry("Dense", config, { features, rank: null });
      }
      case "Embedding": {
        const [inputs, outputs] = [a.needed("num_embeddings"), a.needed("embedding_dim")];
        if (a.value("max_norm") !== undefined)
          a.refuse("max_norm", msg("Keras's Embedding has no max_norm, which changes the vectors when they are read."));
        return entry(
          "Embedding",
          { ...(inputs !== null && { input_dim: inputs }), ...(outputs !== null && { output_dim: outputs }) },
          { shape: [null, null] },
        );
      }
      case "Dropout":
      case "Dropout1d":
      case "Dropout2d": {
        const rate = a.number("p");
        return entry("Dropout", rate === null ? {} : { rate: rate ?? 0.5 });
      }
      case "Flatten":
        return entry("Flatten", {});
      default:
        return [];
    }
  }

  override call(args: Args, at: Site): Value | undefined {
    const input = args.find((arg) => arg.name === null || arg.name === "input");
    if (input === undefined) return undefined;
    const { value } = input;
    if (!(value instanceof Tensor)) return this.calledOn(value, args, at);
    if (this.recurrent !== null) return this.recurrentCall(value, args, at);
    if (this.name === "Identity") return value;
    const activation = torchActivation(this.name, this.args);
    if (activation !== undefined) return activated(value, activation, { text: `nn.${this.name}`, at: { ...at, ...this.place } });
    const [entry] = this.entries;
    if (entry === undefined) {
      const { swapped } = value.form;
      const message = msg("nn.{name} is not a layer that can be run here.", { name: this.name });
      return settled(value.with({ swapped: null }))
        .gap({ ...this.place, message })
        .with({ swapped });
    }
    const tensor = settled(value);
    if (entry.className === "Dense" || entry.className === "Dropout")
      return tensor.next({ layers: [entry], owner: this, at, perStep: true });
    return tensor.next({ layers: [entry], owner: this, at }, { rank: entry.className === "Embedding" ? 3 : 2 });
  }

  /** On data, or on what another module returned beside its output. */
  private calledOn(value: Value, args: Args, at: Site): Value | undefined {
    if (value.kind === "tuple" && value.items[0] instanceof Tensor) {
      const [output] = value.items;
      const message = msg("nn.{name} takes one tensor, and gets a tuple of output and states here. Take the output out of it.", {
        name: this.name,
      });
      const mended = output.gap({ ...at.machine.firstLine(at), message }).with({ rank: output.form.rank, order: output.form.order });
      return this.call([{ name: null, value: mended, spread: false, start: at.start, end: at.end }, ...args.slice(1)], at);
    }
    if (value.kind !== "array" && value.kind !== "unknown" && value.kind !== "list") return undefined;
    const data = dataFrom({ kind: "array", shape: null, zeros: false }, at).with({ framework: "pytorch", order: null });
    // In a method it is no data from outside, but something that was not understood.
    const message = msg("What comes into nn.{name} here is not known.", { name: this.name });
    const tensor = at.running?.self instanceof Instance ? data.gap({ ...at.machine.firstLine(at), message }) : data;
    return this.call([{ name: null, value: tensor, spread: false, start: at.start, end: at.end }, ...args.slice(1)], at);
  }

  /** A recurrent module takes a sequence, and perhaps an initial state. */
  private recurrentCall(value: Tensor, args: Args, at: Site): Value {
    const module = this.recurrent as RecurrentModule;
    const call = at.machine.firstLine(at);
    const { flipped, order } = value.form;
    const time = module.batchFirst ? 1 : 0;
    const backwards = flipped !== null && flipped.axis === time && module.directions === 1 && module.stacked === 1;
    const tensor = settled(backwards ? value.with({ flipped: null }) : value);
    const problems: Problem[] = [];
    if (order !== null && order !== (module.batchFirst ? "BT" : "TB")) {
      problems.push({
        ...call,
        message: msg("nn.{name} has another batch_first than the layer before it, so it would take the batch for the time steps.", {
          name: this.name,
        }),
      });
    }
    const state =
      args.filter((arg) => arg.name === "hx" || arg.name === "h_0" || arg.name === null)[1] ?? args.find((arg) => arg.name === "hx");
    if (state !== undefined && !isZeros(state.value)) {
      const message = msg("nn.{name} starts from an initial state that comes from elsewhere; in a Sequential it starts from zeros.", {
        name: this.name,
      });
      problems.push({ ...at.machine.firstLine(state), message });
    }
    const layers = backwards ? this.entries.map((entry) => ({ ...entry, config: { ...entry.config, go_backwards: true } })) : this.entries;
    return recurrentResult(tensor.next({ layers, owner: this, at, problems }), module, call);
  }

  override bound(name: string): void {
    this.variable ??= name;
  }

  override doubt(problem: Problem): void {
    this.problems.push(problem);
  }
}
