/** Every open text document that is a model: by its name, or because somebody opened it in the model editor. */
import * as vscode from "vscode";
import { Debounce } from "../debounce.js";
import { TextModel } from "./textModel.js";

/** A short text is read with every key; a long one when the typing rests. */
const SHORT = 65_536;
const REST_MS = 250;

export class ModelTexts implements vscode.Disposable {
  private readonly models = new Map<string, TextModel>();
  private readonly waiting = new Debounce<TextModel>(REST_MS);
  private readonly changed = new vscode.EventEmitter<TextModel>();
  /** A model was opened, or its text is another. */
  readonly onDidChange = this.changed.event;
  private readonly closed = new vscode.EventEmitter<TextModel>();
  readonly onDidClose = this.closed.event;
  private readonly subscriptions: vscode.Disposable;

  constructor() {
    const { workspace } = vscode;
    this.subscriptions = vscode.Disposable.from(
      workspace.onDidOpenTextDocument((document) => this.opened(document)),
      workspace.onDidCloseTextDocument((document) => this.close(document)),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => contentChanges.length > 0 && this.later(document)),
    );
    for (const document of workspace.textDocuments) this.opened(document);
  }

  get all(): readonly TextModel[] {
    return [...this.models.values()];
  }

  get(uri: vscode.Uri): TextModel | undefined {
    return this.models.get(uri.toString());
  }

  /** The model of a document, whatever its name. */
  open(document: vscode.TextDocument): TextModel {
    const known = this.get(document.uri);
    if (known?.document === document) return known;
    const model = new TextModel(document);
    this.models.set(document.uri.toString(), model);
    this.changed.fire(model);
    return model;
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.waiting.dispose();
    for (const model of this.models.values()) model.dispose();
    this.changed.dispose();
    this.closed.dispose();
  }

  private opened(document: vscode.TextDocument): void {
    if (isModelFile(document.uri)) this.open(document);
  }

  private close({ uri }: vscode.TextDocument): void {
    const model = this.get(uri);
    if (model === undefined) return;
    this.waiting.forget(model);
    this.models.delete(uri.toString());
    this.closed.fire(model);
    model.dispose();
  }

  private later({ uri }: vscode.TextDocument): void {
    const model = this.get(uri);
    if (model === undefined) return;
    const fire = (): void => {
      model.touch();
      this.changed.fire(model);
    };
    this.waiting.forget(model);
    if (model.document.getText().length <= SHORT) fire();
    else this.waiting.later(model, fire);
  }
}

export function isModelFile(uri: vscode.Uri): boolean {
  return uri.path.endsWith(".rnn.json");
}
