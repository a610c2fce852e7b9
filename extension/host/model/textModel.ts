/** A model in a text document: every edit becomes a WorkspaceEdit of what changes, so that undo, dirty state and hot exit are the editor's. */
import * as vscode from "vscode";
import { type Failure, failure } from "../../core/errors.js";
import { smallestEdit, type TextEdit, withModel } from "../../core/document/edit.js";
import { type ModelText, readModelDocument } from "../../core/document/read.js";
import { applyEdit, type ModelEdit } from "../../core/model/edit.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { Result } from "../../core/result.js";
import type { ModelDocument, ModelProblem } from "./modelDocument.js";

/** Texts before and after an edit of the designer. */
interface Step {
  readonly before: string;
  readonly after: string;
}

const HISTORY = 200;

export class TextModel implements ModelDocument, vscode.Disposable {
  readonly kind = "file";
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private read: { readonly version: number; readonly content: ModelText } | null = null;
  private lastGood: ModelSpec | null = null;
  /** Edits wait for the one before: each is made of the text that it finds. */
  private queue: Promise<unknown> = Promise.resolve();
  private past: Step[] = [];
  private future: Step[] = [];

  constructor(readonly document: vscode.TextDocument) {}

  get uri(): vscode.Uri {
    return this.document.uri;
  }

  get name(): string {
    return this.uri.path.split("/").at(-1) ?? this.uri.path;
  }

  /** What the text says now; read once a version. */
  get content(): ModelText {
    const { version } = this.document;
    if (this.read?.version !== version) {
      const content = readModelDocument(this.document.getText());
      if (content.problem === null) this.lastGood = content.model;
      this.read = { version, content };
    }
    return this.read.content;
  }

  get model(): ModelSpec | null {
    return this.content.problem === null ? this.content.model : this.lastGood;
  }

  get problem(): ModelProblem | null {
    const { problem } = this.content;
    if (problem === null) return null;
    return { message: problem.failure.message, line: this.document.positionAt(problem.start).line + 1 };
  }

  edit(edit: ModelEdit): Promise<Failure | null> {
    return this.change((model) => (model === null ? null : applyEdit(model, edit)));
  }

  set(model: ModelSpec): Promise<Failure | null> {
    return this.change(() => ({ ok: true, value: model }));
  }

  /** The sidebar is no editor, so the editor's own undo does not reach it: its steps are taken back here, as edits. */
  undo(): void {
    this.step("before", "after", this.past, this.future);
  }

  redo(): void {
    this.step("after", "before", this.future, this.past);
  }

  /** The text is another. */
  touch(): void {
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private change(next: (model: ModelSpec | null) => Result<ModelSpec> | null): Promise<Failure | null> {
    return this.inTurn(async () => {
      const { content } = this;
      if (content.problem !== null)
        return failure("PARSE", "The text cannot be read as a model. Mend it first, then the designer can change it.");
      const model = next(content.model);
      if (model === null) return null;
      if (!model.ok) return model.error;
      const step = { before: content.text, after: withModel(content, model.value) };
      const refused = await this.replace(step.before, step.after);
      if (refused !== null || step.before === step.after) return refused;
      this.past = [...this.past, step].slice(-HISTORY);
      this.future = [];
      return null;
    });
  }

  private step(to: keyof Step, from: keyof Step, taken: Step[], kept: Step[]): void {
    void this.inTurn(async () => {
      const step = taken.at(-1);
      const text = this.document.getText();
      // Somebody has written in between: what was before is no longer ours to bring back.
      if (step === undefined || step[from] !== text) return null;
      taken.pop();
      kept.push(step);
      return this.replace(text, step[to]);
    });
  }

  private inTurn(work: () => Promise<Failure | null>): Promise<Failure | null> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async replace(before: string, after: string): Promise<Failure | null> {
    const change = smallestEdit(before, after);
    if (change === null) return null;
    const applied = await vscode.workspace.applyEdit(workspaceEdit(this.document, [change]));
    return applied ? null : failure("INVALID_ARGUMENT", "{file} cannot be changed: it is read-only.", { file: this.name });
  }
}

export function workspaceEdit(document: vscode.TextDocument, changes: readonly TextEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of changes) edit.replace(document.uri, rangeIn(document, { start, end }), text);
  return edit;
}

export function rangeIn(document: vscode.TextDocument, { start, end }: { readonly start: number; readonly end: number }): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
