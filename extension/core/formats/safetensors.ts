/** Hugging Face's .safetensors: a JSON header whose every offset is checked, then plain numbers. */
import { strFromU8 } from "fflate";
import { type Failure, failure, UnrollError } from "../errors.js";
import type { Result } from "../result.js";
import { type ArrayFile, MAX_AXES, plainArray, sizeOf, type StoredArray } from "./arrays.js";
import { type Dtype, dtypeOf } from "./dtype.js";
import { tooManyAxes } from "./npy.js";
import { type ByteSource, guarded, partOf, readExactly } from "./source.js";

/** The format's own limit. */
const MAX_HEADER = 100_000_000;

const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ["F64", dtypeOf("float", 8)],
  ["F32", dtypeOf("float", 4)],
  ["F16", dtypeOf("float", 2)],
  ["BF16", dtypeOf("bfloat", 2)],
  ["I64", dtypeOf("int", 8)],
  ["I32", dtypeOf("int", 4)],
  ["I16", dtypeOf("int", 2)],
  ["I8", dtypeOf("int", 1)],
  ["U64", dtypeOf("uint", 8)],
  ["U32", dtypeOf("uint", 4)],
  ["U16", dtypeOf("uint", 2)],
  ["U8", dtypeOf("uint", 1)],
  ["BOOL", dtypeOf("bool", 1)],
]);

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export function openSafetensors(source: ByteSource): Promise<Result<ArrayFile>> {
  return guarded(async () => {
    const head = await readExactly(source, 0, 8);
    const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
    if (length > MAX_HEADER)
      throw new UnrollError(
        failure("TOO_LARGE", "The header says that it has {got} bytes; the limit is {limit}.", { got: length, limit: MAX_HEADER }),
      );
    const entries = entriesOf(strFromU8(await readExactly(source, 8, length)));
    checkOffsets(entries, source.size - 8 - length);
    const arrays: StoredArray[] = [];
    const refused: { name: string; reason: Failure }[] = [];
    for (const { name, dtype: word, shape, start, end } of entries) {
      const dtype = dtypes.get(word);
      if (dtype === undefined) {
        const reason = failure(
          "UNSUPPORTED",
          "The tensor's type {dtype} cannot be read; F64, F32, F16, BF16, whole numbers and BOOL can.",
          { dtype: word },
        );
        refused.push({ name, reason });
      } else if (shape.length > MAX_AXES) {
        refused.push({ name, reason: tooManyAxes(shape.length) });
      } else if (sizeOf(shape) * dtype.size !== end - start) {
        const args = { name, shape: `[${shape.join(", ")}]`, dtype: word, expected: sizeOf(shape) * dtype.size, got: end - start };
        throw new UnrollError(
          failure(
            "PARSE",
            "The tensor “{name}” of {dtype} {shape} has {expected} bytes, its offsets say {got}. The header is wrong.",
            args,
          ),
        );
      } else {
        arrays.push(plainArray(partOf(source, 8 + length + start, end - start), { name, dtype, shape, fortranOrder: false }));
      }
    }
    return { arrays, refused, notes: [] };
  });
}

/** @throws UnrollError; a SyntaxError of JSON.parse is taken for damage */
function entriesOf(text: string): Entry[] {
  const header: unknown = text.startsWith("{") ? JSON.parse(text) : null;
  if (typeof header !== "object" || header === null)
    throw new UnrollError(failure("PARSE", "This is no .safetensors file: its header is not a JSON object."));
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]: [string, unknown]) => {
      const entry = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
      const { dtype, shape, data_offsets: offsets } = entry;
      const whole = (list: unknown): list is number[] => Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
      if (typeof dtype !== "string" || !whole(shape) || !whole(offsets) || offsets.length !== 2 || !Number.isSafeInteger(sizeOf(shape))) {
        throw new UnrollError(
          failure("PARSE", "The header's entry “{name}” has not the dtype, shape and data_offsets of a tensor.", {
            name: name.slice(0, 80),
          }),
        );
      }
      return { name, dtype: dtype.slice(0, 40), shape, start: offsets[0] as number, end: offsets[1] as number };
    });
}

/** The tensors fill the rest of the file without a gap: what lies over another or behind the end would read what it should not. */
function checkOffsets(entries: readonly Entry[], size: number): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end || entry.end < entry.start || entry.end > size) {
      const args = { name: entry.name.slice(0, 80), start: entry.start, end: entry.end, expected: end, size };
      throw new UnrollError(
        failure(
          "PARSE",
          "The tensor “{name}” lies at {start} to {end}; from {expected} on, and at most to {size}, is expected. The header is wrong, or the file was cut. Copy or save it again.",
          args,
        ),
      );
    }
    end = entry.end;
  }
  if (end !== size)
    throw new UnrollError(
      failure(
        "PARSE",
        "The tensors have {expected} bytes, the file has {got}. The header is wrong, or the file was cut. Copy or save it again.",
        {
          expected: end,
          got: size,
        },
      ),
    );
}
