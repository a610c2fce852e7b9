/** The scratch model of the sidebar, with its own undo and redo; it outlives a reload. */
import * as vscode from "vscode";
import type { Failure } from "../../core/errors.js";
import { applyEdit, type ModelEdit } from "../../core/model/edit.js";
import { readModel } from "../../core/model/read.js";
import { writeModel } from "../../core/model/write.js";
import type { ModelSpec } from "../../core/model/spec.js";

const KEY = "unroll.scratchModel";
const HISTORY = 200;

export class ModelStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private current: ModelSpec | null;
  private readonly past: (ModelSpec | null)[] = [];
  private future: (ModelSpec | null)[] = [];

  constructor(private readonly memory: vscode.Memento) {
    const stored = memory.get<unknown>(KEY);
    const read = stored === undefined ? null : readModel(stored);
    this.current = read?.ok === true ? read.value : null;
  }

  get model(): ModelSpec | null {
    return this.current;
  }

  /** Takes another model, e.g. a preset; undo brings the old one back. */
  set(model: ModelSpec | null): void {
    if (model === this.current) return;
    this.past.push(this.current);
    if (this.past.length > HISTORY) this.past.shift();
    this.future = [];
    this.take(model);
  }

  /** Applies one edit of the designer. Returns why not, where it cannot be. */
  edit(edit: ModelEdit): Failure | null {
    if (this.current === null) return null;
    const next = applyEdit(this.current, edit);
    if (!next.ok) return next.error;
    this.set(next.value);
    return null;
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private step(from: (ModelSpec | null)[], to: (ModelSpec | null)[]): void {
    const next = from.pop();
    if (next === undefined) return;
    to.push(this.current);
    this.take(next);
  }

  private take(model: ModelSpec | null): void {
    this.current = model;
    void this.memory.update(KEY, model === null ? undefined : writeModel(model));
    this.changed.fire();
  }
}
