/** The model that the sidebar shows and that runs take: the file whose editor was active last, as long as it is open, else the scratch model. */
import * as vscode from "vscode";
import type { Failure } from "../../core/errors.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { ModelDocument } from "./modelDocument.js";
import { isModelFile, type ModelTexts } from "./modelTexts.js";
import { ScratchModel } from "./scratchModel.js";

export const MODEL_EDITOR = "unroll.modelEditor";

export class ModelStore implements vscode.Disposable {
  readonly scratch: ScratchModel;
  private readonly changed = new vscode.EventEmitter<void>();
  /** Another model is shown, or the one that is shown changed. */
  readonly onDidChange = this.changed.event;
  private shown: ModelDocument;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    memory: vscode.Memento,
    private readonly texts: ModelTexts,
  ) {
    this.scratch = new ScratchModel(memory);
    this.shown = this.scratch;
    const { tabGroups } = vscode.window;
    this.subscriptions = vscode.Disposable.from(
      this.scratch,
      this.scratch.onDidChange(() => this.fire(this.scratch)),
      texts.onDidChange((model) => {
        this.follow();
        this.fire(model);
      }),
      texts.onDidClose((model) => model === this.shown && this.show(this.scratch)),
      tabGroups.onDidChangeTabs(() => this.follow()),
      tabGroups.onDidChangeTabGroups(() => this.follow()),
    );
    this.follow();
  }

  get document(): ModelDocument {
    return this.shown;
  }

  get model(): ModelSpec | null {
    return this.shown.model;
  }

  /** Takes a model from elsewhere (a preset, code) as the scratch model and shows it: a file is never overwritten by it. */
  set(model: ModelSpec | null): void {
    this.show(this.scratch);
    void this.scratch.set(model);
  }

  /** The model that is shown becomes this one, where it lives. */
  change(model: ModelSpec): Promise<Failure | null> {
    return this.shown.set(model);
  }

  show(document: ModelDocument): void {
    if (document === this.shown) return;
    this.shown = document;
    this.changed.fire();
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changed.dispose();
  }

  /**
   * An active model editor is shown. It stays when another editor becomes active, as the numbers to run it on are in that one; a file without
   * a tab is shown no longer.
   */
  private follow(): void {
    const { activeTabGroup, all } = vscode.window.tabGroups;
    const active = modelUri(activeTabGroup.activeTab);
    const model = active === undefined ? undefined : this.texts.get(active);
    if (model !== undefined) return this.show(model);
    if (this.shown === this.scratch) return;
    const open = all.some(({ tabs }) => tabs.some((tab) => this.isOf(tab, this.shown)));
    if (!open) this.show(this.scratch);
  }

  private isOf(tab: vscode.Tab, document: ModelDocument): boolean {
    const uri = modelUri(tab);
    return uri !== undefined && this.texts.get(uri) === document;
  }

  private fire(document: ModelDocument): void {
    if (document === this.shown) this.changed.fire();
  }
}

/** The model that a tab edits, as a designer or as text. */
function modelUri(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  if (input instanceof vscode.TabInputCustom) return input.viewType === MODEL_EDITOR ? input.uri : undefined;
  return input instanceof vscode.TabInputText && isModelFile(input.uri) ? input.uri : undefined;
}
