/** The machine that reads a source as Python would run it, as far as constants go: its limits, its doubts, and the way to its parts. */
import type { ClassExpr, Expr, FunctionExpr, Range, Stmt } from "../python/syntax.js";
import { firstLine, excerpt, type Problem } from "../problems.js";
import { call, classMember } from "./call.js";
import { evaluate } from "./evaluate.js";
import { execute, type Signal } from "./execute.js";
import { iterate } from "./iterate.js";
import { DEPTH, Exhausted, LONGEST_LIST, LONGEST_TEXT, PART_STEPS, STATEMENT_STEPS } from "./limits.js";
import { member } from "./member.js";
import type { Args, Cause, ClassValue, FunctionValue, Instance, Scope, Site, Thing, Unknown, Value } from "./values.js";
import { unknown } from "./values.js";

/** What the machine asks the frameworks. undefined: not theirs. */
export interface Library {
  /** A name that the source does not bind. @param starred modules whose names it imports with `*`. */
  unbound(name: string, starred: readonly string[]): Value | undefined;
  /** Does a dotted path belong to a package that is known? What another file binds has no value here. */
  knows(path: string): boolean;
  /** A call of a library's function or class. */
  symbolCall(path: string, args: Args, at: Site): Value | undefined;
  /** An instance of a class of the source that is made, is called, or whose method the class lacks. */
  instanceMade(instance: Instance, at: Site, init: () => void): void;
  instanceCall(instance: Instance, args: Args, at: Site): Value | undefined;
  instanceMethod(instance: Instance, name: string, args: Args, at: Site): Value | undefined;
  /** A method of a tensor. */
  tensorMethod(tensor: Thing, name: string, args: Args, at: Site): Value | undefined;
}

/** One source, one machine: it holds no state of any other. */
export class Machine {
  private steps = 0;
  private limit = PART_STEPS;
  private depth = 0;
  private deadline = Infinity;
  /** Said of everything that is made or changed while it is not certain that the source comes by. */
  doubts: readonly Problem[] = [];
  /** Things that were made or changed, in order. */
  readonly touched: Thing[] = [];
  readonly called = new Set<FunctionExpr>();
  /** Modules of `from … import *`, in order. */
  readonly starred: string[] = [];
  /** The first instance of each class. */
  readonly made = new Map<ClassExpr, Instance>();
  /** Functions and classes of the module, in order, those of the same name too. */
  readonly declared: (FunctionValue | ClassValue)[] = [];

  constructor(
    readonly source: string,
    readonly library: Library,
    readonly builtins: ReadonlySet<string>,
  ) {}

  /** Evaluates within the budget; values that grow beyond any model end it. */
  value(expr: Expr, scope: Scope): Value {
    this.tick(1);
    if (this.depth >= DEPTH) throw new Exhausted();
    this.depth++;
    const value = evaluate(this, expr, scope);
    this.depth--;
    if (value.kind === "string" && value.value.length > LONGEST_TEXT) return this.lost("runtime", expr);
    if (value.kind === "list" && value.items.length > LONGEST_LIST) throw new Exhausted();
    return value;
  }

  /** Counts work; ends it when the budget or the time is over. */
  tick(steps: number): void {
    const before = this.steps >> 10;
    this.steps += steps;
    if (this.steps > this.limit || (before !== this.steps >> 10 && this.isOver)) throw new Exhausted();
  }

  /** Gives the next part of the reading its time and its steps, whatever the last one spent. */
  allow(ms: number): void {
    this.deadline = Date.now() + ms;
    this.limit = this.steps + PART_STEPS;
  }

  get isOver(): boolean {
    return Date.now() >= this.deadline;
  }

  run(body: readonly Stmt[], scope: Scope): Signal {
    return execute(this, body, scope);
  }

  call(callee: Value, args: Args, at: Site): Value {
    this.tick(1);
    return call(callee, args, at);
  }

  member(object: Value, name: string, at: Site): Value {
    return member(object, name, at);
  }

  classMember(of: ClassValue, name: string, self: Value | null, at: Site): Value | undefined {
    return classMember(of, name, self, at);
  }

  iterate(value: Value, at: Site): readonly Value[] | null {
    return iterate(value, at);
  }

  /** Runs something within a budget; false when that did not suffice. What it changed is told apart by `touched`. */
  within(steps: number, body: () => void): boolean {
    const outer = this.limit;
    const depth = this.depth;
    this.limit = Math.min(outer, this.steps + steps);
    try {
      body();
      return true;
    } catch (error) {
      // A RangeError is the stack's end, or a text too long for JavaScript.
      if (!(error instanceof Exhausted) && !(error instanceof RangeError)) throw error;
      this.depth = depth;
      if (this.steps > outer || this.isOver) throw error;
      return false;
    } finally {
      this.limit = outer;
    }
  }

  /** One top-level statement; false when it was given up. */
  statement(body: () => void): boolean {
    this.depth = 0;
    try {
      return this.within(STATEMENT_STEPS, body);
    } catch (error) {
      if (!(error instanceof Exhausted) && !(error instanceof RangeError)) throw error;
      return false;
    }
  }

  /** Runs something that may not happen, or an unknown number of times. */
  doubtfully<T>(problems: readonly Problem[], body: () => T): T {
    const outer = this.doubts;
    this.doubts = [...outer, ...problems];
    try {
      return body();
    } finally {
      this.doubts = outer;
    }
  }

  /** Notes that a thing was made or changed, and tells it what is uncertain about that. */
  touch<T extends Thing>(thing: T): T {
    this.touched.push(thing);
    for (const problem of this.doubts) thing.doubt(problem);
    return thing;
  }

  /** A value that cannot be told, with its place. */
  lost(why: Cause["why"], range: Range): Unknown {
    return unknown([{ ...firstLine(this.source, range), why, text: excerpt(this.source, range) }]);
  }

  excerpt(range: Range): string {
    return excerpt(this.source, range);
  }

  firstLine(range: Range): Range {
    return firstLine(this.source, range);
  }
}
