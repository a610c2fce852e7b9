/** A file in the tensor viewer: answers what its view asks, and tells the view when the file is another. */
import { UnrollError } from "../../core/errors.js";
import type { ArrayStats } from "../../core/formats/arrayStats.js";
import { type Message, msg } from "../../core/messages.js";
import type { FileContent } from "../../core/protocol/reader.js";
import { MAX_SLICE_ELEMENTS } from "../../core/protocol/results.js";
import {
  decodeTensorFromView,
  type StatsView,
  type TensorFile,
  type TensorFromHost,
  type TensorFromView,
  type TextStats,
} from "../../core/protocol/tensor.js";
import type { Reader } from "../reader.js";

export interface ShownFileHost {
  readonly reader: Pick<Reader, "openFile" | "readBox" | "stats">;
  /** null: it is not on a disk. */
  readonly path: string | null;
  readonly name: string;
  /** The view's words; sent when it is ready. */
  init(): TensorFromHost;
  word(message: Message): string;
  send(message: TensorFromHost): void;
  copy(text: string): void;
  /** "" is the name of an array that is all that its file is. */
  run(array: string): void;
  /** A message of the view that is none. */
  dropped(): void;
}

export class ShownFile {
  private content: FileContent | null = null;
  private revision = 0;
  private readonly known = new Map<number, ArrayStats>();
  private counting: { readonly array: number; readonly control: AbortController } | null = null;

  constructor(private readonly host: ShownFileHost) {}

  /** Never throws: what fails is said in the view. */
  async receive(raw: unknown): Promise<void> {
    const intent = decodeTensorFromView(raw);
    switch (intent?.type) {
      case undefined:
        return this.host.dropped();
      case "ready":
        this.host.send(this.host.init());
        return this.open();
      case "reopen":
        return this.open();
      case "sliceRequested":
        return this.slice(intent);
      case "statsRequested":
        return this.stats(intent.array);
      case "statsCancelled":
        return this.stop();
      case "copyRequested":
        return this.host.copy(intent.text);
      case "run":
        return this.host.run(this.content?.arrays[intent.array]?.name ?? "");
    }
  }

  /** Reads anew what the file holds. Nothing that was known of it is believed. */
  async open(): Promise<void> {
    this.stop();
    this.known.clear();
    const revision = ++this.revision;
    const file = await this.read(revision);
    // Another change may have come while it was read.
    if (revision === this.revision) this.host.send(file);
  }

  /** Nobody waits for the statistics any more. */
  stop(): void {
    this.counting?.control.abort();
  }

  private async read(revision: number): Promise<TensorFile> {
    const { name, path, reader, word } = this.host;
    const nothing = (problem: string): TensorFile => ({
      ...{ type: "file", revision, name, bytes: 0, arrays: [], refused: [], problem },
    });
    if (path === null) return nothing(word(msg("Only files on a disk can be shown. Save a copy of this one in a folder, and open that.")));
    try {
      const file = await reader.openFile(path);
      if (revision === this.revision) this.content = file.ok ? file.value : null;
      if (!file.ok) return nothing(word(file.error.message));
      if (file.value.isText) return nothing(word(msg("The file is a text, not an array. Open it with the text editor.")));
      const { arrays, size, refused } = file.value;
      const why = refused.map((one) => ({ name: one.name, reason: word(one.reason.message) }));
      return { ...nothing(""), bytes: size, arrays, refused: why, problem: null };
    } catch (error) {
      return nothing(this.reasonOf(error));
    }
  }

  private async slice({ requestId, array, start, count }: Extract<TensorFromView, { type: "sliceRequested" }>): Promise<void> {
    const { reader, path, send } = this.host;
    const size = count.reduce((product, d) => product * d, 1);
    try {
      if (this.content === null || path === null || size > MAX_SLICE_ELEMENTS) throw new RangeError(`a slice of ${size} numbers`);
      send({ type: "slice", requestId, values: await reader.readBox({ path, array, start, count }, this.content.size) });
    } catch (error) {
      send({ type: "sliceFailed", requestId, message: this.reasonOf(error) });
    }
  }

  /** One array at a time: the one that is looked at. */
  private async stats(array: number): Promise<void> {
    const { revision, content } = this;
    const { reader, path } = this.host;
    const tell = (stats: StatsView): void => {
      if (revision === this.revision) this.host.send({ type: "stats", revision, array, stats });
    };
    const known = this.known.get(array);
    if (known !== undefined) return tell({ phase: "done", stats: textOf(known) });
    if (content?.arrays[array] === undefined || path === null) return;
    if (this.counting?.array === array && !this.counting.control.signal.aborted) return;
    this.stop();
    const mine = { array, control: new AbortController() };
    this.counting = mine;
    try {
      const onProgress = (done: number, total: number): void => tell({ phase: "counting", done, total });
      const stats = await reader.stats({ path, array }, content.size, { signal: mine.control.signal, onProgress });
      if (revision === this.revision) this.known.set(array, stats);
      tell({ phase: "done", stats: textOf(stats) });
    } catch (error) {
      const cancelled = error instanceof UnrollError && error.failure.code === "CANCELLED";
      tell(cancelled ? { phase: "cancelled" } : { phase: "failed", message: this.reasonOf(error) });
    } finally {
      if (this.counting === mine) this.counting = null;
    }
  }

  private reasonOf(error: unknown): string {
    return error instanceof UnrollError ? this.host.word(error.failure.message) : String(error);
  }
}

function textOf({ min, mean, max, nanCount }: ArrayStats): TextStats {
  const text = (value: number | bigint | null): string | null => (value === null ? null : Object.is(value, -0) ? "-0" : String(value));
  return { min: text(min), mean: text(mean), max: text(max), nanCount };
}
