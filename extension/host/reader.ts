/** The reader's client: one worker thread, started when first needed, ended and replaced when it hangs. */
import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import type { CodeReading } from "../core/code/readings.js";
import type { Target as CodeTarget } from "../core/code/write/code.js";
import { failure, orThrow, UnrollError } from "../core/errors.js";
import type { ArrayStats } from "../core/formats/arrayStats.js";
import type { Numbers } from "../core/formats/dtype.js";
import { decodeReaderAnswer, type FileContent, type ReaderAnswer, type ReaderRequest } from "../core/protocol/reader.js";
import type { Shaped } from "../core/reading/applyReading.js";
import type { Reading, Target } from "../core/reading/reading.js";
import type { Result } from "../core/result.js";
import type { Selection, SelectionNumbers } from "../core/text/parseSelection.js";

/** Time for starting, and for each MiB of text, before the worker counts as hung. Models in code may take 4 s by themselves. */
const BASE_MS = 10_000;
const MS_PER_MIB = 3_000;

export interface StatsWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Of a request that takes its time. */
interface Long {
  /** It was sent under this id. */
  readonly asked: (id: number) => void;
  readonly progress: (done: number, total: number) => void;
}

interface Waiting {
  readonly resolve: (answer: ReaderAnswer) => void;
  readonly reject: (error: UnrollError) => void;
  readonly timer: NodeJS.Timeout;
  readonly long: Long | null;
}

type Unsent<T> = T extends ReaderRequest ? Omit<T, "id"> : never;

export class Reader implements vscode.Disposable {
  private worker: Worker | undefined;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Reads a text; a text that cannot be read is an answer, not an error. @throws UnrollError where the reader hung or died */
  async read(asked: Omit<Extract<ReaderRequest, { type: "read" }>, "type" | "id">): Promise<Selection> {
    const answer = await this.ask({ type: "read", ...asked }, asked.text.length);
    return answer.type === "selection" ? answer.selection : misfit(answer);
  }

  /** What a file on disk holds; expected failures are in the result. @throws UnrollError as `read` */
  async openFile(path: string): Promise<Result<FileContent>> {
    const answer = await this.ask({ type: "openFile", path }, 0);
    return answer.type === "file" ? answer.file : misfit(answer);
  }

  /** The numbers of a file on disk; `size` is its own, in bytes. @throws UnrollError as `read` */
  async readFile(asked: Omit<Extract<ReaderRequest, { type: "readFile" }>, "type" | "id">, size: number): Promise<Selection> {
    const answer = await this.ask({ type: "readFile", ...asked }, size);
    return answer.type === "selection" ? answer.selection : misfit(answer);
  }

  /** A box of one of a file's arrays, by its index; `size` is the file's, in bytes. @throws UnrollError */
  async readBox(asked: Omit<Extract<ReaderRequest, { type: "readBox" }>, "type" | "id">, size: number): Promise<Numbers> {
    const answer = await this.ask({ type: "readBox", ...asked }, size);
    return answer.type === "box" ? orThrow(answer.values) : misfit(answer);
  }

  /** What all numbers of one of a file's arrays are like. @throws UnrollError; CANCELLED where `signal` said so */
  async stats(asked: { readonly path: string; readonly array: number }, size: number, watch: StatsWatch): Promise<ArrayStats> {
    const cancel = (target: number): void => {
      const tell = (): void => this.worker?.postMessage({ type: "cancel", id: this.nextId++, target });
      if (watch.signal.aborted) tell();
      else watch.signal.addEventListener("abort", tell, { once: true });
    };
    const answer = await this.ask({ type: "stats", ...asked }, size, { asked: cancel, progress: watch.onProgress });
    return answer.type === "stats" ? orThrow(answer.stats) : misfit(answer);
  }

  /** Numbers that were read, as a tensor; expected failures are in the result. @throws UnrollError as `read` */
  async shape(numbers: SelectionNumbers, reading: Reading, target: Target): Promise<Result<Shaped>> {
    const answer = await this.ask({ type: "shape", numbers, reading, target }, 4 * numbers.values.length);
    return answer.type === "shaped" ? answer.shaped : misfit(answer);
  }

  /** The literal or block of numbers around an offset. */
  async enclosing(text: string, offset: number, languageId: string): Promise<{ start: number; end: number } | undefined> {
    const answer = await this.ask({ type: "enclosing", text, offset, languageId }, text.length);
    return answer.type === "range" ? { start: answer.start, end: answer.end } : undefined;
  }

  /** The models in a Python source. @throws UnrollError as `read` */
  async models(text: string, languageId: string): Promise<readonly CodeReading[]> {
    const answer = await this.ask({ type: "models", text, languageId }, text.length);
    return answer.type === "models" ? answer.models : misfit(answer);
  }

  /** A Keras Sequential config as code, or why it cannot be. @throws UnrollError as `read` */
  async write(model: Readonly<Record<string, unknown>>, target: CodeTarget): Promise<Result<string>> {
    const answer = await this.ask({ type: "write", model, target }, 0);
    return answer.type === "code" ? answer.code : misfit(answer);
  }

  dispose(): void {
    this.replace(failure("CANCELLED", "The reader was closed."));
  }

  private ask(body: Unsent<ReaderRequest>, length: number, long: Long | null = null): Promise<ReaderAnswer> {
    const worker = this.start();
    const id = this.nextId++;
    const limitMs = BASE_MS + (MS_PER_MIB * length) / 2 ** 20;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.replace(failure("TIMEOUT", "The text was not read in {seconds} s.", { seconds: Math.round(limitMs / 1000) })),
        limitMs,
      );
      this.waiting.set(id, { resolve, reject, timer, long });
      worker.postMessage({ ...body, id });
      long?.asked(id);
    });
  }

  private start(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(vscode.Uri.joinPath(this.extension, "dist", "reader.js").fsPath);
    worker.on("message", (raw: unknown) => this.receive(raw));
    worker.on("error", (error) => {
      this.log.error(error);
      if (worker === this.worker) this.replace(failure("INTERNAL", "The reader failed: {reason}", { reason: error.message }));
    });
    worker.unref();
    this.worker = worker;
    return worker;
  }

  private receive(raw: unknown): void {
    const answer = decodeReaderAnswer(raw);
    const waiting = answer === undefined ? undefined : this.waiting.get(answer.id);
    if (answer === undefined || waiting === undefined) {
      this.log.warn("a message of the reader was dropped");
      return;
    }
    if (answer.type === "progress") {
      waiting.timer.refresh();
      waiting.long?.progress(answer.done, answer.total);
      return;
    }
    this.waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }

  private replace(reason: ReturnType<typeof failure>): void {
    const old = this.worker;
    this.worker = undefined;
    void old?.terminate();
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new UnrollError(reason));
    }
    this.waiting.clear();
  }
}

function misfit({ type }: ReaderAnswer): never {
  throw new UnrollError(failure("INTERNAL", "The reader answered with “{type}”.", { type }));
}
