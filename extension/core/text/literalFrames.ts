/** What a literal's reader has open: brackets, the elements in them, and what touches what. */
import { FLOAT_MAX, type Frame, type LiteralOptions, openFrame } from "./frame.js";
import { MAX_DEPTH, mixedDepth, type Nest } from "./nest.js";
import { missingComma, notNumeric, type Place, tooDeep, tooLargeForFloat, trailingCode } from "./refusals.js";
import type { Numbers, Refusal } from "./selection.js";
import { elementEnd, isQuote, skipString, tokenEnd, trimEnd } from "./skip.js";

export class LiteralFrames {
  readonly numbers: Numbers;
  protected readonly stack: Frame[] = [];
  protected frame: Frame;
  protected at: number;
  protected limit: number;
  /** End of the last element, to see what touches it. */
  protected last = -1;

  constructor(
    protected readonly text: string,
    from: number,
    protected readonly end: number,
    protected readonly options: LiteralOptions,
  ) {
    this.numbers = options.numbers;
    this.numbers.clear();
    this.at = from;
    this.limit = end;
    this.frame = openFrame("top", 0, from, 0);
  }

  protected whole(): Nest | null {
    const top = this.frame.nest;
    top.end = this.limit;
    const [only] = top.items;
    if (only !== undefined && top.items.length === 1) return only;
    if (top.items.length === 0 && top.count === 1 && this.frame.commas === 0) return null;
    return top;
  }

  protected push(kind: Frame["kind"], closer: number, start: number): void {
    if (this.stack.length >= MAX_DEPTH + 4) {
      throw tooDeep({ text: this.text, start, end: start + 1 }, MAX_DEPTH);
    }
    this.stack.push(this.frame);
    this.frame = openFrame(kind, closer, start, this.numbers.length);
  }

  /** Something that is no element stands here. */
  protected stray(): never {
    const { text, at, frame } = this;
    if (this.isDone()) throw trailingCode({ text, start: at, end: this.restEnd() });
    if (isQuote(text.charCodeAt(at))) throw notNumeric({ text, start: at, end: skipString(text, at, this.limit) });
    const start = this.last >= 0 && frame.filled ? this.elementStart() : at;
    throw notNumeric({ text, start, end: Math.max(this.elementEnd(at), start + 1) });
  }

  /** A complete value was read and no bracket is open. */
  protected isDone(): boolean {
    return this.frame.kind === "top" && this.last >= 0 && (this.frame.filled || this.frame.nest.items.length > 0);
  }

  protected restEnd(): number {
    return trimEnd(this.text, this.at + 1, this.limit);
  }

  protected elementStart(): number {
    const { nest } = this.frame;
    const list = nest.items[nest.items.length - 1];
    return list?.start ?? this.numbers.offsets[this.numbers.length - 1] ?? this.at;
  }

  protected elementEnd(at: number): number {
    return elementEnd(this.text, at, this.limit, this.options.comments);
  }

  protected missingComma(start: number): never {
    throw missingComma({ text: this.text, start, end: tokenEnd(this.text, start, this.limit) });
  }

  protected add(value: number, start: number, end: number): void {
    let { frame } = this;
    if (this.options.matrix && frame.kind === "list" && frame.closer === 93 && !frame.filled) {
      this.push("row", 0, start);
      frame = this.frame;
    }
    if (value > FLOAT_MAX || value < -FLOAT_MAX) throw tooLargeForFloat({ text: this.text, start, end });
    if (frame.filled) {
      frame.gaps++;
      if (frame.kind === "call") this.stray();
      if (frame.commas > 0 && !this.options.matrix) this.missingComma(start);
    }
    if (frame.nest.items.length > 0) throw mixedDepth({ start, end, items: [], first: 0, count: 0 }, this.text);
    frame.nest.count++;
    frame.filled = true;
    this.last = end;
    this.numbers.push(value, start);
  }

  protected endRow(): void {
    const row = this.frame.nest;
    row.end = this.last;
    this.frame = this.stack.pop() ?? this.frame;
    this.frame.nest.items.push(row);
    this.frame.filled = false;
  }

  /** A number in round brackets or a call counts as one of the outer list. */
  protected adopt(nest: Nest): void {
    if (this.frame.nest.items.length > 0) throw mixedDepth(nest, this.text);
    this.frame.nest.count++;
  }

  /** No number stands where one is expected. */
  protected missing(start: number, end: number, refusal: (at: Place) => Refusal): void {
    if (!this.options.keepMissing) throw refusal({ text: this.text, start, end });
    this.add(NaN, start, end);
  }
}
