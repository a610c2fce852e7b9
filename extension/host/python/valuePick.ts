/** Asks for the values of names that the source does not bind. */
import * as vscode from "vscode";
import { isLiteral } from "../../core/code/openNames.js";
import { msg } from "../../core/messages.js";
import { word } from "../words.js";

/** undefined: the person went away. @param names as the source spells them */
export async function askValues(model: string, names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
  const values = new Map<string, string>();
  for (const [i, name] of names.entries()) {
    const value = await vscode.window.showInputBox({
      title: word(msg("{model}: the value of {name} ({i} of {n})", { model, name, i: i + 1, n: names.length })),
      prompt: word(msg("The file does not say what {name} is. The file stays as it is.", { name })),
      value: guess(name),
      validateInput: (text) => (isLiteral(text) ? undefined : word(msg("A number, True, False, None or a text in quotes."))),
    });
    if (value === undefined) return undefined;
    values.set(name, value.trim());
  }
  return values;
}

/** The sizes of the tutorial, where the name says what it counts. */
function guess(name: string): string {
  if (/step|time|len|seq/i.test(name)) return "4";
  if (/feature|dim|input/i.test(name)) return "5";
  return /batch/i.test(name) ? "1" : "8";
}
