/** "Export…" of the results panel: a report of all tabs as one HTML file, or a picture of the tab that is shown. */
import * as vscode from "vscode";
import { msg } from "../core/messages.js";
import { type ExportFormat, exportFormats } from "../core/protocol/results.js";
import { askWhere, baseName } from "./saveDialog.js";
import { word } from "./words.js";

/** More than any report of ours: the view is not believed without limit. */
const MOST_BYTES = 64 * 2 ** 20;

const names: Readonly<Record<ExportFormat, () => { label: string; detail: string }>> = {
  html: () => ({ label: word(msg("Report (HTML)")), detail: word(msg("All tabs in one file that needs no network")) }),
  png: () => ({ label: word(msg("Picture (PNG)")), detail: word(msg("The tab that is shown")) }),
  svg: () => ({ label: word(msg("Picture (SVG)")), detail: word(msg("The tab that is shown, for a browser to open at any size")) }),
};

export async function pickExport(): Promise<ExportFormat | undefined> {
  const items = exportFormats.map((format) => ({ ...names[format](), format }));
  return (await vscode.window.showQuickPick(items, { title: word(msg("Export the results as")) }))?.format;
}

/** @param name of the model, from which the file's is made @param near the file that the data came from */
export async function saveExport(
  data: string | Uint8Array | null,
  format: ExportFormat,
  { name, near }: { readonly name: string; readonly near: vscode.Uri | undefined },
): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  if (bytes === null || bytes.length > MOST_BYTES) {
    void vscode.window.showErrorMessage(word(msg("The results could not be exported as {format}.", { format: format.toUpperCase() })));
    return;
  }
  const target = await askWhere({ name, ending: format, kind: format.toUpperCase(), title: word(msg("Save the results")), near });
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
  } catch (error) {
    void vscode.window.showErrorMessage(word(msg("The file could not be written: {reason}", { reason: (error as Error).message })));
    return;
  }
  const open = word(msg("Open"));
  const picked = await vscode.window.showInformationMessage(word(msg("Results saved as {file}.", { file: baseName(target) })), open);
  if (picked === open) await vscode.env.openExternal(target);
}
