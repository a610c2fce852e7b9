/** Expressions → values. */
import type { Argument, Clause, Expr } from "../python/syntax.js";
import { openCondition, openLoop } from "./doubts.js";
import { formatted } from "./format.js";
import { Exhausted, LONGEST_LIST } from "./limits.js";
import type { Machine } from "./machine.js";
import { binary, compare, unary } from "./operators.js";
import {
  type Arg,
  bool,
  type Args,
  type Cause,
  float,
  keyOf,
  list,
  mixed,
  none,
  Scope,
  type Site,
  text,
  truth,
  tuple,
  type Unknown,
  unknown,
  type Value,
  whole,
} from "./values.js";

/** One expression. Never fails: what cannot be told is unknown, with its place. */
export function evaluate(machine: Machine, expr: Expr, scope: Scope): Value {
  const at: Site = { machine, start: expr.start, end: expr.end, running: scope.running };
  switch (expr.type) {
    case "number":
      return expr.whole ? whole(expr.value) : float(expr.value);
    case "string":
      return text(expr.value);
    case "constant":
      return expr.value === null ? none : bool(expr.value);
    case "format":
      return format(expr.parts, scope, at);
    case "name":
      return name(expr.name, scope, at);
    case "tuple":
      return tuple(itemsOf(expr.items, scope, at));
    case "list":
    case "set": {
      const parts = expr.items.map((item) => itemsOf([item], scope, at));
      const places = expr.items.flatMap(({ start, end }, i) => (parts[i] ?? []).map(() => ({ start, end })));
      return { kind: expr.type, items: parts.flat(), places };
    }
    case "dict":
      return dict(expr.entries, scope, at);
    case "conditional": {
      const test = truth(machine.value(expr.test, scope));
      if (test !== null) return machine.value(test ? expr.then : expr.otherwise, scope);
      return either(expr, scope, at);
    }
    case "call":
      return machine.call(machine.value(expr.callee, scope), argumentsOf(expr.args, scope, machine), { ...at, open: expr.open });
    case "member":
      return machine.member(machine.value(expr.object, scope), expr.name, at);
    case "index":
      return indexed(machine.value(expr.object, scope), expr.items, scope, at);
    case "comprehension":
      return comprehension(expr, scope, at);
    default:
      return operation(expr, scope, at);
  }
}

/** Expressions that compute something from others. */
function operation(expr: Expr, scope: Scope, at: Site): Value {
  const { machine } = at;
  switch (expr.type) {
    case "unary":
      return unary(expr.op, machine.value(expr.operand, scope), at);
    case "binary":
      return binary(expr.op, machine.value(expr.left, scope), machine.value(expr.right, scope), at);
    case "compare":
      return compare(expr.op, machine.value(expr.left, scope), machine.value(expr.right, scope), at);
    case "logic": {
      const left = machine.value(expr.left, scope);
      const test = truth(left);
      if (test === (expr.op === "or")) return left;
      const right = machine.value(expr.right, scope);
      if (test !== null) return right;
      // The other side may decide alone: `x and False`.
      return truth(right) === (expr.op === "or") && right.kind === "bool" ? right : mixed([lostUnless(left, at), right]);
    }
    case "slice": {
      const bound = (part: Expr | null): Value => (part === null ? none : machine.value(part, scope));
      return { kind: "slice", lower: bound(expr.lower), upper: bound(expr.upper), step: bound(expr.step) };
    }
    case "lambda":
      return { kind: "function", definition: expr.definition, scope, self: null, owner: null };
    case "walrus": {
      const value = machine.value(expr.value, scope);
      if (expr.target.type === "name") scope.set(expr.target.name, value);
      return value;
    }
    case "star":
      return machine.value(expr.value, scope);
    default:
      return machine.lost("runtime", at);
  }
}

/** An unknown stays what it is; any other value that cannot decide is lost here. */
function lostUnless(value: Value, at: Site): Unknown {
  return value.kind === "unknown" ? value : at.machine.lost("runtime", at);
}

/** One of two values, when only a run can tell which: of layers and tensors the first, and a problem says so. */
function either(expr: Extract<Expr, { type: "conditional" }>, scope: Scope, at: Site): Value {
  const { machine } = at;
  const then = machine.doubtfully([openCondition(machine, expr.test)], () => machine.value(expr.then, scope));
  const otherwise = machine.value(expr.otherwise, scope);
  if (then.kind === "thing") return then;
  const [x, y] = [keyOf(then), keyOf(otherwise)];
  return x !== undefined && x === y ? then : machine.lost("runtime", at);
}

/** The nearest binding, then Python's own names, then the frameworks' without an import. */
function name(id: string, scope: Scope, at: Site): Value {
  const { machine } = at;
  const found = scope.find(id);
  if (found !== undefined) {
    if (found.kind === "symbol" && !machine.library.knows(found.path)) return machine.lost("unbound", at);
    return found.kind === "unknown" && found.atUse !== null ? machine.lost(found.atUse, at) : found;
  }
  if (machine.builtins.has(id)) return { kind: "symbol", path: `builtins.${id}` };
  return machine.library.unbound(id, machine.starred) ?? machine.lost("unbound", at);
}

