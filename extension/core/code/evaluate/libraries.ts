/** Functions of Python's own libraries and of NumPy that constants go through. */
import { arrayFunction } from "./arrays.js";
import { type Args, float, Instance, none, type Site, text, type Value, whole } from "./values.js";

const mathFunctions: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  log: (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
  pow: (x, y) => x ** (y ?? 1),
  prod: (...values) => values.reduce((product, value) => product * value, 1),
  fabs: Math.abs,
};
const toWhole: Readonly<Record<string, (value: number) => number>> = { ceil: Math.ceil, floor: Math.floor, trunc: Math.trunc };

/** @param path dotted, from the package on. undefined: not known. */
export function libraryCall(path: string, args: Args, at: Site): Value | undefined {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const root = path.split(".")[0];
  const values = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const [first] = values;
  if (root === "math" || root === "numpy") {
    const found = numeric(name, values);
    if (found !== undefined) return found;
  }
  if (root === "numpy" || root === "torch" || root === "tensorflow" || root === "keras") {
    const found = arrayFunction(name, args, at);
    if (found !== undefined) return found;
  }
  switch (path) {
    case "functools.partial":
      return first === undefined ? undefined : { kind: "partial", callee: first, args: args.slice(1) };
    case "collections.OrderedDict":
      return at.machine.call({ kind: "symbol", path: "builtins.dict" }, args, at);
    case "copy.copy":
    case "copy.deepcopy":
      return first;
    case "types.SimpleNamespace":
    case "argparse.Namespace":
      return namespace(args);
    case "json.loads":
      return first?.kind === "string" ? parsed(first.value) : undefined;
    default:
      return undefined;
  }
}

/** math.sqrt(2), np.prod([2, 3]) … */
function numeric(name: string, values: readonly Value[]): Value | undefined {
  const numbers = values
    .flatMap((value) => (value.kind === "list" || value.kind === "tuple" ? value.items : [value]))
    .map((value) => (value.kind === "number" ? value.value : NaN));
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return undefined;
  const rounded = Object.hasOwn(toWhole, name) ? toWhole[name]?.(numbers[0] as number) : undefined;
  if (rounded !== undefined) return whole(rounded);
  const result = Object.hasOwn(mathFunctions, name) ? mathFunctions[name]?.(...numbers) : undefined;
  if (result === undefined || !Number.isFinite(result)) return undefined;
  return name === "prod" && Number.isInteger(result) ? whole(result) : float(result);
}

/** An object that holds its keyword arguments. */
function namespace(args: Args): Value {
  const definition = { name: "Namespace", bases: [], body: [], decorators: [], start: 0, end: 0 };
  const instance = new Instance({ kind: "class", definition, bases: [], members: new Map() }, definition);
  for (const arg of args) if (arg.name !== null) instance.attributes.set(arg.name, arg.value);
  return instance;
}

/** JSON in a text of the source is a constant like any other. */
function parsed(json: string): Value | undefined {
  try {
    return fromJson(JSON.parse(json), 0);
  } catch {
    return undefined;
  }
}

function fromJson(value: unknown, depth: number): Value {
  if (value === null || depth > 20) return none;
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return { kind: "bool", value };
  if (typeof value === "number") return Number.isInteger(value) ? whole(value) : float(value);
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => fromJson(item, depth + 1)) };
  const entries = Object.entries(value as object).map(
    ([key, item]) => [`s${key}`, { key: text(key), value: fromJson(item, depth + 1) }] as const,
  );
  return { kind: "dict", entries: new Map(entries) };
}
