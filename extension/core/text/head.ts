/** Looks at the first rows of a table: which lines are headers, which columns hold text or an index. */
import { type Message, msg } from "../messages.js";
import { type CellMeaning, isAmount, isDateLike, readCell } from "./cell.js";
import { type Layout, Row, SAMPLE_LINES } from "./layout.js";
import { NumberReader } from "./number.js";
import { missingValue, nonFinite, notNumeric, truncated } from "./refusals.js";
import { quote, Refusal } from "./selection.js";

export interface Head {
  /** Names of the columns that are kept. */
  readonly columns: readonly string[] | null;
  /** Columns that are set aside. */
  readonly aside: ReadonlySet<number>;
  /** The first cell of each column that was taken for text. */
  readonly texts: ReadonlyMap<number, { readonly start: number; readonly end: number }>;
  /** Every row ends with a delimiter. */
  readonly dropLast: boolean;
  readonly dataStart: number;
  readonly notes: readonly Message[];
}

interface Cell {
  readonly text: string;
  readonly meaning: CellMeaning["kind"];
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly cells: Cell[];
}

function sample(text: string, from: number, limit: number, layout: Layout): Line[] {
  const row = new Row();
  const number = new NumberReader(text);
  const lines: Line[] = [];
  let at = from;
  while (lines.length < SAMPLE_LINES && row.read(text, at, limit, layout)) {
    const cells: Cell[] = [];
    for (let i = 0; i < row.count && i < 20_000; i++) {
      const start = row.starts[i] ?? 0;
      const end = row.ends[i] ?? 0;
      cells.push({
        text: text.slice(start, Math.min(end, start + 200)).replace(/""/g, '"'),
        meaning: readCell(text, start, end, number, layout.decimalComma).kind,
        start,
        end,
      });
    }
    lines.push({ start: row.start, end: row.end, cells });
    at = row.next;
  }
  return lines;
}

const isHeader = (line: Line): boolean =>
  line.cells.some((cell) => cell.meaning === "text") && !line.cells.some((cell) => cell.meaning === "number");

/** `0 1 2` over rows that start with 0, 1, 2 …: the header and index that pandas makes by itself. */
function isNumberedFrame(lines: readonly Line[], layout: Layout): boolean {
  const [header, ...rows] = lines;
  if (layout.kind !== "whitespace" || header === undefined || rows.length === 0) return false;
  return (
    header.cells.every((cell, i) => cell.text === String(i)) &&
    rows.every(
      (row, i) =>
        row.cells.length === header.cells.length + 1 && (row.cells[0]?.text === String(i) || row.cells[0]?.meaning === "truncated"),
    )
  );
}

/** Throws a Refusal where no row holds a number. */
export function headOf(text: string, from: number, limit: number, layout: Layout, printed: boolean): Head {
  const lines = sample(text, from, limit, layout);
  let headers = lines.findIndex((line) => !isHeader(line));
  if (headers < 0) throw noNumbers(lines, text, from, limit);
  if (headers === 0 && isNumberedFrame(lines, layout)) headers = 1;
  const data = lines.slice(headers);
  if (!data.some((line) => line.cells.some((cell) => cell.meaning === "number"))) throw noNumbers(data, text, from, limit);
  const dropLast = endsWithDelimiter(data, layout);
  const width = (data[0]?.cells.length ?? 0) - (dropLast ? 1 : 0);
  const names = namesOf(lines.slice(0, headers), data[0], width, { layout, text });
  const indexes = names === null ? (printed && width === 2 ? 1 : 0) : Math.max(0, width - names.length);
  const aside = new Set<number>();
  const texts = new Map<number, Cell>();
  for (let column = 0; column < indexes; column++) aside.add(column);
  const notes: Message[] = [];
  if (indexes > 0) notes.push(msg("The index of the table was set aside."));
  const label = (column: number): string => (names?.[column - indexes] ?? "").trim() || String(column + 1);
  for (let column = indexes; column < width; column++) {
    if (!isText(data, column, headers > 0)) continue;
    aside.add(column);
    const cell = data.find((line) => line.cells[column] !== undefined)?.cells[column];
    if (cell !== undefined) texts.set(column, cell);
    notes.push(msg("Column “{column}” holds no numbers and was set aside.", { column: label(column) }));
  }
  const columns = names?.filter((_, i) => !aside.has(i + indexes)).map((name) => name.trim()) ?? null;
  return { columns, aside, texts, dropLast, dataStart: data[0]?.start ?? from, notes };
}

