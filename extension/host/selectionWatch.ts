/** While numbers are selected, the status bar says what they would become: `4×5 → (1, 4, 5)`. */
import * as vscode from "vscode";
import { wantedRank } from "../core/model/input.js";
import { promote } from "../core/text/shape.js";
import type { ModelStore } from "./model/modelStore.js";
import type { Reader } from "./reader.js";
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
    private readonly reader: Reader,
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
    const selection = editor?.selection;
    if (editor === undefined || selection === undefined || selection.isEmpty || editor.selections.length > 1) {
      this.statusBar.showSelection("");
      return;
    }
    this.timer = setTimeout(() => {
      const text = editor.document.getText(selection);
      if (text.length > MAX_LENGTH || !/\d/.test(text)) this.statusBar.showSelection("");
      else void this.read(text, editor.document.languageId, turn);
    }, DEBOUNCE_MS);
  }

  private async read(text: string, languageId: string, turn: number): Promise<void> {
    try {
      const selection = await this.reader.read(text, languageId, "error", MAX_LENGTH * 4);
      if (turn !== this.turn) return;
      if (!selection.ok || selection.values.length < 2) {
        this.statusBar.showSelection("");
        return;
      }
      const { model } = this.store;
      const tensor = promote(selection.shape, (model === null ? null : wantedRank(model)) ?? 3)?.shape ?? selection.shape;
      this.statusBar.showSelection(`${selection.shape.join("×")} → (${tensor.join(", ")})`);
    } catch {
      this.statusBar.showSelection("");
    }
  }
}
