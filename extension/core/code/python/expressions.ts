/** Syntax tree → expressions. What is broken or means nothing for a model becomes "unread". */
import type { Chunk } from "./chunks.js";
import { numberOf, quotesOf, stringOf, unescape } from "./strings.js";
import type { Argument, Clause, Expr, FunctionExpr, Parameter, Range } from "./syntax.js";
import type { SyntaxNode } from "./tree.js";

/** Deeper expressions than this are not read: nobody writes them, and each level takes some of the stack. */
const DEPTH = 120;

/** Without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== "Comment") out.push(child);
  return out;
}

/** Splits nodes at a mark, e.g. the commas of a list. A last empty part is dropped. */
export function splitAt(nodes: readonly SyntaxNode[], mark: string): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]];
  // `f(x for x, y in z)`: a comma between for and in belongs to the names.
  let names = false;
  for (const node of nodes) {
    if (node.name === "for" || node.name === "in") names = node.name === "for";
    if (node.name === mark && !names) parts.push([]);
    else (parts.at(-1) as SyntaxNode[]).push(node);
  }
  if ((parts.at(-1) as SyntaxNode[]).length === 0) parts.pop();
  return parts;
}

type Fields<T = Expr> = T extends Expr ? Omit<T, "start" | "end"> : never;

export class ExpressionReader {
  private depth = 0;

  constructor(protected readonly chunk: Chunk) {}

  textOf(node: SyntaxNode): string {
    return this.chunk.text.slice(node.from, node.to);
  }

  rangeOf(from: SyntaxNode, to: SyntaxNode = from): Range {
    const start = this.chunk.toSource(from.from);
    return { start, end: Math.max(start, this.chunk.toSource(to.to)) };
  }

  /** @param parts the nodes of the expression, where it is more than one. */
  expression(node: SyntaxNode | undefined, parts: readonly SyntaxNode[] = []): Expr {
    if (node === undefined) return { type: "unread", start: this.chunk.start, end: this.chunk.start };
    const range = this.rangeOf(node, parts.at(-1) ?? node);
    if (this.depth >= DEPTH) return { type: "unread", ...range };
    this.depth++;
    const fields = this.read(node);
    this.depth--;
    return Object.assign(fields, range) as Expr;
  }

  /** Several expressions with commas between them are a tuple. */
  expressions(nodes: readonly SyntaxNode[]): Expr {
    const parts = splitAt(nodes, ",");
    const [first, last] = [nodes[0], nodes.at(-1)];
    if (first === undefined || last === undefined) return this.expression(undefined);
    if (parts.length === 1 && last.name !== ",") return this.starred(parts[0] as SyntaxNode[]);
    return { type: "tuple", items: parts.map((part) => this.starred(part)), ...this.rangeOf(first, last) };
  }

  /** `*value`, or a value. */
  private starred(part: readonly SyntaxNode[]): Expr {
    const [first, second] = part;
    if (first?.name === "*" && second !== undefined)
      return { type: "star", value: this.expression(second), ...this.rangeOf(first, second) };
    return this.expression(first);
  }

  /** Leaves first: they are most of any source. */
  private read(node: SyntaxNode): Fields {
    switch (node.name) {
      case "VariableName":
        return { type: "name", name: this.textOf(node) };
      case "Number": {
        const number = numberOf(this.textOf(node));
        return number === null ? { type: "unread" } : { type: "number", ...number };
      }
      case "String": {
        const value = stringOf(this.textOf(node));
        return value === null ? { type: "unread" } : { type: "string", value };
      }
      case "FormatString":
      case "ContinuedString":
        return this.format(node);
      case "Boolean":
        return { type: "constant", value: this.textOf(node) === "True" };
      case "None":
        return { type: "constant", value: null };
      case "Ellipsis":
        return { type: "name", name: "Ellipsis" };
      default:
        return this.bracketed(node, childrenOf(node));
    }
  }

