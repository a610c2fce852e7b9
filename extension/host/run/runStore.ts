/** The runs that are kept: every one that was completed, newest first; the list in memory, the numbers on disk until somebody looks. */
import * as vscode from "vscode";
import { failure, UnrollError } from "../../core/errors.js";
import { type KeptRun, surplusOf } from "../../core/runs/keptRun.js";
import { keptOf, recordOf } from "./keptRecords.js";
import type { RunRecord } from "./records.js";
import { RunFiles } from "./runFiles.js";

const MOST = { count: 50, bytes: 512 * 2 ** 20 };
/** Records with their numbers, beside the one that is shown. */
const MOST_LOADED = 4;

export class RunStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly deleted = new vscode.EventEmitter<string>();
  /** The id of a run that is gone. */
  readonly onDidDelete = this.deleted.event;
  private readonly files: RunFiles;
  private list: KeptRun[] = [];
  /** In the order of use, the latest last. */
  private readonly loaded = new Map<string, RunRecord>();
  /** Runs that the disk does not have yet. */
  private readonly unsaved = new Map<string, RunRecord>();
  /** The list is read from the disk. */
  readonly ready: Promise<void>;

  constructor(
    readonly folder: vscode.Uri,
    log: vscode.LogOutputChannel,
  ) {
    this.files = new RunFiles(folder.fsPath, (line) => log.warn(line));
    this.ready = this.files.load().then(
      (runs) => {
        this.list = runs;
        this.changed.fire();
      },
      (error: unknown) => log.error(`the kept runs cannot be read: ${String(error)}`),
    );
  }

  /** Newest first. */
  get runs(): readonly KeptRun[] {
    return this.list;
  }

  get(id: string): KeptRun | undefined {
    return this.list.find((run) => run.id === id);
  }

  /** @param about `live`: nobody asked for it, so it takes the place of the one before it that nobody asked for either. */
  async add(record: RunRecord, about: { readonly live?: boolean; readonly title?: string } = {}): Promise<void> {
    this.unsaved.set(record.id, record);
    await this.ready;
    const [before] = this.list;
    const number = 1 + this.list.reduce((most, run) => Math.max(most, run.number), 0);
    const { kept, numbers } = keptOf(record, { number, when: Date.now(), title: about.title ?? "", live: about.live === true });
    const replaced = kept.live && before?.live === true && !before.pinned && before.title === "" ? before : null;
    this.list = [replaced === null ? kept : { ...kept, number: replaced.number }, ...this.list];
    this.drop([...(replaced === null ? [] : [replaced]), ...surplusOf(this.list, MOST)]);
    const saved = this.files.save(this.list[0] as KeptRun, numbers);
    this.remember(record);
    this.changed.fire();
    await saved;
    this.unsaved.delete(record.id);
  }

  /** The run with its numbers. @throws UnrollError where its file is damaged or gone */
  async record(id: string): Promise<RunRecord> {
    await this.ready;
    const known = this.unsaved.get(id) ?? this.loaded.get(id);
    if (known !== undefined) return this.remember(known);
    const kept = this.get(id);
    if (kept === undefined) throw new UnrollError(failure("INVALID_ARGUMENT", "This run is no longer kept."));
    const numbers = await this.files.numbers(kept).catch(() => null);
    const record = numbers === null ? undefined : recordOf(kept, numbers);
    if (record === undefined) throw new UnrollError(failure("PARSE", "This run's file is damaged: its data cannot be read."));
    return this.remember(record);
  }

  async change(id: string, changes: Partial<Pick<KeptRun, "title" | "pinned" | "fatal">>): Promise<void> {
    const at = this.list.findIndex((run) => run.id === id);
    if (at < 0) return;
    const changed = { ...(this.list[at] as KeptRun), ...changes };
    this.list = this.list.map((run, i) => (i === at ? changed : run));
    this.changed.fire();
    await this.files.save(changed, null);
  }

  delete(runs: readonly KeptRun[]): void {
    this.drop(runs);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
    this.deleted.dispose();
  }

  private drop(runs: readonly KeptRun[]): void {
    const ids = new Set(runs.map((run) => run.id));
    this.list = this.list.filter((run) => !ids.has(run.id));
    for (const id of ids) {
      this.loaded.delete(id);
      void this.files.remove(id);
      this.deleted.fire(id);
    }
  }

  private remember(record: RunRecord): RunRecord {
    this.loaded.delete(record.id);
    this.loaded.set(record.id, record);
    for (const id of this.loaded.keys()) if (this.loaded.size > MOST_LOADED) this.loaded.delete(id);
    return record;
  }
}
