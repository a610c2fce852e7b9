/** Syntax tree → statements. */
import { childrenOf, ExpressionReader, splitAt } from "./expressions.js";
import type { ClassExpr, Expr, FunctionExpr, ImportedName, Stmt } from "./syntax.js";
import type { SyntaxNode } from "./tree.js";

type Fields<T = Stmt> = T extends Stmt ? Omit<T, "start" | "end"> : never;

/** Blocks nested deeper are not read. */
const DEPTH = 40;

export class StatementReader extends ExpressionReader {
  private blocks = 0;

  /** All statements of a chunk. */
  script(top: SyntaxNode): Stmt[] {
    return childrenOf(top).flatMap((node) => this.statements(node));
  }

  private statements(node: SyntaxNode): Stmt[] {
    if (node.name === "StatementGroup") return childrenOf(node).flatMap((child) => (child.name === ";" ? [] : this.statements(child)));
    // Where the grammar gave up it may leave whole statements inside the error.
    if (node.type.isError)
      return childrenOf(node).flatMap((child) => (/Statement$|Definition$/.test(child.name) ? this.statements(child) : []));
    const fields = this.statement(node);
    return fields === null ? [] : [Object.assign(fields, this.rangeOf(node)) as Stmt];
  }

  private block(node: SyntaxNode | undefined): Stmt[] {
    if (node === undefined || this.blocks >= DEPTH) return [];
    this.blocks++;
    const out = childrenOf(node).flatMap((child) => (child.name === ":" ? [] : this.statements(child)));
    this.blocks--;
    return out;
  }

  private statement(node: SyntaxNode): Fields | null {
    const children = childrenOf(node);
    switch (node.name) {
      case "ExpressionStatement":
        return { type: "expression", value: this.expressions(children) };
      case "AssignStatement":
        return this.assignment(children);
      case "UpdateStatement": {
        const op = children.findIndex((child) => child.name === "UpdateOp");
        if (op < 0) return { type: "other" };
        const target = this.expressions(children.slice(0, op));
        return {
          type: "update",
          target,
          op: this.textOf(children[op] as SyntaxNode).slice(0, -1),
          value: this.expressions(children.slice(op + 1)),
        };
      }
      case "ReturnStatement":
        return { type: "return", value: children.length > 1 ? this.expressions(children.slice(1)) : null };
      case "ImportStatement":
        return { type: "import", names: this.imported(children) };
      case "ScopeStatement":
        return { type: "scope", names: children.slice(1).flatMap((child) => (child.name === "VariableName" ? [this.textOf(child)] : [])) };
      case "DeleteStatement":
        return { type: "delete", targets: splitAt(children.slice(1), ",").map((part) => this.expression(part[0])) };
      case "FunctionDefinition":
        return { type: "def", definition: this.definition(node, children, []) };
      case "ClassDefinition":
        return { type: "class", definition: this.classDefinition(node, children, []) };
      case "DecoratedStatement":
        return this.decorated(children);
      case "BreakStatement":
        return { type: "break" };
      case "ContinueStatement":
        return { type: "continue" };
      case "RaiseStatement":
        return { type: "raise" };
      default:
        return this.compoundStatement(node, children);
    }
  }

  private compoundStatement(node: SyntaxNode, children: readonly SyntaxNode[]): Fields | null {
    const body = children.find((child) => child.name === "Body");
    switch (node.name) {
      case "IfStatement":
        return this.branches(children);
      case "WhileStatement":
        return { type: "while", test: this.expression(children[1]), body: this.block(body) };
      case "ForStatement": {
        const from = children.findIndex((child) => child.name === "for");
        const of = children.findIndex((child) => child.name === "in");
        const to = children.findIndex((child) => child.name === "Body");
        if (of < 0 || to < 0) return { type: "other" };
        const target = this.expressions(children.slice(from + 1, of));
        return { type: "for", target, from: this.expressions(children.slice(of + 1, to)), body: this.block(body) };
      }
      case "WithStatement":
        return { type: "with", items: this.withItems(children), body: this.block(body) };
      case "TryStatement":
        return { type: "try", body: this.untroubled(children) };
      default:
        return null;
    }
  }

  /** `a = b = value`; an annotation alone binds nothing. */
  private assignment(children: readonly SyntaxNode[]): Fields {
    const parts = splitAt(
      children.filter((child) => child.name !== "TypeDef"),
      "AssignOp",
    ).map((part) => this.expressions(part));
    const complete = children.some((child) => child.name === "AssignOp") && children.at(-1)?.name !== "AssignOp";
    if (!complete) return { type: "assign", targets: parts, value: null };
    return { type: "assign", targets: parts.slice(0, -1), value: parts.at(-1) as Expr };
  }

