/** "Run RNN on file…" for what memory does not hold: the engine reads the file, computes it in pieces and writes the result beside it. */
import { rm, stat } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { expected } from "../../client/expected.js";
import { type ErrorCode, failure, UnrollError } from "../../core/errors.js";
import { mebibytes } from "../../core/mebibytes.js";
import { msg } from "../../core/messages.js";
import { shapeText } from "../../core/model/shapes.js";
import { writeModel } from "../../core/model/write.js";
import type { ModelSpec } from "../../core/model/spec.js";
import { type FileOutcome, type FileStage, leftovers } from "../../core/protocol/fileRun.js";
import type { Reading } from "../../core/reading/reading.js";
import type { Engine } from "../engine.js";
import { readSettings } from "../settings.js";
import { word } from "../words.js";
import type { SelectionRun } from "./selectionRun.js";
import type { Source } from "./source.js";

/** Ids of models that neither runs, checks nor questions use. */
const FIRST_MODEL_ID = 2 ** 43;

/** What another reading of the numbers may mend. */
const readable: ReadonlySet<string> = new Set<ErrorCode>(["PARSE", "SHAPE_MISMATCH", "UNSUPPORTED", "TOO_LARGE"]);

/** An array, or a table, by what is known before its numbers are read. */
export interface LongData {
  readonly file: vscode.Uri;
  /** What its readings are known by. */
  readonly source: Source;
  /** null: a text. */
  readonly array: string | null;
  /** Of a text about so many rows. */
  readonly shape: readonly number[];
  readonly columns: readonly string[] | null;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly reading: Reading;
  readonly remembered: boolean;
}

interface Order {
  readonly data: LongData;
  readonly model: ModelSpec;
  readonly reading: Reading;
  readonly output: string;
}

type Report = vscode.Progress<{ message?: string; increment?: number }>;

export class FileInPieces {
  private ids = FIRST_MODEL_ID;

  constructor(
    private readonly engine: Engine,
    private readonly selection: SelectionRun,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Says what became of it; never rejects. @param ask also where the data fit as they are */
  async run(data: LongData, ask = false): Promise<void> {
    const { source, array, shape, columns, reading, remembered } = data;
    const read = { shape: [...shape], columns, mask: null, inPieces: true, rowsAbout: array === null };
    const ready = await this.selection.settleUnread({ source, read, reading, remembered }, ask);
    if (ready !== undefined) await this.start({ ...data, reading: ready.taken.reading }, ready.model);
  }

  /** Whatever fits: as it is read. Never rejects. */
  async start(data: LongData, model: ModelSpec): Promise<void> {
    const { file, reading } = data;
    const output = await freeName(file.fsPath);
    const order = { data, model, reading, output };
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: word(msg("Running the model on {file}, piece by piece", { file: path.basename(file.fsPath) })),
      cancellable: true,
    };
    try {
      const outcome = await vscode.window.withProgress(options, (report, token) => this.compute(order, report, token));
      this.log.info(`${output}: ${outcome.pieces} pieces, ${outcome.totalMs.toFixed(0)} ms`);
      tellWritten(output, outcome);
    } catch (error) {
      // An engine that was ended could not clear away what it had begun.
      await Promise.all(leftovers(output).map((one) => rm(one, { force: true }).catch(() => undefined)));
      this.tellFailed(error, () => void this.run({ ...data, remembered: true }, true));
    }
  }

  private async compute({ data, model, reading, output }: Order, report: Report, token: vscode.CancellationToken): Promise<FileOutcome> {
    const { file, array } = data;
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const settings = readSettings(file);
    const modelId = ++this.ids;
    try {
      const stored = { model: writeModel(model), weights: null, seed: model.seed ?? settings.seed };
      await this.engine.load(modelId, stored, abort.signal);
      const order = { path: file.fsPath, array, reading, output };
      const answer = await this.engine.ask(
        { type: "runFile", modelId, file: order, timeoutMs: settings.timeoutMs },
        { signal: abort.signal, onProgress: reporting(report) },
      );
      return expected("fileRan", answer).outcome;
    } finally {
      this.engine.unload(modelId);
    }
  }

  private tellFailed(error: unknown, differently: () => void): void {
    const known = error instanceof UnrollError ? error : new UnrollError(failure("INTERNAL", "{reason}", { reason: String(error) }));
    if (known.code === "CANCELLED") {
      this.log.info("run on a file cancelled");
      return;
    }
    this.log.error(`${known.code}: ${known.message}`);
    const other = word(msg("Read differently"));
    const actions = readable.has(known.code) ? [other] : [];
    void vscode.window
      .showErrorMessage(word(known.failure.message), ...actions)
      .then((picked) => (picked === other ? differently() : undefined));
  }
}

/** Every stage goes from nothing to all; the notification's bar can only go forth, so that it shows the part of the last one. */
function reporting(report: Report): (done: number, total: number, stage: FileStage | null) => void {
  let shown = 0;
  return (done, total, stage) => {
    const percent = total > 0 ? Math.min(100, (100 * done) / total) : 0;
    const increment = stage === "computing" ? Math.max(0, percent - shown) : 0;
    shown += increment;
    report.report({ message: stageText(done, total, stage), ...(increment > 0 && { increment }) });
  };
}

function stageText(done: number, total: number, stage: FileStage | null): string {
  if (stage === "reading") {
    return word(msg("Reading: {done} of {all} MiB", { done: mebibytes(done, 0), all: mebibytes(total, 0) }));
  }
  const rows = (count: number): string => Math.floor(count).toLocaleString(vscode.env.language);
  const args = { done: rows(done), all: rows(total) };
  return word(stage === "fitting" ? msg("Fitting the scale: {done} of {all} rows", args) : msg("{done} of {all} rows", args));
}

/** NAME.out.npy beside the file; where that is there already, NAME.out-2.npy and so on. */
async function freeName(file: string): Promise<string> {
  const { dir, name } = path.parse(file);
  for (let i = 1; ; i++) {
    const output = path.join(dir, `${name}.out${i === 1 ? "" : `-${i}`}.npy`);
    const there = await Promise.all([output, ...leftovers(output)].map((one) => stat(one).catch(() => null)));
    if (there.every((one) => one === null)) return output;
  }
}

function tellWritten(output: string, { shape, notes }: FileOutcome): void {
  const open = word(msg("Open"));
  const wrote = word(msg("Wrote {shape} float32 to {file}.", { shape: shapeText(shape), file: path.basename(output) }));
  const uri = vscode.Uri.file(output);
  void vscode.window.showInformationMessage([wrote, ...notes.map(word)].join(" "), open).then((picked) => {
    if (picked !== open) return;
    // The explorer has only what lies in the workspace.
    const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    void vscode.commands.executeCommand(inside ? "revealInExplorer" : "revealFileInOS", uri);
  });
}
