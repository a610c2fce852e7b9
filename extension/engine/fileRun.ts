/** A model on a file that does not fit into memory: piece by piece from the file into a .npy file beside it. */
import { rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { failure, UnrollError } from "../core/errors.js";
import { mebibytes } from "../core/mebibytes.js";
import { type Message, msg } from "../core/messages.js";
import { targetOf } from "../core/reading/fit.js";
import { PieceReader } from "../core/pieces/pieceReader.js";
import { type PieceSource, sourceOf } from "../core/pieces/pieceSource.js";
import { type FileOrder, type FileOutcome, type FileStage, leftovers, spoolOf } from "../core/protocol/fileRun.js";
import { chooseArray, openArrays } from "../files/dataFile.js";
import { spoolTable } from "../files/longTable.js";
import { NpyWriter } from "../files/npyWriter.js";
import type { LoadedModel } from "./loadedModel.js";
import { planPieces, type PiecePlan } from "./piecePlan.js";
import { PieceRuns } from "./pieceRuns.js";
import type { Session } from "./session.js";

/** Progress is told so often. */
const TELL_MS = 100;

export interface FileControls {
  readonly signal?: AbortSignal | undefined;
  /** 0: none. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((done: number, total: number, stage: FileStage) => void) | undefined;
  /** Numbers of a piece at most, for tests. */
  readonly mostNumbers?: number | undefined;
}

/** What the steps of a run share. */
export interface FileWork {
  readonly signal: AbortSignal;
  readonly cancelled: () => boolean;
  readonly tell: (done: number, total: number, stage: FileStage) => void;
}

/** @throws UnrollError; then nothing is left beside the file */
export async function runFile(session: Session, model: LoadedModel, order: FileOrder, controls: FileControls = {}): Promise<FileOutcome> {
  await orTaken(order.output);
  // The process may be asked to end in the middle of it.
  const clear = (): void => leftovers(order.output).forEach((file) => rmSync(file, { force: true }));
  process.once("exit", clear);
  return limited(session, model, order, controls).finally(() => process.off("exit", clear));
}

/** Within the time that there is. */
async function limited(session: Session, model: LoadedModel, order: FileOrder, controls: FileControls): Promise<FileOutcome> {
  const started = performance.now();
  const { signal, timeoutMs = 0, mostNumbers } = controls;
  const deadline = new AbortController();
  const timer = timeoutMs > 0 ? setTimeout(() => deadline.abort(), timeoutMs) : undefined;
  const either = AbortSignal.any([deadline.signal, ...(signal === undefined ? [] : [signal])]);
  const work: FileWork = { signal: either, cancelled: () => either.aborted, tell: telling(controls) };
  try {
    const opened = await openSource(order, work);
    try {
      const reader = new PieceReader(opened.source, order.reading, targetOf(model.spec, opened.source.shape));
      const plan = planPieces(session, model, { ...opened, reader, reading: order.reading, mostNumbers });
      await orNoRoom(order.output, plan);
      await reader.fit({ cancelled: work.cancelled, onProgress: (done, total) => work.tell(done, total, "fitting") });
      const pieces = await written(session, model, { plan, reader, output: order.output }, work);
      const notes = [...reader.notes(plan.input), ...opened.notes];
      return { input: plan.input, shape: plan.output, pieces, notes, totalMs: performance.now() - started };
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (deadline.signal.aborted && signal?.aborted !== true && error instanceof UnrollError && error.code === "CANCELLED")
      throw new UnrollError(failure("TIMEOUT", "The run took longer than {limit} ms and was ended.", { limit: timeoutMs }));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function telling({ onProgress }: FileControls): FileWork["tell"] {
  let [last, told] = ["", -Infinity];
  return (done, total, stage) => {
    const now = performance.now();
    if (stage === last && done < total && now - told < TELL_MS) return;
    [last, told] = [stage, now];
    onProgress?.(done, total, stage);
  };
}

interface Opened {
  readonly source: PieceSource;
  readonly notes: readonly Message[];
  close(): Promise<void>;
}

async function openSource({ path: file, array, reading, output }: FileOrder, work: FileWork): Promise<Opened> {
  const missing = reading.missing !== "error";
  const opened = await openArrays(file);
  if (opened !== null) {
    try {
      const chosen = chooseArray(opened, array);
      const rounded = chosen.rounds ? [msg("{dtype} was rounded to float32.", { dtype: chosen.dtype })] : [];
      return { source: sourceOf(chosen, missing), notes: [...opened.notes, ...rounded], close: () => opened.close() };
    } catch (error) {
      await opened.close();
      throw error;
    }
  }
  const spool = spoolOf(output);
  const { columns, notes } = await spoolTable(file, spool, missing, {
    cancelled: work.cancelled,
    onProgress: (done, total) => work.tell(done, total, "reading"),
  });
  const numbers = await openArrays(spool);
  const close = async (): Promise<void> => {
    await numbers?.close();
    await fs.rm(spool, { force: true });
  };
  const [only] = numbers?.arrays ?? [];
  if (only !== undefined) return { source: sourceOf({ ...only, columns }, missing), notes, close };
  await close();
  throw new UnrollError(failure("INTERNAL", "{reason}", { reason: "the numbers of the table are gone" }));
}

interface Writing {
  readonly plan: PiecePlan;
  readonly reader: PieceReader;
  readonly output: string;
}

/** @returns how many pieces there were */
async function written(session: Session, model: LoadedModel, { plan, reader, output }: Writing, work: FileWork): Promise<number> {
  const runs = new PieceRuns(session, model, plan);
  let writer: NpyWriter | null = null;
  let pieces = 0;
  try {
    writer = await NpyWriter.open(output, plan.output);
    for (const piece of plan.pieces()) {
      const x = await reader.read(piece, plan.carried);
      const { at, rows } = runs.rows(piece);
      const values = await runs.run(piece, x, work.signal, (part) => work.tell(at + part * rows, plan.rows, "computing"));
      for (const { index, part } of runs.places(piece, values)) await writer.write(index, part);
      work.tell(at + rows, plan.rows, "computing");
      pieces++;
    }
    await writer.finish(plan.output);
    return pieces;
  } catch (error) {
    await writer?.abandon();
    throw error;
  } finally {
    runs.dispose();
  }
}

/** What is there is never written over. */
async function orTaken(output: string): Promise<void> {
  const there = await fs.stat(output).then(
    () => true,
    () => false,
  );
  if (there)
    throw new UnrollError(failure("INVALID_ARGUMENT", "{file} is there already. Name another file for the result.", { file: output }));
}

async function orNoRoom(output: string, { output: shape }: PiecePlan): Promise<void> {
  const needed = 4 * shape.reduce((product, d) => product * d, 1);
  const disk = await fs.statfs(path.dirname(path.resolve(output))).catch(() => null);
  if (disk === null || disk.bavail * disk.bsize >= needed) return;
  const args = { needed: mebibytes(needed), free: mebibytes(disk.bavail * disk.bsize) };
  throw new UnrollError(failure("TOO_LARGE", "The result needs {needed} MiB on disk, where {free} MiB are free. Make room there.", args));
}
