/** The sidebar: the designer of the model that is shown. */
import type * as vscode from "vscode";
import { type DesignerHost, DesignerPane, type PaneContext } from "./designerPane.js";

export class DesignerView implements vscode.WebviewViewProvider {
  static readonly id = "unroll.designer";
  private pane: DesignerPane | undefined;

  constructor(
    private readonly host: DesignerHost,
    private readonly context: PaneContext,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    const pane = new DesignerPane(view, this.host, this.context);
    this.pane = pane;
    view.onDidChangeVisibility(() => pane.update());
    view.onDidDispose(() => {
      pane.dispose();
      if (this.pane === pane) this.pane = undefined;
    });
  }

  update(): void {
    this.pane?.update();
  }
}
