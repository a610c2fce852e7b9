/** One webview with the designer in it: state goes in, intents come out. The sidebar and the model editor have one each. */
import * as vscode from "vscode";
import { decodeDesignerFromView, type DesignerFromHost, type DesignerFromView, type DesignerState } from "../../core/protocol/designer.js";
import { webviewStrings } from "../words.js";
import { webviewHtml, webviewOptions } from "./html.js";

export interface DesignerHost {
  state(): DesignerState;
  receive(intent: Exclude<DesignerFromView, { type: "ready" }>): void;
}

/** What a pane needs to know of the extension. */
export interface PaneContext {
  readonly extension: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

export class DesignerPane implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly view: vscode.WebviewView | vscode.WebviewPanel,
    private readonly host: DesignerHost,
    private readonly context: PaneContext,
  ) {
    const { webview } = view;
    webview.options = webviewOptions(context.extension);
    this.subscription = webview.onDidReceiveMessage((raw) => this.receive(raw));
    webview.html = webviewHtml(webview, context.extension, "designer", "Unroll");
  }

  /** Sends the state anew; the view keeps what is open and focused. */
  update(): void {
    if (this.view.visible) this.send(this.host.state());
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private receive(raw: unknown): void {
    const intent = decodeDesignerFromView(raw);
    if (intent === undefined) {
      this.context.log.warn("a message of the designer's view was dropped");
    } else if (intent.type === "ready") {
      this.send({ type: "init", locale: vscode.env.language, strings: webviewStrings() });
      this.send(this.host.state());
    } else {
      this.host.receive(intent);
    }
  }

  private send(message: DesignerFromHost): void {
    void this.view.webview.postMessage(message);
  }
}
