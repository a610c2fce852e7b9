/** Values of Python's string and number literals. */

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", "\n": "" };

/** The prefix of a literal, in lower case, and how many quotes it has. */
export function quotesOf(literal: string): { prefix: string; quotes: number } {
  const prefix = /^[A-Za-z]*/.exec(literal)?.[0] ?? "";
  const mark = literal.charAt(prefix.length);
  return { prefix: prefix.toLowerCase(), quotes: literal.startsWith(mark.repeat(3), prefix.length) ? 3 : 1 };
}

/** The text between the quotes with its escapes worked out, unless the literal is raw. */
export function unescape(body: string, raw: boolean): string {
  if (raw || !body.includes("\\")) return body;
  return body.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g, (whole, ...groups) => {
    const [hex, short, long, octal, letter] = groups as (string | undefined)[];
    const code = hex ?? short ?? long;
    if (code !== undefined) return parseInt(code, 16) <= 0x10ffff ? String.fromCodePoint(parseInt(code, 16)) : whole;
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    return escapes[letter as string] ?? (/["'\\]/.test(letter as string) ? (letter as string) : whole);
  });
}

/** A whole string literal; null for bytes, which no model is made of. */
export function stringOf(literal: string): string | null {
  const { prefix, quotes } = quotesOf(literal);
  if (prefix.includes("b")) return null;
  const start = prefix.length + quotes;
  return unescape(literal.slice(start, Math.max(start, literal.length - quotes)), prefix.includes("r"));
}

/** A number literal; null for an imaginary one. */
export function numberOf(literal: string): { value: number; whole: boolean } | null {
  const text = literal.replace(/_/g, "").toLowerCase();
  if (text.endsWith("j")) return null;
  const whole = /^(?:0[xob])/.test(text) || /^\d+$/.test(text);
  // JavaScript reads 017 in another base than people mean; Python refuses it.
  return { value: Number(/^0\d+$/.test(text) ? text.replace(/^0+/, "") || "0" : text), whole };
}
