/** What an expression of the source can be, as far as it can be told without running anything. */
import type { ClassExpr, FunctionExpr, Range } from "../python/syntax.js";
import type { Problem } from "../problems.js";
import { NESTING } from "./limits.js";
import type { Machine } from "./machine.js";

/** Where a value was lost: a name that nothing binds, or what only a run can tell. */
export interface Cause extends Range {
  readonly why: "unbound" | "runtime";
  /** As the source writes it. */
  readonly text: string;
}

/** A value that only a run can tell. */
export interface Unknown {
  readonly kind: "unknown";
  readonly causes: readonly Cause[];
  /** Lost where it is used, not where it is bound: a parameter that nobody gives, a name bound in a branch that may not be taken. */
  readonly atUse: Cause["why"] | null;
}

export interface Sequence {
  readonly kind: "list" | "tuple" | "set";
  readonly items: Value[];
  /** Where the items of a literal stand; void once there are more or fewer items. */
  readonly places?: readonly Range[];
}

/** Keys by `keyOf`; the order is that of the source. */
export interface Dict {
  readonly kind: "dict";
  readonly entries: Map<string, { readonly key: Value; readonly value: Value }>;
}

/** Something of a library by its dotted path, e.g. `tensorflow.keras.layers.LSTM`. */
export interface LibraryName {
  readonly kind: "symbol";
  readonly path: string;
}

export interface FunctionValue {
  readonly kind: "function";
  readonly definition: FunctionExpr;
  readonly scope: Scope;
  /** What a method is bound to, and the class that it stands in. */
  readonly self: Value | null;
  readonly owner: ClassValue | null;
}

export interface ClassValue {
  readonly kind: "class";
  readonly definition: ClassExpr;
  readonly bases: readonly Value[];
  readonly members: Map<string, Value>;
}

/** A method of a built-in value, or of a thing. */
export interface MethodValue {
  readonly kind: "method";
  readonly object: Value;
  readonly name: string;
}

/** functools.partial(callee, …args). */
export interface PartialValue {
  readonly kind: "partial";
  readonly callee: Value;
  readonly args: Args;
}

/** Data of which only the shape is known, if that; null: any size. */
export interface ArrayValue {
  readonly kind: "array";
  readonly shape: readonly (number | null)[] | null;
  readonly zeros: boolean;
}

export type Value =
  | Unknown
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "number"; readonly value: number; readonly whole: boolean }
  | { readonly kind: "string"; readonly value: string }
  | Sequence
  | Dict
  | { readonly kind: "range"; readonly from: number; readonly to: number; readonly by: number }
  | { readonly kind: "slice"; readonly lower: Value; readonly upper: Value; readonly step: Value }
  | LibraryName
  | FunctionValue
  | ClassValue
  | MethodValue
  | PartialValue
  | { readonly kind: "super"; readonly instance: Instance; readonly above: ClassValue }
  | ArrayValue
  | Thing;

/** An argument of a call, with its place. Known `*` and `**` are spread. */
export interface Arg extends Range {
  readonly name: string | null;
  readonly value: Value;
  /** `*value` or `**value` that cannot be spread. */
  readonly spread: boolean;
}

export type Args = readonly Arg[];

/** Where something happens, and the machine that it happens on. */
export interface Site extends Range {
  readonly machine: Machine;
  /** The function that is running: what `super()` belongs to. */
  readonly running?: FunctionValue | null;
  /** The call, or an argument of it, is still to be typed. */
  readonly open?: boolean;
}

/** A value with a behaviour of its own: layers, models, tensors, instances of classes. undefined: not known here. */
export abstract class Thing {
  readonly kind = "thing";

  member(_name: string, _at: Site): Value | undefined {
    return undefined;
  }

  call(_args: Args, _at: Site): Value | undefined {
    return undefined;
  }

  method(_name: string, _args: Args, _at: Site): Value | undefined {
    return undefined;
  }

  index(_items: readonly Value[], _at: Site): Value | undefined {
    return undefined;
  }

  operate(_op: string, _other: Value, _swapped: boolean, _at: Site): Value | undefined {
    return undefined;
  }

  /** What comes out when the thing goes into a call that is not known. */
  through(_label: string, _others: readonly Value[], _at: Site): Value | undefined {
    return undefined;
  }

  items(_at: Site): readonly Value[] | undefined {
    return undefined;
  }

  /** What `count` names get when it is taken apart, and its items are not known. */
  pieces(_count: number, _at: Site): readonly Value[] | undefined {
    return undefined;
  }

