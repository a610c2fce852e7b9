/** Python's operators on constants. */
import { textOf } from "./format.js";
import { iterate } from "./iterate.js";
import { LONGEST_LIST, LONGEST_TEXT, NESTING } from "./limits.js";
import { bool, float, keyOf, list, mixed, type Site, text, truth, tuple, unknown, type Value, whole } from "./values.js";

/** `not`, `-`, `+`, `~`. */
export function unary(op: string, operand: Value, at: Site): Value {
  if (op === "not") {
    const test = truth(operand);
    return test === null ? kept([operand], at) : bool(!test);
  }
  if (operand.kind === "thing") return operand.operate(op, operand, false, at) ?? at.machine.lost("runtime", at);
  const number = numeric(operand);
  if (number === undefined) return kept([operand], at);
  if (op === "-") return { kind: "number", value: -number.value, whole: number.whole };
  if (op === "~" && number.whole) return whole(-number.value - 1);
  return { kind: "number", ...number };
}

/** What an operation on unknowns loses: where they were lost, or here. */
function kept(values: readonly Value[], at: Site): Value {
  const all = mixed(values);
  return all.causes.length > 0 ? all : at.machine.lost("runtime", at);
}

function numeric(value: Value): { value: number; whole: boolean } | undefined {
  if (value.kind === "number") return { value: value.value, whole: value.whole };
  return value.kind === "bool" ? { value: Number(value.value), whole: true } : undefined;
}

/** Arithmetic on numbers, joining of texts and lists; things know their own operators. */
export function binary(op: string, left: Value, right: Value, at: Site): Value {
  if (left.kind === "thing") return left.operate(op, right, false, at) ?? kept([left, right], at);
  if (right.kind === "thing") return right.operate(op, left, true, at) ?? kept([left, right], at);
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return arithmetic(op, a, b) ?? at.machine.lost("runtime", at);
  return joined(op, left, right) ?? kept([left, right], at);
}

interface Operand {
  readonly value: number;
  readonly whole: boolean;
}

/** undefined where Python would fail, or leave the numbers that JavaScript has. */
function arithmetic(op: string, a: Operand, b: Operand): Value | undefined {
  const value = computed(op, a.value, b.value);
  // Beyond 2^53 the numbers are no longer Python's; no layer is that large.
  if (value === undefined || !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return undefined;
  const integral = a.whole && b.whole && op !== "/" && !(op === "**" && b.value < 0);
  return integral ? whole(value) : /^[&|^]$|<<|>>/.test(op) ? undefined : float(value);
}

/** The numbers alone, with Python's floors and signs. */
function computed(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? undefined : a / b;
    case "//":
      return b === 0 ? undefined : Math.floor(a / b);
    case "%":
      return b === 0 ? undefined : a - b * Math.floor(a / b);
    case "**":
      return a ** b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return b < 0 ? undefined : a * 2 ** b;
    case ">>":
      return b < 0 ? undefined : Math.floor(a / 2 ** b);
    default:
      return undefined;
  }
}

/** Texts, lists, tuples and dicts put together or repeated. */
function joined(op: string, left: Value, right: Value): Value | undefined {
  if (op === "+" && left.kind === "string" && right.kind === "string") return text(left.value + right.value);
  if (op === "+" && left.kind === "list" && right.kind === "list") return list([...left.items, ...right.items]);
  if (op === "+" && left.kind === "tuple" && right.kind === "tuple") return tuple([...left.items, ...right.items]);
  if (op === "|" && left.kind === "dict" && right.kind === "dict")
    return { kind: "dict", entries: new Map([...left.entries, ...right.entries]) };
  if (op === "%" && left.kind === "string") return percent(left.value, right);
  if (op !== "*") return undefined;
  const [times, repeated] = left.kind === "number" ? [left, right] : [right, left];
  if (times.kind !== "number" || !times.whole) return undefined;
  const count = Math.max(0, times.value);
  if (repeated.kind === "string") return repeated.value.length * count > LONGEST_TEXT ? undefined : text(repeated.value.repeat(count));
  if (repeated.kind !== "list" && repeated.kind !== "tuple") return undefined;
  if (repeated.items.length * count > LONGEST_LIST) return undefined;
  return { kind: repeated.kind, items: Array.from({ length: count }, () => repeated.items).flat() };
}

/** "layer_%d" % 3 */
function percent(template: string, right: Value): Value | undefined {
  const values = right.kind === "tuple" ? [...right.items] : [right];
  let known = true;
  const out = template.replace(/%(?:%|(0?\d*)([dis]))/g, (whole: string, width: string | undefined) => {
    if (whole === "%%") return "%";
    const piece = textOf(values.shift() ?? unknown([]));
    known &&= piece !== undefined;
    return (piece ?? "").padStart(Math.min(Number(width ?? 0), 100), width?.startsWith("0") ? "0" : " ");
  });
  return known ? text(out) : undefined;
}

/** Comparisons; equality of what is not a constant is open. */
export function compare(op: string, left: Value, right: Value, at: Site): Value {
  if (op === "is" || op === "is not" || op === "==" || op === "!=") {
    const same = equal(left, right);
    return same === undefined ? kept([left, right], at) : bool(same === (op === "is" || op === "=="));
  }
  if (op === "in" || op === "not in") {
    const items = right.kind === "string" ? null : iterate(right, at);
    if (right.kind === "string" && left.kind === "string") return bool(right.value.includes(left.value) === (op === "in"));
    const found = items?.map((item) => equal(left, item));
    if (found === undefined || (!found.includes(true) && found.includes(undefined))) return kept([left, right], at);
    return bool(found.includes(true) === (op === "in"));
  }
  const [a, b] = [numeric(left)?.value ?? textValue(left), numeric(right)?.value ?? textValue(right)];
  if (a === undefined || b === undefined || typeof a !== typeof b) return kept([left, right], at);
  return bool(op === "<" ? a < b : op === "<=" ? a <= b : op === ">" ? a > b : a >= b);
}

function textValue(value: Value): string | undefined {
  return value.kind === "string" ? value.value : undefined;
}

/** undefined where only a run can tell. */
export function equal(left: Value, right: Value, depth = 0): boolean | undefined {
  if (left.kind === "unknown" || right.kind === "unknown") return undefined;
  if (left === right) return true;
  const [a, b] = [keyOf(left), keyOf(right)];
  if (a !== undefined && b !== undefined) return a === b;
  if ((left.kind === "list" || left.kind === "tuple") && left.kind === right.kind) {
    if (left.items.length !== right.items.length) return false;
    if (depth > NESTING) return undefined;
    const all = left.items.map((item, i) => equal(item, right.items[i] as Value, depth + 1));
    return all.includes(false) ? false : all.includes(undefined) ? undefined : true;
  }
  if (left.kind === "array" || right.kind === "array") return undefined;
  // A layer, a function or a list is not None, nor a number.
  return a !== undefined || b !== undefined ? false : undefined;
}
