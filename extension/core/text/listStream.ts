/**
 * An array in brackets of any length, read piece by piece, as `parseSelection` reads it whole: some elements at a time, each time behind the
 * first one, so that what is unlike it is found by the same rules.
 */
import { type Message, msg } from "../messages.js";
import { SELECTION_HARD_MAX_BYTES } from "../model/limits.js";
import { raggedWords } from "./nest.js";
import { parseSelection } from "./parseSelection.js";
import { trailingCode } from "./refusals.js";
import { Refusal, type SelectionErrorKind, type SelectionFailure, type SelectionNumbers } from "./selection.js";
import { type Comments, commentsOf, isClosing, isOpening, isQuote, isSpace, skipComment, skipSpace, skipString } from "./skip.js";
import type { CellPlace, TableEnd } from "./tableStream.js";

/** Text that is read at once, rounded up to whole elements. */
const AT_ONCE = 512 * 1024;
/** Text of one element: three of them are a selection yet. */
const MAX_ELEMENT = 16 * 1024 * 1024;

export interface ListOptions {
  readonly languageId?: string | undefined;
  /** Values that are missing become NaN, else the first of them is the failure. */
  readonly keepMissing?: boolean;
  readonly atOnce?: number;
}

type About = Omit<TableEnd, "ok">;

export class ListStream {
  /** The value that the failure is about, where it is about one of a matrix or of records. */
  badCell: CellPlace | null = null;
  /** Not read yet, and where it starts in the whole text. Begins with an element. */
  private held = "";
  private base = 0;
  /** Where the array begins; −1: not yet. */
  private opened = -1;
  /** What of `held` was looked through: up to `at`, within so many brackets, the last comma between two elements before it. */
  private at = 0;
  private depth = 0;
  private comma = -1;
  private closed = -1;
  /** The first element's end, and the element once it was read. */
  private firstEnd = -1;
  private first: string | null = null;
  private found: About | null = null;
  private failure: SelectionFailure | null = null;
  private readonly comments: Comments;

  constructor(private readonly options: ListOptions = {}) {
    this.comments = commentsOf(options.languageId ?? "");
  }

  /** What was read, and how much text that took; null: nothing yet. */
  get soFar(): (Pick<TableEnd, "shape" | "columns"> & { readonly length: number }) | null {
    return this.failure === null && this.found !== null ? { ...this.found, length: this.base - this.opened } : null;
  }

  /** Takes the next text. Returns the numbers of elements that are complete, one after the other. */
  push(text: string): Float32Array {
    return this.attempt(() => {
      this.held += text;
      this.look();
      // As much as the first element at least, which is read once more each time.
      if (this.comma >= Math.max(this.options.atOnce ?? AT_ONCE, this.first?.length ?? 0)) return this.take(this.comma, "]");
      if (this.held.length - this.comma > MAX_ELEMENT) throw tooLong();
      return new Float32Array(0);
    });
  }

  /** The rest, and what the array was. */
  end(): { readonly values: Float32Array; readonly table: TableEnd | SelectionFailure } {
    const values = this.attempt(() => {
      const { held, closed, base } = this;
      const read = this.take(closed < 0 ? held.length : closed + 1, "");
      const rest = closed < 0 ? held.length : skipSpace(held, closed + 1, held.length, this.comments);
      if (rest === held.length || /^[;,]?\s*$/.test(held.slice(rest))) return read;
      const { kind, words, start, end } = trailingCode({ text: held, start: rest, end: held.trimEnd().length });
      throw new Refusal(kind, words, base + start, base + end);
    });
    if (this.failure !== null) return { values: new Float32Array(0), table: this.failure };
    return { values, table: { ok: true, ...(this.found as About) } };
  }

  /** Looks for the commas between elements in what came. */
  private look(): void {
    if (this.opened < 0) this.open();
    while (this.opened >= 0 && this.closed < 0 && this.at < this.held.length) {
      const code = this.held.charCodeAt(this.at);
      const end = tokenEnd(this.held, this.at, this.comments);
      if (end < 0) return;
      if (isOpening(code)) this.depth++;
      else if (isClosing(code) && this.depth-- === 0) this.closed = this.at;
      else if (code === 44 && this.depth === 0) {
        if (this.firstEnd < 0) this.firstEnd = this.at;
        this.comma = this.at;
      }
      this.at = end;
    }
  }

  private open(): void {
    let at = 0;
    while (isSpace(this.held.charCodeAt(at))) at++;
    if (at === this.held.length) return;
    this.opened = at;
    this.base = at + 1;
    this.held = this.held.slice(at + 1);
  }

  /** The elements of what is held up to `until`. */
  private take(until: number, closer: string): Float32Array {
    const { languageId, keepMissing = false } = this.options;
    const text = this.held.slice(0, until);
    const before = this.first === null ? "[" : `[${this.first},`;
    const read = parseSelection(before + text + closer, {
      ...(languageId !== undefined && { languageId }),
      missing: keepMissing ? "keep" : "error",
      maxBytes: SELECTION_HARD_MAX_BYTES,
    });
    if (!read.ok) throw this.moved(read, text, before.length);
    const known = this.found;
    this.found = known === null ? aboutOf(read) : this.joined(known, read);
    if (known === null && this.firstEnd >= 0) this.first = this.held.slice(0, this.firstEnd);
    this.drop(until + 1);
    return known === null ? read.values : read.values.subarray(sizeOf(known));
  }

