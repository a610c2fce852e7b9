/** The scratch model of the sidebar, with its own undo and redo; it outlives a reload. */
import * as vscode from "vscode";
import type { Failure } from "../../core/errors.js";
import { applyEdit, type ModelEdit } from "../../core/model/edit.js";
import { readModel } from "../../core/model/read.js";
import { writeModel } from "../../core/model/write.js";
import type { ModelSpec } from "../../core/model/spec.js";
import type { ModelDocument } from "./modelDocument.js";

const KEY = "unroll.scratchModel";
const HISTORY = 200;

export class ScratchModel implements ModelDocument, vscode.Disposable {
  readonly kind = "scratch";
  readonly problem = null;
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

  get name(): string {
    return this.current?.name ?? "";
  }

  get model(): ModelSpec | null {
    return this.current;
  }

  edit(edit: ModelEdit): Promise<Failure | null> {
    if (this.current === null) return Promise.resolve(null);
    const next = applyEdit(this.current, edit);
    return next.ok ? this.set(next.value) : Promise.resolve(next.error);
  }

  /** @param model null: back to the start. */
  set(model: ModelSpec | null): Promise<null> {
    if (model !== this.current) {
      this.past.push(this.current);
      if (this.past.length > HISTORY) this.past.shift();
      this.future = [];
      this.take(model);
    }
    return Promise.resolve(null);
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