  /** Whatever stands in brackets. */
  private bracketed(node: SyntaxNode, children: readonly SyntaxNode[]): Fields {
    const inner = children.slice(1, -1);
    switch (node.name) {
      case "ParenthesizedExpression":
        return this.expressions(inner);
      case "TupleExpression":
      case "ArrayExpression":
      case "SetExpression": {
        const type = node.name === "ArrayExpression" ? "list" : node.name === "SetExpression" ? "set" : "tuple";
        // An unclosed list has no last bracket to leave out.
        const items = /[\])}]/.test(children.at(-1)?.name ?? "") ? inner : children.slice(1);
        return { type, items: splitAt(items, ",").map((part) => this.starred(part)) };
      }
      case "DictionaryExpression":
        return { type: "dict", entries: splitAt(inner, ",").map((part) => this.entry(part)) };
      case "ArrayComprehensionExpression":
      case "SetComprehensionExpression":
      case "ComprehensionExpression":
      case "DictionaryComprehensionExpression":
        return this.comprehension(node.name, inner);
      default:
        return this.compound(node, children);
    }
  }

  /** Expressions made of expressions. */
  private compound(node: SyntaxNode, children: readonly SyntaxNode[]): Fields {
    const [first, second, third] = children;
    switch (node.name) {
      case "UnaryExpression":
        if (first?.name === "not" && second !== undefined) return this.negated(second);
        return { type: "unary", op: first === undefined ? "" : this.textOf(first), operand: this.expression(second) };
      case "BinaryExpression":
        return this.binary(children);
      case "ConditionalExpression":
        return {
          type: "conditional",
          then: this.expression(first),
          test: this.expression(third),
          otherwise: this.expression(children[4]),
        };
      case "CallExpression":
        return { type: "call", callee: this.expression(first), ...this.argumentList(second) };
      case "MemberExpression":
        if (second?.name === ".")
          return { type: "member", object: this.expression(first), name: third === undefined ? "" : this.textOf(third) };
        return { type: "index", object: this.expression(first), items: this.subscript(children.slice(2, -1)) };
      case "LambdaExpression": {
        const params = children.find((child) => child.name === "ParamList");
        const definition: FunctionExpr = {
          name: "lambda",
          params: params === undefined ? [] : this.parameters(childrenOf(params)),
          body: this.expression(children.at(-1)),
          decorators: [],
          ...this.rangeOf(node),
        };
        return { type: "lambda", definition };
      }
      case "NamedExpression":
        return { type: "walrus", target: this.expression(first), value: this.expression(third) };
      default:
        return { type: "unread" };
    }
  }

  /** The grammar reads `not a or b` as not (a or b); in Python `not` binds tighter. */
  private negated(node: SyntaxNode): Fields {
    const [left, op, right] = childrenOf(node);
    if (node.name !== "BinaryExpression" || left === undefined || (op?.name !== "and" && op?.name !== "or")) {
      return { type: "unary", op: "not", operand: this.expression(node) };
    }
    if (this.depth >= DEPTH) return { type: "unread" };
    this.depth++;
    const negated = Object.assign(this.negated(left), this.rangeOf(left)) as Expr;
    this.depth--;
    return { type: "logic", op: op.name, left: negated, right: this.expression(right) };
  }

  private binary(children: readonly SyntaxNode[]): Fields {
    const [left, right] = [this.expression(children[0]), this.expression(children.at(-1))];
    const op = children
      .slice(1, -1)
      .map((child) => this.textOf(child))
      .join(" ");
    if (op === "and" || op === "or") return { type: "logic", op, left, right };
    const compares = children[1]?.name === "CompareOp" || /^(?:not )?in$|^is(?: not)?$/.test(op);
    if (!compares) return { type: "binary", op, left, right };
    // `a < b < c` comes as (a < b) < c, and means a < b and b < c.
    if (left.type !== "compare" || children[0]?.name !== "BinaryExpression") return { type: "compare", op, left, right };
    return {
      type: "logic",
      op: "and",
      left,
      right: { type: "compare", op, left: left.right, right, start: left.right.start, end: right.end },
    };
  }

  argumentList(node: SyntaxNode | undefined): { args: Argument[]; open: boolean } {
    if (node === undefined || node.name !== "ArgList") return { args: [], open: true };
    const children = childrenOf(node);
    const closing = children.at(-1);
    const closed = closing?.name === ")" && !this.chunk.supplied.includes(closing.from);
    const inner = closing?.name === ")" ? children.slice(1, -1) : children.slice(1);
    const args = splitAt(inner, ",")
      .filter((part) => part.length > 0)
      .map((part) => this.argument(part));
    return { args, open: !closed || args.some((argument) => argument.value === null) };
  }

  /** An argument that is still being typed has no value. */
  private argument(part: readonly SyntaxNode[]): Argument {
    const [first, second, third] = part as [SyntaxNode, SyntaxNode | undefined, SyntaxNode | undefined];
    const range = this.rangeOf(first, part.at(-1));
    const broken = (node: SyntaxNode | undefined): boolean => node === undefined || node.type.isError;
    if (first.name === "*" || first.name === "**") {
      return { name: null, stars: first.name === "*" ? 1 : 2, value: broken(second) ? null : this.expression(second), ...range };
    }
    if (second?.name === "AssignOp") {
      return {
        name: this.textOf(first),
        stars: 0,
        value: broken(third) ? null : this.generated(part.slice(2), third as SyntaxNode),
        ...range,
      };
    }
    return { name: null, stars: 0, value: broken(first) ? null : this.generated(part, first), ...range };
  }

  /** `f(x for x in y)`: an argument may be a comprehension without brackets. */
  private generated(part: readonly SyntaxNode[], first: SyntaxNode): Expr {
    if (part[1]?.name !== "for") return this.expression(first);
    return { ...this.comprehension("ComprehensionExpression", part), ...this.rangeOf(first, part.at(-1)) } as Expr;
  }

  /** Of a def or a lambda. */
  parameters(nodes: readonly SyntaxNode[]): Parameter[] {
    const out: Parameter[] = [];
    let keywordOnly = false;
    for (const part of splitAt(
      nodes.filter((node) => !/^[()]$/.test(node.name)),
      ",",
    )) {
      const [first] = part;
      if (first === undefined || first.name === "/") continue;
      const stars = first.name === "*" ? 1 : first.name === "**" ? 2 : 0;
      const name = part.find((node) => node.name === "VariableName");
      const assigned = part.findIndex((node) => node.name === "AssignOp");
      const byDefault = assigned < 0 ? null : this.expression(part[assigned + 1]);
      if (name !== undefined) {
        out.push({ name: this.textOf(name), stars, byDefault, keywordOnly, ...this.rangeOf(name) });
      }
      keywordOnly ||= stars === 1;
    }
    return out;
  }

  private entry(part: readonly SyntaxNode[]): { key: Expr | null; value: Expr } {
    if (part[0]?.name === "**") return { key: null, value: this.expression(part[1]) };
    return { key: this.expression(part[0]), value: this.expression(part[2]) };
  }

  /** What stands between the brackets of an index, with slices. */
  private subscript(nodes: readonly SyntaxNode[]): Expr[] {
    return splitAt(nodes, ",").map((part): Expr => {
      const [first, last] = [part[0], part.at(-1)];
      if (first === undefined || last === undefined || !part.some((node) => node.name === ":")) return this.starred(part);
      // Not splitAt: an empty last bound counts.
      const bounds: (Expr | null)[] = [null, null, null];
      let at = 0;
      for (const node of part) {
        if (node.name === ":") at++;
        else if (at < 3) bounds[at] = this.expression(node);
      }
      const [lower = null, upper = null, step = null] = bounds;
      return { type: "slice", lower, upper, step, ...this.rangeOf(first, last) };
    });
  }

  private comprehension(kind: string, nodes: readonly SyntaxNode[]): Fields {
    const start = nodes.findIndex((node) => node.name === "for" || node.name === "async");
    const head = nodes.slice(0, start < 0 ? nodes.length : start);
    const into = kind.startsWith("Array") ? "list" : kind.startsWith("Set") ? "set" : kind.startsWith("Dict") ? "dict" : "tuple";
    const pair = into === "dict" ? this.entry(head) : { key: null, value: this.starred(head) };
    return { type: "comprehension", into, ...pair, clauses: this.clauses(nodes.slice(start < 0 ? nodes.length : start)) };
  }

  /** `for x in y if z`, one after the other. */
  private clauses(nodes: readonly SyntaxNode[]): Clause[] {
    const out: { target: Expr; from: Expr; tests: Expr[] }[] = [];
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at] as SyntaxNode;
      if (node.name === "for") {
        const found = nodes.findIndex((other, i) => i > at && other.name === "in");
        if (found < 0) break;
        out.push({ target: this.expressions(nodes.slice(at + 1, found)), from: this.expression(nodes[found + 1]), tests: [] });
        at = found + 1;
      } else if (node.name === "if") out.at(-1)?.tests.push(this.expression(nodes[++at]));
    }
    return out;
  }

  /** Strings side by side, some with replacements. */
  private format(node: SyntaxNode): Fields {
    const pieces = node.name === "ContinuedString" ? childrenOf(node) : [node];
    const parts: (string | { value: Expr; spec: string })[] = [];
    for (const piece of pieces) {
      if (piece.name !== "FormatString") {
        const value = stringOf(this.textOf(piece));
        if (value === null) return { type: "unread" };
        parts.push(value);
        continue;
      }
      const { prefix, quotes } = quotesOf(this.textOf(piece));
      const text = (from: number, to: number): string =>
        unescape(this.chunk.text.slice(from, to).replace(/\{\{/g, "{").replace(/\}\}/g, "}"), prefix.includes("r"));
      let at = piece.from + prefix.length + quotes;
      for (const replacement of childrenOf(piece).filter((child) => child.name === "FormatReplacement")) {
        parts.push(text(at, replacement.from));
        const [, value, ...rest] = childrenOf(replacement);
        const spec = rest.find((child) => child.name === "FormatSpec" || child.name === "FormatConversion");
        parts.push({ value: this.expression(value), spec: spec === undefined ? "" : this.textOf(spec) });
        at = replacement.to;
      }
      parts.push(text(at, Math.max(at, piece.to - quotes)));
    }
    if (parts.every((part) => typeof part === "string")) return { type: "string", value: parts.join("") };
    return { type: "format", parts };
  }
}
