/** The viewer of npy, npz and safetensors files: what they hold, and the values that are looked at. Nothing is ever written. */
import * as path from "node:path";
import * as vscode from "vscode";
import { UnrollError } from "../../core/errors.js";
import { msg } from "../../core/messages.js";
import type { FileContent } from "../../core/protocol/reader.js";
import { MAX_SLICE_ELEMENTS } from "../../core/protocol/results.js";
import { decodeTensorFromView, type TensorFile, type TensorFromHost, type TensorFromView } from "../../core/protocol/tensor.js";
import type { Reader } from "../reader.js";
import { webviewStrings, word } from "../words.js";
import type { PaneContext } from "./designerPane.js";
import { webviewHtml, webviewOptions } from "./html.js";

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
    webview.options = webviewOptions(this.context.extension);
    const shown = new ShownFile(uri, this.reader, (message) => void webview.postMessage(message));
    const subscription = webview.onDidReceiveMessage((raw) => {
      const intent = decodeTensorFromView(raw);
      if (intent === undefined) this.context.log.warn("a message of the tensor viewer was dropped");
      else void shown.receive(intent);
    });
    panel.onDidDispose(() => subscription.dispose());
    webview.html = webviewHtml(webview, this.context.extension, "tensor", path.posix.basename(uri.path));
  }
}

class ShownFile {
  private content: FileContent | null = null;

  constructor(
    private readonly uri: vscode.Uri,
    private readonly reader: Reader,
    private readonly send: (message: TensorFromHost) => void,
  ) {}

  /** Never throws: what fails is said in the view. */
  async receive(intent: TensorFromView): Promise<void> {
    switch (intent.type) {
      case "ready":
        this.send({ type: "init", locale: vscode.env.language, strings: webviewStrings() });
        return this.send(await this.open());
      case "sliceRequested":
        return this.slice(intent);
      case "statsRequested":
        return this.stats(intent.array);
      case "copyRequested":
        return void vscode.env.clipboard.writeText(intent.text);
      case "run":
        return void vscode.commands.executeCommand("unroll.runOnFile", this.uri);
    }
  }

  private async open(): Promise<TensorFile> {
    const about = { type: "file", name: path.posix.basename(this.uri.path) } as const;
    const nothing = (problem: string): TensorFile => ({ ...about, bytes: 0, arrays: [], refused: [], problem });
    if (this.uri.scheme !== "file") return nothing(word(msg("Only files on disk can be shown. Save a copy of it first.")));
    try {
      const file = await this.reader.openFile(this.uri.fsPath);
      if (!file.ok) return nothing(word(file.error.message));
      if (file.value.isText) return nothing(word(msg("The file is a text, not an array.")));
      this.content = file.value;
      const { arrays, size, refused } = file.value;
      return { ...about, bytes: size, arrays, refused: refused.map(({ message }) => word(message)), problem: null };
    } catch (error) {
      return nothing(reasonOf(error));
    }
  }

  private async slice({ requestId, array, start, count }: Extract<TensorFromView, { type: "sliceRequested" }>): Promise<void> {
    const stored = this.content?.arrays[array];
    try {
      const size = count.reduce((product, d) => product * d, 1);
      if (stored === undefined || size > MAX_SLICE_ELEMENTS) throw new RangeError(`a slice of ${size} numbers`);
      const asked = { path: this.uri.fsPath, array: stored.name, start, count };
      this.send({ type: "slice", requestId, values: await this.reader.readBox(asked, this.content?.size ?? 0) });
    } catch (error) {
      this.send({ type: "sliceFailed", requestId, message: reasonOf(error) });
    }
  }

  private async stats(array: number): Promise<void> {
    const stored = this.content?.arrays[array];
    if (stored === undefined) return;
    try {
      const stats = await this.reader.stats(this.uri.fsPath, stored.name, this.content?.size ?? 0);
      this.send({ type: "stats", array, stats, message: null });
    } catch (error) {
      this.send({ type: "stats", array, stats: null, message: reasonOf(error) });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof UnrollError ? word(error.failure.message) : String(error);
}
