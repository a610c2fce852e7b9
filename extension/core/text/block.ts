/** The lines of numbers around a cursor, with the header above them. */
import { isRule } from "./layout.js";
import { numberOf } from "./number.js";

interface Line {
  readonly start: number;
  readonly end: number;
}

function lineAt(text: string, offset: number): Line {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  const found = text.indexOf("\n", offset);
  return { start, end: found < 0 ? text.length : found };
}

const before = (text: string, line: Line): Line | undefined => (line.start === 0 ? undefined : lineAt(text, line.start - 1));
const after = (text: string, line: Line): Line | undefined => (line.end >= text.length ? undefined : lineAt(text, line.end + 1));
const wordsOf = (text: string, line: Line): string[] =>
  text
    .slice(line.start, Math.min(line.end, line.start + 10_000))
    .split(/[\s,;|]+/)
    .filter((word) => word !== "");
const isNumber = (word: string): boolean => numberOf(word.replace(/^["'+-]+|["']$/g, "")) !== undefined;
const isBlank = (text: string, line: Line): boolean => text.slice(line.start, line.end).trim() === "";

/** At least half of its words are numbers. */
function isNumeric(text: string, line: Line): boolean {
  const words = wordsOf(text, line);
  const numbers = words.filter(isNumber).length;
  return numbers > 0 && numbers * 2 >= words.length;
}

function rule(text: string, line: Line): boolean {
  const raw = text.slice(line.start, Math.min(line.end, line.start + 2000));
  const lead = raw.length - raw.trimStart().length;
  return raw.trim() !== "" && isRule(text, line.start + lead, line.start + raw.trimEnd().length);
}

/** A line of names over the numbers: as many cells, or one less where the rows have an index. */
function isHeader(text: string, line: Line, below: Line): boolean {
  const cells = (row: Line): number => {
    const raw = text.slice(row.start, Math.min(row.end, row.start + 10_000)).trim();
    const sign = ["\t", ";", "|", ","].find((each) => text.slice(below.start, below.end).includes(each));
    return raw.replace(/"[^"]*"/g, "q").split(sign ?? /\s+/).length;
  };
  return (
    !isBlank(text, line) &&
    Math.abs(cells(line) - cells(below)) <= (cells(below) > 2 ? 1 : 0) &&
    !/[={}()[\]]$/.test(text.slice(line.start, line.end).trim())
  );
}

/** table: the text is a table as a whole, so every line without a gap counts. */
export function numericBlock(text: string, offset: number, table: boolean): Line | undefined {
  const fits = (line: Line): boolean => (table ? !isBlank(text, line) : isNumeric(text, line));
  let line: Line | undefined = lineAt(text, offset);
  for (let looks = 0; looks < 3 && line !== undefined && !fits(line) && !isBlank(text, line); looks++) line = after(text, line);
  if (line === undefined || !fits(line)) return undefined;
  let first = line;
  for (let above = before(text, first); above !== undefined && fits(above); above = before(text, above)) first = above;
  let last = line;
  for (let below = after(text, last); below !== undefined && fits(below); below = after(text, below)) last = below;
  let header = table ? undefined : before(text, first);
  if (header !== undefined && rule(text, header)) header = before(text, header);
  if (header !== undefined && isHeader(text, header, first)) first = header;
  const raw = text.slice(first.start, last.end);
  const start = first.start + raw.length - raw.trimStart().length;
  const end = first.start + raw.trimEnd().length;
  return end > start && start <= last.end ? { start, end } : undefined;
}
