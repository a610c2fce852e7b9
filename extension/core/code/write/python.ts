/** Python text as a formatter lays it out: on one line where that fits, else one item a line. */

const WIDTH = 88;

/** A call, list or tuple whose items may have to go on lines of their own. */
export interface Group {
  readonly open: string;
  readonly items: readonly Code[];
  readonly close: string;
  /** One item a line, however short. */
  readonly tall?: boolean;
}

/** A piece of code; `note` is a comment behind it. */
export type Code = string | Group | { readonly code: string | Group; readonly note: string };

export function call(name: string, ...args: readonly Code[]): Group {
  return { open: `${name}(`, items: args, close: ")" };
}

/** `name=value`. */
export function keyword(name: string, value: Code): Code {
  if (typeof value === "string") return `${name}=${value}`;
  if ("code" in value) return keyword(name, value.code);
  return { ...value, open: `${name}=${value.open}` };
}

/** JSON as Python writes it. A tuple where Python has one is the caller's business. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${text(key)}: ${literal(item)}`);
  return `{${entries.join(", ")}}`;
}

/** As people read it: a text without its quotes. */
export function spelled(value: unknown): string {
  return typeof value === "string" ? value : literal(value);
}

/** A number that is a float in Python. */
export function float(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

export function tuple(sizes: readonly (number | null)[]): string {
  return `(${sizes.map((size) => size ?? "None").join(", ")}${sizes.length === 1 ? "," : ""})`;
}

/** In double quotes, with what a source cannot hold escaped. */
export function text(value: string): string {
  const escaped = value.replace(/[\\"\p{Cc}\u2028\u2029\ud800-\udfff]/gu, (letter) => {
    if (letter === "\\" || letter === '"') return `\\${letter}`;
    if (letter === "\n") return "\\n";
    if (letter === "\t") return "\\t";
    return `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/** A comment holds one line, whatever the names in it are. */
export function comment(words: string): string {
  return `# ${words.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}`;
}

/** All on one line. */
function flat(code: Code): string {
  if (typeof code === "string") return code;
  if ("code" in code) return flat(code.code);
  return `${code.open}${code.items.map(flat).join(", ")}${code.close}`;
}

/** Does anything in it have to stand on lines of its own? */
function isTall(code: Code): boolean {
  if (typeof code === "string") return false;
  if ("code" in code) return true;
  return code.tall === true || code.items.some(isTall);
}

/** Lines of a piece of code. @param tail what follows its last bracket, e.g. a comma. */
export function lines(code: Code, indent = 0, tail = ""): string[] {
  const space = " ".repeat(indent);
  if (typeof code === "string") return [`${space}${code}${tail}`];
  if ("code" in code) {
    const inner = lines(code.code, indent, tail);
    const last = inner.at(-1) ?? "";
    const note = comment(code.note);
    return inner.length === 1 && last.length + 2 + note.length <= WIDTH ? [`${last}  ${note}`] : [`${space}${note}`, ...inner];
  }
  const oneLine = `${space}${flat(code)}${tail}`;
  if (!isTall(code) && oneLine.length <= WIDTH) return [oneLine];
  const inside = `${space}    ${code.items.map(flat).join(", ")}`;
  const body =
    !isTall(code) && inside.length <= WIDTH
      ? [inside]
      : code.items.flatMap((item) => lines(item, indent + 4, code.items.length === 1 ? "" : ","));
  return [`${space}${code.open}`, ...body, `${space}${code.close}${tail}`];
}

/** A name that Python takes, from any name. @param taken names that are used already; the new one is added. */
export function identifier(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^(?=\p{N})/u, "_") || "layer";
  const base = keywords.has(plain) ? `${plain}_` : plain;
  let unique = base;
  for (let i = 1; taken.has(unique); i++) unique = `${base}_${i}`;
  taken.add(unique);
  return unique;
}

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);
