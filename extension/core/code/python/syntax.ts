/** Python as the evaluator sees it: expressions and statements with their places in the source. */

/** UTF-16 offsets into the source as it was given. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** `name=value`, `*value`, `**value` or a plain value. `value` is null while it is being typed. */
export interface Argument extends Range {
  readonly name: string | null;
  readonly stars: 0 | 1 | 2;
  readonly value: Expr | null;
}

export interface Parameter extends Range {
  readonly name: string;
  readonly stars: 0 | 1 | 2;
  readonly byDefault: Expr | null;
  /** Stands behind `*`, so no positional argument reaches it. */
  readonly keywordOnly: boolean;
}

export interface Clause {
  readonly target: Expr;
  readonly from: Expr;
  readonly tests: readonly Expr[];
}

export interface SliceExpr extends Range {
  readonly type: "slice";
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly step: Expr | null;
}

export interface CallExpr extends Range {
  readonly type: "call";
  readonly callee: Expr;
  readonly args: readonly Argument[];
  /** Its closing parenthesis, or an argument, is still to be typed. */
  readonly open: boolean;
}

export interface FunctionExpr extends Range {
  readonly name: string;
  readonly params: readonly Parameter[];
  /** Statements of a def, or the expression of a lambda. */
  readonly body: readonly Stmt[] | Expr;
  readonly decorators: readonly Expr[];
}

export interface ClassExpr extends Range {
  readonly name: string;
  readonly bases: readonly Argument[];
  readonly body: readonly Stmt[];
  readonly decorators: readonly Expr[];
}

export type Expr = Range &
  (
    | { readonly type: "number"; readonly value: number; readonly whole: boolean }
    | { readonly type: "string"; readonly value: string }
    /** An f-string: texts, and expressions with their format. */
    | { readonly type: "format"; readonly parts: readonly (string | { readonly value: Expr; readonly spec: string })[] }
    | { readonly type: "constant"; readonly value: true | false | null }
    | { readonly type: "name"; readonly name: string }
    | { readonly type: "tuple" | "list" | "set"; readonly items: readonly Expr[] }
    /** A key of null: `**value`. */
    | { readonly type: "dict"; readonly entries: readonly { readonly key: Expr | null; readonly value: Expr }[] }
    | { readonly type: "unary"; readonly op: string; readonly operand: Expr }
    | { readonly type: "binary"; readonly op: string; readonly left: Expr; readonly right: Expr }
    /** `and`, `or`. */
    | { readonly type: "logic"; readonly op: string; readonly left: Expr; readonly right: Expr }
    | { readonly type: "compare"; readonly op: string; readonly left: Expr; readonly right: Expr }
    | { readonly type: "conditional"; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr }
    | CallExpr
    | { readonly type: "member"; readonly object: Expr; readonly name: string }
    | { readonly type: "index"; readonly object: Expr; readonly items: readonly Expr[] }
    | SliceExpr
    | { readonly type: "lambda"; readonly definition: FunctionExpr }
    | {
        readonly type: "comprehension";
        readonly into: "list" | "set" | "dict" | "tuple";
        readonly key: Expr | null;
        readonly value: Expr;
        readonly clauses: readonly Clause[];
      }
    | { readonly type: "walrus"; readonly target: Expr; readonly value: Expr }
    | { readonly type: "star"; readonly value: Expr }
    /** `...`, broken code, and what no model is built with (await, yield). */
    | { readonly type: "unread" }
  );

export interface ImportedName {
  /** Dotted path of the module, or of the name in it. */
  readonly path: string;
  /** What it binds; null for `*`. */
  readonly as: string | null;
}

export type Stmt = Range &
  (
    | { readonly type: "expression"; readonly value: Expr }
    /** `a = b = value`; `value` is null for a bare annotation. */
    | { readonly type: "assign"; readonly targets: readonly Expr[]; readonly value: Expr | null }
    | { readonly type: "update"; readonly target: Expr; readonly op: string; readonly value: Expr }
    | { readonly type: "if"; readonly branches: readonly { readonly test: Expr | null; readonly body: readonly Stmt[] }[] }
    | { readonly type: "for"; readonly target: Expr; readonly from: Expr; readonly body: readonly Stmt[] }
    | { readonly type: "while"; readonly test: Expr; readonly body: readonly Stmt[] }
    | {
        readonly type: "with";
        readonly items: readonly { readonly value: Expr; readonly as: Expr | null }[];
        readonly body: readonly Stmt[];
      }
    /** The handlers are left out: what is read is what happens when nothing fails. */
    | { readonly type: "try"; readonly body: readonly Stmt[] }
    | { readonly type: "def"; readonly definition: FunctionExpr }
    | { readonly type: "class"; readonly definition: ClassExpr }
    | { readonly type: "return"; readonly value: Expr | null }
    | { readonly type: "import"; readonly names: readonly ImportedName[] }
    | { readonly type: "scope"; readonly names: readonly string[] }
    | { readonly type: "delete"; readonly targets: readonly Expr[] }
    | { readonly type: "break" | "continue" | "raise" | "other" }
  );