  /** Of elements that came behind those before. */
  private joined({ shape: [count = 0, ...element], columns, notes, format }: About, read: SelectionNumbers): About {
    if (columns?.join() !== read.columns?.join()) throw otherColumns(count, columns ?? [], this.base);
    const more = read.notes.filter((note) => !notes.some((one) => one.text === note.text && sameArgs(one, note)));
    const large = (note: Message): boolean => note.args?.["from"] !== undefined;
    // Of all integers that are rounded, the first one is named.
    const added = notes.some(large) ? more.filter((note) => !large(note)) : more;
    return { shape: [count + (read.shape[0] as number) - 1, ...element], columns, notes: [...notes, ...added], format };
  }

  private drop(length: number): void {
    this.held = this.held.slice(length);
    this.base += length;
    this.at -= length;
    this.comma = -1;
    if (this.closed >= 0) this.closed -= length;
  }

  /** A failure within the whole text, of which `text` was read behind so much else. */
  private moved({ kind, message, start, end }: SelectionFailure, text: string, before: number): Refusal {
    const place = (offset: number): number => (offset < before ? this.opened + offset : this.base + offset - before);
    const count = this.found?.shape[0] ?? 0;
    if (ofValues.has(kind) && start >= before) this.badCell = cellAt(text, start - before, count, this.comments);
    return new Refusal(kind, count === 0 ? message : this.counted(kind, message, count), place(start), place(end));
  }

  /** Rows are counted from the first element, which stood before those of this time. */
  private counted(kind: SelectionErrorKind, message: Message, count: number): Message {
    const row = message.args?.["row"];
    if (kind !== "ragged" || typeof row !== "number") return message;
    // The rows of all blocks, where a block has several.
    const [, rows = 1, innermost] = this.found?.shape ?? [];
    const each = innermost !== undefined && message.text === raggedWords({ row, count: 0, expected: 0 }).text ? rows : 1;
    return { ...message, args: { ...message.args, row: row + (count - 1) * each } };
  }

  private attempt(work: () => Float32Array): Float32Array {
    try {
      return this.failure === null ? work() : new Float32Array(0);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { kind, words, start, end } = error;
      this.failure = { ok: false, kind, message: words, start, end };
      this.held = "";
      return new Float32Array(0);
    }
  }
}

/** Failures that are about one value. */
const ofValues: ReadonlySet<SelectionErrorKind> = new Set(["missing-value", "not-numeric", "non-finite"]);

const aboutOf = ({ shape, columns, notes, format }: SelectionNumbers): About => ({ shape, columns, notes, format });

/** Numbers of one element. */
const sizeOf = ({ shape: [, ...element] }: About): number => element.reduce((product, d) => product * d, 1);

const sameArgs = (a: Message, b: Message): boolean => JSON.stringify(a.args) === JSON.stringify(b.args);

/** Behind what stands there: a string, a comment, or one character; −1: there may be more of it to come. */
function tokenEnd(text: string, at: number, comments: Comments): number {
  const end = isQuote(text.charCodeAt(at)) ? skipString(text, at, text.length) : skipComment(text, at, text.length, comments);
  if (end === at) return text.charCodeAt(at) === 47 && at + 1 === text.length ? -1 : at + 1;
  return end === text.length ? -1 : end;
}

/** Row and column of a value; null where its element is no row of values. */
function cellAt(text: string, offset: number, before: number, comments: Comments): CellPlace | null {
  let [row, column, depth, at] = [before + 1, 1, 0, 0];
  while (at < offset) {
    const code = text.charCodeAt(at);
    const end = tokenEnd(text, at, comments);
    if (isOpening(code)) depth++;
    else if (isClosing(code)) depth--;
    else if (code === 44 && depth === 0) [row, column] = [row + 1, 1];
    else if (code === 44) column++;
    at = end < 0 ? offset : end;
  }
  const key = /"((?:[^"\\]|\\.)*)"\s*:\s*$/.exec(text.slice(Math.max(0, offset - 1000), offset))?.[1];
  return depth > 1 ? null : { row, column: key ?? String(column) };
}

function otherColumns(rows: number, columns: readonly string[], at: number): Refusal {
  const words = msg(
    "Behind row {rows} other fields hold numbers than before: there it is {columns}. Give every record the same fields of numbers.",
    {
      rows,
      columns: columns.slice(0, 20).join(", "),
    },
  );
  return new Refusal("ragged", words, at, at);
}

function tooLong(): Refusal {
  const words = msg("One element of the array has more than {limit} MiB of text, which is read as a whole. Save the array as .npy.", {
    limit: MAX_ELEMENT / 2 ** 20,
  });
  return new Refusal("too-large", words, 0, 0);
}
