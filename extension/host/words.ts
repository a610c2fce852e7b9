/** The one place where messages become words in the person's language. */
import * as vscode from "vscode";
import type { Message } from "../core/messages.js";

export function word(message: Message): string {
  return message.args === undefined ? vscode.l10n.t(message.text) : vscode.l10n.t(message.text, { ...message.args });
}

/** Translations for the webviews, by English template; empty in English. */
export function webviewStrings(): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [key, value] of Object.entries(vscode.l10n.bundle ?? {})) if (typeof value === "string") strings[key] = value;
  return strings;
}
