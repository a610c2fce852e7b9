/** What the evaluator knows of Keras and PyTorch, and the classes of the source that derive from theirs. */
import { type Args, type ClassValue, Instance, none, type Site, type Thing, type Value } from "./evaluate/values.js";
import type { Library } from "./evaluate/machine.js";
import { kerasCall, sequential } from "./keras/calls.js";
import { declaredBy } from "./keras/input.js";
import { kerasName, unboundName } from "./keras/names.js";
import { msg } from "../messages.js";
import { functionalModel } from "./models/functional.js";
import { tensorsOf } from "./models/collect.js";
import { ModelThing, SequentialModel } from "./models/sequential.js";
import type { Problem } from "./problems.js";
import { moduleMethod, torchCall, torchSequential } from "./torch/calls.js";
import { tensorMethod } from "./torch/functions.js";
import type { Declared, Framework } from "./trace/node.js";
import { settled } from "./trace/parts.js";
import { Tensor } from "./trace/tensor.js";

/** What a class of the source is: a model, a layer (or module) of its own, or nothing of the kind. */
export interface ClassKind {
  readonly framework: Framework;
  readonly is: "model" | "layer";
}

/** An instance of a class that derives from keras.Model, keras.layers.Layer or nn.Module. */
export interface Made {
  readonly instance: Instance;
  readonly kind: ClassKind;
  readonly problems: Problem[];
  /** Its layers are a part of another model's. */
  inner: boolean;
  declared: Declared | null;
}

const knownPackages = new Set(
  "builtins keras tensorflow tf_keras keras_core torch pytorch_lightning lightning numpy math functools itertools collections copy types typing dataclasses enum abc argparse json os sys random time datetime pathlib".split(
    " ",
  ),
);

/** Methods that make a class a model where its base is not known. */
const forwards: Readonly<Record<Framework, string>> = { pytorch: "forward", keras: "call" };

/** The method that says what a model computes. */
export function forwardOf(kind: ClassKind): string {
  return forwards[kind.framework];
}

/** @param depth guards against a class that is its own base. */
export function classKind(of: ClassValue, depth = 0): ClassKind | undefined {
  let guess: ClassKind | undefined;
  for (const base of of.bases) {
    if (base.kind === "class" && depth < 20) {
      const found = classKind(base, depth + 1);
      if (found !== undefined) return found;
    }
    if (base.kind === "symbol") {
      if (/^(?:torch|pytorch_lightning|lightning)\b.*\.(?:\w*Module|Sequential)$/.test(base.path))
        return { framework: "pytorch", is: "model" };
      const keras = kerasName(base.path);
      if (keras !== undefined) return { framework: "keras", is: /^(?:Model|Sequential|Functional)$/.test(keras.name) ? "model" : "layer" };
      if (base.path === "tensorflow.Module") return { framework: "keras", is: "model" };
    }
    // A base from another file: what the class defines tells.
    const foreign = base.kind === "unknown" || (base.kind === "symbol" && base.path.startsWith("."));
    if (foreign && of.members.has("forward")) guess = { framework: "pytorch", is: "model" };
    else if (foreign && of.members.has("call")) guess = { framework: "keras", is: "model" };
  }
  return guess;
}

/** Everything that the machine asks about Keras and PyTorch; remembers the instances of their classes. */
export class Frameworks implements Library {
  readonly made = new Map<Instance, Made>();
  private building = 0;

  unbound(name: string, starred: readonly string[]): Value | undefined {
    // `from torch.nn import *`: what would be Keras's by its name is PyTorch's here.
    const module = starred.filter((path) => /^(?:torch\.nn|keras|tensorflow)\b/.test(path)).at(-1);
    if (module === "torch.nn" && /^[A-Z]/.test(name)) return { kind: "symbol", path: `${module}.${name}` };
    return unboundName(name);
  }

  knows(path: string): boolean {
    return knownPackages.has(path.split(".")[0] ?? "");
  }

