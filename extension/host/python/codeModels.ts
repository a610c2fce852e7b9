/** The models of the open Python files: read in the reader's thread, one file at a time, kept until the text changes. */
import * as vscode from "vscode";
import { mentionsModels } from "../../core/code/mentions.js";
import type { CodeReading } from "../../core/code/readings.js";
import type { Reader } from "../reader.js";
import { keyOf, type PythonSource, sourceOf, versionOf } from "./source.js";

/** Nobody reads shapes while the keys are going. */
const QUIET_MS = 150;

export interface Found {
  readonly source: PythonSource;
  readonly models: readonly CodeReading[];
}

interface Kept {
  readonly version: string;
  readonly models: Promise<readonly CodeReading[]>;
}

export class CodeModels implements vscode.Disposable {
  private readonly kept = new Map<string, Kept>();
  private readonly edited = new Map<string, number>();
  /** A file waits until the one before it is read: the limit of the reader is for one. */
  private turn: Promise<unknown> = Promise.resolve();
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly reader: Reader,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === "python") this.edited.set(keyOf(document), Date.now());
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.forget(notebook.uri)),
    );
  }

  /** What the text holds now; undefined where the caller no longer asks, or the text has changed meanwhile. */
  async of(document: vscode.TextDocument, token?: vscode.CancellationToken): Promise<Found | undefined> {
    const source = sourceOf(document);
    if (!mentionsModels(source.text)) return { source, models: [] };
    const key = keyOf(document);
    if (this.kept.get(key)?.version !== source.version) {
      await this.quiet(key);
      if (token?.isCancellationRequested === true || document.isClosed) return undefined;
      if (versionOf(document) !== source.version) return undefined;
    }
    const models = await this.read(document, source);
    return token?.isCancellationRequested === true || document.isClosed || versionOf(document) !== source.version
      ? undefined
      : { source, models };
  }

  /** Behind an action of the person: the newest text, however often it changes. */
  async now(document: vscode.TextDocument): Promise<Found> {
    for (;;) {
      const found = await this.of(document);
      if (found !== undefined) return found;
      if (document.isClosed) return { source: sourceOf(document), models: [] };
    }
  }

  /** A text that no file holds. */
  async again(text: string, languageId: string): Promise<readonly CodeReading[]> {
    const models = this.turn.then(() => this.reader.models(text, languageId));
    this.turn = models.catch(() => undefined);
    return models;
  }

  dispose(): void {
    this.subscription.dispose();
    this.kept.clear();
  }

  private async read(document: vscode.TextDocument, { text, version }: PythonSource): Promise<readonly CodeReading[]> {
    const key = keyOf(document);
    const known = this.kept.get(key);
    if (known?.version === version) return known.models;
    const models = this.turn.then(() =>
      // A newer text has come while this one waited.
      this.kept.get(key)?.version === version ? this.reader.models(text, document.languageId) : [],
    );
    const safe = models.catch((error: unknown) => {
      this.log.warn(`the models of ${key} could not be read: ${String(error)}`);
      return [];
    });
    this.kept.set(key, { version, models: safe });
    this.turn = safe;
    return safe;
  }

  private async quiet(key: string): Promise<void> {
    for (;;) {
      const left = (this.edited.get(key) ?? 0) + QUIET_MS - Date.now();
      if (left <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, left));
    }
  }

  private forget(uri: vscode.Uri): void {
    this.kept.delete(uri.toString());
    this.edited.delete(uri.toString());
  }
}
