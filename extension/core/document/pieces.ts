/** A list or object taken apart into pieces of its text, so that some can change and the others stay to the character. */
import type { Node } from "jsonc-parser";

/** A member with the blanks and comments that belong to it: own lines above, the rest of its line after it. */
export interface Piece {
  readonly lead: string;
  readonly body: string;
  readonly trail: string;
}

export interface Pieces {
  readonly brackets: readonly [string, string];
  /** What follows the opening bracket on its line. */
  readonly open: string;
  readonly members: readonly Piece[];
  /** What stands between the last member's line and the closing bracket. */
  readonly close: string;
  readonly trailingComma: boolean;
}

export function takeApart(text: string, node: Node): Pieces {
  const children = node.children ?? [];
  const end = node.offset + node.length - 1;
  const brackets = [text.charAt(node.offset), text.charAt(end)] as const;
  const [first] = children;
  if (first === undefined) return { brackets, open: text.slice(node.offset + 1, end), members: [], close: "", trailingComma: false };
  const head = splitAtLine(text.slice(node.offset + 1, first.offset));
  const members: Piece[] = [];
  let lead = head.rest;
  let trailingComma = false;
  for (const [i, child] of children.entries()) {
    const childEnd = child.offset + child.length;
    const gap = splitAtComma(text.slice(childEnd, children[i + 1]?.offset ?? end));
    trailingComma = gap.comma;
    const { line, rest } = splitAtLine(gap.before.trim() === "" ? gap.after : gap.before + gap.after);
    members.push({ lead, body: text.slice(child.offset, childEnd), trail: line });
    lead = rest;
  }
  return { brackets, open: head.line, members, close: lead, trailingComma };
}

export function putTogether({ brackets, open, members, close, trailingComma }: Pieces, eol: string): string {
  let out = brackets[0] + open;
  let comment = endsInLineComment(open);
  const add = (part: string): void => {
    out += comment && !/^[ \t]*\r?\n/.test(part) ? eol + part : part;
    comment = false;
  };
  members.forEach(({ lead, body, trail }, i) => {
    add(lead + body);
    out += (i < members.length - 1 || trailingComma ? "," : "") + trail;
    comment = endsInLineComment(trail);
  });
  add(close + brackets[1]);
  return out;
}

/** What goes before a new member: the line break and blanks of its neighbours. */
export function leadLike(members: readonly Piece[], index: number): string {
  const neighbour = members[index] ?? members[index - 1];
  if (neighbour === undefined) return "";
  const line = /\r?\n[ \t]*$/.exec(neighbour.lead);
  if (line !== null) return line[0];
  return /^[ \t]*$/.test(neighbour.lead) ? neighbour.lead : " ";
}

/** On one line, the first member stands at the bracket and the others after a blank, whoever is first now. */
export function respaced(members: readonly Piece[], before: readonly Piece[], blank: string): Piece[] {
  const first = before[0]?.lead ?? "";
  const next = before[1]?.lead ?? blank;
  if (/\n/.test(first) || /\n/.test(next)) return [...members];
  return members.map((piece, i) => (/^[ \t]*$/.test(piece.lead) ? { ...piece, lead: i === 0 ? first : next } : piece));
}

interface Gap {
  readonly before: string;
  readonly after: string;
  readonly comma: boolean;
}

function splitAtComma(gap: string): Gap {
  const at = find(gap, ",");
  return at < 0 ? { before: "", after: gap, comma: false } : { before: gap.slice(0, at), after: gap.slice(at + 1), comma: true };
}

/** What ends a line, and what begins the next; without a line break all belongs to what comes next. */
function splitAtLine(gap: string): { line: string; rest: string } {
  const at = find(gap, "\n");
  const cut = at > 0 && gap[at - 1] === "\r" ? at - 1 : at;
  return cut < 0 ? { line: "", rest: gap } : { line: gap.slice(0, cut), rest: gap.slice(cut) };
}

/** The first such character of a gap outside of its comments; −1: none. */
function find(gap: string, character: "," | "\n"): number {
  for (let i = 0; i < gap.length; i++) {
    if (gap[i] === character) return i;
    if (gap.startsWith("//", i)) {
      const end = gap.indexOf("\n", i);
      if (end < 0) return -1;
      i = end - 1;
    } else if (gap.startsWith("/*", i)) {
      const end = gap.indexOf("*/", i + 2);
      if (end < 0) return -1;
      i = end + 1;
    }
  }
  return -1;
}

function endsInLineComment(gap: string): boolean {
  return gap.replace(/\/\*[\s\S]*?\*\//g, "").includes("//");
}
