/** Reads array literals of programming languages and their printed forms in one pass, without recursion. */
import { msg, type Message } from "../messages.js";
import { shapeArgument, skipArguments, skipCall } from "./arguments.js";
import { startsAssignment } from "./assignments.js";
import { callKind, harmlessMethod } from "./calls.js";
import { type LiteralOptions, skipDots } from "./frame.js";
import { LiteralFrames } from "./literalFrames.js";
import { mixedDepth, type Nest } from "./nest.js";
import { isGap, isWordCode, meaningOf, NumberReader } from "./number.js";
import { behindObject, innermostEntry, isObject } from "./object.js";
import { missingValue, nonFinite, notAnArray, notNumeric, trailingCode, truncated, unclosed, wrongCloser } from "./refusals.js";
import { quote } from "./selection.js";
import {
  closerOf,
  isClosing,
  isOpening,
  isQuote,
  isSpace,
  skipComment,
  skipSigns,
  skipSpace,
  skipString,
  skipWord,
  tokenEnd,
} from "./skip.js";

export class LiteralReader extends LiteralFrames {
  readonly notes: Message[] = [];
  format = "list";
  private readonly number: NumberReader;
  /** The shape that a call gives to its list, or null. */
  declared: number[] | null = null;
  /** Where another value starts behind this one, or -1. */
  rest = -1;
  /** End of the JSON object that the value stands in. */
  private objectEnd = -1;

  constructor(text: string, from: number, end: number, options: LiteralOptions) {
    super(text, from, end, options);
    this.number = new NumberReader(text, !/^(?:python|json|jsonc)$/.test(options.languageId));
  }

  /** The whole selection as one list, or null where it is one plain number. Throws a Refusal. */
  read(): Nest | null {
    const { text } = this;
    while (this.at < this.limit) {
      const code = text.charCodeAt(this.at);
      if (code === 32 || isSpace(code)) {
        if (code === 10 && this.options.matrix && this.frame.kind === "row") this.endRow();
        this.at++;
      } else if (code === 44) this.comma();
      else if ((code >= 48 && code <= 57) || code === 45 || code === 43 || code === 46) this.numeric(code);
      else if (isOpening(code)) this.openBracket(code);
      else if (isClosing(code)) this.closeBracket(code);
      else if (this.finishes(code)) break;
    }
    if (this.frame.kind === "row") this.endRow();
    if (this.frame.kind !== "top") {
      const { start } = this.frame.nest;
      throw unclosed({ text, start, end: start + 1 }, this.frame.closer);
    }
    if (this.objectEnd >= 0) this.rest = behindObject(text, this.objectEnd, this.end, this.options.comments);
    return this.whole();
  }

  /** Other signs: rows, words, strings, comments. True where the array is over. */
  private finishes(code: number): boolean {
    const { text } = this;
    const behind = skipComment(text, this.at, this.limit, this.options.comments);
    if (behind !== this.at) {
      this.at = behind;
      return false;
    }
    if (code === 59) return this.semicolon();
    if (code === 0x2026 || code === 0x22ee || code === 0x22ef) throw truncated({ text, start: this.at, end: this.at + 1 });
    if (code === 0x2212) {
      this.numeric(code);
      return false;
    }
    if (this.isDone() && startsAssignment(text, this.last, this.at, this.limit, this.options.comments)) return this.stop(this.at);
    if (isWordCode(code)) {
      this.word(this.at);
      return false;
    }
    if (text.startsWith("<NA>", this.at)) throw missingValue({ text, start: this.at, end: this.at + 4 });
    this.stray();
    return false;
  }

  private comma(): void {
    const { frame } = this;
    if (!frame.filled) {
      if (frame.kind !== "top" || this.last >= 0) this.missing(this.at, this.at + 1, missingValue);
    } else if (frame.gaps > 0 && frame.nest.count > 0 && !this.options.matrix) this.missingComma(this.elementStart());
    frame.filled = false;
    frame.commas++;
    this.at++;
    if (frame.kind !== "call") return;
    const call = { name: this.format, start: frame.nest.start, limit: this.limit };
    const declared = this.stack.length === 1 ? shapeArgument(this.text, this.at, call) : null;
    if (declared !== null) {
      this.declared = declared.shape;
      this.at = skipSpace(this.text, declared.end, this.limit, this.options.comments);
      frame.filled = true;
      return;
    }
    this.at = skipArguments(this.text, this.at, call, this.options.comments);
    frame.filled = true;
  }

  /** Ends this value before the assignment of the next. */
  private stop(at: number): true {
    this.rest = at;
    this.limit = at;
    return true;
  }

