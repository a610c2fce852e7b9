/** NumPy's .npy: the header's few words of Python, read without Python, and the header of a file that is written. */
import { strFromU8 } from "fflate";
import { type Failure, failure, UnrollError } from "../errors.js";
import type { Result } from "../result.js";
import { MAX_AXES, plainArray, shapeWords, sizeOf, type StoredArray } from "./arrays.js";
import { type Dtype, dtypeOf, nativeLittle } from "./dtype.js";
import { type ByteSource, endsEarly, guarded, partOf, readExactly } from "./source.js";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy's own headers have some hundred bytes. */
const MAX_HEADER = 1024 * 1024;
/** Room in which a written header's shape can grow. */
const WRITTEN_HEADER = 128;

/** Reads the header; the numbers are read when they are asked for. */
export function openNpy(source: ByteSource, name = ""): Promise<Result<StoredArray>> {
  return guarded(async () => {
    const start = await source.readAt(0, 12);
    if (start.length < 10 || MAGIC.some((byte, i) => start[i] !== byte))
      throw new UnrollError(
        failure("PARSE", "This is no .npy file: its first bytes are not those that NumPy writes. Save it with numpy.save."),
      );
    const [version, view] = [start[6] as number, new DataView(start.buffer, start.byteOffset, start.length)];
    if (version < 1 || version > 3)
      throw new UnrollError(failure("UNSUPPORTED", "Version {version} of .npy is not known; 1 to 3 can be read.", { version }));
    const at = version === 1 ? 10 : 12;
    if (start.length < at) throw new UnrollError(endsEarly(at, start.length));
    const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
    if (length > MAX_HEADER)
      throw new UnrollError(
        failure("TOO_LARGE", "The header says that it has {got} bytes; the limit is {limit}.", { got: length, limit: MAX_HEADER }),
      );
    const header = parseHeader(strFromU8(await readExactly(source, at, length), version < 3));
    const bytes = sizeOf(header.shape) * header.dtype.size;
    if (!Number.isSafeInteger(bytes) || at + length + bytes > source.size)
      throw new UnrollError(endsEarly(at + length + bytes, source.size));
    return plainArray(partOf(source, at + length, bytes), { ...header, name });
  });
}

interface Header {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` @throws UnrollError */
function parseHeader(raw: string): Header {
  const text = raw.trim();
  const descr = /(['"])descr\1\s*:\s*(?:(['"])([^'"]{0,100})\2|([[(]))/.exec(text);
  const order = /(['"])fortran_order\1\s*:\s*(True|False|0|1)\b/.exec(text);
  const tuple = /(['"])shape\1\s*:\s*\(([\d\sL,]{0,1000})\)/.exec(text);
  if (!text.startsWith("{") || !text.endsWith("}") || descr === null || order === null || tuple === null) {
    throw new UnrollError(
      failure("PARSE", "The header of the .npy file is not a dictionary with descr, fortran_order and shape: “{found}”.", {
        found: text.slice(0, 80),
      }),
    );
  }
  // A structured type may itself have fields of the names that are looked for; it is refused before they matter.
  if (descr[4] !== undefined) throw new UnrollError(structured(text));
  const words = (tuple[2] as string).split(",").map((word) => word.trim().replace(/L$/, ""));
  if (words.at(-1) === "") words.pop();
  const shape = words.map(Number);
  if (words.some((word) => !/^\d{1,16}$/.test(word)) || !shape.every(Number.isSafeInteger))
    throw new UnrollError(
      failure("PARSE", "The header's shape is not a list of sizes: “({found})”.", { found: (tuple[2] as string).slice(0, 80) }),
    );
  if (shape.length > MAX_AXES) throw new UnrollError(tooManyAxes(shape.length));
  const [first] = shape;
  return {
    dtype: numpyDtype(descr[3] as string),
    shape,
    // One axis, or none, lies the same in both.
    fortranOrder: (order[2] === "True" || order[2] === "1") && shape.length > 1 && first !== undefined,
  };
}

export function tooManyAxes(got: number): Failure {
  return failure("TOO_LARGE", "The array has {got} axes; up to {limit} can be read.", { got, limit: MAX_AXES });
}

function structured(text: string): Failure {
  const fields = [...text.matchAll(/\(\s*(['"])([^'"]{1,40})\1\s*,\s*['"]/g)].slice(0, 5).map((match) => match[2]);
  return failure(
    "UNSUPPORTED",
    "The array is structured, with the fields {fields}: an array of plain numbers is expected. Save one field, e.g. arr[{example}].",
    { fields: fields.join(", "), example: JSON.stringify(fields[0] ?? "name") },
  );
}

/** `<f4` and the like. @throws UnrollError that names the type */
function numpyDtype(descr: string): Dtype {
  const match = /^([<>|=])?([A-Za-z?])(\d*)/.exec(descr);
  const kind = { f: "float", i: "int", u: "uint", b: "bool", "?": "bool" }[match?.[2] ?? ""] as Dtype["kind"] | undefined;
  const size = match?.[2] === "?" ? 1 : Number(match?.[3]);
  const sizes: Readonly<Record<Dtype["kind"], readonly number[]>> = {
    float: [2, 4, 8],
    int: [1, 2, 4, 8],
    uint: [1, 2, 4, 8],
    bool: [1],
    bfloat: [],
  };
  if (match !== null && match[0] === descr && kind !== undefined && sizes[kind].includes(size))
    return dtypeOf(kind, size, match[1] !== ">");
  if (match?.[2] === "O")
    throw new UnrollError(
      failure(
        "UNSUPPORTED",
        "The array holds Python objects, which only running their code could read. Save numbers: numpy.save(file, arr.astype('float32')).",
      ),
    );
  const found = { dtype: `“${descr}”` };
  if (match?.[2] === "c")
    throw new UnrollError(
      failure("UNSUPPORTED", "The array is complex (type {dtype}). Save its parts as two arrays: arr.real and arr.imag.", found),
    );
  if (match?.[2] === "U" || match?.[2] === "S")
    throw new UnrollError(failure("UNSUPPORTED", "The array holds texts (type {dtype}), not numbers. Save an array of numbers.", found));
  throw new UnrollError(
    failure("UNSUPPORTED", "The array's type {dtype} is not one of plain numbers. Save it as float32: arr.astype('float32').", found),
  );
}

/** The header of a float32 array, version 1.0: always as long, so that it can be written again once the number of rows is known. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shapeWords(shape)}, }`;
  const text = `${head.padEnd(WRITTEN_HEADER - 11)}\n`;
  const bytes = new Uint8Array(WRITTEN_HEADER);
  bytes.set([...MAGIC, 1, 0, text.length & 0xff, text.length >> 8]);
  for (let i = 0; i < text.length; i++) bytes[10 + i] = text.charCodeAt(i);
  return bytes;
}

/** values: row-major; little-endian in the file, whatever the machine. Shares their memory where that is the machine's order. */
export function npyBytes(values: Float32Array): Uint8Array {
  if (nativeLittle) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i] as number, true);
  return new Uint8Array(view.buffer);
}

export function writeNpy(shape: readonly number[], values: Float32Array): Uint8Array {
  const [header, body] = [npyHeader(shape), npyBytes(values)];
  const out = new Uint8Array(header.length + body.length);
  out.set(header);
  out.set(body, header.length);
  return out;
}
