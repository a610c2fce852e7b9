/** What was put beside runs, over a reload: files by path and array, and which run or file it was last. */
import type * as vscode from "vscode";
import { array, nullable, object, string } from "../core/protocol/decode.js";

const FILES = "unroll.compare.files";
const OTHER = "unroll.compare.other";
const MOST = 8;

export interface KnownFile {
  readonly id: string;
  readonly uri: string;
  /** Of a file that holds several; null: there is one, or it is a text. */
  readonly array: string | null;
}

const knownFile = object<KnownFile>({ id: string, uri: string, array: nullable(string) });

export class CompareMemory {
  /** Newest first. */
  private list: readonly KnownFile[];
  private last: string | null;

  constructor(private readonly storage: vscode.Memento) {
    const stored = array<unknown>((entry) => entry, 4 * MOST)(storage.get<unknown>(FILES)) ?? [];
    this.list = stored.map(knownFile).filter((entry) => entry !== undefined);
    this.last = string(storage.get<unknown>(OTHER)) ?? null;
  }

  get files(): readonly KnownFile[] {
    return this.list;
  }

  /** Id of the run or file; null: there was none. */
  get other(): string | null {
    return this.last;
  }

  set other(id: string | null) {
    if (id === this.last) return;
    this.last = id;
    void this.storage.update(OTHER, id ?? undefined);
  }

  /** The file is the newest now. */
  keep(uri: string, name: string | null): KnownFile {
    const before = this.list.find((file) => file.uri === uri && file.array === name);
    // Runs are called otherwise, and the view takes ids without spaces.
    const number = 1 + Math.max(0, ...this.list.map(({ id }) => Number(id.replace("file-", "")) || 0));
    const file = before ?? { id: `file-${number}`, uri, array: name };
    this.list = [file, ...this.list.filter((other) => other !== before)].slice(0, MOST);
    void this.storage.update(FILES, this.list);
    return file;
  }
}
