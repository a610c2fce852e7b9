/** Work that waits until nothing has asked for it for a while, by what it is for: a document, a model. */
import type * as vscode from "vscode";

export class Debounce<K> implements vscode.Disposable {
  private readonly timers = new Map<K, NodeJS.Timeout>();

  constructor(private readonly ms: number) {}

  later(key: K, work: () => void): void {
    this.forget(key);
    const timer = setTimeout(() => {
      this.timers.delete(key);
      work();
    }, this.ms);
    this.timers.set(key, timer);
  }

  forget(key: K): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }

  dispose(): void {
    for (const key of [...this.timers.keys()]) this.forget(key);
  }
}
