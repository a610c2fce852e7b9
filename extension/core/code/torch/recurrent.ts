/** nn.RNN, nn.LSTM and nn.GRU → the Keras layers that compute the same, and what comes out of a call. */
import { msg } from "../../messages.js";
import { MOST_LAYERS } from "../evaluate/limits.js";
import { type Arg, type Site, tuple, type Value } from "../evaluate/values.js";
import { openArgument } from "../keras/open.js";
import type { Problem } from "../problems.js";
import type { Range } from "../python/syntax.js";
import type { LayerEntry, RecurrentCall } from "../trace/node.js";
import type { Tensor } from "../trace/tensor.js";

const classes: Readonly<Record<string, string>> = { RNN: "SimpleRNN", LSTM: "LSTM", GRU: "GRU" };

export function isRecurrentModule(name: string): boolean {
  return Object.hasOwn(classes, name);
}

/** Reads arguments; what is open gets a problem and the default. */
export class ModuleArguments {
  constructor(
    readonly module: string,
    private readonly given: ReadonlyMap<string, Arg>,
    readonly at: Site,
    readonly problems: Problem[],
  ) {}

  place(key: string): Range | undefined {
    const arg = this.given.get(key);
    return arg === undefined ? undefined : { start: arg.start, end: arg.end };
  }

  /** undefined: not given; null: open. */
  value(key: string): Value | null | undefined {
    const arg = this.given.get(key);
    if (arg === undefined) return undefined;
    if (arg.value.kind !== "unknown" && arg.value.kind !== "array" && arg.value.kind !== "thing") return arg.value;
    const causes =
      arg.value.kind === "unknown" && arg.value.causes.length > 0 ? arg.value.causes : this.at.machine.lost("runtime", arg).causes;
    this.problems.push(...openArgument(causes, key, `nn.${this.module}`));
    return null;
  }

  /** undefined: not given; null: open, or no number. */
  number(key: string): number | null | undefined {
    const value = this.value(key);
    if (value === undefined || value === null) return value;
    if (value.kind === "number" || value.kind === "bool") return Number(value.value);
    this.refuse(key, msg("{key} of {layer} has to be a number.", { key, layer: `nn.${this.module}` }));
    return null;
  }

  /** A number that the constructor cannot do without. */
  needed(key: string): number | null {
    const value = this.number(key);
    // A call that is being typed, or whose arguments are not known, is told anyway.
    if (value === undefined && this.at.open !== true && this.problems.length === 0) {
      const { machine } = this.at;
      this.problems.push({ ...machine.firstLine(this.at), message: msg("{layer} needs {key}.", { key, layer: `nn.${this.module}` }) });
    }
    return value ?? null;
  }

  flag(key: string, byDefault: boolean): boolean {
    const value = this.value(key);
    return value?.kind === "bool" ? value.value : value?.kind === "number" ? value.value !== 0 : byDefault;
  }

  refuse(key: string, message: Problem["message"]): void {
    const place = this.place(key);
    if (place !== undefined) this.problems.push({ ...place, message });
  }
}

/** What a module is made of, and how its results are laid out. */
export interface RecurrentModule {
  readonly entries: readonly LayerEntry[];
  readonly stacked: number;
  readonly directions: 1 | 2;
  readonly batchFirst: boolean;
  readonly states: readonly ("h" | "c")[];
}

/** One entry a layer, the lower ones with all their steps; dropout stands between them. */
export function recurrentModule(a: ModuleArguments, base: Omit<LayerEntry, "className" | "config" | "declared">): RecurrentModule {
  const className = classes[a.module] as string;
  const features = a.needed("input_size");
  const units = a.needed("hidden_size");
  const layers = Math.min(MOST_LAYERS, Math.max(1, a.number("num_layers") ?? 1));
  const directions = a.flag("bidirectional", false) ? 2 : 1;
  const batchFirst = a.flag("batch_first", false);
  const config: Record<string, unknown> = { return_sequences: true };
  if (units !== null) config["units"] = units;
  if (!a.flag("bias", true)) config["use_bias"] = false;
  const activation = a.value("nonlinearity");
  if (activation?.kind === "string" && activation.value !== "tanh") config["activation"] = activation.value;
  if ((a.number("proj_size") ?? 0) !== 0) {
    a.refuse("proj_size", msg("Keras's LSTM has no proj_size: it does not project its hidden state."));
  }
  const rate = a.number("dropout") ?? 0;
  const one = (index: number): LayerEntry => {
    const own = { ...config };
    const wrapped = {
      module: "keras.layers",
      class_name: className,
      config: { name: `forward_${className === "SimpleRNN" ? "simple_rnn" : className.toLowerCase()}`, ...own },
      registered_name: null,
    };
    const declared = index === 0 ? { features, rank: 3 as const } : null;
    return directions === 2
      ? { ...base, className: "Bidirectional", config: { layer: wrapped }, declared }
      : { ...base, className, config: own, declared };
  };
  const between: LayerEntry[] = rate > 0 ? [{ ...base, className: "Dropout", config: { rate }, declared: null }] : [];
  const entries = Array.from({ length: layers }, (_, i) => (i === 0 ? [one(i)] : [...between, one(i)])).flat();
  return { entries, stacked: layers, directions, batchFirst, states: className === "LSTM" ? ["h", "c"] : ["h"] };
}

/** The tuple that a call gives: every step's output, and the final states. */
export function recurrentResult(output: Tensor, module: RecurrentModule, place: Range): Value {
  const recurrent: RecurrentCall = { node: output.node, stacked: module.stacked, directions: module.directions, merge: null };
  const form = { recurrent, rank: 3, order: module.batchFirst ? ("BT" as const) : ("TB" as const) };
  const states = module.states.map((state) => output.with({ ...form, part: { type: "states", state, turned: false, ...place } }));
  const [hidden] = states;
  return tuple([output.with(form), module.states.length === 1 && hidden !== undefined ? hidden : tuple(states)]);
}