/** Items of a literal; `*value` is spread where it is known. */
function itemsOf(items: readonly Expr[], scope: Scope, at: Site): Value[] {
  return items.flatMap((item): Value[] => {
    const value = at.machine.value(item, scope);
    if (item.type !== "star") return [value];
    const spread = at.machine.iterate(value, at);
    return spread === null ? [lostUnless(value, { ...at, start: item.start, end: item.end })] : [...spread];
  });
}

function dict(entries: readonly { key: Expr | null; value: Expr }[], scope: Scope, at: Site): Value {
  const out = new Map<string, { key: Value; value: Value }>();
  for (const entry of entries) {
    const value = at.machine.value(entry.value, scope);
    if (entry.key === null) {
      if (value.kind === "dict") for (const [key, pair] of value.entries) out.set(key, pair);
      continue;
    }
    const key = at.machine.value(entry.key, scope);
    // A key that is not known is kept apart from all others.
    out.set(keyOf(key) ?? `?${entry.key.start}`, { key, value });
  }
  return { kind: "dict", entries: out };
}

/** Arguments with their places; known `*` and `**` are spread. */
export function argumentsOf(args: readonly Argument[], scope: Scope, machine: Machine): Args {
  return args.flatMap((argument): Arg[] => {
    const place = { start: argument.start, end: argument.end };
    if (argument.value === null) return [];
    const value = machine.value(argument.value, scope);
    if (argument.stars === 0) return [{ name: argument.name, value, spread: false, ...place }];
    if (argument.stars === 1) {
      const items = machine.iterate(value, { machine, ...place });
      return items === null
        ? [{ name: null, value, spread: true, ...place }]
        : items.map((item) => ({ name: null, value: item, spread: false, ...place }));
    }
    if (value.kind !== "dict") return [{ name: null, value, spread: true, ...place }];
    return [...value.entries.values()].map((entry) => ({
      name: entry.key.kind === "string" ? entry.key.value : null,
      value: entry.value,
      spread: entry.key.kind !== "string",
      ...place,
    }));
  });
}

/** An f-string is known only if all its pieces are. */
function format(parts: readonly (string | { value: Expr; spec: string })[], scope: Scope, at: Site): Value {
  let out = "";
  for (const part of parts) {
    if (typeof part === "string") {
      out += part;
      continue;
    }
    const value = at.machine.value(part.value, scope);
    const piece = formatted(value, part.spec);
    if (piece === undefined) return lostUnless(value, at);
    out += piece;
  }
  return text(out);
}

/** `object[items]`. */
function indexed(object: Value, items: readonly Expr[], scope: Scope, at: Site): Value {
  const { machine } = at;
  const values = items.map((item) => machine.value(item, scope));
  const [first] = values;
  if (object.kind === "thing") {
    const found = object.index(values.length === 1 && first?.kind === "tuple" ? first.items : values, at);
    if (found !== undefined) return found;
  }
  if (first === undefined) return machine.lost("runtime", at);
  // `List[int]` and the like are types, and mean the class itself.
  if (object.kind === "class" || object.kind === "symbol") return object;
  if (object.kind === "dict") {
    const key = keyOf(first);
    return (key === undefined ? undefined : object.entries.get(key)?.value) ?? machine.lost("runtime", at);
  }
  if (object.kind === "string" && values.length === 1) {
    const letters = pick([...object.value].map(text), first);
    return letters === undefined
      ? machine.lost("runtime", at)
      : Array.isArray(letters)
        ? text(letters.map((l) => (l.kind === "string" ? l.value : "")).join(""))
        : letters;
  }
  const sequence =
    object.kind === "range" ? machine.iterate(object, at) : "items" in object && Array.isArray(object.items) ? object.items : null;
  const picked = sequence === null || values.length !== 1 ? undefined : pick(sequence, first);
  if (picked === undefined) return machine.lost("runtime", at);
  if (!Array.isArray(picked)) return picked;
  return object.kind === "tuple" ? tuple(picked) : list(picked);
}