  /** The first name that an assignment gives it. */
  bound(_name: string): void {
    // Only models are called by the names of their variables.
  }

  /** Attaches a problem: the thing was made, or changed, where it is not certain that the source comes by. */
  doubt(_problem: Problem): void {
    // Most things are told by what holds them.
  }
}

export class Instance extends Thing {
  readonly attributes = new Map<string, Value>();
  /** What `super().__init__(…)` of a library's class made of it: a Sequential, a functional model. */
  base: Thing | null = null;

  /** @param place of the call that made it. */
  constructor(
    readonly of: ClassValue,
    readonly place: Range,
  ) {
    super();
  }

  override member(name: string, at: Site): Value | undefined {
    return this.attributes.get(name) ?? at.machine.classMember(this.of, name, this, at) ?? this.base?.member(name, at);
  }

  override method(name: string, args: Args, at: Site): Value | undefined {
    return this.base?.method(name, args, at) ?? at.machine.library.instanceMethod(this, name, args, at);
  }

  override call(args: Args, at: Site): Value | undefined {
    return at.machine.library.instanceCall(this, args, at);
  }

  override items(at: Site): readonly Value[] | undefined {
    return this.base?.items(at);
  }

  override doubt(problem: Problem): void {
    this.base?.doubt(problem);
  }
}

/** Names of a module, a function or a class. */
export class Scope {
  readonly names = new Map<string, Value>();
  /** Names that belong to the module or an outer function. */
  readonly outer = new Set<string>();

  constructor(
    readonly parent: Scope | null,
    readonly type: "module" | "function" | "class",
    /** The function that runs in it: what `super()` needs. */
    readonly running: FunctionValue | null = null,
  ) {}

  find(name: string): Value | undefined {
    const own = this.names.get(name);
    if (own !== undefined) return own;
    for (let at = this.parent; at !== null; at = at.parent) {
      // Methods do not see the names of their class.
      const found = at.type === "class" ? undefined : at.names.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    if (this.outer.has(name)) {
      for (let at = this.parent; at !== null; at = at.parent) {
        if (at.parent === null || at.names.has(name)) {
          at.names.set(name, value);
          return;
        }
      }
    }
    this.names.set(name, value);
  }
}

export const none: Value = { kind: "none" };
export const bool = (value: boolean): Value => ({ kind: "bool", value });
export const whole = (value: number): Value => ({ kind: "number", value, whole: true });
export const float = (value: number): Value => ({ kind: "number", value, whole: false });
export const text = (value: string): Value => ({ kind: "string", value });
export const list = (items: Value[]): Sequence => ({ kind: "list", items });
export const tuple = (items: Value[]): Sequence => ({ kind: "tuple", items });
export const array = (shape: ArrayValue["shape"], zeros = false): ArrayValue => ({ kind: "array", shape, zeros });
export const unknown = (causes: readonly Cause[], atUse: Unknown["atUse"] = null): Unknown => ({ kind: "unknown", causes, atUse });

/** What several unknowns make together. */
export function mixed(values: readonly Value[]): Unknown {
  const causes = new Map<number, Cause>();
  for (const value of values)
    if (value.kind === "unknown") for (const cause of value.causes) if (causes.size < 8) causes.set(cause.start, cause);
  return unknown([...causes.values()]);
}

/** Known to be true or false; null where only a run can tell. */
export function truth(value: Value): boolean | null {
  switch (value.kind) {
    case "unknown":
    case "array":
      return null;
    case "none":
      return false;
    case "bool":
      return value.value;
    case "number":
      return value.value !== 0;
    case "string":
      return value.value !== "";
    case "list":
    case "tuple":
    case "set":
      return value.items.length > 0;
    case "dict":
      return value.entries.size > 0;
    default:
      return true;
  }
}

/** The key of a dict: equal for equal Python keys; undefined for what can be none. */
export function keyOf(value: Value, depth = 0): string | undefined {
  switch (value.kind) {
    case "string":
      return `s${value.value}`;
    case "number":
      return `n${value.value}`;
    case "bool":
      return `n${Number(value.value)}`;
    case "none":
      return "none";
    case "tuple": {
      const keys = depth > NESTING ? [undefined] : value.items.map((item) => keyOf(item, depth + 1));
      return keys.includes(undefined) ? undefined : `t${keys.join(",")}`;
    }
    case "symbol":
      return `l${value.path}`;
    default:
      return undefined;
  }
}
