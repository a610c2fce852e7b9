/** Runs the grammar over one chunk, within a time: broken text can cost the parser's error recovery ten seconds a megabyte. */
import { parser } from "@lezer/python";

export type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** The tree of a text; null when `isOver` says so before it is done. */
export function parsed(text: string, isOver: () => boolean): SyntaxNode | null {
  const parse = parser.startParse(text);
  for (let i = 1; ; i++) {
    const tree = parse.advance();
    if (tree !== null) return tree.topNode;
    if ((i & 255) === 0 && isOver()) return null;
  }
}
