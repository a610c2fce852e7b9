/** Is a shared library whole? Loading one that was cut short ends the process on Linux: it is mapped, and read behind the file's end. */
import * as fs from "node:fs";

const PT_LOAD = 1;

/** True where the file is an ELF library (64 bit, little-endian) that is shorter than its own headers say. Source: elf(5). */
export function isCutShort(file: string): boolean {
  const descriptor = fs.openSync(file, "r");
  try {
    const size = fs.fstatSync(descriptor).size;
    const header = read(descriptor, 0, 64);
    if (header.length < 4 || header.readUInt32BE(0) !== 0x7f454c46) return false;
    if (header.length < 64) return true;
    if (header[4] !== 2 || header[5] !== 1) return false;
    const [offset, entry, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
    const table = read(descriptor, offset, entry * count);
    if (entry < 56 || table.length < entry * count) return true;
    for (let at = 0; at < table.length; at += entry) {
      if (table.readUInt32LE(at) !== PT_LOAD) continue;
      if (Number(table.readBigUInt64LE(at + 8)) + Number(table.readBigUInt64LE(at + 32)) > size) return true;
    }
    return false;
  } finally {
    fs.closeSync(descriptor);
  }
}

function read(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, fs.readSync(descriptor, buffer, 0, length, offset));
}
