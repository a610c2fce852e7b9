/** The editor of *.rnn.json: the designer of one file. Its text stays the truth, so that the editor's own undo, save and hot exit work. */
import type * as vscode from "vscode";
import type { ModelTexts } from "../model/modelTexts.js";
import type { TextModel } from "../model/textModel.js";
import { type DesignerHost, DesignerPane, type PaneContext } from "./designerPane.js";

export class ModelEditor implements vscode.CustomTextEditorProvider {
  private readonly panes = new Set<DesignerPane>();

  constructor(
    private readonly texts: ModelTexts,
    private readonly hostOf: (model: TextModel) => DesignerHost,
    private readonly context: PaneContext,
  ) {}

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const model = this.texts.open(document);
    const pane = new DesignerPane(panel, this.hostOf(model), this.context);
    this.panes.add(pane);
    const changes = model.onDidChange(() => pane.update());
    panel.onDidChangeViewState(() => pane.update());
    panel.onDidDispose(() => {
      changes.dispose();
      pane.dispose();
      this.panes.delete(pane);
    });
  }

  /** Run, device or trust are others: every open designer says so. */
  update(): void {
    for (const pane of this.panes) pane.update();
  }
}
