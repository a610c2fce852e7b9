/** Bytes with a sum to go by: what is read from the first to the last, in whatever pieces, is compared with it. */
import { failure, UnrollError } from "../errors.js";
import type { ByteSource } from "./source.js";

/** CRC-32 of a byte after nothing, reflected polynomial 0xEDB88320 (ISO 3309, as in zip's specification, APPNOTE 4.4.7). */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});

/** @param before the sum of what comes before; 0 at the start */
export function crc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ (table[(sum ^ (bytes[i] as number)) & 255] as number);
  return ~sum >>> 0;
}

/** Reads out of order are not held up, and prove nothing: a box of a large array is read without the rest. */
export class Checked implements ByteSource {
  private sum = 0;
  private summed = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly expected: number,
  ) {}

  get size(): number {
    return this.source.size;
  }

  async readAt(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.source.readAt(offset, length);
    const end = offset + bytes.length;
    if (offset > this.summed || end <= this.summed) return bytes;
    this.sum = crc32(bytes.subarray(this.summed - offset), this.sum);
    this.summed = end;
    if (end === this.size && this.sum !== this.expected)
      throw new UnrollError(failure("PARSE", "The archive's entry is damaged: its checksum is another. Copy or save the file again."));
    return bytes;
  }
}