  symbolCall(path: string, args: Args, at: Site): Value | undefined {
    const found = torchCall(path, args, at) ?? kerasCall(path, args, at);
    if (found instanceof ModelThing && this.building > 0) found.inner = true;
    return found;
  }

  tensorMethod(tensor: Thing, name: string, args: Args, at: Site): Value | undefined {
    return tensor instanceof Tensor ? tensorMethod(tensor, name, args, at) : undefined;
  }

  instanceMade(instance: Instance, at: Site, init: () => void): void {
    const kind = classKind(instance.of);
    if (kind === undefined) return init();
    this.made.set(instance, { instance, kind, problems: [...at.machine.doubts], inner: this.building > 0, declared: null });
    this.building++;
    try {
      init();
    } finally {
      this.building--;
    }
  }

  /** Something that is traced: what it makes on the way is a part of it. */
  inside<T>(body: () => T): T {
    this.building++;
    try {
      return body();
    } finally {
      this.building--;
    }
  }

  instanceCall(instance: Instance, args: Args, at: Site): Value | undefined {
    const { machine } = at;
    const made = this.made.get(instance);
    const own = machine.classMember(instance.of, "__call__", instance, at);
    if (own !== undefined) return machine.call(own, args, at);
    const forward = made === undefined ? undefined : machine.classMember(instance.of, forwardOf(made.kind), instance, at);
    const tensors = args.flatMap((arg) => tensorsOf(arg.value));
    if (made === undefined || tensors.length === 0) return undefined;
    made.inner = true;
    if (forward === undefined) return instance.base?.call(args, at);
    const result = this.inside(() => machine.call(forward, args, at));
    return made.kind.is === "layer" ? ofLayer(instance, result, tensors[0] as Tensor, at) : result;
  }

  instanceMethod(instance: Instance, name: string, args: Args, at: Site): Value | undefined {
    const made = this.made.get(instance);
    if (made === undefined) return undefined;
    if (name === "__init__") return this.baseInit(instance, made, args, at);
    if (name === "build" && made.kind.framework === "keras") {
      const given = args.find((arg) => arg.name === null || arg.name === "input_shape");
      if (given !== undefined) made.declared = declaredBy("InputLayer", new Map([["batch_shape", given]]), at, made.problems);
      return none;
    }
    return moduleMethod(instance, name, args);
  }

  /** `super().__init__(…)`: a Sequential of these layers, a model of these tensors, or nothing that counts. */
  private baseInit(instance: Instance, made: Made, args: Args, at: Site): Value {
    if (derivesFrom(instance.of, "Sequential")) {
      const model = new SequentialModel(made.kind.framework, at);
      model.inner = true;
      instance.base = made.kind.framework === "keras" ? sequential(args, at, model) : torchSequential(args, at, model);
    } else if (made.kind.framework === "keras") {
      const model = functionalModel(args, at);
      if (model !== undefined) model.inner = true;
      instance.base = model ?? null;
    }
    return none;
  }
}

/** @param name the last part of a base's path, however far above. */
function derivesFrom(of: ClassValue, name: string, depth = 0): boolean {
  return of.bases.some(
    (base) =>
      (base.kind === "symbol" && base.path.endsWith(`.${name}`)) ||
      (base.kind === "class" && depth < 20 && derivesFrom(base, name, depth + 1)),
  );
}

/** A layer of the source's own: what its call() does, if known layers can say all of it. */
function ofLayer(instance: Instance, result: Value, input: Tensor, at: Site): Value {
  const [output] = tensorsOf(result);
  if (output !== undefined && isClean(settled(output), input)) return result;
  const message = msg("{name} is a layer of this source, and its call() does more than known layers can express.", {
    name: instance.of.definition.name,
  });
  return settled(input).gap({ ...at.machine.firstLine(instance.place), message });
}

/** Is there nothing but layers between the two? */
function isClean(output: Tensor, input: Tensor): boolean {
  for (let node = output.node; node !== input.node;) {
    const [before] = node.before;
    if (before === undefined || node.gap || node.before.length > 1 || node.problems.length > 0) return false;
    node = before;
  }
  return true;
}