  /** if, elif, else: the last has no test. */
  private branches(children: readonly SyntaxNode[]): Fields {
    const branches: { test: Expr | null; body: Stmt[] }[] = [];
    let test: Expr | null = null;
    for (const child of children) {
      if (child.name === "Body") branches.push({ test, body: this.block(child) });
      else if (child.name === "else") test = null;
      else if (child.name !== "if" && child.name !== "elif") test = this.expression(child);
    }
    return { type: "if", branches };
  }

  private withItems(children: readonly SyntaxNode[]): { value: Expr; as: Expr | null }[] {
    const items = children.filter((child) => child.name !== "Body" && child.name !== "with" && child.name !== "async");
    return splitAt(items, ",").map((part) => ({
      value: this.expression(part[0]),
      as: part[1]?.name === "as" ? this.expression(part[2]) : null,
    }));
  }

  /** try, else and finally, one after the other. */
  private untroubled(children: readonly SyntaxNode[]): Stmt[] {
    let keyword = "";
    return children.flatMap((child) => {
      if (child.name !== "Body") {
        if (/^(?:try|except|else|finally)$/.test(child.name)) keyword = child.name;
        return [];
      }
      return keyword === "except" ? [] : this.block(child);
    });
  }

  /** A definition with the decorators above it. */
  private decorated(children: readonly SyntaxNode[]): Fields {
    const decorators = children.flatMap((child) => (child.name === "Decorator" ? [this.decorator(child)] : []));
    const last = children.at(-1);
    if (last?.name === "FunctionDefinition") return { type: "def", definition: this.definition(last, childrenOf(last), decorators) };
    if (last?.name === "ClassDefinition") return { type: "class", definition: this.classDefinition(last, childrenOf(last), decorators) };
    return { type: "other" };
  }

  /** A decorator's dotted name, and its arguments where it has some. */
  private decorator(node: SyntaxNode): Expr {
    const children = childrenOf(node);
    const names = children.filter((child) => child.name === "VariableName");
    const range = this.rangeOf(node);
    const callee = names.reduce<Expr | null>(
      (object, child) => (object === null ? this.expression(child) : { type: "member", object, name: this.textOf(child), ...range }),
      null,
    );
    if (callee === null) return { type: "unread", ...range };
    const list = children.find((child) => child.name === "ArgList");
    return list === undefined ? callee : { type: "call", callee, ...this.argumentList(list), ...range };
  }

  private definition(node: SyntaxNode, children: readonly SyntaxNode[], decorators: readonly Expr[]): FunctionExpr {
    const name = children.find((child) => child.name === "VariableName");
    const params = children.find((child) => child.name === "ParamList");
    return {
      name: name === undefined ? "" : this.textOf(name),
      params: params === undefined ? [] : this.parameters(childrenOf(params)),
      body: this.block(children.find((child) => child.name === "Body")),
      decorators,
      ...this.rangeOf(node),
    };
  }

  private classDefinition(node: SyntaxNode, children: readonly SyntaxNode[], decorators: readonly Expr[]): ClassExpr {
    const name = children.find((child) => child.name === "VariableName");
    return {
      name: name === undefined ? "" : this.textOf(name),
      bases: children.some((child) => child.name === "ArgList")
        ? this.argumentList(children.find((child) => child.name === "ArgList")).args
        : [],
      body: this.block(children.find((child) => child.name === "Body")),
      decorators,
      ...this.rangeOf(node),
    };
  }

  /** Dotted paths and the names that they get here. */
  private imported(children: readonly SyntaxNode[]): ImportedName[] {
    const at = children.findIndex((child) => child.name === "import");
    const from = children
      .slice(1, Math.max(1, at))
      .map((child) => this.textOf(child))
      .join("");
    const module = children[0]?.name === "from" ? from : null;
    return splitAt(
      children.slice(at + 1).filter((child) => !/^[()]$/.test(child.name)),
      ",",
    ).map((part) => {
      const as = part.findIndex((child) => child.name === "as");
      const path = part
        .slice(0, as < 0 ? part.length : as)
        .map((child) => this.textOf(child))
        .join("");
      const alias = as < 0 ? null : part[as + 1];
      if (module !== null) {
        if (path === "*") return { path: module, as: null };
        return { path: `${module}${module.endsWith(".") ? "" : "."}${path}`, as: alias == null ? path : this.textOf(alias) };
      }
      // `import a.b` binds a, `import a.b as c` binds a.b.
      const root = path.split(".")[0] ?? path;
      return alias == null ? { path: root, as: root } : { path, as: this.textOf(alias) };
    });
  }
}
