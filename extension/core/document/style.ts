/** How a document is laid out: its indentation and line ends, and JSON written in them. */

export interface Style {
  /** One level; empty: the document has no line breaks. */
  readonly unit: string;
  /** After commas and colons. */
  readonly blank: "" | " ";
  readonly eol: "\n" | "\r\n";
}

/** A piece of text that stands for its value, already laid out for `indent`. */
export class Verbatim {
  constructor(
    readonly text: string,
    readonly indent: string,
  ) {}
}

/** Of an empty text: two blanks, as Prettier and Keras users have it. */
export function styleOf(text: string): Style {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  if (text.trim() === "") return { unit: "  ", blank: " ", eol };
  if (!/\n/.test(text.trim())) return { unit: "", blank: /"\s*:\s/.test(text) ? " " : "", eol };
  const indented = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  return { unit: indented.startsWith("\t") ? "\t" : indented, blank: " ", eol };
}

/** The blanks at the beginning of the line of an offset. */
export function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** A value as JSON, its first line at the place where it is put, the others from `indent` on. Lists of plain values stay on one line. */
export function written(value: unknown, style: Style, indent: string): string {
  if (value instanceof Verbatim) return shifted(value.text, value.indent, indent, style);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const list = Array.isArray(value);
  const inner = indent + style.unit;
  const space = style.blank;
  const members = list
    ? (value as unknown[]).map((item) => written(item, style, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${space}${written(item, style, inner)}`);
  const [open, close] = list ? ["[", "]"] : ["{", "}"];
  const plain = list && (value as unknown[]).every((item) => typeof item !== "object" || item === null);
  if (members.length === 0 || style.unit === "" || plain) return `${open}${members.join(`,${space}`)}${close}`;
  return `${open}${style.eol}${members.map((member) => inner + member).join(`,${style.eol}`)}${style.eol}${indent}${close}`;
}

/** The same lines from another indentation on. JSON has no line breaks inside of values, so only layout moves. */
export function shifted(text: string, from: string, to: string, style: Style): string {
  if (from === to || style.unit === "") return text;
  const [first = "", ...rest] = text.split("\n");
  return [first, ...rest.map((line) => (line.startsWith(from) ? to + line.slice(from.length) : line))].join("\n");
}
