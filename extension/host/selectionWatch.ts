/** While numbers are selected, the status bar says what they would become: `4×5 → (1, 4, 5)`. */
import * as vscode from "vscode";
import type { ModelStore } from "./model/modelStore.js";
import { shapeTexts } from "./run/selectionRun.js";
import type { SelectionText } from "./run/selectionText.js";
import { hasSelection } from "./run/source.js";
import type { StatusBar } from "./statusBar.js";

/** A selection still grows while the key is held. */
const DEBOUNCE_MS = 150;
/** Larger ones are read when they are run. */
const MAX_LENGTH = 65_536;

export class SelectionWatch implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly text: SelectionText,
    private readonly store: ModelStore,
    private readonly statusBar: StatusBar,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection((event) => this.later(event.textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.later(editor)),
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  private later(editor: vscode.TextEditor | undefined): void {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    if (editor === undefined || !hasSelection(editor)) {
      this.statusBar.showSelection(null);
      return;
    }
    this.timer = setTimeout(() => void this.read(editor, turn), DEBOUNCE_MS);
  }

  private async read(editor: vscode.TextEditor, turn: number): Promise<void> {
    const taken = await this.text.quietly(editor, MAX_LENGTH);
    if (turn === this.turn) this.statusBar.showSelection(taken === null ? null : shapeTexts(taken, this.store.model));
  }
}
