/**
 * HDF5 files, each in a thread of its own. A damaged file can break libhdf5's memory: it then answers wrongly, ends or never returns. Another
 * file must not suffer from that, nor may whoever asked wait for ever.
 */
import * as path from "node:path";
import { Worker } from "node:worker_threads";
import { failure, orThrow, UnrollError } from "../core/errors.js";
import type { ArrayFile } from "../core/formats/arrays.js";
import { guarded } from "../core/formats/source.js";
import type { Result } from "../core/result.js";
import type { Hdf5Answer, Hdf5Contents, Hdf5Request } from "./hdf5Messages.js";

/** For starting and opening, and besides for each MiB of numbers: shorter than whoever waits for the reader. */
const BASE_MS = 8_000;
const MS_PER_MIB = 2_000;

/** Links to other files are not followed: a file speaks for itself only. `close` ends its thread. */
export async function openHdf5(file: string): Promise<Result<ArrayFile & { close(): Promise<void> }>> {
  const thread = new Hdf5Thread();
  const opened = await thread.open(file);
  if (!opened.ok) {
    await thread.end();
    return opened;
  }
  const arrays = opened.value.arrays.map((about, array) => ({
    ...about,
    read: async (from: number, count: number) => orThrow(await thread.read(array, from, count)),
    raw: null,
  }));
  return { ok: true, value: { arrays, refused: opened.value.refused, notes: [], close: () => thread.end() } };
}

type Unsent<T> = T extends Hdf5Request ? Omit<T, "id"> : never;

/** What it gives after it was ended, by itself or by a file, is a failure. */
export class Hdf5Thread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (answer: Hdf5Answer | UnrollError) => void>();
  private nextId = 1;
  private ended: UnrollError | null = null;

  constructor(private readonly baseMs = BASE_MS) {
    this.worker = new Worker(threadFile());
    this.worker.on("message", (answer: Hdf5Answer) => this.settle(answer));
    this.worker.on("error", () => void this.end(brokeOff()));
    // Who waits for an answer keeps the process alive by the limit's timer; an open file does not.
    this.worker.unref();
  }

  get isEnded(): boolean {
    return this.ended !== null;
  }

  open(file: string): Promise<Result<Hdf5Contents>> {
    return guarded(async () => {
      const answer = await this.ask({ type: "open", file }, this.baseMs);
      return answer.type === "opened" ? orThrow(answer.file) : misfit(answer);
    });
  }

  read(array: number, from: number, count: number): Promise<Result<Float32Array>> {
    return guarded(async () => {
      const answer = await this.ask({ type: "read", array, from, count }, this.baseMs + (MS_PER_MIB * 4 * count) / 2 ** 20);
      return answer.type === "numbers" ? orThrow(answer.values) : misfit(answer);
    });
  }

  async end(reason: UnrollError = closed()): Promise<void> {
    this.ended ??= reason;
    for (const settle of this.waiting.values()) settle(this.ended);
    this.waiting.clear();
    await this.worker.terminate();
  }

  private async ask(request: Unsent<Hdf5Request>, limitMs: number): Promise<Hdf5Answer> {
    if (this.ended !== null) throw this.ended;
    const id = this.nextId++;
    const timer = setTimeout(() => void this.end(tooLong(limitMs)), limitMs);
    try {
      const answer = await new Promise<Hdf5Answer | UnrollError>((resolve) => {
        this.waiting.set(id, resolve);
        this.worker.postMessage({ ...request, id });
      });
      if (answer instanceof UnrollError) throw answer;
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  private settle(answer: Hdf5Answer): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }
}

function threadFile(): string {
  const unbundled = path.join("out", "extension", "files");
  return path.join(__dirname, __dirname.endsWith(unbundled) ? "hdf5Thread.js" : "hdf5.js");
}

function tooLong(limitMs: number): UnrollError {
  const seconds = Math.round(limitMs / 1000);
  return new UnrollError(failure("TIMEOUT", "libhdf5 did not read the file in {seconds} s: it is damaged, or very large.", { seconds }));
}

const brokeOff = (): UnrollError => new UnrollError(failure("PARSE", "libhdf5 broke off while it read the file: it is damaged."));
const closed = (): UnrollError => new UnrollError(failure("CANCELLED", "The file was closed."));

function misfit({ type }: Hdf5Answer): never {
  throw new UnrollError(failure("INTERNAL", "The reader answered with “{type}”.", { type }));
}
