/** Names come from files: they are shown as text, never without end, and never turn the text around them. */

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";
/** Right-to-left letters and every control of the bidirectional algorithm. */
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

export function clip(text: string, most = 200): string {
  const short = text.length <= most ? text : `${text.slice(0, most)}…`;
  return TURNS.test(short) ? `${FIRST_STRONG_ISOLATE}${short.replace(/[\u2066-\u2069]/g, "")}${POP_ISOLATE}` : short;
}
