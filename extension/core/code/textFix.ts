/** A change of one argument of a layer as an edit of the source: only where it is certain what has to be written. */
import type { Message } from "../messages.js";
import type { OptionValue } from "../model/options.js";
import type { Fix } from "../model/shapes.js";
import type { CodeModel } from "./models/found.js";
import { Chunk } from "./python/chunks.js";
import { StatementReader } from "./python/statements.js";
import type { CallExpr, Expr, Range } from "./python/syntax.js";
import { parsed } from "./python/tree.js";
import { literal } from "./write/python.js";

/** `text` takes the place of the range, which is empty where something is inserted. */
export interface TextFix extends Range {
  readonly label: Message;
  readonly text: string;
}

/** Keras's spelling of the options that the linter changes. */
const spellings: Readonly<Record<string, string>> = {
  returnSequences: "return_sequences",
  returnState: "return_state",
  mergeMode: "merge_mode",
};

/** null: other edits of the model, PyTorch, a call that makes several layers, an argument that is computed. */
export function textFix(source: string, model: CodeModel, { edit, label }: Fix): TextFix | null {
  if (model.framework !== "keras" || edit.op !== "setOption") return null;
  const name = spellings[edit.key];
  const range = model.layerRanges[edit.index];
  if (name === undefined || range === undefined) return null;
  if (model.layerRanges.filter(({ start }) => start === range.start).length > 1) return null;
  const call = layerCall(callAt(source, range), name);
  const value = pythonOf(edit.value);
  return call === null || value === null ? null : written(source, call, { label, name, value });
}

function pythonOf(value: OptionValue): string | null {
  return typeof value === "boolean" || (typeof value === "string" && /^\w+$/.test(value)) ? literal(value) : null;
}

/** The constructor's call that stands in a range and is nothing but that. */
function callAt(source: string, { start, end }: Range): CallExpr | null {
  const text = source.slice(start, end);
  const chunk = new Chunk();
  let at = 0;
  for (const line of text.split("\n")) {
    // Prompts in the middle of a call are not Python.
    if (at > 0 && /^\s*(?:\.\.\.|>>>)/.test(line)) return null;
    chunk.add(line, start + at);
    at += line.length + 1;
  }
  const tree = parsed(chunk.text, () => false);
  const statements = tree === null ? [] : new StatementReader(chunk).script(tree);
  const [only] = statements;
  if (statements.length !== 1 || only?.type !== "expression" || only.value.type !== "call") return null;
  const call = only.value;
  return call.open || call.start !== start || call.end !== end || source.charAt(end - 1) !== ")" ? null : call;
}

/** The call whose argument it is: Bidirectional has `merge_mode`, the layer in it all the others. */
function layerCall(call: CallExpr | null, argument: string): CallExpr | null {
  const className = call === null ? null : lastName(call.callee);
  if (call === null || className === null) return null;
  if (className === "Bidirectional" && argument !== "merge_mode") {
    const wrapped = call.args.find(({ name, stars }, i) => stars === 0 && (name === "layer" || (name === null && i === 0)))?.value;
    // A backward layer of its own would have to change as well.
    if (wrapped?.type !== "call" || call.args.some(({ name }) => name === "backward_layer")) return null;
    return layerCall(wrapped, argument);
  }
  const known = argument === "merge_mode" ? /^Bidirectional$/ : /^(?:CuDNN)?(?:SimpleRNN|LSTM|GRU|RNN)$/;
  return known.test(className) && !call.open ? call : null;
}

function lastName(callee: Expr): string | null {
  return callee.type === "name" || callee.type === "member" ? callee.name : null;
}

function written(
  source: string,
  call: CallExpr,
  { label, name, value }: { readonly label: Message; readonly name: string; readonly value: string },
): TextFix | null {
  const there = call.args.find((argument) => argument.name === name);
  if (there !== undefined) {
    if (there.value?.type !== "constant" && there.value?.type !== "string") return null;
    return { label, start: there.value.start, end: there.value.end, text: value };
  }
  if (call.args.some(({ stars, value: given }) => stars > 0 || given === null)) return null;
  const last = call.args.at(-1);
  const at = last?.end ?? call.end - 1;
  // What follows the last argument may be a comma, a comment or a line break; all of it stays behind what is inserted.
  if (last === undefined && source.slice(call.callee.end, call.end).replace(/\s/g, "") !== "()") return null;
  return { label, start: at, end: at, text: `${last === undefined ? "" : ", "}${name}=${value}` };
}