  private semicolon(): boolean {
    const { text, frame } = this;
    if (this.options.matrix && (frame.kind === "row" || frame.kind === "list")) {
      if (frame.kind === "row") this.endRow();
      this.at++;
      return false;
    }
    if (frame.kind !== "top") throw notNumeric({ text, start: this.at, end: this.at + 1 });
    let at = skipSpace(text, this.at + 1, this.limit, this.options.comments);
    while (text.charCodeAt(at) === 59) at = skipSpace(text, at + 1, this.limit, this.options.comments);
    this.at = at;
    if (at >= this.limit) return true;
    if (!this.isDone() || !startsAssignment(text, this.last, at, this.limit, this.options.comments))
      throw trailingCode({ text, start: at, end: this.restEnd() });
    return this.stop(at);
  }

  private numeric(first: number): void {
    const { text, at } = this;
    const code = first === 0x2212 ? 45 : first;
    if (code === 46 && text.charCodeAt(at + 1) === 46) {
      this.at = skipDots(text, at, this.options);
      return;
    }
    if (code === 46 && this.last === at && isWordCode(text.charCodeAt(at + 1)) && text.charCodeAt(at + 1) > 57) return this.method();
    if (code === 45 || code === 43) {
      this.signed(code);
      return;
    }
    this.plain(at, false);
  }

  /** A sign: of the number behind it, or an operator. */
  private signed(code: number): void {
    const { text, at, frame } = this;
    let negative = code === 45 || text.charCodeAt(at) === 0x2212;
    const bare = isSpace(text.charCodeAt(at + 1));
    if (frame.filled && (this.last === at || bare || this.frame.kind === "call")) this.stray();
    const signs = skipSigns(text, at + 1, this.limit, this.options.comments);
    const next = signs.end;
    if (signs.negative) negative = !negative;
    const digit = text.charCodeAt(next);
    if (next < this.limit && ((digit >= 48 && digit <= 57) || digit === 46)) this.plain(next, negative);
    else if (next < this.limit && isWordCode(digit)) this.word(next);
    else this.stray();
  }

  private plain(from: number, negative: boolean): void {
    const { text, at, frame } = this;
    if (frame.kind === "top" && frame.nest.items.length > 0)
      throw frame.filled
        ? trailingCode({ text, start: at, end: this.restEnd() })
        : mixedDepth({ start: at, end: tokenEnd(text, at, this.limit), items: [], first: 0, count: 0 }, text);
    const good = this.number.read(from, this.limit);
    const { end } = this.number;
    const following = end < this.limit ? text.charCodeAt(end) : 32;
    if (!good) throw notNumeric({ text, start: at, end: Math.max(tokenEnd(text, at, this.limit), Math.min(end, this.limit)) });
    this.at = end;
    this.add(negative ? -this.number.value : this.number.value, at, end);
    if (!(
      isSpace(following) ||
      following === 44 ||
      isClosing(following) ||
      following === 59 ||
      following === 35 ||
      following === 37 ||
      following === 47
    ))
      this.stray();
  }

  private openBracket(code: number): void {
    const { text, at, frame } = this;
    if (this.last === at && (frame.kind === "top" || frame.commas > 0 || code === 40)) this.stray();
    if (frame.kind === "call" && frame.filled) this.stray();
    if (code === 123 && this.options.languageId === "python" && !isObject(text, at, this.limit, this.options.comments)) {
      if (!/^\{\s*\}/.test(text.slice(at, at + 20))) throw notAnArray({ text, start: at, end: this.elementEnd(at) });
    }
    if (code === 123 && isObject(text, at, this.limit, this.options.comments)) {
      this.enterObject(at);
      return;
    }
    this.push("list", closerOf(code), at);
    this.at++;
  }

  private enterObject(at: number): void {
    if (this.stack.length > 0 || this.last >= 0) throw notAnArray({ text: this.text, start: at, end: this.elementEnd(at) });
    const entry = innermostEntry(this.text, at, this.limit, this.options.comments);
    for (const key of entry.keys) this.notes.push(msg("Read from the entry “{key}”.", { key: quote(key, 0, key.length) }));
    this.limit = entry.end;
    this.objectEnd = entry.close;
    this.format = "object";
    this.at = entry.start;
  }

