/** The viewer of npy, npz and safetensors files: what they hold, and the values that are looked at. Nothing is ever written. */
import * as path from "node:path";
import * as vscode from "vscode";
import { activeFile } from "../dataFiles.js";
import type { Reader } from "../reader.js";
import { webviewStrings, word } from "../words.js";
import type { PaneContext } from "./designerPane.js";
import { webviewHtml, webviewOptions } from "./html.js";
import { ShownFile } from "./shownFile.js";

/** Who writes a file writes it in pieces. */
const SETTLED_MS = 250;

export class TensorEditor implements vscode.CustomReadonlyEditorProvider {
  static readonly id = "unroll.tensorViewer";

  constructor(
    private readonly reader: Reader,
    private readonly context: PaneContext,
  ) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const { extension, log } = this.context;
    const name = path.posix.basename(uri.path);
    webview.options = webviewOptions(extension);
    const shown = new ShownFile({
      ...{ reader: this.reader, path: uri.scheme === "file" ? uri.fsPath : null, name, word },
      init: () => ({ type: "init", locale: vscode.env.language, strings: webviewStrings() }),
      send: (message) => void webview.postMessage(message),
      copy: (text) => void vscode.env.clipboard.writeText(text),
      run: (array) => void vscode.commands.executeCommand("unroll.runOnFile", uri, array),
      dropped: () => log.warn("a message of the tensor viewer was dropped"),
    });
    const subscriptions = [
      webview.onDidReceiveMessage((raw) => void shown.receive(raw)),
      watch(uri, () => void shown.open()),
      // A hidden view is gone; it asks again when it is back.
      panel.onDidChangeViewState(() => (panel.visible ? undefined : shown.stop())),
    ];
    panel.onDidDispose(() => {
      shown.stop();
      for (const subscription of subscriptions) subscription.dispose();
    });
    webview.html = webviewHtml(webview, extension, "tensor", name);
  }
}

/** The command. @param uri of the explorer's menu; else the file of the active tab */
export async function showTensors(uri?: vscode.Uri): Promise<void> {
  const file = uri instanceof vscode.Uri ? uri : activeFile();
  if (file !== undefined) await vscode.commands.executeCommand("vscode.openWith", file, TensorEditor.id);
}

/** Calls back when the file was written, deleted or made anew. */
function watch(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  if (uri.scheme !== "file") return new vscode.Disposable(() => undefined);
  // The whole folder: the name itself may have the characters of a pattern.
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, ".."), "*"));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const touched = (other: vscode.Uri): void => {
    if (other.fsPath !== uri.fsPath) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLED_MS);
  };
  const events = [watcher.onDidChange(touched), watcher.onDidCreate(touched), watcher.onDidDelete(touched)];
  return vscode.Disposable.from(watcher, ...events, new vscode.Disposable(() => clearTimeout(timer)));
}
