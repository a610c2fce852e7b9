/** A file on disk as a source of bytes: read where it is asked for, never as a whole. */
import * as fs from "node:fs/promises";
import { failure, UnrollError } from "../core/errors.js";
import type { ByteSource } from "../core/formats/source.js";

export class FileSource implements ByteSource {
  private constructor(
    private readonly handle: fs.FileHandle,
    readonly file: string,
    readonly size: number,
  ) {}

  /** @throws UnrollError where it cannot be opened, or is no file */
  static async open(file: string): Promise<FileSource> {
    const handle = await fs.open(file, "r").catch((error: unknown) => Promise.reject(unreadable(file, error)));
    const about = await handle.stat();
    if (about.isFile()) return new FileSource(handle, file, about.size);
    await handle.close();
    throw unreadable(file, new Error("EISDIR"));
  }

  async readAt(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = new Uint8Array(wanted);
    let at = 0;
    while (at < wanted) {
      const { bytesRead } = await this.handle.read(bytes, at, wanted - at, offset + at).catch((error: unknown) => {
        throw unreadable(this.file, error);
      });
      // The file became shorter while it was read.
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

export function unreadable(file: string, error: unknown): UnrollError {
  return new UnrollError(failure("INVALID_ARGUMENT", "{file} cannot be read: {reason}", { file, reason: (error as Error).message }));
}
