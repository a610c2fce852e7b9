/** Cuts a source into its top-level statements, each of which is read by itself: what is broken spoils nothing else. */
import { goesOn, indentOf, isNoise, type Line, lineAt, startsStatement } from "./lines.js";

/** The text of one top-level statement, free of prompts and notebook magics, and where it came from. */
export class Chunk {
  /** Offsets in `text` of closing brackets that the source lacks. */
  readonly supplied: number[] = [];
  text = "";
  /** Of each line its offset in `text`, the offset in the source, and the source's end of the line. */
  private readonly lines: number[] = [];

  get start(): number {
    return this.lines[1] ?? 0;
  }

  /** @param end of the line in the source; what is supplied has no length there. */
  add(text: string, source: number, end = source + text.length): void {
    this.lines.push(this.text.length, source, end);
    this.text += `${text}\n`;
  }

  /** Closes what is still open, on a line of its own: the last one may end in a comment. */
  close(brackets: string): void {
    for (let i = 0; i < brackets.length; i++) this.supplied.push(this.text.length + i);
    const end = this.lines.at(-1) ?? 0;
    this.add(brackets, end, end);
  }

  /** The place in the source of an offset in `text`. */
  toSource(offset: number): number {
    const { lines } = this;
    let [low, high] = [0, lines.length / 3 - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lines[3 * middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return Math.min((lines[3 * low + 1] ?? 0) + offset - (lines[3 * low] ?? 0), lines[3 * low + 2] ?? 0);
  }
}

interface Opener {
  readonly bracket: string;
  /** Start of its line, and how far that is indented. */
  readonly line: number;
  readonly indent: number;
}

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** How often all is read again because of a bracket that is never closed; then none may reach over the start of a statement. */
const PATIENCE = 8;

/** @param fenced only what stands between ``` and ``` is code, as in Markdown. */
export function chunksOf(source: string, fenced = false): Chunk[] {
  const hopeless = new Set<number>();
  for (let attempt = 0; ; attempt++) {
    const cutter = new Cutter(source, fenced, attempt >= PATIENCE ? null : hopeless);
    const open = cutter.run();
    if (open === null) return cutter.chunks;
    hopeless.add(open);
  }
}

/** One pass over the lines, with the brackets and strings that are open. */
class Cutter {
  readonly chunks: Chunk[] = [];
  private chunk: Chunk | null = null;
  private readonly stack: Opener[] = [];
  /** The triple quote that is open. */
  private quote: string | null = null;
  private base: number | null = null;
  private backslash = false;
  private decorated = false;
  private inFence = false;

  /** @param hopeless starts of lines with a bracket that is never closed; null: any may be. */
  constructor(
    private readonly source: string,
    private readonly fenced: boolean,
    private readonly hopeless: ReadonlySet<number> | null,
  ) {}

  /** null when done, or the start of a line that leaves a bracket open to the end. */
  run(): number | null {
    let prompted = false;
    for (let at = 0; at < this.source.length;) {
      const line = lineAt(this.source, at, prompted && this.quote === null);
      prompted = this.quote === null && line.prompted;
      this.take(this.quote === null ? line : { ...line, from: line.start });
      at = line.end + (this.source.startsWith("\r\n", line.end) ? 2 : 1);
    }
    const open = this.stack[0]?.line;
    if (open !== undefined && this.hopeless !== null && !this.hopeless.has(open)) return open;
    this.closeAll();
    return null;
  }

  /** Decides what a line is: noise, the start of a statement, or more of the one above. */
  private take(line: Line): void {
    const whole = this.source.slice(line.from, line.end);
    const indent = indentOf(whole);
    const text = whole.slice(indent);
    if (this.fenced && text.startsWith("```")) {
      this.inFence = !this.inFence;
      this.closeAll();
      return;
    }
    if (this.fenced && !this.inFence) return;
    const inside = this.quote !== null || this.backslash || this.stack.length > 0;
    if (!inside && (text === "" || text.startsWith("#") || isNoise(text))) return;
    if (this.quote === null && this.givenUp(text, indent)) this.closeAll();
    const base = line.prompted ? 0 : (this.base ??= indent);
    const cut = this.quote === null ? Math.min(indent, base) : 0;
    if (this.stack.length === 0 && this.quote === null && !this.backslash) this.begin(text, indent <= base);
    this.chunk?.add(whole.slice(cut), line.from + cut);
    this.scan(whole, line, indent);
  }

  /** Starts a new chunk where a top-level statement starts. */
  private begin(text: string, top: boolean): void {
    if (this.chunk !== null && (!top || goesOn(text))) return;
    if (!this.decorated) this.chunk = null;
    if (this.chunk === null) this.chunks.push((this.chunk = new Chunk()));
    this.decorated = text.startsWith("@");
  }

  /** Does a statement start here, although a bracket above was never closed? */
  private givenUp(text: string, indent: number): boolean {
    const first = this.stack[0];
    if (first === undefined || indent > first.indent) return false;
    return (this.hopeless === null || this.hopeless.has(first.line)) && startsStatement(text);
  }

  /** Gives up whatever is open. */
  private closeAll(): void {
    const brackets = this.stack.map((opener) => closers[opener.bracket]).reverse();
    if (brackets.length > 0) this.chunk?.close(brackets.join(""));
    this.stack.length = 0;
    this.quote = null;
    this.backslash = false;
  }

  /** Follows brackets, strings and comments through a line. */
  private scan(text: string, line: Line, indent: number): void {
    this.backslash = false;
    const interesting = /["'#()[\]{}\\]/g;
    if (this.quote !== null) {
      const end = endOfString(text, 0, this.quote);
      if (end < 0) return;
      interesting.lastIndex = end;
      this.quote = null;
    }
    for (;;) {
      const match = interesting.exec(text);
      if (match === null) return;
      const mark = match[0];
      if (mark === "#") return;
      if (mark === "\\") this.backslash = match.index === text.length - 1;
      else if (mark === '"' || mark === "'") {
        const quote = this.quoteAt(text, match.index, line);
        const end = endOfString(text, match.index + quote.length, quote);
        if (end < 0 && quote.length === 3) this.quote = quote;
        if (end < 0) return;
        interesting.lastIndex = end;
      } else if (mark in closers) this.stack.push({ bracket: mark, line: line.start, indent });
      else this.shut(mark);
    }
  }

  /** Three quotes open a long string only where three more stand behind them. */
  private quoteAt(text: string, at: number, line: Line): string {
    const mark = text.charAt(at);
    const triple = mark.repeat(3);
    return text.startsWith(triple, at) && this.source.includes(triple, line.from + at + 3) ? triple : mark;
  }

  /** A closing bracket also closes what was forgotten inside; one that nothing opened is left to the parser. */
  private shut(mark: string): void {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      if (closers[(this.stack[i] as Opener).bracket] !== mark) continue;
      this.stack.length = i;
      return;
    }
  }
}

/** Offset behind the closing quote, or −1 where the line ends before it. */
function endOfString(text: string, from: number, mark: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text.startsWith(mark, at)) return at + mark.length;
  }
  return -1;
}
