/** The view "Runs": every kept run, pinned ones on top, the newest first. */
import * as vscode from "vscode";
import { msg } from "../../core/messages.js";
import type { KeptRun } from "../../core/runs/keptRun.js";
import { word } from "../words.js";
import type { RunController } from "./runController.js";
import type { RunStore } from "./runStore.js";
import { runLine, runTitle, runTooltip } from "./runWords.js";

/** "5 min ago" is true for about a minute. */
const REFRESH_MS = 60_000;

export class RunsTree implements vscode.TreeDataProvider<KeptRun>, vscode.Disposable {
  static readonly id = "unroll.runs";
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<KeptRun>;
  private readonly timer: NodeJS.Timeout;
  private readonly subscriptions: vscode.Disposable;
  private shown: string | undefined;

  constructor(
    private readonly store: RunStore,
    private readonly runs: RunController,
  ) {
    this.view = vscode.window.createTreeView(RunsTree.id, { treeDataProvider: this });
    this.timer = setInterval(() => this.view.visible && this.changed.fire(), REFRESH_MS);
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      this.view,
      store.onDidChange(() => this.refresh()),
      // Of the many changes of a run only another one that is shown matters here.
      runs.onDidChange(() => runs.record?.id !== this.shown && this.refresh()),
    );
    this.refresh();
  }

  getChildren(parent?: KeptRun): KeptRun[] {
    if (parent !== undefined) return [];
    const { runs } = this.store;
    return [...runs.filter((run) => run.pinned), ...runs.filter((run) => !run.pinned)];
  }

  getTreeItem(run: KeptRun): vscode.TreeItem {
    const shown = run.id === this.shown;
    const item = new vscode.TreeItem(runTitle(run), vscode.TreeItemCollapsibleState.None);
    item.id = run.id;
    item.description = runLine(run, Date.now());
    item.tooltip = runTooltip(run);
    item.contextValue = ["run", run.pinned ? "pinned" : "loose", shown ? "shown" : "other"].join(" ");
    item.iconPath = new vscode.ThemeIcon(shown ? "eye" : run.pinned ? "pinned" : run.live ? "sync" : "history");
    const states = [...(shown ? [word(msg("shown"))] : []), ...(run.pinned ? [word(msg("pinned"))] : [])];
    item.accessibilityInformation = { label: [runTitle(run), ...states, item.description].join(", ") };
    item.command = { command: "unroll.showRun", title: word(msg("Show")), arguments: [run] };
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    clearInterval(this.timer);
    this.subscriptions.dispose();
  }

  private refresh(): void {
    this.shown = this.runs.record?.id;
    const context = (key: string, value: boolean): void => void vscode.commands.executeCommand("setContext", `unroll.${key}`, value);
    context("hasRuns", this.store.runs.length > 0);
    context(
      "hasLooseRuns",
      this.store.runs.some((run) => !run.pinned),
    );
    context("hasResult", this.shown !== undefined);
    this.changed.fire();
  }
}
