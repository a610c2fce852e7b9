/** Calls: functions and classes of the source, methods, and what libraries know. */
import type { Parameter, Range, Stmt } from "../python/syntax.js";
import { builtin } from "./builtins.js";
import { libraryCall } from "./libraries.js";
import { builtinMethod } from "./methods.js";
import {
  type Args,
  type ClassValue,
  type FunctionValue,
  Instance,
  keyOf,
  mixed,
  none,
  Scope,
  type Site,
  text,
  tuple,
  unknown,
  type Value,
} from "./values.js";

/** Any call. What nothing here knows is opaque, never an error. */
export function call(callee: Value, args: Args, at: Site): Value {
  switch (callee.kind) {
    case "function":
      return callFunction(callee, args, at);
    case "class":
      return instantiate(callee, args, at);
    case "partial":
      return at.machine.call(
        callee.callee,
        [...callee.args.filter((arg) => arg.name === null || !args.some((own) => own.name === arg.name)), ...args],
        at,
      );
    case "method":
      return callMethod(callee.object, callee.name, args, at) ?? opaque(args, at);
    case "symbol": {
      if (callee.path.startsWith("builtins.")) return builtin(callee.path.slice(9), args, at) ?? at.machine.lost("runtime", at);
      return at.machine.library.symbolCall(callee.path, args, at) ?? libraryCall(callee.path, args, at) ?? opaque(args, at);
    }
    case "thing":
      return callee.call(args, at) ?? opaque(args, at);
    default:
      // What was lost when it was made is told there, not where it is called.
      return opaque(args, at, callee.kind === "unknown" ? callee.causes[0] : undefined);
  }
}

/** undefined: no such method here. */
function callMethod(object: Value, name: string, args: Args, at: Site): Value | undefined {
  if (object.kind === "thing") return object.method(name, args, at);
  if (object.kind === "super") return at.machine.library.instanceMethod(object.instance, name, args, at);
  return builtinMethod(object, name, args, at);
}

/** A call that is not known: a tensor that goes in comes out, changed in a way that is told; anything else is lost. */
export function opaque(args: Args, at: Site, place: Range = at): Value {
  const label = /^[\w.]*/.exec(at.machine.source.slice(at.start, Math.min(at.end, at.start + 200)))?.[0] ?? "";
  const values = args.flatMap((arg) => (arg.value.kind === "list" || arg.value.kind === "tuple" ? arg.value.items : [arg.value]));
  // Where branches meet, the call is what is told.
  const site = values.filter((value) => value.kind === "thing").length > 1 ? at : { ...at, start: place.start, end: place.end };
  for (const [i, value] of values.entries()) {
    const others = values.filter((_, k) => k !== i);
    const out = value.kind === "thing" ? value.through(label, others, site) : undefined;
    if (out !== undefined) return out;
  }
  return at.machine.lost("runtime", at);
}

/** A function of the source runs in a scope of its own; without a return it gives None. */
function callFunction(callee: FunctionValue, args: Args, at: Site): Value {
  const { machine } = at;
  machine.called.add(callee.definition);
  const scope = new Scope(callee.scope, "function", callee);
  bind(callee, args, scope, at);
  const { body } = callee.definition;
  if (!isBlock(body)) return machine.value(body, scope);
  const signal = machine.run(body, scope);
  return signal?.type === "return" ? signal.value : none;
}

function isBlock(body: FunctionValue["definition"]["body"]): body is readonly Stmt[] {
  return Array.isArray(body);
}

/** Gives every parameter its argument, its default, or what says that nobody gives it. */
function bind(callee: FunctionValue, args: Args, scope: Scope, at: Site): void {
  const positional = args.filter((arg) => arg.name === null && !arg.spread).map((arg) => arg.value);
  if (callee.self !== null) positional.unshift(callee.self);
  const named = new Map(args.flatMap((arg) => (arg.name === null ? [] : [[arg.name, arg.value] as const])));
  const spread = args.filter((arg) => arg.spread).map((arg) => arg.value);
  for (const param of callee.definition.params) {
    if (param.stars === 1) scope.set(param.name, spread.length > 0 ? mixed(spread) : tuple(positional.splice(0)));
    else if (param.stars === 2) {
      const entries = [...named].map(([name, value]) => [keyOf(text(name)) ?? name, { key: text(name), value }] as const);
      scope.set(param.name, spread.length > 0 ? mixed(spread) : { kind: "dict", entries: new Map(entries) });
    } else {
      const given = named.get(param.name) ?? (param.keywordOnly ? undefined : positional.shift());
      named.delete(param.name);
      scope.set(param.name, given ?? missing(param, callee, spread, at));
    }
  }
}

/** A parameter without an argument: its default, or open where it is used. */
function missing(param: Parameter, callee: FunctionValue, spread: readonly Value[], at: Site): Value {
  if (spread.length > 0) return mixed(spread);
  return param.byDefault === null ? unknown([], "unbound") : at.machine.value(param.byDefault, callee.scope);
}

/** The frameworks look on: an instance of theirs may be a model. */
function instantiate(of: ClassValue, args: Args, at: Site): Value {
  const { machine } = at;
  const instance = new Instance(of, { start: at.start, end: at.end });
  if (!machine.made.has(of.definition)) machine.made.set(of.definition, instance);
  machine.library.instanceMade(instance, at, () => {
    const init = machine.classMember(of, "__init__", instance, at);
    if (init !== undefined) machine.call(init, args, at);
    else if (isDataClass(of)) setFields(instance, args);
    else machine.library.instanceMethod(instance, "__init__", args, at);
  });
  return instance;
}

function isDataClass(of: ClassValue): boolean {
  return of.definition.decorators.some((decorator) => {
    const name = decorator.type === "call" ? decorator.callee : decorator;
    return (name.type === "name" && name.name === "dataclass") || (name.type === "member" && name.name === "dataclass");
  });
}

/** A dataclass takes its annotated fields as arguments, in order. */
function setFields(instance: Instance, args: Args): void {
  const fields = instance.of.definition.body.flatMap((statement) =>
    statement.type === "assign" && statement.targets[0]?.type === "name" ? [statement.targets[0].name] : [],
  );
  args.forEach((arg, i) => {
    const name = arg.name ?? fields[i];
    if (name !== undefined && !arg.spread) instance.attributes.set(name, arg.value);
  });
}

/** A member of a class or of those above it; a method is bound to `self`, a property is worked out. */
export function classMember(of: ClassValue, name: string, self: Value | null, at: Site): Value | undefined {
  for (const one of withBases(of)) {
    const own = one.members.get(name);
    if (own !== undefined) return own.kind === "function" ? method(own, one, self, at) : own;
  }
  return undefined;
}

/** A class and those above it, the nearest first; a class that is its own base stands there once. */
function withBases(of: ClassValue): ReadonlySet<ClassValue> {
  const all = new Set([of]);
  for (const one of all) for (const base of one.bases) if (base.kind === "class") all.add(base);
  return all;
}

/** A function of a class, bound as its decorators say. */
function method(own: FunctionValue, of: ClassValue, self: Value | null, at: Site): Value {
  const decorators = own.definition.decorators.map((decorator) =>
    decorator.type === "name" ? decorator.name : decorator.type === "member" ? decorator.name : "",
  );
  if (decorators.includes("staticmethod")) return own;
  if (decorators.includes("classmethod")) return { ...own, self: of, owner: of };
  if (self === null) return own;
  const bound: FunctionValue = { ...own, self, owner: of };
  return decorators.includes("property") || decorators.includes("cached_property") ? at.machine.call(bound, [], at) : bound;
}