/** No cell of the sample is a number, and it is text or a date. One row alone without a header may just as well be a mistake. */
function isText(data: readonly Line[], column: number, headed: boolean): boolean {
  let texts = 0;
  let empties = 0;
  for (const { cells } of data) {
    const cell = cells[column];
    if (cell === undefined) continue;
    if (cell.meaning === "text") texts++;
    else if (cell.meaning === "empty") empties++;
    // an amount of money or a share is data that must not be lost in silence: it is named where it stands
    else if (cell.meaning === "number") return false;
    if (cell.meaning === "text" && isAmount(cell.text)) return false;
  }
  const first = data[0]?.cells[column];
  if (texts === 0) return headed && empties === data.length && data.length > 1;
  return headed || data.length > 1 || (first !== undefined && isDateLike(first.text));
}

function endsWithDelimiter(data: readonly Line[], layout: Layout): boolean {
  if (layout.kind === "whitespace" || layout.kind === "markdown") return false;
  const ends = ({ cells }: Line): boolean => cells.length > 1 && cells[cells.length - 1]?.meaning === "empty";
  const last = data[data.length - 1];
  const first = data[0];
  if (last === undefined || first === undefined || !data.slice(0, -1).every(ends)) return false;
  return ends(last) || (data.length > 1 && last.cells.length === first.cells.length - 1);
}

/** The names in the first header line; with fewer names than columns the first columns are an index. */
function namesOf(
  headers: readonly Line[],
  second: Line | undefined,
  width: number,
  { layout, text }: { layout: Layout; text: string },
): string[] | null {
  const [first] = headers;
  if (first === undefined) return null;
  const names = first.cells.map((cell) => cell.text);
  while (names.length > width && names[names.length - 1] === "") names.pop();
  if (layout.kind === "whitespace") {
    const wide = text.slice(first.start, first.end).split(/ {2,}|\t/);
    const indented =
      text.charAt(first.start - 1) === " " && text.charAt(second?.start === undefined ? first.start : second.start - 1) !== " ";
    if (names.length === width && !(indented && wide.length === width - 1)) return names;
    if (wide.length === width || wide.length === width - 1) return wide;
    if (names.length < width) return names;
  } else if (names.length === width || names.length === width - 1) return names;
  throw new Refusal(
    "ragged",
    msg("The header has {names} names; row 1 has {count} values. Give every column a name, or leave the header out of the selection.", {
      names: names.length,
      count: width,
    }),
    first.start,
    first.end,
  );
}

function noNumbers(lines: readonly Line[], text: string, from: number, limit: number): Refusal {
  for (const { cells } of lines) {
    for (const cell of cells) {
      const at = { text, start: cell.start, end: cell.end };
      if (cell.meaning === "truncated") return truncated(at);
      if (cell.meaning === "non-finite" && cells.length < 50) return nonFinite(at);
      if (cell.meaning === "text" && /^[-+$€£¥(]?\.?\d/.test(cell.text) && !isDateLike(cell.text)) return notNumeric(at);
      if (cell.meaning === "missing" && lines.length === 1 && cells.length === 1) return missingValue(at);
    }
  }
  return new Refusal(
    "no-numbers",
    msg("“{found}” holds no numbers; an array or a table of numbers is expected. Select one.", { found: quote(text, from, limit) }),
    from,
    limit,
  );
}
