/** NumPy's .npz: a zip archive of .npy files, stored or deflated, with 64-bit sizes where it is large. */
import { Inflate, strFromU8 } from "fflate";
import { type Failure, failure, UnrollError } from "../errors.js";
import type { Result } from "../result.js";
import type { ArrayFile, StoredArray } from "./arrays.js";
import { openNpy } from "./npy.js";
import { Checked } from "./checked.js";
import { type ByteSource, endsEarly, guarded, partOf, readExactly } from "./source.js";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment behind it. */
const TAIL = 22 + 65_535;
const MAX_ENTRIES = 4096;
const MAX_DIRECTORY = 16 * 1024 * 1024;
/** Packed bytes that are unpacked at once. */
const STEP = 16_384;
/** Unpacked bytes that are kept behind the place of reading. */
const KEPT = 4 * 1024 * 1024;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
  readonly crc: number;
  readonly encrypted: boolean;
}

export function openNpz(source: ByteSource): Promise<Result<ArrayFile>> {
  return guarded(async () => {
    const arrays: StoredArray[] = [];
    const refused: { name: string; reason: Failure }[] = [];
    for (const entry of await entriesOf(source)) {
      if (!entry.name.endsWith(".npy")) continue;
      const name = entry.name.slice(0, -4);
      const opened = await guarded(async () => {
        const array = await openNpy(await contentOf(source, entry), name);
        if (!array.ok) throw new UnrollError(array.error);
        return array.value;
      });
      if (opened.ok) arrays.push(opened.value);
      else refused.push({ name, reason: opened.error });
    }
    return { arrays, refused, notes: [] };
  });
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const noZip = (): UnrollError =>
  new UnrollError(failure("PARSE", "This is no .npz file: it has no directory of a zip archive. Save it with numpy.savez."));

/** The directory at the archive's end. @throws UnrollError */
async function entriesOf(source: ByteSource): Promise<Entry[]> {
  const from = Math.max(0, source.size - TAIL);
  const tail = await readExactly(source, from, source.size - from);
  const view = viewOf(tail);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw noZip();
  let [count, size, start] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    if (end < 20 || view.getUint32(end - 20, true) !== LOCATOR_64) throw noZip();
    const record = viewOf(await readExactly(source, big(view, end - 12), 56));
    if (record.getUint32(0, true) !== END_64) throw noZip();
    [count, size, start] = [big(record, 32), big(record, 40), big(record, 48)];
  }
  if (count > MAX_ENTRIES || size > MAX_DIRECTORY) {
    throw new UnrollError(failure("TOO_LARGE", "The archive has {got} entries; the limit is {limit}.", { got: count, limit: MAX_ENTRIES }));
  }
  const directory = await readExactly(source, start, size);
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    const found = entryAt(directory, at);
    entries.push(found.entry);
    at = found.next;
  }
  return entries;
}

/** @throws RangeError beyond the directory's end, which is damage */
function entryAt(directory: Uint8Array, at: number): { entry: Entry; next: number } {
  const view = viewOf(directory);
  if (view.getUint32(at, true) !== DIRECTORY) throw noZip();
  const flags = view.getUint16(at + 8, true);
  let [packed, size, local] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true), view.getUint32(at + 42, true)];
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  // Sizes that do not fit stand in a field of their own, in this order, those only that do not.
  for (let field = nameEnd; field + 4 <= extraEnd; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let next = field + 4;
    const wide = (value: number): number => (value === 0xffffffff ? big(view, (next += 8) - 8) : value);
    [size, packed, local] = [wide(size), wide(packed), wide(local)];
  }
  const name = strFromU8(directory.subarray(at + 46, nameEnd), (flags & 0x800) === 0);
  const entry = {
    name,
    method: view.getUint16(at + 10, true),
    packed,
    size,
    local,
    crc: view.getUint32(at + 16, true),
    encrypted: (flags & 1) !== 0,
  };
  return { entry, next: extraEnd + view.getUint16(at + 32, true) };
}

