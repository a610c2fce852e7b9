/** What the designer shows and edits: a model that lives in a file's text, or the scratch model that lives in the workspace's memory. */
import type * as vscode from "vscode";
import type { Failure } from "../../core/errors.js";
import type { Message } from "../../core/messages.js";
import type { ModelEdit } from "../../core/model/edit.js";
import type { ModelSpec } from "../../core/model/spec.js";

export interface ModelProblem {
  readonly message: Message;
  /** From 1. */
  readonly line: number;
}

export interface ModelDocument {
  readonly kind: "scratch" | "file";
  /** For people: the file's name, or the model's. */
  readonly name: string;
  /** null: none yet. While `problem` is there: the last that could be read. */
  readonly model: ModelSpec | null;
  /** Why the text is no model now. */
  readonly problem: ModelProblem | null;
  readonly onDidChange: vscode.Event<void>;
  /** Applies one edit of the designer. Resolves to why not, where it cannot be. */
  edit(edit: ModelEdit): Promise<Failure | null>;
  /** Takes another model, e.g. a preset; undo brings the old one back. */
  set(model: ModelSpec): Promise<Failure | null>;
  undo(): void;
  redo(): void;
}
