/** A .npy file that is there only when it is whole: written beside its place first, in any order, and moved at the end. */
import * as fs from "node:fs/promises";
import { failure, UnrollError } from "../core/errors.js";
import { npyBytes, npyHeader } from "../core/formats/npy.js";
import { partOf } from "../core/protocol/fileRun.js";

export class NpyWriter {
  private constructor(
    private readonly handle: fs.FileHandle,
    readonly file: string,
    private readonly headerBytes: number,
  ) {}

  /** @param shape of all numbers; one that is not known yet is told to `finish`. @throws UnrollError where nothing can be written there */
  static async open(file: string, shape: readonly number[]): Promise<NpyWriter> {
    const header = npyHeader(shape);
    const handle = await fs.open(partOf(file), "w").catch((error: unknown) => Promise.reject(unwritable(file, error)));
    const writer = new NpyWriter(handle, file, header.length);
    await writer.put(header, 0);
    return writer;
  }

  /** index: of the first number, in row-major order. */
  write(index: number, values: Float32Array): Promise<void> {
    return this.put(npyBytes(values), this.headerBytes + 4 * index);
  }

  /** Moves it to its place. @throws UnrollError; then nothing is there */
  async finish(shape: readonly number[]): Promise<void> {
    try {
      await this.put(npyHeader(shape), 0);
      await this.handle.close();
      await fs.rename(partOf(this.file), this.file);
    } catch (error) {
      await this.abandon();
      throw error instanceof UnrollError ? error : unwritable(this.file, error);
    }
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await fs.rm(partOf(this.file), { force: true });
  }

  private async put(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const written = await this.handle.write(bytes, at, bytes.length - at, position + at).catch((error: unknown) => {
        throw unwritable(this.file, error);
      });
      at += written.bytesWritten;
    }
  }
}

export function unwritable(file: string, error: unknown): UnrollError {
  return new UnrollError(failure("INVALID_ARGUMENT", "{file} cannot be written: {reason}", { file, reason: (error as Error).message }));
}
