/** Statements: what they bind, and which of them are run. */
import type { Expr, Range, Stmt } from "../python/syntax.js";
import { openCondition, openLoop, tooLong } from "./doubts.js";
import { assign } from "./evaluate.js";
import { Exhausted, LONGEST_LIST, LOOP_STEPS } from "./limits.js";
import type { Machine } from "./machine.js";
import { binary } from "./operators.js";
import { type Cause, type ClassValue, type FunctionValue, none, Scope, truth, tuple, unknown, type Unknown, type Value } from "./values.js";

/** What a name holds that is bound in a branch or loop which only a run can decide. */
const openAtUse = unknown([], "runtime");

/** How a block ended; null: at its end. `uncertain`: a branch returned that may not be taken. */
export type Signal =
  | null
  | { readonly type: "return"; readonly value: Value; readonly uncertain?: boolean }
  | { readonly type: "break" | "continue" | "raise" };

/** A block, up to its end or whatever ends it. */
export function execute(machine: Machine, body: readonly Stmt[], scope: Scope): Signal {
  let maybe: Value | null = null;
  for (const statement of body) {
    const signal = step(machine, statement, scope);
    if (signal === null) continue;
    if (signal.type === "return" && signal.uncertain === true) {
      maybe ??= signal.value;
      continue;
    }
    // A branch that may be taken returned before: where this end gives nothing, that is the better reading.
    if (signal.type === "return" && maybe !== null && (signal.value.kind === "none" || signal.value.kind === "unknown"))
      return { type: "return", value: maybe };
    return signal;
  }
  return maybe === null ? null : { type: "return", value: maybe, uncertain: true };
}

/** One statement. */
function step(machine: Machine, statement: Stmt, scope: Scope): Signal {
  switch (statement.type) {
    case "expression":
      machine.value(statement.value, scope);
      return null;
    case "assign":
      assignment(machine, statement, scope);
      return null;
    case "update":
      update(machine, statement, scope);
      return null;
    case "if":
      return branch(machine, statement, scope);
    case "for":
      return loop(machine, statement, scope);
    case "while":
      return repeat(machine, statement, scope);
    case "with":
      for (const item of statement.items) {
        const value = machine.value(item.value, scope);
        if (item.as !== null) assign(item.as, value, scope, machine);
      }
      return machine.run(statement.body, scope);
    case "try": {
      const signal = machine.run(statement.body, scope);
      return signal?.type === "raise" ? null : signal;
    }
    case "return":
      return { type: "return", value: statement.value === null ? none : machine.value(statement.value, scope) };
    case "break":
    case "continue":
    case "raise":
      return { type: statement.type };
    default:
      declare(machine, statement, scope);
      return null;
  }
}

/** Statements that only bind names. */
function declare(machine: Machine, statement: Stmt, scope: Scope): void {
  switch (statement.type) {
    case "def": {
      const value: FunctionValue = { kind: "function", definition: statement.definition, scope, self: null, owner: null };
      scope.set(statement.definition.name, value);
      if (scope.type === "module") machine.declared.push(value);
      return;
    }
    case "class": {
      const inner = new Scope(scope, "class", scope.running);
      const bases = statement.definition.bases.flatMap((base) =>
        base.value === null || base.name !== null ? [] : [machine.value(base.value, scope)],
      );
      const value: ClassValue = { kind: "class", definition: statement.definition, bases, members: inner.names };
      scope.set(statement.definition.name, value);
      if (scope.type === "module") machine.declared.push(value);
      machine.run(statement.definition.body, inner);
      return;
    }
    case "import":
      for (const { path, as } of statement.names) {
        if (as === null) machine.starred.push(path);
        else scope.set(as, { kind: "symbol", path });
      }
      return;
    case "scope":
      for (const name of statement.names) scope.outer.add(name);
      return;
    case "delete":
      for (const target of statement.targets) if (target.type === "name") scope.names.delete(target.name);
      return;
    default:
      return;
  }
}

function assignment(machine: Machine, statement: Extract<Stmt, { type: "assign" }>, scope: Scope): void {
  if (statement.value === null) return;
  const read = machine.value(statement.value, scope);
  // A tensor that is taken apart without being known is told with the whole assignment.
  const [target] = statement.targets;
  const count = target?.type === "tuple" || target?.type === "list" ? target.items.length : 0;
  const at = { machine, start: statement.start, end: statement.end };
  const pieces = read.kind === "thing" && count > 0 && machine.iterate(read, at) === null ? read.pieces(count, at) : undefined;
  const value = assigned(machine, pieces === undefined ? read : tuple([...pieces]), statement);
  for (const target of statement.targets) assign(target, value, scope, machine);
}

/** An unknown that gets a name is told with the whole assignment, where that is one line: both the name and what it hides stand there. */
function assigned(machine: Machine, value: Value, statement: Range): Value {
  if (machine.firstLine(statement).end < statement.end) return value;
  const widened = (own: Value): Value => {
    if (own.kind !== "unknown") return own;
    const causes = own.causes.map((cause): Cause => {
      const inside = cause.start >= statement.start && cause.end <= statement.end;
      return inside ? { ...cause, start: statement.start, end: statement.end } : cause;
    });
    return unknown(causes, own.atUse);
  };
  // `a, b = x.shape[0], x.shape[1]` names several at once.
  return value.kind === "tuple" ? tuple(value.items.map(widened)) : widened(value);
}