/** @throws UnrollError where it is not a whole number that can be counted with */
function big(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw noZip();
  return value;
}

/** The unpacked bytes of an entry. @throws UnrollError */
async function contentOf(source: ByteSource, entry: Entry): Promise<ByteSource> {
  const header = viewOf(await readExactly(source, entry.local, 30));
  if (header.getUint32(0, true) !== LOCAL) throw noZip();
  const start = entry.local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.packed > source.size) throw new UnrollError(endsEarly(start + entry.packed, source.size));
  if (entry.encrypted) throw new UnrollError(failure("UNSUPPORTED", "The archive is encrypted. Save it again with numpy.savez."));
  const packed = partOf(source, start, entry.packed);
  if (entry.method === 0 && entry.packed === entry.size) return new Checked(packed, entry.crc);
  if (entry.method === 8) return new Checked(new Inflated(packed, entry.size), entry.crc);
  throw new UnrollError(
    failure(
      "UNSUPPORTED",
      "The archive is packed by method {method}; only stored and deflated entries can be read. Save it again with numpy.savez.",
      {
        method: entry.method,
      },
    ),
  );
}

/**
 * Unpacks as it is read: what lies ahead is passed over, what lies behind is unpacked again from the start. Never more than a few MiB are
 * held, however much the entry says that it has.
 */
class Inflated implements ByteSource {
  private stream: Inflate | null = null;
  /** Unpacked pieces, oldest first, from `start` on. */
  private pieces: Uint8Array[] = [];
  private start = 0;
  private end = 0;
  private taken = 0;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly packed: ByteSource,
    readonly size: number,
  ) {}

  /** One after the other: all reads share the one stream. */
  readAt(offset: number, length: number): Promise<Uint8Array> {
    const work = this.tail.then(() => this.take(offset, Math.max(0, Math.min(length, this.size - offset))));
    this.tail = work.catch(() => undefined);
    return work;
  }

  private async take(offset: number, length: number): Promise<Uint8Array> {
    if (this.stream === null || offset < this.start) this.restart();
    const out: Uint8Array[] = [];
    let at = offset;
    for (;;) {
      at = this.collect(out, at, offset + length);
      if (at >= offset + length || !(await this.unpack())) return joined(out, at - offset);
    }
  }

  /** Takes what of [at, end) is unpacked. @returns up to where */
  private collect(out: Uint8Array[], at: number, end: number): number {
    let place = this.start;
    let next = at;
    for (const piece of this.pieces) {
      const [from, to] = [Math.max(next, place), Math.min(end, place + piece.length)];
      if (from < to && from === next) {
        out.push(piece.slice(from - place, to - place));
        next = to;
      }
      place += piece.length;
    }
    this.forget();
    return next;
  }

  private forget(): void {
    while (this.pieces.length > 1 && this.end - this.start - (this.pieces[0] as Uint8Array).length >= KEPT)
      this.start += (this.pieces.shift() as Uint8Array).length;
  }

  private restart(): void {
    this.pieces = [];
    [this.start, this.end, this.taken] = [0, 0, 0];
    this.stream = new Inflate((data) => {
      // The library uses its buffer again.
      this.pieces.push(data.slice());
      this.end += data.length;
    });
  }

  /** @returns whether there may be more. @throws where the packed bytes are damaged, or give more than they should */
  private async unpack(): Promise<boolean> {
    if (this.taken >= this.packed.size || this.end >= this.size) return false;
    const bytes = await readExactly(this.packed, this.taken, Math.min(STEP, this.packed.size - this.taken));
    this.taken += bytes.length;
    this.stream?.push(bytes, this.taken >= this.packed.size);
    if (this.end > this.size)
      throw new UnrollError(
        failure("PARSE", "The archive's entry unpacks to more than the {expected} bytes that it says.", { expected: this.size }),
      );
    return true;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
