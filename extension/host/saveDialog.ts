/** Asks where a file of ours is to be saved: named after what it holds, beside the file that the data came from. */
import * as vscode from "vscode";

export interface SaveQuestion {
  /** From which the file's name is made. */
  readonly name: string;
  readonly ending: string;
  /** Of the kind of file, as the dialog lists it. */
  readonly kind: string;
  readonly title: string;
  readonly near: vscode.Uri | undefined;
}

/** undefined: the person went away. */
export function askWhere({ name, ending, kind, title, near }: SaveQuestion): Thenable<vscode.Uri | undefined> {
  const file = fileName(name, ending);
  const folder = near?.scheme === "file" ? vscode.Uri.joinPath(near, "..") : vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, file) }),
    filters: { [kind]: [ending] },
    title,
  });
}

/** Of a uri, without its folder. */
export function baseName({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function fileName(name: string, ending: string): string {
  return `${name.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 60) || "results"}.${ending}`;
}
