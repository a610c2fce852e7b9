/** Python's built-in functions on constants. */
import { textOf } from "./format.js";
import { lengthOfRange } from "./iterate.js";
import { binary, compare } from "./operators.js";
import {
  type Args,
  bool,
  type Dict,
  float,
  Instance,
  keyOf,
  list,
  mixed,
  none,
  type Site,
  text,
  truth,
  tuple,
  type Value,
  whole,
} from "./values.js";

type Builtin = (values: readonly Value[], at: Site, args: Args) => Value | undefined;

const functions: Readonly<Record<string, Builtin>> = {
  len: ([value], at) => length(value, at),
  range: (values) => {
    const numbers = values.map((value) => (value.kind === "number" || value.kind === "bool" ? Number(value.value) : NaN));
    const [from, to, by] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
    if (from === undefined || to === undefined || Number.isNaN(from + to + by) || by === 0) return mixed(values);
    return { kind: "range", from, to, by };
  },
  int: ([value], at) => converted(value, at, (number) => whole(Math.trunc(number))),
  float: ([value], at) => converted(value, at, float),
  str: ([value]) => (value === undefined ? text("") : lift(textOf(value), text)),
  bool: ([value]) => (value === undefined ? bool(false) : lift(truth(value) ?? undefined, bool)),
  abs: ([value]) => (value?.kind === "number" ? { ...value, value: Math.abs(value.value) } : undefined),
  round: ([value, digits]) => {
    if (value?.kind !== "number") return undefined;
    if (digits === undefined || digits.kind === "none") return whole(halfToEven(value.value));
    return digits.kind === "number" ? float(Number(value.value.toFixed(Math.max(0, digits.value)))) : undefined;
  },
  list: ([value], at) => (value === undefined ? list([]) : lift(at.machine.iterate(value, at), (items) => list([...items]))),
  tuple: ([value], at) => (value === undefined ? tuple([]) : lift(at.machine.iterate(value, at), (items) => tuple([...items]))),
  set: ([value], at) => (value === undefined ? { kind: "set", items: [] } : lift(at.machine.iterate(value, at), distinct)),
  dict: ([value], at, args) => dictOf(value, at, args),
  enumerate: ([value, start], at, args) => {
    const from = start ?? args.find((arg) => arg.name === "start")?.value;
    const first = from?.kind === "number" ? from.value : 0;
    return value === undefined
      ? undefined
      : lift(at.machine.iterate(value, at), (items) => list(items.map((item, i) => tuple([whole(first + i), item]))));
  },
  zip: (values, at) => {
    const columns = values.map((value) => at.machine.iterate(value, at));
    if (columns.includes(null)) return undefined;
    const rows = Math.min(...columns.map((column) => column?.length ?? 0));
    return list(Array.from({ length: Number.isFinite(rows) ? rows : 0 }, (_, i) => tuple(columns.map((column) => column?.[i] as Value))));
  },
  reversed: ([value], at) => (value === undefined ? undefined : lift(at.machine.iterate(value, at), (items) => list([...items].reverse()))),
  sorted: ([value], at, args) => {
    const items = value === undefined ? null : at.machine.iterate(value, at);
    if (
      items === null ||
      args.some((arg) => arg.name === "key") ||
      !items.every((item) => item.kind === "number" || item.kind === "string")
    )
      return undefined;
    const order = [...items].sort((a, b) => (truth(compare("<", a, b, at)) === true ? -1 : truth(compare("<", b, a, at)) === true ? 1 : 0));
    const back = args.find((arg) => arg.name === "reverse")?.value;
    return list(back !== undefined && truth(back) === true ? order.reverse() : order);
  },
  sum: ([value, start], at) => {
    const items = value === undefined ? null : at.machine.iterate(value, at);
    return items === null ? undefined : items.reduce<Value>((total, item) => binary("+", total, item, at), start ?? whole(0));
  },
  min: (values, at) => extreme("<", values, at),
  max: (values, at) => extreme(">", values, at),
  any: ([value], at) => everyOrSome(value, at, true),
  all: ([value], at) => everyOrSome(value, at, false),
  map: ([callee, value], at) => {
    const items = value === undefined ? null : at.machine.iterate(value, at);
    if (items === null || callee === undefined) return undefined;
    return list(
      items.map((item) => at.machine.call(callee, [{ name: null, value: item, spread: false, start: at.start, end: at.end }], at)),
    );
  },
  iter: ([value]) => value,
  super: (values, at) => superOf(values, at),
  getattr: ([object, name, byDefault], at) =>
    object !== undefined && name?.kind === "string" ? at.machine.member(object, name.value, at) : byDefault,
  setattr: ([object, name, value]) => {
    if (object instanceof Instance && name?.kind === "string" && value !== undefined) object.attributes.set(name.value, value);
    return none;
  },
  hasattr: ([object, name]) =>
    object instanceof Instance && name?.kind === "string" ? bool(object.attributes.has(name.value)) : undefined,
  callable: ([value]) =>
    value === undefined || value.kind === "unknown" ? undefined : bool(/^(?:function|class|symbol|partial|method|thing)$/.test(value.kind)),
  isinstance: ([value, type]) => isInstance(value, type),
  divmod: ([a, b], at) => (a === undefined || b === undefined ? undefined : tuple([binary("//", a, b, at), binary("%", a, b, at)])),
  pow: ([a, b], at) => (a === undefined || b === undefined ? undefined : binary("**", a, b, at)),
  print: () => none,
};

