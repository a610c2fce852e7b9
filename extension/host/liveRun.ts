/** Live mode: runs again when the model or the selected numbers change, in silence where that cannot be. */
import * as vscode from "vscode";
import type { ModelStore } from "./model/modelStore.js";
import type { SelectionRun } from "./run/selectionRun.js";

/** Somebody is still typing. */
const DEBOUNCE_MS = 400;

export class LiveRun implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    store: ModelStore,
    private readonly selection: SelectionRun,
  ) {
    const { window, workspace } = vscode;
    this.subscriptions = vscode.Disposable.from(
      store.onDidChange(() => this.later()),
      window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === window.activeTextEditor && this.later()),
      workspace.onDidChangeTextDocument(({ document }) => document === window.activeTextEditor?.document && this.later()),
      workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("unroll.live") && this.later()),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    if (!vscode.workspace.getConfiguration("unroll").get("live.enabled", false)) return;
    this.timer = setTimeout(() => void this.selection.live(), DEBOUNCE_MS);
  }
}