/** An item, or the items of a slice; undefined where the index is not known or outside. */
export function pick(items: readonly Value[], index: Value): Value | Value[] | undefined {
  const count = items.length;
  if (index.kind === "number" || index.kind === "bool") {
    const at = Number(index.value);
    return items[at < 0 ? at + count : at];
  }
  if (index.kind !== "slice") return undefined;
  const bounds = [index.lower, index.upper, index.step].map((bound) =>
    bound.kind === "none" ? null : bound.kind === "number" ? bound.value : undefined,
  );
  if (bounds.includes(undefined)) return undefined;
  const step = bounds[2] ?? 1;
  if (step === 0) return undefined;
  const clamp = (bound: number | null | undefined, byDefault: number): number => {
    if (bound == null) return byDefault;
    const from = bound < 0 ? bound + count : bound;
    return step > 0 ? Math.min(Math.max(from, 0), count) : Math.min(Math.max(from, -1), count - 1);
  };
  const [from, to] = step > 0 ? [clamp(bounds[0], 0), clamp(bounds[1], count)] : [clamp(bounds[0], count - 1), clamp(bounds[1], -1)];
  const out: Value[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) out.push(items[at] as Value);
  return out;
}

/** A comprehension has a scope of its own; what filters or feeds it has to be known. */
function comprehension(expr: Extract<Expr, { type: "comprehension" }>, scope: Scope, at: Site): Value {
  const { machine } = at;
  const inner = new Scope(scope, "function", scope.running);
  const keys: Value[] = [];
  const values: Value[] = [];
  const causes: Cause[] = [];
  const walk = (clauses: readonly Clause[]): void => {
    const [clause, ...rest] = clauses;
    if (values.length >= LONGEST_LIST) throw new Exhausted();
    if (clause === undefined) {
      if (expr.key !== null) keys.push(machine.value(expr.key, inner));
      values.push(machine.value(expr.value, inner));
      return;
    }
    const from = machine.value(clause.from, inner);
    const items = machine.iterate(from, at);
    if (items === null) {
      const lost = lostUnless(from, { ...at, start: clause.from.start, end: clause.from.end });
      causes.push(...lost.causes);
      assign(clause.target, lost, inner, machine);
      machine.doubtfully(openLoop(lost.causes), () => walk(rest));
    }
    for (const item of items ?? []) {
      assign(clause.target, item, inner, machine);
      const tests = clause.tests.map((test) => machine.value(test, inner));
      const open = tests.find((test) => truth(test) === null);
      if (open !== undefined) causes.push(...lostUnless(open, at).causes);
      else if (tests.every((test) => truth(test) === true)) walk(rest);
    }
  };
  walk(expr.clauses);
  // Layers made an unknown number of times are there once, with their problem; a list of numbers would be a guess.
  if (causes.length > 0 && !values.some((value) => value.kind === "thing")) return mixed([unknown(causes)]);
  const { start, end } = expr.value;
  if (expr.into !== "dict")
    return { kind: expr.into === "tuple" ? "list" : expr.into, items: values, places: values.map(() => ({ start, end })) };
  const entries = values.map((value, i) => {
    const key = keys[i] ?? none;
    return [keyOf(key) ?? `?${i}`, { key, value }] as const;
  });
  return { kind: "dict", entries: new Map(entries) };
}

/** Binds a target: a name, a list of targets, an attribute, an item. */
export function assign(target: Expr, value: Value, scope: Scope, machine: Machine): void {
  const at: Site = { machine, start: target.start, end: target.end };
  switch (target.type) {
    case "name":
      scope.set(target.name, value);
      if (value.kind === "thing") value.bound(target.name);
      return;
    case "tuple":
    case "list":
      return unpack(target.items, value, scope, at);
    case "star":
      return assign(target.value, value, scope, machine);
    case "member": {
      const object = machine.value(target.object, scope);
      if (object.kind === "thing" && "attributes" in object) (object.attributes as Map<string, Value>).set(target.name, value);
      else if (object.kind === "class") object.members.set(target.name, value);
      return;
    }
    case "index": {
      const object = machine.value(target.object, scope);
      const index = target.items[0] === undefined ? none : machine.value(target.items[0], scope);
      if (object.kind === "dict") object.entries.set(keyOf(index) ?? `?${target.start}`, { key: index, value });
      else if (object.kind === "list" && index.kind === "number") {
        const place = index.value < 0 ? index.value + object.items.length : index.value;
        if (place in object.items) object.items[place] = value;
      }
      return;
    }
    default:
      return;
  }
}

/** `a, (b, *c) = value`. */
function unpack(targets: readonly Expr[], value: Value, scope: Scope, at: Site): void {
  const { machine } = at;
  const items = machine.iterate(value, at);
  const star = targets.findIndex((target) => target.type === "star");
  // Pieces of a tensor are no layer's output, but its layers are not forgotten.
  const pieces = items === null && value.kind === "thing" ? value.pieces(targets.length, at) : undefined;
  targets.forEach((target, i) => {
    if (items === null)
      return assign(target, pieces?.[i] ?? (value.kind === "unknown" ? value : machine.lost("runtime", at)), scope, machine);
    const behind = targets.length - 1 - i;
    if (i === star) return assign(target, list(items.slice(i, items.length - behind)), scope, machine);
    const item = star >= 0 && i > star ? items[items.length - 1 - behind] : items[i];
    assign(target, item ?? machine.lost("runtime", at), scope, machine);
  });
}