  private closeBracket(code: number): void {
    const { text, at } = this;
    if (this.frame.kind === "row") this.endRow();
    const { frame } = this;
    if (frame.kind === "top" || frame.closer !== code) {
      const opener = frame.kind === "top" ? null : { sign: text.charAt(frame.nest.start), closer: frame.closer };
      throw wrongCloser({ text, start: at, end: at + 1 }, opener);
    }
    const outer = this.stack.pop() ?? frame;
    const { nest } = frame;
    nest.end = at + 1;
    this.frame = outer;
    this.at = at + 1;
    const transparent = frame.kind === "call" || (code === 41 && frame.commas === 0 && nest.count + nest.items.length === 1);
    if (transparent && nest.items.length + nest.count === 0) throw notAnArray({ text, start: nest.start, end: at + 1 });
    const [row] = nest.items;
    const oneRow = this.options.matrix && row !== undefined && nest.items.length === 1 && !isOpening(text.charCodeAt(row.start));
    const list = transparent || oneRow ? row : nest;
    if (outer.filled) {
      outer.gaps++;
      if (outer.commas > 0 && outer.kind !== "top" && !this.options.matrix) this.missingComma(nest.start);
    }
    if (list === undefined) this.adopt(nest);
    else if (outer.nest.count > 0) throw mixedDepth(list, text);
    else outer.nest.items.push(list);
    outer.filled = true;
    this.last = at + 1;
  }

  /** `.astype(…)` behind an array changes nothing; anything else might. */
  private method(): void {
    const { text, at } = this;
    const end = skipWord(text, at + 1, this.limit);
    const open = skipSpace(text, end, this.limit, this.options.comments);
    if (!harmlessMethod(text.slice(at + 1, end)) || text.charCodeAt(open) !== 40) this.stray();
    const close = skipCall(text, open + 1, this.limit, this.options.comments);
    this.at = close;
    this.last = this.at;
  }

  private word(from: number): void {
    const { text, at, frame } = this;
    const end = skipWord(text, from, this.limit);
    const word = text.slice(from, Math.min(end, from + 200));
    if (this.isDone()) this.stray();
    const next = skipSpace(text, end, this.limit, this.options.comments);
    if (text.charCodeAt(next) === 61 && frame.kind === "call" && !frame.filled && text.charCodeAt(next + 1) !== 61) {
      this.at = next + 1;
      return;
    }
    if (word === "vec" && text.charCodeAt(end) === 33 && text.charCodeAt(end + 1) === 91) {
      this.at = end + 1;
      return;
    }
    if (text.charCodeAt(next) === 40 && next < this.limit && from === at) {
      this.call(word, next);
      return;
    }
    const meaning = meaningOf(word);
    if (meaning?.kind === "number") {
      this.at = end;
      this.add(from > at && text.charAt(at) === "-" ? -meaning.value : meaning.value, at, end);
    } else if (meaning !== undefined) {
      const refusal = { missing: missingValue, "non-finite": nonFinite, truncated }[meaning.kind];
      if (!isGap(word)) throw refusal({ text, start: at, end });
      this.at = end;
      this.missing(at, end, refusal);
    } else if (frame.kind === "top" && this.last < 0) throw notAnArray({ text, start: at, end: this.elementEnd(at) });
    else throw notNumeric({ text, start: at, end: Math.max(this.elementEnd(at), end) });
  }

  private call(name: string, open: number): void {
    const { text, at } = this;
    const kind = name === "matrix" && this.options.languageId === "r" ? "none" : callKind(name);
    if (kind === "none") {
      const range = { text, start: at, end: Math.min(this.elementEnd(open + 1) + 1, this.limit) };
      throw this.stack.length === 0 ? notAnArray(range) : notNumeric(range);
    }
    const argument = skipSpace(text, open + 1, this.limit, this.options.comments);
    const typed = /(?:^|\.)array$/.test(name) ? /^(["'])[bBhHiIlLqQfd]\1\s*,\s*(?=[[(])/.exec(text.slice(argument, argument + 40)) : null;
    if (isQuote(text.charCodeAt(argument)) && typed === null) return this.quotedCall(argument);
    if (this.frame.filled && (this.frame.kind === "call" || this.frame.commas > 0)) this.missingComma(at);
    if (kind === "array") this.format = this.stack.length === 0 ? name : this.format;
    this.push(kind === "list" ? "list" : "call", 41, open);
    // Python's array('f', […]) names its type first.
    this.at = typed === null ? open + 1 : argument + typed[0].length;
  }

  /** `float('nan')`. */
  private quotedCall(argument: number): void {
    const { text, at } = this;
    const close = skipString(text, argument, this.limit);
    const end = Math.min(close + 1, this.limit);
    const word = text.slice(argument + 1, close - 1);
    const refusal = meaningOf(word)?.kind === "non-finite" ? nonFinite : notNumeric;
    if (!isGap(word) || text.charCodeAt(close) !== 41) throw refusal({ text, start: at, end });
    this.at = end;
    this.missing(at, end, refusal);
  }
}
