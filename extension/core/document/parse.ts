/** The text of a model document → its JSON tree and value. Comments and trailing commas are allowed, as in VS Code's own files. */
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode, SyntaxKind } from "jsonc-parser";
import { type Failure, failure } from "../errors.js";

/** A Keras config is nested some ten levels; the parser and everything after it recurse. */
const MAX_DEPTH = 200;
/** A config without weights has some kilobytes. */
const MAX_LENGTH = 4 * 1024 * 1024;

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, and where in the text. */
export interface Problem extends Range {
  readonly failure: Failure;
}

export interface ParsedText {
  /** undefined: nothing but blanks and comments. */
  readonly root: Node | undefined;
  /** The value as JSON.parse gives it. */
  readonly value: unknown;
  /** Where an object or array of `value` stands, by identity. */
  readonly nodes: ReadonlyMap<unknown, Node>;
  readonly problem: Problem | null;
}

export function parseText(text: string): ParsedText {
  const limit = beyondLimits(text);
  if (limit !== null) return { root: undefined, value: undefined, nodes: new Map(), problem: limit };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const nodes = new Map<unknown, Node>();
  const value = root === undefined ? undefined : valueOf(root, nodes);
  const [first] = errors;
  return { root, value, nodes, problem: first === undefined ? null : syntaxProblem(text, first) };
}

export function rangeOf(node: Node): Range {
  return { start: node.offset, end: node.offset + node.length };
}

/** The value of a property, the last one where a name comes twice, as JSON.parse takes it. */
export function memberOf(node: Node | undefined, key: string): Node | undefined {
  return propertyOf(node, key)?.children?.[1];
}

export function propertyOf(node: Node | undefined, key: string): Node | undefined {
  return node?.type === "object"
    ? [...(node.children ?? [])].reverse().find((property) => property.children?.[0]?.value === key)
    : undefined;
}

/** Of a model's object; Keras 2.0 wrote the list of layers where its config is now. */
export function layerList(model: Node | undefined): Node | undefined {
  const config = memberOf(model, "config");
  return config?.type === "array" ? config : memberOf(config, "layers");
}

function beyondLimits(text: string): Problem | null {
  if (text.length > MAX_LENGTH) {
    const args = { size: Math.ceil(text.length / 2 ** 20), limit: MAX_LENGTH / 2 ** 20 };
    return { failure: failure("TOO_LARGE", "The model has {size} MiB of text; the limit is {limit} MiB.", args), start: 0, end: 1 };
  }
  const scanner = createScanner(text, true);
  for (let depth = 0, kind = scanner.scan(); kind !== SyntaxKind.EOF; kind = scanner.scan()) {
    if (kind === SyntaxKind.OpenBraceToken || kind === SyntaxKind.OpenBracketToken) depth++;
    else if (kind === SyntaxKind.CloseBraceToken || kind === SyntaxKind.CloseBracketToken) depth--;
    if (depth <= MAX_DEPTH) continue;
    const start = scanner.getTokenOffset();
    return { failure: failure("TOO_LARGE", "The text is nested deeper than {limit} levels.", { limit: MAX_DEPTH }), start, end: start + 1 };
  }
  return null;
}

function valueOf(node: Node, nodes: Map<unknown, Node>): unknown {
  const children = node.children ?? [];
  if (node.type === "array") {
    const items = children.map((child) => valueOf(child, nodes));
    nodes.set(items, node);
    return items;
  }
  if (node.type === "object") {
    const entries = children.flatMap(({ children: pair }) =>
      pair?.[0] === undefined || pair[1] === undefined ? [] : [[pair[0].value as string, valueOf(pair[1], nodes)] as const],
    );
    const object = Object.fromEntries(entries);
    nodes.set(object, node);
    return object;
  }
  return node.value;
}

function syntaxProblem(text: string, { error, offset, length }: ParseError): Problem {
  // What is missing at the end of a line is marked there, not at whatever comes next.
  const end = Math.min(text.length, offset + Math.max(1, length));
  return { failure: syntaxFailure(printParseErrorCode(error)), start: Math.min(offset, Math.max(0, end - 1)), end };
}

function syntaxFailure(code: ReturnType<typeof printParseErrorCode>): Failure {
  switch (code) {
    case "ValueExpected":
      return failure("PARSE", "A value is missing here.");
    case "PropertyNameExpected":
      return failure("PARSE", "A name in double quotes is expected here.");
    case "ColonExpected":
      return failure("PARSE", "A colon is missing here.");
    case "CommaExpected":
      return failure("PARSE", "A comma is missing before this.");
    case "CloseBraceExpected":
      return failure("PARSE", "The closing } is missing.");
    case "CloseBracketExpected":
      return failure("PARSE", "The closing ] is missing.");
    case "EndOfFileExpected":
      return failure("PARSE", "The model ends before this.");
    case "UnexpectedEndOfString":
      return failure("PARSE", "The text in quotes does not end on this line.");
    case "UnexpectedEndOfComment":
      return failure("PARSE", "The comment does not end.");
    default:
      return failure("PARSE", "This is not valid JSON.");
  }
}