/** `target op= value`. */
function update(machine: Machine, statement: Extract<Stmt, { type: "update" }>, scope: Scope): void {
  const at = { machine, start: statement.start, end: statement.end };
  const before = machine.value(statement.target, scope);
  const by = machine.value(statement.value, scope);
  const items = before.kind === "list" && statement.op === "+" ? machine.iterate(by, at) : null;
  // `+=` changes the list itself, whoever else holds it.
  if (before.kind === "list" && items !== null) {
    if (before.items.length + items.length > LONGEST_LIST) throw new Exhausted();
    before.items.push(...items);
  } else assign(statement.target, assigned(machine, binary(statement.op, before, by, at), statement), scope, machine);
}

/** The first branch whose test holds; behind a test that is open nothing is certain. */
function branch(machine: Machine, statement: Extract<Stmt, { type: "if" }>, scope: Scope): Signal {
  for (const [i, { test, body }] of statement.branches.entries()) {
    const holds = test === null ? true : truth(machine.value(test, scope));
    if (holds === true) return machine.run(body, scope);
    if (holds === null && test !== null) return uncertain(machine, { test, body, others: statement.branches.slice(i + 1) }, scope);
  }
  return null;
}

interface Uncertain {
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly others: readonly { readonly test: Expr | null; readonly body: readonly Stmt[] }[];
}

/** A branch that only a run can decide: it is read, and a problem goes with all that it makes or changes. */
function uncertain(machine: Machine, { test, body, others }: Uncertain, scope: Scope): Signal {
  const before = new Map(scope.names);
  const signal = machine.doubtfully([openCondition(machine, test)], () => machine.run(body, scope));
  const after = new Map(scope.names);
  // The other branch is only looked at for names that it alone binds, or binds otherwise.
  for (const name of boundIn(others.flatMap((other) => other.body)))
    if (!before.has(name) && !after.has(name)) scope.names.set(name, openAtUse);
  for (const [name, value] of after) {
    const old = before.get(name);
    if (value === old || value.kind === "thing" || value.kind === "function" || value.kind === "class") continue;
    scope.names.set(name, openAtUse);
  }
  return signal?.type === "return" ? { ...signal, uncertain: true } : null;
}

/** A loop over known items runs as Python would; over anything else its body is read once. */
function loop(machine: Machine, statement: Extract<Stmt, { type: "for" }>, scope: Scope): Signal {
  const at = { machine, start: statement.from.start, end: statement.from.end };
  const from = machine.value(statement.from, scope);
  const items = machine.iterate(from, at);
  if (items === null) {
    const lost = from.kind === "unknown" ? from : machine.lost("runtime", at);
    return unknownTimes(machine, { lost, target: statement.target, body: statement.body }, scope);
  }
  let result: Signal = null;
  const done = bounded(machine, statement, () => {
    for (const item of items) {
      assign(statement.target, item, scope, machine);
      const signal = machine.run(statement.body, scope);
      if (signal === null || signal.type === "continue") continue;
      if (signal.type !== "break") result = signal;
      return;
    }
  });
  if (!done) forget(statement.body, scope);
  return result;
}

/** A body that is read once, since only a run can tell how often it runs. */
function unknownTimes(machine: Machine, open: { lost: Unknown; target: Expr | null; body: readonly Stmt[] }, scope: Scope): Signal {
  if (open.target !== null) assign(open.target, open.lost, scope, machine);
  const signal = machine.doubtfully(openLoop(open.lost.causes), () => machine.run(open.body, scope));
  forget(open.body, scope);
  return signal?.type === "return" ? { ...signal, uncertain: true } : null;
}

/** A while loop, as long as its test is known. */
function repeat(machine: Machine, statement: Extract<Stmt, { type: "while" }>, scope: Scope): Signal {
  let result: Signal = null;
  const done = bounded(machine, statement, () => {
    for (;;) {
      const test = machine.value(statement.test, scope);
      const holds = truth(test);
      if (holds === false) return;
      if (holds === null) {
        const lost = test.kind === "unknown" ? test : machine.lost("runtime", statement.test);
        result = unknownTimes(machine, { lost, target: null, body: statement.body }, scope);
        return;
      }
      const signal = machine.run(statement.body, scope);
      if (signal === null || signal.type === "continue") continue;
      if (signal.type !== "break") result = signal;
      return;
    }
  });
  if (!done) forget(statement.body, scope);
  return result;
}

/** Runs a loop within its budget; what it changed until then is told when that ends. */
function bounded(machine: Machine, statement: Range, body: () => void): boolean {
  const mark = machine.touched.length;
  const done = machine.within(LOOP_STEPS, body);
  if (!done) for (const thing of new Set(machine.touched.slice(mark))) thing.doubt(tooLong(machine, statement));
  return done;
}

/** After an unknown number of rounds the constants that the body sets are no longer known. */
function forget(body: readonly Stmt[], scope: Scope): void {
  for (const name of boundIn(body)) {
    const value = scope.names.get(name);
    const holds = value?.kind === "thing" || (value?.kind === "list" && value.items.some((item) => item.kind === "thing"));
    if (value !== undefined && !holds) scope.names.set(name, openAtUse);
  }
}

/** Names that statements bind by assignment. */
function boundIn(body: readonly Stmt[]): Set<string> {
  const names = new Set<string>();
  const target = (expr: Expr): void => {
    if (expr.type === "name") names.add(expr.name);
    if (expr.type === "tuple" || expr.type === "list") expr.items.forEach(target);
  };
  const visit = (statement: Stmt): void => {
    if (statement.type === "assign") statement.targets.forEach(target);
    if (statement.type === "update" || statement.type === "for") target(statement.target);
    if (statement.type === "if") for (const one of statement.branches) one.body.forEach(visit);
    if ("body" in statement) statement.body.forEach(visit);
  };
  body.forEach(visit);
  return names;
}
