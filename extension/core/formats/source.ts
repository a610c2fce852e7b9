/** Bytes that are read where they are needed: of a file, of a part of one, or in memory. */
import { type Failure, failure, UnrollError } from "../errors.js";
import { err, ok, type Result } from "../result.js";

export interface ByteSource {
  readonly size: number;
  /** The bytes [offset, offset + length), fewer where the source ends before. @throws UnrollError where the system cannot read them */
  readAt(offset: number, length: number): Promise<Uint8Array>;
}

/** bytes: not copied. */
export function inMemory(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, readAt: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) };
}

/** A part of a source, as a source of its own. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    readAt: (offset, length) => source.readAt(start + Math.min(offset, size), Math.max(0, Math.min(length, size - offset))),
  };
}

/** All of the bytes, or the failure that the file ends before. @throws UnrollError */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  // Before the read: a header may ask for more than memory has.
  if (offset + length > source.size) throw new UnrollError(endsEarly(offset + length, source.size));
  const bytes = await source.readAt(offset, length);
  if (bytes.length !== length) throw new UnrollError(endsEarly(offset + length, offset + bytes.length));
  return bytes;
}

export function endsEarly(expected: number, got: number): Failure {
  return failure("PARSE", "The file ends too early: {expected} bytes are expected, it has {got}. Copy or save it again.", {
    expected,
    got,
  });
}

/** Readers throw inside; what leaves them is a value. Errors of a library are about the bytes that it was given. */
export async function guarded<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof UnrollError) return err(error.failure);
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 200);
    return err(failure("PARSE", "The file is damaged, or is not what its name says: {reason}", { reason }));
  }
}
