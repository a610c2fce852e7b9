/** The sidebar: shows the model and the run, passes the view's intents on. */
import * as vscode from "vscode";
import { decodeDesignerFromView, type DesignerFromHost, type DesignerFromView, type DesignerState } from "../../core/protocol/designer.js";
import { webviewStrings } from "../words.js";
import { webviewHtml, webviewOptions } from "./html.js";

export interface DesignerHost {
  state(): DesignerState;
  receive(intent: Exclude<DesignerFromView, { type: "ready" }>): void;
}

export class DesignerView implements vscode.WebviewViewProvider {
  static readonly id = "unroll.designer";
  private view: vscode.WebviewView | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly host: DesignerHost,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = webviewOptions(this.extension);
    view.webview.onDidReceiveMessage((raw) => this.receive(raw));
    view.onDidDispose(() => (this.view = undefined));
    view.onDidChangeVisibility(() => this.update());
    view.webview.html = webviewHtml(view.webview, this.extension, "designer", "Unroll");
  }

  /** Sends the state anew; the view keeps what is open and focused. */
  update(): void {
    if (this.view?.visible === true) this.send(this.host.state());
  }

  private receive(raw: unknown): void {
    const intent = decodeDesignerFromView(raw);
    if (intent === undefined) {
      this.log.warn("a message of the designer's view was dropped");
    } else if (intent.type === "ready") {
      this.send({ type: "init", locale: vscode.env.language, strings: webviewStrings() });
      this.send(this.host.state());
    } else {
      this.host.receive(intent);
    }
  }

  private send(message: DesignerFromHost): void {
    void this.view?.webview.postMessage(message);
  }
}