/** Names that mean something without being bound; those that are not computed are here too: they are not open names. */
export const builtinNames: ReadonlySet<string> = new Set([
  ...Object.keys(functions),
  ..."Ellipsis object type id input open filter next vars globals locals repr format hash property staticmethod classmethod slice bytes complex frozenset".split(
    " ",
  ),
  ..."Exception ValueError TypeError KeyError NotImplementedError ImportError RuntimeError AssertionError AttributeError".split(" "),
]);

/** undefined: not computed here, or not with these arguments. */
export function builtin(name: string, args: Args, at: Site): Value | undefined {
  if (!Object.hasOwn(functions, name)) return undefined;
  const values = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const result = functions[name]?.(values, at, args);
  if (result !== undefined && !(result.kind === "unknown" && result.causes.length === 0)) return result;
  // Of an unknown only its own loss is told: `int(n)` is open because n is.
  const lost = mixed(args.map((arg) => arg.value));
  return lost.causes.length > 0 && !/^(?:super|getattr|map)$/.test(name) ? lost : undefined;
}

/** Nothing stays nothing. */
function lift<T>(value: T | null | undefined, make: (value: T) => Value): Value | undefined {
  return value === null || value === undefined ? undefined : make(value);
}

function length(value: Value | undefined, at: Site): Value | undefined {
  if (value === undefined) return undefined;
  if (value.kind === "range") return whole(lengthOfRange(value));
  if (value.kind === "array") return lift(value.shape?.[0], whole);
  return lift(at.machine.iterate(value, at), (items) => whole(items.length));
}

/** int() and float(), also of text. */
function converted(value: Value | undefined, at: Site, make: (value: number) => Value): Value | undefined {
  if (value === undefined) return make(0);
  if (value.kind === "number" || value.kind === "bool") return make(Number(value.value));
  if (value.kind === "string" && /^\s*[+-]?[\d_.]+(?:e[+-]?\d+)?\s*$/i.test(value.value))
    return make(Number(value.value.replace(/_/g, "")));
  return value.kind === "unknown" ? value : at.machine.lost("runtime", at);
}

/** Python rounds halves to the even neighbour. */
function halfToEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** A set keeps the order of the source: what iterates over it is told in that order. */
function distinct(items: readonly Value[]): Value {
  const seen = new Map<string, Value>();
  items.forEach((item, i) => {
    const key = keyOf(item) ?? `?${i}`;
    if (!seen.has(key)) seen.set(key, item);
  });
  return { kind: "set", items: [...seen.values()] };
}

function dictOf(value: Value | undefined, at: Site, args: Args): Value | undefined {
  const out: Dict = { kind: "dict", entries: new Map() };
  if (value?.kind === "dict") for (const [key, pair] of value.entries) out.entries.set(key, pair);
  else if (value !== undefined) {
    const pairs = at.machine.iterate(value, at)?.map((item) => at.machine.iterate(item, at));
    if (pairs === undefined) return undefined;
    for (const pair of pairs) {
      const [key, item] = pair ?? [];
      if (key === undefined || item === undefined) return undefined;
      out.entries.set(keyOf(key) ?? `?${out.entries.size}`, { key, value: item });
    }
  }
  for (const arg of args)
    if (arg.name !== null) out.entries.set(keyOf(text(arg.name)) ?? arg.name, { key: text(arg.name), value: arg.value });
  return out;
}

function extreme(op: "<" | ">", values: readonly Value[], at: Site): Value | undefined {
  const items = values.length === 1 && values[0] !== undefined ? at.machine.iterate(values[0], at) : values;
  if (items === null || items.length === 0) return undefined;
  let best = items[0] as Value;
  for (const item of items.slice(1)) {
    const better = truth(compare(op, item, best, at));
    if (better === null) return mixed(items);
    if (better) best = item;
  }
  return best;
}

/** any() and all(): one known item may decide, whatever the others are. */
function everyOrSome(value: Value | undefined, at: Site, some: boolean): Value | undefined {
  const tests = value === undefined ? null : at.machine.iterate(value, at)?.map(truth);
  if (tests == null) return undefined;
  if (tests.includes(some)) return bool(some);
  return tests.includes(null) ? undefined : bool(!some);
}

/** `super()` in a method, or `super(Class, self)`. */
function superOf(values: readonly Value[], at: Site): Value | undefined {
  const running = at.running;
  const [of, self] = values;
  const above = of?.kind === "class" ? of : running?.owner;
  const instance = self ?? running?.self;
  return above != null && instance instanceof Instance ? { kind: "super", instance, above } : undefined;
}

/** Only of plain constants: what else a thing is, is the frameworks' business. */
function isInstance(value: Value | undefined, type: Value | undefined): Value | undefined {
  const types = type?.kind === "tuple" ? type.items : [type];
  const kinds: Readonly<Record<string, (value: Value) => boolean>> = {
    int: (own) => (own.kind === "number" && own.whole) || own.kind === "bool",
    float: (own) => own.kind === "number" && !own.whole,
    str: (own) => own.kind === "string",
    bool: (own) => own.kind === "bool",
    list: (own) => own.kind === "list",
    tuple: (own) => own.kind === "tuple",
    dict: (own) => own.kind === "dict",
  };
  if (value === undefined || value.kind === "unknown" || value.kind === "thing") return undefined;
  const tests = types.map((one) => (one?.kind === "symbol" ? kinds[one.path.replace(/^builtins\./, "")]?.(value) : undefined));
  return tests.includes(true) ? bool(true) : tests.includes(undefined) ? undefined : bool(false);
}
