/** How the numbers of a file were read last time: kept for each file in the workspace, a bounded number of them. */
import type * as vscode from "vscode";
import { plainReading, decodeReading, type Reading } from "../../core/reading/reading.js";
import { array, natural, object, string } from "../../core/protocol/decode.js";

const KEY = "unroll.readings";
const MOST = 200;
const NO_RANK = 99;

interface Kept {
  readonly uri: string;
  /** Of the numbers as written: axes of a matrix say nothing of a list. */
  readonly rank: number;
  readonly reading: Reading;
}

const decodeKept = object<Kept>({ uri: string, rank: natural, reading: decodeReading });

export class ReadingMemory {
  /** Newest last. */
  private readonly kept: Kept[];

  constructor(private readonly storage: vscode.Memento) {
    const stored = array<unknown>((entry) => entry, 4 * MOST)(storage.get<unknown>(KEY)) ?? [];
    this.kept = stored.map(decodeKept).filter((entry) => entry !== undefined);
  }

  /** undefined: nothing was chosen for this file. Of numbers of another rank only what does not concern the axes. */
  of(uri: vscode.Uri, rank?: number): Reading | undefined {
    const found = this.kept.find((entry) => entry.uri === uri.toString());
    if (found === undefined) return undefined;
    if (rank === undefined || rank === found.rank) return found.reading;
    const { axes, window, columns } = plainReading;
    return { ...found.reading, axes, window, columns };
  }

  /** Whether the axes of such numbers were chosen. */
  knows(uri: vscode.Uri, rank: number): boolean {
    return this.kept.some((entry) => entry.uri === uri.toString() && entry.rank === rank);
  }

  /** What concerns no axis is other now; how the axes were read stays. */
  amend(uri: vscode.Uri, reading: Reading): void {
    const old = this.kept.find((entry) => entry.uri === uri.toString());
    const { axes, window, columns } = old?.reading ?? plainReading;
    // Nothing was chosen about numbers of any rank yet.
    this.keep(uri, old?.rank ?? NO_RANK, { ...reading, axes, window, columns });
  }

  /** The next document of this name will hold other numbers. */
  forget(uri: vscode.Uri): void {
    const at = this.kept.findIndex((entry) => entry.uri === uri.toString());
    if (at >= 0) this.kept.splice(at, 1);
  }

  keep(uri: vscode.Uri, rank: number, reading: Reading): void {
    this.forget(uri);
    this.kept.push({ uri: uri.toString(), rank, reading });
    this.kept.splice(0, Math.max(0, this.kept.length - MOST));
    // An untitled document is gone with its window.
    void this.storage.update(
      KEY,
      this.kept.filter((entry) => !entry.uri.startsWith("untitled:")),
    );
  }
}
