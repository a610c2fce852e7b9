/** What stands before an array: prompts, comments, `name: type =`, `static const float w[2][3] =`, `x: `. */
import { type Comments, skipSpace } from "./skip.js";

export interface Prefix {
  /** Where the value starts. */
  readonly at: number;
  /** The assigned variable, or "". */
  readonly name: string;
  readonly assigned: boolean;
  /** Lines after the first carry `... ` of Python's console. */
  readonly console: boolean;
}

const prompt = /^(?:>>>|In \[\d+\]:|Out\[\d+\]:|\.\.\.(?= )|julia>|octave:\d+>|>(?= ))[ \t]*\r?\n?/;
/** Longest text before the `=` or bracket that is looked at. */
const REACH = 400;
const assignment = /^(?:[A-Za-z_$@*&][^=(){};"'#\n]*|[A-Za-z_$][\w.]*\[\s*(?:"[^"\n]*"|'[^'\n]*')\s*\]\s*)(?:=|<-|:=)(?![=>])\s*/;
/** A prompt whose line only names what is printed below. */
const echoed = /^(?:>>>|In \[\d+\]:)[ \t]*(?:print\()?[A-Za-z_][\w.]*\)?[ \t]*\r?\n\s*/;
/** `let x: [[f32; 2]; 2] =`: the only left side with a `;` in it. */
const rustType = /^(?:pub\s+)?(?:let|const|static)\s+(?:mut\s+)?(\w+)\s*:\s*&?[[\w;&, \]]+=\s*(?=[&[v])/;
const imports = /^(?:(?:import|from|using|#include|use)\b[^\n=]*\n\s*)+/;
const declaration =
  /^(?:return\b|yield\b|export default\b|&?mut\b|&)\s*|^new\s+(?=[A-Za-z_$][\w$.]*\s*\()|^(?:torch|std|xt)::(?=\w+\s*\()|^(?:Float|Int|UInt)\d+(?=\[)|^new\s*(?:[A-Za-z_]\w*)?\s*(?:\[[\d, ]*\]\s*)+(?=\{)|^(?:new\s+)?[A-Za-z_][\w:<>,*& \t]*(?:\[\d*\])*(?=\{)|^(?:\[\d*\])+\s*\w+(?=\s*\{)|^&?vec!\s*(?=\[)/;
const label = /^(?:[A-Za-z_][\w .-]{0,60}:\s+|"[^"\n]{1,60}"\s*:\s*)(?=[[(<]|np\.|array|tensor)/;

function variable(left: string): string {
  const head = left
    .replace(/(?:=|<-|:=)\s*$/, "")
    .replace(/<[^=]*>/g, " ")
    .replace(/\s*(?<!:):(?!:).*$/s, "")
    .replace(/\[[^\]]*\]/g, " ");
  if (head.includes(",")) return "";
  return /([A-Za-z_$][\w$]*)\s*$/.exec(head)?.[1] ?? "";
}

export function readPrefix(text: string, from: number, limit: number, comments: Comments): Prefix {
  let at = skipSpace(text, from, limit, comments);
  let name = "";
  let assigned = false;
  let console = false;
  for (let round = 0; round < 8; round++) {
    const head = text.slice(at, Math.min(at + REACH, limit));
    const prompted = echoed.exec(head) ?? prompt.exec(head) ?? imports.exec(head);
    const named = prompted === null ? (rustType.exec(head) ?? assignment.exec(head)) : null;
    const declared = prompted === null && named === null ? declaration.exec(head) : null;
    const labelled = prompted === null && named === null && declared === null && !assigned ? label.exec(head) : null;
    const found = prompted ?? named ?? declared ?? labelled;
    if (found === null || found[0] === "") break;
    console ||= head.startsWith(">>>");
    if (named !== null || labelled !== null) {
      name = name === "" ? variable(labelled === null ? found[0] : found[0].replace(/"|:\s*$/g, "")) : name;
      assigned ||= named !== null;
    } else if (declared !== null && name === "" && !/^(?:\w+::$|new|Float|Int|UInt|return|yield|export|&)/.test(found[0])) {
      name = variable(found[0]);
    }
    at = skipSpace(text, at + found[0].length, limit, comments);
  }
  return { at, name, assigned, console };
}
